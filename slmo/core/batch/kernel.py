"""The kernel: seconds of each state in each period by prefix sums, and all verdicts at once, in whole numbers."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import numpy as np

from slmo.core.batch.columns import DEGRADED, DOWN, UNKNOWN, UP, Columns, bounds_of, ranges
from slmo.core.batch.frames import COUNTED
from slmo.core.batch.judging import periods_judged
from slmo.core.batch.plan import Plan, lane_cells
from slmo.core.batch.shaping import shaped
from slmo.core.batch.table import Verdicts
from slmo.core.intervals import Times, times
from slmo.core.partition import CLASSES, Class

_BLOCK = 1 << 15  # rows: their columns stay in the processor's cache
_CLASS = {UP: Class.UP, DEGRADED: Class.DEGRADED, UNKNOWN: Class.UNKNOWN, DOWN: Class.DOWN}


def verdicts(plan: Plan, columns: Columns) -> Verdicts:
    """Return the verdict of every period of the plan's lanes; `columns` has the states of each of them."""
    sums = Sums(plan)
    sums.add(columns, np.arange(len(plan.lanes)))
    return sums.verdicts()


class Sums:
    """Counted seconds of each state in each cell of a plan, filled in lane by lane."""

    def __init__(self, plan: Plan) -> None:
        """Begin with what needs no facts: the seconds that do not count."""
        self.plan = plan
        frames = plan.frames
        self.seconds = np.concatenate(
            [frames[frame].seconds for frame in plan.lane_frame.tolist()] or [np.zeros((0, len(CLASSES)), np.int64)]
        )
        self.seconds[:, COUNTED] = 0
        moments = [plan.clock.moments(frame.edges) for frame in frames]
        self.moments = np.concatenate(moments or [times([])])
        self.counted = np.concatenate(
            [plan.clock.seconds(one, number) for number, one in enumerate(moments)] or [times([])]
        ).astype(np.int64)
        self.edges = times([len(frame.edges) for frame in frames])
        self.low = np.concatenate([frame.low for frame in frames] or [times([])])
        self.high = np.concatenate([frame.high for frame in frames] or [times([])])
        self.spans = times([len(frame.low) for frame in frames])

    def add(self, columns: Columns, lanes: Times) -> None:
        """Take the states of some of the plan's lanes; each lane is to be taken once."""
        needed = self.plan.shape.needed[lanes]
        if not needed.any():
            self._add(columns, lanes)
            return
        plain, shapely = np.flatnonzero(~needed), np.flatnonzero(needed)
        self._add(columns.take(plain), lanes[plain])
        for low, high in _blocks(columns.counts[shapely]):
            chosen = shapely[low:high]
            shape = self.plan.shape.take(lanes[chosen])
            self._add(shaped(columns.take(chosen), shape, self.plan.as_of), lanes[chosen])

    def verdicts(self) -> Verdicts:
        """Judge every period, once all lanes were taken."""
        return periods_judged(self.plan, self.seconds)

    def _add(self, columns: Columns, lanes: Times) -> None:
        for low, high in _blocks(columns.counts):
            self._block(columns.span(low, high), lanes[low:high])

    def _block(self, columns: Columns, lanes: Times) -> None:
        """Read the prefix sums of each state at the edges of each lane's spans, and take their differences."""
        frames = self.plan.lane_frame[lanes]
        reader = _Reader(self, columns, frames)
        cells, fills = lane_cells(self.plan, lanes), np.repeat(columns.fill, self.spans[frames])
        left = reader.spent()
        for state in np.unique(columns.state).tolist():
            if not (columns.fill == state).all():  # else it is what the others leave
                found = reader.spent_in(state)
                self.seconds[cells, CLASSES.index(_CLASS[state])] += found
                left -= found
        for state in np.unique(fills).tolist():
            mask = fills == state
            self.seconds[cells[mask], CLASSES.index(_CLASS[state])] += left[mask]


class _Reader:
    """Counted seconds of a block's states, read at the edges of each lane's spans."""

    def __init__(self, sums: Sums, columns: Columns, frames: Times) -> None:
        self.columns = columns
        edges = ranges((np.cumsum(sums.edges) - sums.edges)[frames], sums.edges[frames])
        self.counted = sums.counted[edges]
        begun, ended, row = _rows(sums, columns, frames, edges)
        self.lengths = ended - begun
        first = np.repeat(columns.bounds[:-1], sums.edges[frames])
        self.at, row = np.maximum(row, first), np.where(row >= first, row, -1)
        self.part, self.state = np.zeros(len(row), dtype=np.int64), np.full(len(row), -1, dtype=np.int8)
        inside = row >= 0
        held = row[inside]
        self.part[inside] = np.minimum(self.counted[inside], ended[held]) - begun[held]
        self.state[inside] = columns.state[held]
        spans = ranges((np.cumsum(sums.spans) - sums.spans)[frames], sums.spans[frames])
        own = np.repeat(bounds_of(sums.edges[frames])[:-1], sums.spans[frames])
        self.low, self.high = sums.low[spans] + own, sums.high[spans] + own

    def spent(self) -> Times:
        """Return the counted seconds of each span."""
        return self.counted[self.high] - self.counted[self.low]

    def spent_in(self, state: int) -> Times:
        """Return the counted seconds of each span in which a row says this state."""
        prefix = np.zeros(len(self.lengths) + 1, dtype=np.int64)
        np.cumsum(self.lengths * (self.columns.state == state), out=prefix[1:])
        reached = prefix[self.at] + self.part * (self.state == state)
        return reached[self.high] - reached[self.low]


def _rows(sums: Sums, columns: Columns, frames: Times, edges: Times) -> tuple[Times, Times, Times]:
    """Return the counted seconds at which rows begin and end, and the last row that begins up to each edge.

    A row of an earlier lane means that the edge's own lane has none so early.
    """
    clock, counts = sums.plan.clock, columns.counts
    of_rows = int(frames[0]) if (frames == frames[0]).all() else np.repeat(frames, counts)
    moments = clock.moments(columns.start)
    begun = clock.seconds(moments, of_rows)
    if columns.end is not None:
        ended = clock.seconds(clock.moments(columns.end), of_rows)
    else:
        ended = np.append(begun[1:], begun[:1])
        ended[columns.lasts()] = sums.counted[np.cumsum(sums.edges) - 1][frames[counts > 0]]
    lanes = np.arange(len(frames), dtype=np.int64) * (clock.length + 2)
    keys = np.repeat(lanes, counts) + moments
    return begun, ended, np.searchsorted(keys, np.repeat(lanes, sums.edges[frames]) + sums.moments[edges], "right") - 1


def _blocks(counts: Times) -> Iterator[tuple[int, int]]:
    """Yield stretches of lanes that have together not many more rows than a block."""
    if not len(counts):
        return
    blocks = bounds_of(counts)[:-1] // _BLOCK
    cuts = [0, *(np.flatnonzero(np.diff(blocks)) + 1).tolist(), len(counts)]
    yield from itertools.pairwise(cuts)
