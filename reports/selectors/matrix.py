"""The compliance matrix: every objective that a person may see, by the months in which its periods ended.

A period stands in the local month (of its agreement's zone) that holds its last second, so that a quarter stands in
its third month. A page is two reads of rows and at most two of counts, whatever its length.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, NamedTuple

import numpy as np
from django.db.models import (
    Case,
    Count,
    DateField,
    Exists,
    F,
    Func,
    OuterRef,
    Q,
    QuerySet,
    Value,
    When,
)
from django.db.models.functions import Cast
from django.utils.translation import gettext_lazy as _

from agreements.models import AgreementType, Objective
from agreements.selectors import objectives_visible
from monitoring.figures.numbers import figure_cell, figure_text
from monitoring.models import PeriodResult
from reports.months import month_add, month_range
from reports.selectors.counts import Counts, local_month
from reports.selectors.figures import SEVERITY, Figures, figures_read
from slmo.accounts.models import User
from slmo.core.intervals import Times

MONTHS_MOST = 60
ROWS_A_PAGE = 100
TYPES = {
    AgreementType.UC: _("Underpinning contracts"),
    AgreementType.SLA: _("Service level agreements"),
    AgreementType.OLA: _("Operational level agreements"),
}
GROUPS = ("type", "provider", "customer", "criticality", "none")


@dataclass(frozen=True)
class Question:
    """What of the matrix is asked for; `first` and `last` are months, both included."""

    first: date
    last: date
    group: str = "type"
    type: str = ""
    organisation: int | None = None
    criticality: int | None = None
    verdict: str = ""
    text: str = ""

    @property
    def months(self) -> list[date]:
        """Return the months of the columns."""
        return list(month_range(self.first, self.last))


class Cell(NamedTuple):
    """One objective in one month: the worst verdict of its periods, and their number.

    `achieved`, `target` and `value` are those of that period, `end` its end in epoch seconds.
    """

    month: date
    verdict: str
    achieved: str
    target: str
    value: str
    result_id: int
    end: int
    periods: int
    missed: int
    closed: bool

    @property
    def percent(self) -> str:
        """Return the figure as short as a cell can hold it."""
        return figure_cell(self.achieved, self.target, self.value)

    @property
    def figure(self) -> str:
        """Return the figure with its unit."""
        return figure_text(self.achieved, self.target, self.value)


class Filled(NamedTuple):
    """The cells of a matrix, row after row, as numbers: which figure stands in each, -1 for none, and of how many.

    Most of thousands are only counted: a cell is made where it is drawn.
    """

    months: list[date]
    figures: Figures
    number: Times
    periods: Times
    missed: Times

    def cell(self, place: int) -> Cell | None:
        """Return a cell, None where no period ended."""
        number, figures = int(self.number[place]), self.figures
        if number < 0:
            return None
        return Cell(
            self.months[place % len(self.months)], SEVERITY[figures.rank[number]], figures.achieved[number],
            figures.target[number], figures.value[number], int(figures.result[number]), int(figures.end[number]),
            int(self.periods[place]), int(self.missed[place]), bool(figures.closed[number]),
        )  # fmt: skip


class Row(NamedTuple):
    """One objective with a cell, or None, for each month."""

    objective: Mapping[str, Any]
    missed: int
    number: int
    filled: Filled

    @property
    def cells(self) -> tuple[Cell | None, ...]:
        """Return the cells of the row."""
        width = len(self.filled.months)
        return tuple(self.filled.cell(self.number * width + month) for month in range(width))


def ended_month() -> Cast:
    """Return the expression for the local month that holds a result's last second."""
    local = Func(F("objective__agreement__timezone"), F("end") - Value(timedelta(seconds=1)), function="timezone")
    return Cast(Func(Value("month"), local, function="date_trunc"), DateField())


def objectives_asked(user: User, question: Question) -> QuerySet[Objective]:
    """Return the objectives that the person may see and the filters leave, whatever their results."""
    rows = objectives_visible(user)
    if question.type:
        rows = rows.filter(agreement__type=question.type)
    if question.organisation:
        party = Q(agreement__provider=question.organisation) | Q(agreement__customer=question.organisation)
        rows = rows.filter(party)
    if question.criticality:
        rows = rows.filter(agreement__service__criticality=question.criticality)
    if question.text:
        named = Q(agreement__title__icontains=question.text) | Q(agreement__service__name__icontains=question.text)
        rows = rows.filter(named | Q(name__icontains=question.text))
    if question.verdict:
        rows = rows.filter(Exists(_results(question).filter(objective=OuterRef("pk"), verdict=question.verdict)))
    return rows


