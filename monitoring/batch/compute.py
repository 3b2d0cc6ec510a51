"""Verdicts of many objectives, from facts: plan, stream, sum, judge."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import NamedTuple

import numpy as np
from django.db.models import F, QuerySet

from agreements.models import Agreement, Objective
from agreements.selectors import terms_load
from monitoring.batch.rows import columns_read
from monitoring.batch.stream import Block, facts_stream
from monitoring.exclusions import exclusions_of_many
from monitoring.instants import instant_of
from monitoring.record import Record
from slmo.core.batch import Columns, Item, Verdicts, columns_join, columns_of, plan_make
from slmo.core.batch.columns import NOTHING, ranges
from slmo.core.batch.kernel import Sums
from slmo.core.batch.plan import Plan
from slmo.core.batch.table import rows_join, told_rows
from slmo.core.compliance import assess
from slmo.core.governing import periods_of
from slmo.core.intervals import OPEN, Times, times
from slmo.core.result import PeriodResult
from slmo.core.terms import Agreement as Terms
from slmo.core.units import Window


class Answer(NamedTuple):
    """Verdicts; their `item` is the place of the objective's id in `objectives`."""

    objectives: list[int]
    verdicts: Verdicts


class Asked(NamedTuple):
    """What is read of an objective."""

    pk: int
    name: str
    agreement: int
    service: int
    indicator: int | None
    gaps_up: bool | None
    recorded_from: datetime | None
    recorded_until: datetime | None


_COLUMNS = (
    "pk", "name", "agreement_id", "agreement__service_id", "indicator_id", "indicator__gaps_up",
    "indicator__recorded_from", "indicator__recorded_until",
)  # fmt: skip


def verdicts_compute(objectives: QuerySet[Objective], window: Window, as_of: int) -> Answer:
    """Judge every period of the objectives that overlaps the window, from the facts as they are recorded now.

    Each as the engine judges it alone. Facts are streamed: memory does not grow with them. Objectives of agreements
    that nobody signed, and those that no signed version names, are left out. Objectives come in the order of what
    measures them.
    """
    asked, terms = _asked(objectives)
    exclusions = exclusions_of_many(((one.pk, one.name, one.agreement, one.service) for one in asked), terms)
    plan = plan_make([Item(terms[one.agreement], one.name, exclusions.get(one.pk, ())) for one in asked], window, as_of)
    sums = Sums(plan)
    _Feeder(asked, plan, sums).feed()
    told = [_alone(asked[place], plan.items[place], window, as_of) for place in plan.alone]
    return Answer([one.pk for one in asked], rows_join(sums.verdicts(), told_rows(list(plan.alone), told)))


def _asked(objectives: QuerySet[Objective]) -> tuple[list[Asked], dict[int, Terms]]:
    rows = objectives.select_related(None).order_by(F("indicator_id").asc(nulls_first=True), "pk")
    listed = [Asked(*row) for row in rows.values_list(*_COLUMNS)]
    agreements = Agreement.objects.filter(pk__in={one.agreement for one in listed}).exclude(terms_digest="")
    terms = terms_load(agreements.only("pk", "terms_digest"))
    names = {pk: frozenset(found.objective_names) for pk, found in terms.items()}
    return [one for one in listed if one.name in names.get(one.agreement, ())], terms


class _Feeder:
    """Bring the facts of a plan's lanes into its sums."""

    def __init__(self, asked: Sequence[Asked], plan: Plan, sums: Sums) -> None:
        self.asked, self.plan, self.sums = asked, plan, sums
        indicators = times([asked[lane.item].indicator or 0 for lane in plan.lanes])
        self.measured = np.unique(indicators[indicators > 0])
        self.first = np.searchsorted(indicators, self.measured)  # items, and so lanes, are ordered by indicator
        self.last = np.searchsorted(indicators, self.measured, "right")
        self.blind = np.flatnonzero(indicators == 0)
        self.odd: list[Times] = []
        self.silences = dict(_silences(asked))

    def feed(self) -> None:
        """Take all lanes: those without an indicator, the plain ones from the stream, then the odd ones."""
        if len(self.blind):
            self.sums.add(columns_join([NOTHING] * len(self.blind)), self.blind)
        if len(self.measured):
            facts_stream(self.measured.tolist(), _window(self.plan), self._take)
        for lane in np.concatenate([times([]), *self.odd]).tolist():
            self.sums.add(self._read_alone(lane), times([lane]))

    def _take(self, block: Block) -> None:
        columns, odd = columns_read(block, self.silences)
        places = np.searchsorted(self.measured, times(block.indicators))
        counts = self.last[places] - self.first[places]
        lanes, row = ranges(self.first[places], counts), np.repeat(np.arange(len(places)), counts)
        # Whole minutes are counted from the beginning of an outage, however early: their facts are read one by one.
        plain = ~(odd[row] | self.plan.shape.whole_minutes[lanes])
        self.odd.append(lanes[~plain])
        if plain.all() and len(row) == len(columns):
            self.sums.add(columns, lanes)
        else:
            self.sums.add(columns.take(row[plain]), lanes[plain])

    def _read_alone(self, number: int) -> Columns:
        """Return a lane whose facts have several streams or scopes, or are corrected, as the engine unites them."""
        lane = self.plan.lanes[number]
        if lane.terms is None:
            return NOTHING
        record = _record(self.asked[lane.item], self.plan.items[lane.item], self.plan.as_of)
        return columns_of(record.states(_hull(self.plan.periods)), lane.terms, self.plan.as_of)


def _silences(asked: Iterable[Asked]) -> Iterator[tuple[int, tuple[int, int]]]:
    """Yield the indicators whose silence means up, and from when until when."""
    for one in asked:
        if one.indicator and one.gaps_up:
            since = instant_of(one.recorded_from) if one.recorded_from else 0
            yield one.indicator, (since, instant_of(one.recorded_until) if one.recorded_until else OPEN)


def _hull(periods: Times) -> Window:
    return Window(int(periods[:, 0].min()), int(periods[:, 1].max()))


def _window(plan: Plan) -> Window:
    """Return all periods, with the time around them on which they may depend; as `window_widened`."""
    hull, margin = _hull(plan.periods), int((plan.shape.minimum + plan.shape.last_for).max()) + 1
    return Window(hull.start - margin, hull.end + margin)


def _record(asked: Asked, item: Item, as_of: int) -> Record:
    objective = Objective.objects.select_related("agreement", "indicator").get(pk=asked.pk)
    return Record(objective, item.agreement, as_of)


def _alone(asked: Asked, item: Item, window: Window, as_of: int) -> list[PeriodResult]:
    """Return the results of an objective that does not fit into the arrays."""
    periods = times([tuple(one) for one in periods_of(item.agreement, item.objective, window, as_of)]).reshape(-1, 2)
    if not len(periods):
        return []
    facts = _record(asked, item, as_of).facts_alone(_hull(periods))
    return assess(item.agreement, item.objective, facts, window, as_of, item.exclusions)
