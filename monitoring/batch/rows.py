"""From blocks of the stream to the engine's columns."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from monitoring.batch.stream import Block
from monitoring.models import FactState
from slmo.core.batch import Columns
from slmo.core.batch.columns import UNKNOWN, UP, bounds_of
from slmo.core.facts import State
from slmo.core.intervals import BEGIN, OPEN, Mask, Times, times

_CODES = np.array([State[state.name].code for state in sorted(FactState)], dtype=np.int8)  # by the database's number
_MICRO, _EPOCH_2000 = 1_000_000, 946_684_800
_FOREVER = np.iinfo(np.int64).max  # PostgreSQL's infinity


class Silence(NamedTuple):
    """When silence means up, for each indicator: `[since, until)`, of no length where it never does."""

    since: Times
    until: Times


def columns_read(block: Block, silences: Mapping[int, tuple[int, int]]) -> tuple[Columns, Mask]:
    """Return a block as columns, one lane an indicator, and which of them can not be read this way.

    Those are indicators with two facts for one instant, changes beside intervals, intervals that overlap, or fractions
    of a second.
    """
    bounds = bounds_of(times(block.counts))
    lane = np.repeat(np.arange(len(block.counts)), block.counts)
    raw, raw_end = block.rows["start"].astype(np.int64), block.rows["end"].astype(np.int64)
    start, change = raw // _MICRO, raw_end == _FOREVER
    odd = np.array(block.odd, dtype=np.bool_)
    odd[lane[start * _MICRO != raw]] = True
    odd[lane[_tied(lane, start)]] = True
    start += _EPOCH_2000
    state = _CODES[block.rows["state"].astype(np.intp)]
    fill = np.full(len(odd), UNKNOWN, dtype=np.int8)
    if change.all():
        columns = Columns(bounds, start, state, fill)
    else:
        end = np.where(change, _next_starts(start, bounds), raw_end // _MICRO + _EPOCH_2000)
        odd[lane[~change & (raw_end % _MICRO != 0)]] = True
        odd[lane[_disagreeing(lane, start, end, change)]] = True
        columns = Columns(bounds, start, state, fill, end)
    if silences:
        columns = _quiet_up(columns, _silence(block, silences))
    return columns, odd


def _tied(lane: Times, start: Times) -> Mask:
    """Tell which rows begin when the next one of their lane does: which of them holds the stream does not say."""
    return np.append((lane[1:] == lane[:-1]) & (start[1:] == start[:-1]), False)[: len(lane)]


def _next_starts(start: Times, bounds: Times) -> Times:
    following = np.append(start[1:], OPEN)[: len(start)]
    following[bounds[1:][np.diff(bounds) > 0] - 1] = OPEN
    return following


def _disagreeing(lane: Times, start: Times, end: Times, change: Mask) -> Mask:
    """Tell which rows are followed, in their lane, by one of the other kind or one that begins before they end."""
    same = lane[1:] == lane[:-1]
    return np.append(same & ((change[1:] != change[:-1]) | (end[:-1] > start[1:])), False)[: len(lane)]


def _silence(block: Block, silences: Mapping[int, tuple[int, int]]) -> Silence:
    pairs = times([silences.get(indicator, (0, 0)) for indicator in block.indicators])
    return Silence(pairs[:, 0], pairs[:, 1])


def _quiet_up(columns: Columns, silence: Silence) -> Columns:
    """Return the columns with rows of up in the gaps of those indicators where silence means up."""
    lane, ends = np.repeat(np.arange(len(columns)), columns.counts), columns.ends()
    gap_lane = np.concatenate((np.arange(len(columns)), lane))
    gap_start = np.concatenate((np.full(len(columns), BEGIN), ends))
    firsts = np.full(len(columns), OPEN)
    filled = columns.counts > 0
    firsts[filled] = columns.start[columns.bounds[:-1][filled]]
    gap_end = np.concatenate((firsts, _next_starts(columns.start, columns.bounds)))
    gap_start = np.maximum(gap_start, silence.since[gap_lane])
    gap_end = np.minimum(gap_end, silence.until[gap_lane])
    kept = gap_end > gap_start
    lanes = np.concatenate((lane, gap_lane[kept]))
    starts = np.concatenate((columns.start, gap_start[kept]))
    order = np.lexsort((starts, lanes))
    states = np.concatenate((columns.state, np.full(int(kept.sum()), UP, dtype=np.int8)))
    end = np.concatenate((ends, gap_end[kept]))
    bounds = bounds_of(np.bincount(lanes, minlength=len(columns)))
    return Columns(bounds, starts[order], states[order], columns.fill, end[order])