def rows_read(user: User, question: Question) -> QuerySet[Objective, Any]:
    """Return the matrix' rows as plain values, in the order of their groups."""
    orders: dict[str, list[Any]] = {
        "provider": ["agreement__provider__name"],
        "customer": ["agreement__customer__name"],
        "criticality": ["-agreement__service__criticality"],
        "type": [_own_first(), "agreement__provider__name"],
    }
    order: list[Any] = orders.get(question.group, [])
    return (
        objectives_asked(user, question)
        .order_by(*order, "agreement__title", "position", "name")
        .values(
            "id",
            "name",
            slug=F("agreement__slug"),
            title=F("agreement__title"),
            type=F("agreement__type"),
            provider=F("agreement__provider__name"),
            customer=F("agreement__customer__name"),
            service=F("agreement__service__name"),
            service_slug=F("agreement__service__slug"),
            criticality=F("agreement__service__criticality"),
            zone=F("agreement__timezone"),
        )
    )


def _own_first() -> Case:
    """Return the order of the types of agreement: what customers were promised, then what carries it."""
    ranks = (AgreementType.SLA, AgreementType.OLA)
    return Case(*(When(agreement__type=one, then=place) for place, one in enumerate(ranks)), default=len(ranks))


def cells_fill(objectives: Sequence[Mapping[str, Any]], question: Question) -> list[Row]:
    """Return the rows with their cells, by one read of results."""
    months = question.months
    figures = figures_read(objectives, question.first, month_add(question.last, 1))
    ids = np.array([row["id"] for row in objectives], dtype=np.int64)
    order = np.argsort(ids)
    place = order[np.searchsorted(ids[order], figures.objective)] * len(months) + figures.month
    filled = Filled(months, figures, *_worst(figures, place, len(ids) * len(months)))
    missed = filled.missed.reshape(len(ids), len(months)).sum(axis=1).tolist()
    return [Row(objective, missed[number], number, filled) for number, objective in enumerate(objectives)]


def _worst(figures: Figures, place: Times, places: int) -> tuple[Times, Times, Times]:
    """Return for each place which figure stands there, -1 for none, and how many periods there are, and missed.

    The worst of several stands there, since a good one does not make up for it; of equal ones the earlier.
    """
    worst_last = np.lexsort((-figures.end, -figures.rank))
    number = np.full(places, -1)
    number[place[worst_last]] = worst_last
    missed = place[figures.rank == SEVERITY.index("breached")]
    return number, np.bincount(place, minlength=places), np.bincount(missed, minlength=places)


def tallies(user: User, question: Question, now: datetime) -> dict[date, Counts]:
    """Return how many periods of each verdict ended in each month until `now`, over all rows that the filters leave.

    Time is no filter here: the same read serves the columns, the years and the choice of what to show first. Rows are
    grouped by the instants at which periods end, which are few, and only these are brought to months.
    """
    rows = (
        PeriodResult.objects.filter(current=True, end__lte=now)
        .filter(objective__in=objectives_asked(user, question).order_by().values("pk"))
        .order_by()
        .values_list("end", "objective__agreement__timezone", "verdict")
        .annotate(n=Count("pk"))
    )
    found: dict[date, Counts] = {}
    for end, zone, verdict, count in rows:
        found.setdefault(local_month(end, zone), Counts()).add(verdict, count)
    return dict(sorted(found.items()))


def group_label(row: Mapping[str, object], group: str) -> tuple[str, str]:
    """Return what a row's group is called, in two parts: the group itself and a word beside it."""
    if group == "type":
        return str(TYPES[AgreementType(str(row["type"]))]), str(row["provider"])
    if group == "criticality":
        return str(row["criticality"]), ""
    return (str(row[group]), "") if group in {"provider", "customer"} else ("", "")


def _results(question: Question) -> QuerySet[PeriodResult]:
    """Return current results that may end in the months asked for: a day wider, for zones differ by up to 14 hours."""
    first = datetime.combine(question.first, time.min, UTC)
    last = datetime.combine(month_add(question.last, 1), time.min, UTC)
    day = timedelta(days=1)
    return PeriodResult.objects.filter(current=True, end__gt=first - day, end__lte=last + day)
