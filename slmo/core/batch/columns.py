"""States of many objectives as one set of columns: rows in order, that do not overlap."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from slmo.core.facts import State, States
from slmo.core.intervals import BEGIN, OPEN, Codes, Mask, Times, times
from slmo.core.terms.model import ObjectiveTerms
from slmo.core.timeline import timeline

UP, DEGRADED, UNKNOWN, DOWN = (state.code for state in State)


@dataclass(frozen=True, eq=False)
class Columns:
    """Rows `bounds[i]` to `bounds[i + 1]` belong to lane `i`; within it they are sorted by start and do not overlap.

    A row holds in `[start, end)`; with `end` None until the next row of its lane begins, the last one for ever. Of rows
    of one start without an end the last holds. `fill` has for each lane the state where no row says anything.
    """

    bounds: Times
    start: Times
    state: Codes
    fill: Codes
    end: Times | None = None

    @classmethod
    def of_changes(cls, lane: Times, start: Times, state: Codes, lanes: int) -> Columns:
        """Return changes, sorted by lane, start and sequence, as columns; before a lane's first nothing is known."""
        bounds = np.searchsorted(lane, np.arange(lanes + 1))
        return cls(times(bounds), start, state, np.full(lanes, UNKNOWN, dtype=np.int8))

    def __len__(self) -> int:
        """Return the number of lanes."""
        return len(self.fill)

    @property
    def counts(self) -> Times:
        """Return how many rows each lane has."""
        return np.diff(self.bounds)

    def span(self, first: int, last: int) -> Columns:
        """Return the lanes from `first` up to (not with) `last`, without copying."""
        low, high = int(self.bounds[first]), int(self.bounds[last])
        end = None if self.end is None else self.end[low:high]
        bounds = self.bounds[first : last + 1] - low
        return Columns(bounds, self.start[low:high], self.state[low:high], self.fill[first:last], end)

    def take(self, lanes: Times) -> Columns:
        """Return these lanes, in this order; a lane may be taken more than once."""
        counts = self.counts[lanes]
        rows = ranges(self.bounds[:-1][lanes], counts)
        end = None if self.end is None else self.end[rows]
        return Columns(bounds_of(counts), self.start[rows], self.state[rows], self.fill[lanes], end)

    def ends(self) -> Times:
        """Return until when each row holds."""
        if self.end is not None:
            return self.end
        ends = np.concatenate((self.start[1:], times([OPEN])))[: len(self.start)]
        ends[self.lasts()] = OPEN
        return ends

    def lasts(self) -> Times:
        """Return the last row of each lane that has any."""
        return self.bounds[1:][self.counts > 0] - 1


def bounds_of(counts: Times) -> Times:
    """Return where each of adjoining stretches of so many rows begins, and where the last one ends."""
    return np.concatenate((times([0]), np.cumsum(counts, dtype=np.int64)))


def ranges(firsts: Times, counts: Times) -> Times:
    """Return `first, first + 1, …` of so many numbers each, one after the other.

    >>> ranges(times([10, 3]), times([2, 3])).tolist()
    [10, 11, 3, 4, 5]
    """
    begins = np.cumsum(counts) - counts
    return np.repeat(firsts - begins, counts) + np.arange(int(counts.sum()), dtype=np.int64)


def columns_of(states: States, terms: ObjectiveTerms, until: int) -> Columns:
    """Return one lane: what an objective's facts say in every second before `until`, before terms forgive any of it.

    Changes of one stream, and intervals that do not overlap, are taken as they are; all else is united first.
    """
    plain = not states.override.any() and not (states.scope != states.scope[:1]).any()
    if plain and not (len(states) and states.scopes[int(states.scope[0])] and terms.scope):
        changes = states.is_change
        if len(states) and changes.all() and states.gaps == "unknown":
            order = np.lexsort((states.seq, states.start))
            return _lane(states.start[order], states.state[order], UNKNOWN, None)
        if not changes.any():
            order = np.argsort(states.start, kind="stable")
            start, end = states.start[order], states.end[order]
            if _apart(start, end):
                return _lane(start, states.state[order], UP if states.gaps == "up" else UNKNOWN, end)
    steps = timeline(states, terms.scope, terms.unite, until=until)
    return _lane(steps.edges, steps.values, UNKNOWN, None)


def _apart(start: Times, end: Times) -> bool:
    """Tell whether intervals in the order of their starts neither overlap nor are empty."""
    return bool((end > start).all() and (end[:-1] <= start[1:]).all())


def _lane(start: Times, state: Codes, fill: int, end: Times | None) -> Columns:
    return Columns(times([0, len(start)]), start, state, np.array([fill], dtype=np.int8), end)


NOTHING = Columns(times([0, 0]), times([]), np.array([], np.int8), np.array([UNKNOWN], np.int8))  # one lane


def columns_join(parts: Sequence[Columns]) -> Columns:
    """Return the lanes of several columns, one after the other."""
    bounds = bounds_of(np.concatenate([part.counts for part in parts] or [times([])]))
    start, state, fill = (
        np.concatenate([getattr(part, name) for part in parts] or [np.array([], dtype)])
        for name, dtype in (("start", np.int64), ("state", np.int8), ("fill", np.int8))
    )
    if all(part.end is None for part in parts):
        return Columns(bounds, start, state, fill)
    return Columns(bounds, start, state, fill, np.concatenate([part.ends() for part in parts]))


def dense(columns: Columns) -> tuple[Times, Times, Codes]:
    """Return lane, start and state of runs that cover all time: each ends where the next one of its lane begins."""
    lane, ends = np.repeat(np.arange(len(columns)), columns.counts), columns.ends()
    following = Columns(columns.bounds, columns.start, columns.state, columns.fill).ends()
    kept, gap = ends > columns.start, (ends < following) & (ends > columns.start)
    lanes = np.concatenate((np.arange(len(columns)), lane[kept], lane[gap]))
    starts = np.concatenate((np.full(len(columns), BEGIN, dtype=np.int64), columns.start[kept], ends[gap]))
    states = np.concatenate((columns.fill, columns.state[kept], columns.fill[lane[gap]]))
    order = np.lexsort((np.arange(len(lanes)), starts, lanes))  # a row that begins with time follows the fill
    return joined(lanes[order], starts[order], states[order])


def joined(lane: Times, start: Times, state: Codes) -> tuple[Times, Times, Codes]:
    """Return runs without those that last no time, neighbours of one state as one run."""
    keep = lane_last(lane) | (start != np.roll(start, -1))
    lane, start, state = lane[keep], start[keep], state[keep]
    keep = lane_first(lane) | (state != np.roll(state, 1))
    return lane[keep], start[keep], state[keep]


def lane_first(lane: Times) -> Mask:
    """Tell which rows are the first of their lane."""
    return np.concatenate(([True], lane[1:] != lane[:-1]))[: len(lane)]


def lane_last(lane: Times) -> Mask:
    """Tell which rows are the last of their lane."""
    return np.concatenate((lane[1:] != lane[:-1], [True]))[-len(lane) :] if len(lane) else np.array([], dtype=np.bool_)


def run_ends(lane: Times, start: Times) -> Times:
    """Return where runs that cover all time end."""
    return np.where(lane_last(lane), OPEN, np.roll(start, -1))
