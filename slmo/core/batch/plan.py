"""What a batch is asked for, laid out once: lanes, the frames that they share, and the periods that they add up to."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, NamedTuple

import numpy as np

from slmo.core.batch.columns import bounds_of, ranges
from slmo.core.batch.frames import Clock, Frame, clock_make, frame_make
from slmo.core.batch.shaping import Shape
from slmo.core.calendar import Calendar
from slmo.core.exclusions import ExclusionWindow
from slmo.core.governing import periods_of, rulings, versions_with
from slmo.core.intervals import Codes, Intervals, Mask, Times, times
from slmo.core.terms.model import Agreement, ObjectiveTerms, Version
from slmo.core.units import Window

COUNTS_AS = ("excluded", "up", "down")
_WIDEST = 1 << 31


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

    `ruled` has for each version (by its place among those with the objective, -1 for none) its spans and the number of
    the period in which each lies. `term` is where any version is in force.
    """

    periods: Times
    ruled: dict[int, tuple[list[Window], Times]]
    term: Intervals


@dataclass(frozen=True, eq=False)
class Terms:
    """The terms of judgement as columns, one row a lane. Fractions are numerator and denominator, -1 for none."""

    weight: Times
    weight_of: Times
    counts_as: Codes
    target: Times
    target_of: Times
    strict: Mask
    share: Times
    share_of: Times
    scale: Times  # the item's common denominator of good seconds


