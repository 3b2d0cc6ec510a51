"""Recorded states with as few rows as say the same: what an objective reads again and again while terms are edited."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from slmo.core.facts.states import State, States
from slmo.core.intervals import Intervals, Mask, Times


def states_packed(states: States) -> States:
    """Return states of which every objective, under any terms, reads what it reads of these.

    Intervals of one state and place that meet or overlap become one, between corrections only: a correction wins over
    what was recorded before it. Corrections, changes and rows that only name a place stay as they are.
    """
    plain = ~states.override & ~states.is_change & (states.end > states.start)
    if int(plain.sum()) < 2:
        return states
    kept, united = states.take(~plain), list(_united(states.take(plain), states.seq[states.override]))
    return _joined(kept, united)


def _united(states: States, corrections: Times) -> Iterator[States]:
    """Yield the intervals of each state, place and objective between two corrections, united."""
    key = np.searchsorted(np.sort(corrections), states.seq)
    for code, most in ((states.scope, len(states.scopes)), (states.indicator, len(states.indicators))):
        key = key * most + code
    key = key * len(State) + states.state
    for group in np.unique(key).tolist():
        yield _group(states, key == group)


def _group(states: States, mask: Mask) -> States:
    """Return rows that differ in time alone, united; they keep the highest sequence number of all."""
    one = Intervals.united(states.start[mask], states.end[mask])
    first = np.full(len(one), int(np.flatnonzero(mask)[0]))
    return States(
        one.starts, one.ends, states.state[first], np.full(len(one), int(states.seq[mask].max())),
        states.is_change[first], states.override[first], states.scope[first], states.indicator[first],
        states.scopes, states.indicators, states.gaps,
    )  # fmt: skip


def _joined(kept: States, parts: list[States]) -> States:
    """Return the rows of all, column by column; names of places and objectives are the same in all of them."""
    names = ("start", "end", "state", "seq", "is_change", "override", "scope", "indicator")
    columns = {name: np.concatenate([getattr(one, name) for one in (kept, *parts)]) for name in names}
    return replace(kept, **columns)  # type: ignore[arg-type]  # names of columns alone
