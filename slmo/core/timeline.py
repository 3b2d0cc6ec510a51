"""From recorded states to the one state that an objective had in every second (docs/arithmetic.md, States)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from slmo.core.facts import State, States
from slmo.core.intervals import BEGIN, OPEN, Intervals, Mask, Steps, times, united_edges

UNSTATED = -1
_UP, _DEGRADED, _UNKNOWN, _DOWN = (state.code for state in State)


def timeline(states: States, scope: Sequence[str] = (), unite: str = "worst", *, until: int = OPEN) -> Steps:
    """Return the state (its severity) in every second before `until`.

    `scope` names the scopes to be united; with none given, all that the facts name. A fact without a scope holds in
    every scope. Rows that start at `until` or later are not looked at.
    """
    if until != OPEN:
        states = states.take(states.start < until)
    named = tuple(scope) or tuple(
        name for code, name in enumerate(states.scopes) if name and (states.scope == code).any()
    ) or ("",)  # fmt: skip
    parts = [_scope_steps(states, name) for name in dict.fromkeys(named)]
    return parts[0] if len(parts) == 1 else _united(parts, worst=unite == "worst")


def _united(parts: Sequence[Steps], *, worst: bool) -> Steps:
    edges = united_edges(*(part.edges for part in parts))
    values = np.stack([part.at(edges) for part in parts])
    return Steps(edges, values.max(axis=0) if worst else values.min(axis=0)).merged()


def _scope_steps(states: States, name: str) -> Steps:
    """Return one scope's states, with gaps filled."""
    codes = [code for code, one in enumerate(states.scopes) if one in ("", name)]
    mine = states if len(codes) == len(states.scopes) else states.take(np.isin(states.scope, codes))
    plain = mine.take(~mine.override) if mine.override.any() else mine
    steps = _corrected(_stated(plain), mine, plain)
    only_changes = len(plain) > 0 and bool(plain.is_change.all())
    fill = _UP if states.gaps == "up" and not only_changes else _UNKNOWN
    values = np.where(steps.values == UNSTATED, np.int8(fill), steps.values)
    return Steps(steps.edges, values).merged()


def _stated(states: States) -> Steps:
    """Return the worst of what the rows say, UNSTATED where they say nothing."""
    parts = [_changes(states.take(states.is_change & (states.scope == code))) for code in np.unique(states.scope)]
    spans = states.take(~states.is_change) if states.is_change.any() else states
    if len(spans):
        parts.append(_spans(spans))
    parts = [part for part in parts if len(part.edges) > 1]
    if not parts:
        return Steps.constant(UNSTATED)
    return parts[0] if len(parts) == 1 else _united(parts, worst=True)


def _changes(states: States) -> Steps:
    """Return the steps of a stream of changes; of several at one instant the last recorded holds."""
    if not len(states):
        return Steps.constant(UNSTATED)
    order = np.lexsort((states.seq, states.start))
    start, state = states.start[order], states.state[order]
    last = np.concatenate((start[1:] != start[:-1], [True]))
    edges = np.concatenate((times([BEGIN]), start[last]))
    return Steps(edges, np.concatenate((np.array([UNSTATED], np.int8), state[last]))).merged()


def _spans(states: States) -> Steps:
    """Return the steps of intervals, the worst winning where they overlap."""
    steps = Steps.constant(UNSTATED)
    for severity in np.unique(states.state).tolist():  # mild first, so that worse ones paint over them
        mask = states.state == severity
        steps = steps.paint(Intervals.united(states.start[mask], states.end[mask]), severity)
    return steps


def _corrected(steps: Steps, mine: States, plain: States) -> Steps:
    """Lay corrections over the steps: each wins over rows of lower sequence number inside its interval."""
    if len(plain) == len(mine):
        return steps
    corrections = mine.take(mine.override)
    for row in np.argsort(corrections.seq, kind="stable").tolist():
        span = Intervals.of([(int(corrections.start[row]), int(corrections.end[row]))])
        later = plain.take(plain.seq > corrections.seq[row])
        ruled = Steps.constant(int(corrections.state[row]))
        if len(later):
            ruled = _united([ruled, _stated(later)], worst=True)
        steps = _replaced(steps, span, ruled)
    return steps


def _replaced(steps: Steps, span: Intervals, by: Steps) -> Steps:
    edges = united_edges(steps.edges, by.edges, span.starts, span.ends)
    return Steps(edges, np.where(span.contains(edges), by.at(edges), steps.at(edges))).merged()


def bridged(steps: Steps, seconds: int) -> Steps:
    """Return the steps with each unknown run's first `seconds` counted as the last known state before it."""
    ends = np.concatenate((steps.edges[1:], [OPEN]))
    unknown = (steps.values == _UNKNOWN) & (np.arange(len(steps.values)) > 0)
    if seconds <= 0 or not unknown.any():
        return steps
    starts, known = steps.edges[unknown], np.roll(steps.values, 1)[unknown]
    stops = np.minimum(starts + seconds, ends[unknown])
    for state in np.unique(known).tolist():
        mask = known == state
        steps = steps.paint(Intervals.united(starts[mask], stops[mask]), state)
    return steps


def forgiven(steps: Steps, *, minimum: int, whole_minutes: bool, degraded_is_down: bool, until: int) -> Steps:
    """Return the steps with down time that the terms do not count turned into up.

    A run shorter than `minimum` seconds counts as up; with `whole_minutes` only a run's complete minutes count. A run
    that has not ended is as long as it was at `until`.
    """
    if minimum <= 0 and not whole_minutes:
        return steps
    runs = _runs(steps, degraded_is_down, until)
    lengths = runs.ends - runs.starts
    short = lengths < minimum
    steps = steps.paint(Intervals(runs.starts[short], runs.ends[short]), _UP)
    if whole_minutes:
        kept = runs.starts[~short] + lengths[~short] // 60 * 60
        steps = steps.paint(Intervals.united(kept, runs.ends[~short]), _UP)
    return steps


def _runs(steps: Steps, degraded_is_down: bool, until: int) -> Intervals:
    bad: Mask = steps.values == _DOWN
    if degraded_is_down:
        bad = bad | (steps.values == _DEGRADED)
    runs = steps.where(bad)
    return Intervals.united(runs.starts, np.minimum(runs.ends, until))
