"""Unknown time bridged and short outages forgiven, for many lanes at once: `timeline.bridged` and `forgiven`."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from slmo.core.batch.columns import (
    DEGRADED,
    DOWN,
    UNKNOWN,
    UP,
    Columns,
    bounds_of,
    dense,
    joined,
    lane_first,
    run_ends,
)
from slmo.core.intervals import Codes, Mask, Times


class Shape(NamedTuple):
    """For each lane what its terms forgive: lengths in seconds, and whether degraded time belongs to an outage."""

    last_for: Times
    minimum: Times
    whole_minutes: Mask
    degraded_is_down: Mask

    @property
    def needed(self) -> Mask:
        """Tell for which lanes the terms change anything."""
        return (self.last_for > 0) | (self.minimum > 0) | self.whole_minutes

    def take(self, lanes: Times) -> Shape:
        """Return those of some lanes."""
        return Shape(self.last_for[lanes], self.minimum[lanes], self.whole_minutes[lanes], self.degraded_is_down[lanes])


def shaped(columns: Columns, shape: Shape, as_of: int) -> Columns:
    """Return the columns as the terms see them; what lies after `as_of` may be anything."""
    lane, start, state = dense(columns)
    lane, start, state = _bridged(lane, start, state, shape.last_for)
    lane, start, state = _forgiven((lane, start, state), shape, as_of)
    bounds = bounds_of(np.bincount(lane, minlength=len(columns)))
    return Columns(bounds, start, state, columns.fill)


def _bridged(lane: Times, start: Times, state: Codes, seconds: Times) -> tuple[Times, Times, Codes]:
    """Let the run before each unknown one go on for so many seconds: the unknown run begins later, or not at all."""
    later = (state == UNKNOWN) & ~lane_first(lane)
    moved = np.minimum(start[later] + seconds[lane[later]], run_ends(lane, start)[later])
    start = start.copy()
    start[later] = moved
    return joined(lane, start, state)


def _forgiven(runs: tuple[Times, Times, Codes], shape: Shape, as_of: int) -> tuple[Times, Times, Codes]:
    """Turn into up what the terms do not count of each outage, which is as long as it was at `as_of`."""
    lane, start, state = runs
    bad = (state == DOWN) | ((state == DEGRADED) & shape.degraded_is_down[lane])
    if not bad.any():
        return runs
    begins = bad & (lane_first(lane) | ~np.roll(bad, 1))
    outage = np.cumsum(begins) - 1  # of each bad row
    ends = run_ends(lane, start)
    begun, owner = start[begins], lane[begins]
    ended = np.zeros(len(begun), dtype=np.int64)
    ended[outage[bad]] = ends[bad]  # of several the last one is written
    lengths = np.minimum(ended, as_of) - begun
    counted = np.where(shape.whole_minutes[owner], lengths // 60 * 60, lengths)
    kept = np.where(lengths < shape.minimum[owner], begun, np.where(shape.whole_minutes[owner], begun + counted, ended))
    until = kept[outage]
    cut = bad & (start < until) & (until < ends)
    state = np.where(bad & (start >= until), np.int8(UP), state)
    places = np.flatnonzero(cut) + 1
    return (
        np.insert(lane, places, lane[cut]),
        np.insert(start, places, until[cut]),
        np.insert(state, places, np.int8(UP)),
    )
