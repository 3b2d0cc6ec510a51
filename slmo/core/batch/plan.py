"""What a batch is asked for, laid out once: lanes, the frames that they share, and the periods that they add up to."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from slmo.core.batch.columns import bounds_of, ranges
from slmo.core.batch.frames import Clock, Frame, clock_make, frame_make
from slmo.core.batch.shaping import Shape
from slmo.core.exclusions import ExclusionWindow
from slmo.core.governing import periods_of, rulings, versions_with
from slmo.core.intervals import Codes, Intervals, Mask, Times, times
from slmo.core.measuring import PROVIDER
from slmo.core.terms.model import Agreement, ObjectiveTerms, Version
from slmo.core.units import Window

COUNTS_AS = ("excluded", "up", "down")
_WIDEST = 1 << 31  # of denominators


class Item(NamedTuple):
    """An objective to be judged; `exclusions` are approved besides those of the agreement."""

    agreement: Agreement
    objective: str
    exclusions: Sequence[ExclusionWindow] = ()


class Lane(NamedTuple):
    """One version of one item (None where none rules), and the frame that it is counted in."""

    item: int
    version: Version | None
    terms: ObjectiveTerms | None
    frame: int


class Layout(NamedTuple):
    """The periods of an objective, and which spans of them each of its versions rules.

    `ruled` has for each version (by its place among those with the objective, -1 for none) its spans, and `numbers` of
    the periods in which these lie. `term` is where any version is in force.
    """

    periods: Times
    ruled: dict[int, list[Window]]
    numbers: dict[int, Times]
    term: Intervals


class Terms(NamedTuple):
    """The terms of judgement, one row a lane; fractions are numerator and denominator, -1 over 1 for none."""

    weight: Times
    weight_of: Times
    counts_as: Codes
    target: Times
    target_of: Times
    strict: Mask
    share: Times
    share_of: Times


@dataclass(frozen=True, eq=False)
class Plan:
    """Items, in lanes; `alone` are the places of those that have to be assessed one by one.

    `cell_period` points from each lane's spans, one lane after the other, to the plan's periods; `periods` are start
    and end, `period_item` the item of each. `scale` is for each lane its item's denominator of good seconds.
    """

    items: tuple[Item, ...]
    as_of: int
    lanes: tuple[Lane, ...]
    lane_item: Times
    lane_frame: Times
    frames: tuple[Frame, ...]
    clock: Clock
    shape: Shape
    terms: Terms
    scale: Times
    cell_period: Times
    cell_bounds: Times
    periods: Times
    period_item: Times
    alone: tuple[int, ...]


def plan_make(items: Iterable[Item], window: Window, as_of: int) -> Plan:
    """Lay out the periods of all items that overlap the window, as known at `as_of`.

    Raises EngineError for an objective that its agreement does not have.
    """
    planner = _Planner(tuple(items), window, as_of)
    for place, item in enumerate(planner.items):
        planner.add(place, item)
    return planner.plan()


class _Planner:
    """Gather lanes, frames and periods item by item; what items have in common is computed once."""

    def __init__(self, items: tuple[Item, ...], window: Window, as_of: int) -> None:
        self.items, self.window, self.as_of = items, window, as_of
        self.layouts: dict[Any, Layout] = {}
        self.frames: list[Frame] = []
        self.frame_of: dict[Any, int] = {}
        self.known: dict[Any, int] = {}
        self.hours: dict[int, Any] = {}
        self.lanes: list[Lane] = []
        self.rows: list[_Row] = []
        self.scale: list[int] = []
        self.cells: list[tuple[int, Times]] = []  # of each lane the first period of its item, and the periods' numbers
        self.periods: list[tuple[int, Times]] = []
        self.alone: list[int] = []
        self.count = 0

    def add(self, place: int, item: Item) -> None:
        """Add an item: a lane for each version that rules any of its periods."""
        versions = versions_with(item.agreement, item.objective)
        clauses = [version.objectives[item.objective] for version in versions]
        rows = [_row(clause) for clause in clauses] if all(_plain(one) for one in clauses) else []
        scale = math.lcm(*(row.weight_of for row in rows))
        if not rows or not all(row.fits(scale) for row in rows):
            self.alone.append(place)
            return
        layout = self._layout(item, versions, clauses)
        for index, spans in layout.ruled.items():
            version, clause = (versions[index], clauses[index]) if index >= 0 else (None, None)
            frame = self._frame(item, version, clause, (id(layout), index), layout.term, spans)
            self.lanes.append(Lane(place, version, clause, frame))
            self.rows.append(rows[index] if index >= 0 else _NO_ROW)
            self.scale.append(scale)
            self.cells.append((self.count, layout.numbers[index]))
        self.periods.append((place, layout.periods))
        self.count += len(layout.periods)

    def plan(self) -> Plan:
        """Return the plan of what was added."""
        first, numbers = _flat(self.cells, times([]))
        item, periods = _flat(self.periods, np.zeros((0, 2), dtype=np.int64))
        columns = list(zip(*self.rows, strict=True)) or [()] * len(_NO_ROW)
        terms = Terms(*(np.array(columns[n], dtype=dtype) for n, dtype in enumerate(_DTYPES)))
        shape = Shape(*(np.array(columns[n + len(_DTYPES)], dtype=dtype) for n, dtype in enumerate(_SHAPE)))
        return Plan(
            self.items, self.as_of, tuple(self.lanes), times([lane.item for lane in self.lanes]),
            times([lane.frame for lane in self.lanes]), tuple(self.frames), clock_make(self.frames or [_NO_FRAME]),
            shape, terms, times(self.scale), numbers + first, bounds_of(times([len(one) for _, one in self.cells])),
            periods, item, tuple(self.alone),
        )  # fmt: skip

    def _layout(self, item: Item, versions: Sequence[Version], clauses: Sequence[ObjectiveTerms]) -> Layout:
        agreement = item.agreement
        key = [agreement.timezone, agreement.anchor]
        for version, clause in zip(versions, clauses, strict=True):
            key += [version.effective_from, version.effective_until, clause.period, clause.amendment]
        found = self.layouts.get(tuple(key))
        if found is None:
            found = self.layouts[tuple(key)] = _layout(item, versions, self.window, self.as_of)
        return found

    def _frame(
        self, item: Item, version: Version | None, clause: ObjectiveTerms | None, spans_of: tuple[int, int],
        term: Intervals, spans: list[Window],
    ) -> int:  # fmt: skip
        quick = (id(version), clause and (clause.hours, clause.maintenance), id(item.exclusions), spans_of)
        if quick not in self.known:
            key = (self._content(version, clause), tuple(item.exclusions), spans_of)
            if key not in self.frame_of:
                self.frame_of[key] = len(self.frames)
                self.frames.append(frame_make(version, clause, term, spans, self.as_of, item.exclusions))
            self.known[quick] = self.frame_of[key]
        return self.known[quick]

    def _content(self, version: Version | None, clause: ObjectiveTerms | None) -> Any:
        """Return what counted time follows from: service hours and agreed exclusions, whoever wrote them."""
        if version is None or clause is None:
            return None
        calendar = version.calendar_of(clause)
        if id(calendar) not in self.hours:
            dated = tuple(sorted(calendar.exceptions.items(), key=lambda pair: pair[0]))
            self.hours[id(calendar)] = (calendar.zone, calendar.weekly, dated)
        return self.hours[id(calendar)], version.exclusions_of(clause)


def _plain(clause: ObjectiveTerms) -> bool:
    """Tell whether seconds of states, the provider's alone, are all that judges an objective."""
    said = clause.measurement
    other = said is not None and (said.rules != PROVIDER or said.stands_in)
    return clause.indicator == "availability" and clause.workload is None and not other