@dataclass(frozen=True, eq=False)
class Plan:
    """Items, in lanes; `alone` are the places of those that have to be assessed one by one.

    `cell_period` points from each lane's spans, one lane after the other, to the plan's periods; `periods` are start
    and end, `period_item` the item of each.
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
    cell_period: Times
    cell_bounds: Times
    periods: Times
    period_item: Times
    alone: tuple[int, ...]


def plan_make(items: Iterable[Item], window: Window, as_of: int) -> Plan:
    """Lay out the periods of all items that overlap the window, as known at `as_of`.

    Raises EngineError for an objective that its agreement does not have.
    """
    return _Planner(tuple(items), window, as_of).plan()


class _Planner:
    """Gather lanes, frames and periods item by item; what items have in common is computed once."""

    def __init__(self, items: tuple[Item, ...], window: Window, as_of: int) -> None:
        self.items, self.window, self.as_of = items, window, as_of
        self.layouts: dict[Any, Layout] = {}
        self.frames: list[Frame] = []
        self.frame_of: dict[Any, int] = {}
        self.known: dict[Any, int] = {}
        self.keys: dict[int, Any] = {}
        self.lanes: list[Lane] = []
        self.cells: list[Times] = []
        self.periods: list[Times] = []
        self.alone: list[int] = []
        self.count = 0

    def plan(self) -> Plan:
        """Return the plan of all items."""
        for place, item in enumerate(self.items):
            versions = versions_with(item.agreement, item.objective)
            clauses = [version.objectives[item.objective] for version in versions]
            if fits(clauses):
                self._add(place, item, versions, clauses)
            else:
                self.alone.append(place)
        counts = times([len(cells) for cells in self.cells])
        listed = times([len(periods) for periods in self.periods])
        alone = set(self.alone)
        kept = [place for place in range(len(self.items)) if place not in alone]
        return Plan(
            self.items, self.as_of, tuple(self.lanes), times([lane.item for lane in self.lanes]),
            times([lane.frame for lane in self.lanes]), tuple(self.frames), clock_make(self.frames or [_NO_FRAME]),
            _shape(self.lanes), _terms(self.lanes), _joined(self.cells), bounds_of(counts),
            np.concatenate([*self.periods, np.zeros((0, 2), dtype=np.int64)]), np.repeat(times(kept), listed),
            tuple(self.alone),
        )  # fmt: skip

    def _add(self, place: int, item: Item, versions: list[Version], clauses: list[ObjectiveTerms]) -> None:
        agreement = item.agreement
        key = (agreement.timezone, agreement.anchor, *((v.effective_from, v.effective_until, c.period, c.amendment)
               for v, c in zip(versions, clauses, strict=True)))  # fmt: skip
        if key not in self.layouts:
            self.layouts[key] = _layout(item, versions, self.window, self.as_of)
        layout = self.layouts[key]
        for index, (spans, periods) in layout.ruled.items():
            version, clause = (versions[index], clauses[index]) if index >= 0 else (None, None)
            frame = self._frame(item, version, clause, (id(layout), index), layout.term, spans)
            self.lanes.append(Lane(place, version, clause, frame))
            self.cells.append(periods + self.count)
        self.periods.append(layout.periods)
        self.count += len(layout.periods)

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
        if version is None or clause is None:
            return None
        return self._hours(version.calendar_of(clause)), version.exclusions_of(clause)

    def _hours(self, calendar: Calendar) -> Any:
        if id(calendar) not in self.keys:
            dated = tuple(sorted(calendar.exceptions.items(), key=lambda pair: pair[0]))
            self.keys[id(calendar)] = (calendar.zone, calendar.weekly, dated)
        return self.keys[id(calendar)]


def _layout(item: Item, versions: Sequence[Version], window: Window, as_of: int) -> Layout:
    periods = periods_of(item.agreement, item.objective, window, as_of)
    ruled: dict[int, tuple[list[Window], list[int]]] = {}
    for number, period in enumerate(periods):
        for ruling in rulings(item.agreement, item.objective, period):
            index = -1 if ruling.version is None else versions.index(ruling.version)
            spans, numbers = ruled.setdefault(index, ([], []))
            spans.append(ruling.window)
            numbers.append(number)
    term = Intervals.of(version.window for version in versions)
    pairs = times([tuple(period) for period in periods]).reshape(-1, 2)
    return Layout(pairs, {index: (spans, times(numbers)) for index, (spans, numbers) in ruled.items()}, term)


def fits(clauses: Sequence[ObjectiveTerms]) -> bool:
    """Tell whether an objective can be judged in 64-bit integers: availability, with fractions of ordinary size.

    A period has fewer than 2**29 seconds, and nothing is multiplied with more than the denominators below and 4.
    """
    if any(clause.indicator != "availability" or clause.target is None for clause in clauses):
        return False
    weights = math.lcm(*(clause.degraded.denominator for clause in clauses))
    targets = max(clause.target.value.denominator for clause in clauses if clause.target)
    shares = max((clause.unknown.indeterminate_above or Fraction(0)).denominator for clause in clauses)
    return weights * targets < _WIDEST and shares < _WIDEST


def _shape(lanes: Sequence[Lane]) -> Shape:
    clauses = [lane.terms for lane in lanes]
    return Shape(
        times([one.unknown.last_for if one else 0 for one in clauses]),
        times([one.minimum_outage if one else 0 for one in clauses]),
        np.array([bool(one and one.whole_minutes) for one in clauses], dtype=np.bool_),
        np.array([bool(one and one.degraded_is_down) for one in clauses], dtype=np.bool_),
    )


def _terms(lanes: Sequence[Lane]) -> Terms:
    rows = [_row(lane.terms) for lane in lanes]
    weight, weight_of, counts_as, target, target_of, strict, share, share_of = (
        zip(*rows, strict=True) if rows else ((),) * 8
    )
    scale: dict[int, int] = {}
    for lane, denominator in zip(lanes, weight_of, strict=True):
        scale[lane.item] = math.lcm(scale.get(lane.item, 1), denominator)
    return Terms(
        times(weight), times(weight_of), np.array(counts_as, dtype=np.int8), times(target), times(target_of),
        np.array(strict, dtype=np.bool_), times(share), times(share_of), times([scale[lane.item] for lane in lanes]),
    )  # fmt: skip


def _row(clause: ObjectiveTerms | None) -> tuple[int, int, int, int, int, bool, int, int]:
    if clause is None or clause.target is None:
        return 1, 1, 0, 0, 1, False, -1, 1
    share = clause.unknown.indeterminate_above
    above = (-1, 1) if share is None else (share.numerator, share.denominator)
    weight, target = clause.degraded, clause.target
    return (
        weight.numerator, weight.denominator, COUNTS_AS.index(clause.unknown.counts_as), target.value.numerator,
        target.value.denominator, target.op == ">", *above,
    )  # fmt: skip


def _joined(parts: Sequence[Times]) -> Times:
    return np.concatenate(parts) if parts else times([])


_NO_FRAME = Frame(Intervals.empty(), times([]), times([]), times([]), np.zeros((0, 8), dtype=np.int64))


def lane_cells(plan: Plan, lanes: Times) -> Times:
    """Return the cells of some lanes, one lane after the other."""
    return ranges(plan.cell_bounds[:-1][lanes], np.diff(plan.cell_bounds)[lanes])