def _layout(item: Item, versions: Sequence[Version], window: Window, as_of: int) -> Layout:
    periods = periods_of(item.agreement, item.objective, window, as_of)
    ruled: dict[int, list[Window]] = {}
    numbers: dict[int, list[int]] = {}
    for number, period in enumerate(periods):
        for ruling in rulings(item.agreement, item.objective, period):
            index = -1 if ruling.version is None else versions.index(ruling.version)
            ruled.setdefault(index, []).append(ruling.window)
            numbers.setdefault(index, []).append(number)
    term = Intervals.of(version.window for version in versions)
    pairs = times([tuple(period) for period in periods]).reshape(-1, 2)
    return Layout(pairs, ruled, {index: times(listed) for index, listed in numbers.items()}, term)


class _Row(NamedTuple):
    """One lane's terms as numbers: those of Terms, then those of Shape."""

    weight: int
    weight_of: int
    counts_as: int
    target: int
    target_of: int
    strict: bool
    share: int
    share_of: int
    last_for: int = 0
    minimum: int = 0
    whole_minutes: bool = False
    degraded_is_down: bool = False

    def fits(self, scale: int) -> bool:
        """Tell whether 64-bit integers hold the judgement.

        A period has fewer than 2**29 seconds, and nothing is multiplied with more than these denominators and 4.
        """
        return scale * self.target_of < _WIDEST and self.share_of < _WIDEST


_DTYPES = (np.int64, np.int64, np.int8, np.int64, np.int64, np.bool_, np.int64, np.int64)
_SHAPE = (np.int64, np.int64, np.bool_, np.bool_)
_NO_ROW = _Row(1, 1, 0, 0, 1, False, -1, 1)
_NO_FRAME = Frame(Intervals.empty(), times([]), times([]), times([]), np.zeros((0, 8), dtype=np.int64))


def _row(clause: ObjectiveTerms) -> _Row:
    target, weight, unknown = clause.target, clause.degraded, clause.unknown
    if target is None:
        return _NO_ROW
    share = unknown.indeterminate_above
    return _Row(
        weight.numerator, weight.denominator, COUNTS_AS.index(unknown.counts_as), target.value.numerator,
        target.value.denominator, target.op == ">", -1 if share is None else share.numerator,
        1 if share is None else share.denominator, unknown.last_for, clause.minimum_outage, clause.whole_minutes,
        weight.numerator == 0,
    )  # fmt: skip


def _flat(parts: Sequence[tuple[int, Times]], empty: Times) -> tuple[Times, Times]:
    """Return the parts' columns one after the other, and beside each row its part's number."""
    counts = times([len(column) for _, column in parts])
    return np.repeat(times([number for number, _ in parts]), counts), np.concatenate([empty, *(c for _, c in parts)])


def lane_cells(plan: Plan, lanes: Times) -> Times:
    """Return the cells of some lanes, one lane after the other."""
    return ranges(plan.cell_bounds[:-1][lanes], np.diff(plan.cell_bounds)[lanes])
