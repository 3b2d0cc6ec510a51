"""Facts as the engine reads them: the rows that matter for a window, as one `States`.

A change becomes the interval up to the next change of its stream, so that streams of different origins do not end each
other's changes. Where silence means up, one interval of up lies under everything, as long as the indicator is recorded.
"""

import hashlib
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

import numpy as np

from agreements.models import Indicator
from monitoring.instants import EARLIEST, instant_of, moment_of
from monitoring.models import FactState, Stream
from monitoring.prepared import rows_fetch
from monitoring.said import told_in_order
from monitoring.states_sql import COLUMNS, COLUMNS_KNOWN, CURRENT, KNOWN_AT, SCOPES_KNOWN, WINDOW
from monitoring.stored import columns, instances_fetch
from slmo.core.facts import OPEN, State, States
from slmo.core.intervals import Intervals
from slmo.core.terms import Agreement as Terms
from slmo.core.units import DAY, Window

_CODES = np.array([State[state.name].code for state in sorted(FactState)], dtype=np.int8)  # by the database's number
_KIND = "states"
_STREAMS = f"SELECT {columns(Stream)} FROM monitoring_stream WHERE indicator_id = %(indicator)s AND kind = %(kind)s"
NEAR = timedelta(days=62)  # before a window, in which its streams' last changes are looked for first
_NAMING = 0  # sequence number of rows that are not facts: below every fact's


def streams_of(indicator: Indicator) -> list[Stream]:
    """Return the streams of an indicator's states."""
    return instances_fetch(Stream, _STREAMS, indicator=indicator.pk, kind=_KIND)


def states_load(
    indicator: Indicator, window: Window, terms: Terms | None = None, known_at: datetime | None = None
) -> States:
    """Return what is recorded about the indicator in the window, and around it as far as the terms look.

    `terms` widen the window by the longest minimum outage and unknown time that they forgive; where they count outages
    or whole minutes, to the beginnings and ends of the outages at its edges. `known_at` asks what was known then.
    """
    wide = window_widened(window, terms)
    while True:
        states = _states_read(indicator, wide, known_at)
        settled = outages_whole(states, wide, terms) if counts_whole_outages(terms) else wide
        if settled == wide:
            return states
        # The outage at an edge goes on: look a day further than it is known to reach.
        wide = Window(settled.start - DAY * (settled.start < wide.start), settled.end + DAY * (settled.end > wide.end))


def window_widened(window: Window, terms: Terms | None) -> Window:
    """Return the window with the time before and after it on which its figures may depend."""
    margin = max((_margin(one) for one in _objectives(terms)), default=0)
    return Window(window.start - margin, window.end + margin)


def counts_whole_outages(terms: Terms | None) -> bool:
    """Tell whether any objective of the terms needs outages as a whole: to count their minutes, or the outages."""
    return any(one.whole_minutes or one.indicator == "outages" for one in _objectives(terms))


def outages_whole(states: States, window: Window, terms: Terms | None) -> Window:
    """Return the window widened so that no run of degraded or down time reaches over its edges."""
    bad = (states.state == State.DOWN.code) | (states.state == State.DEGRADED.code)
    bridge = max((one.unknown.last_for for one in _objectives(terms)), default=0)
    ends = np.minimum(states.end[bad], OPEN - bridge) + bridge
    runs = Intervals.united(states.start[bad], np.where(states.end[bad] == OPEN, OPEN, ends))
    reaching = (runs.starts <= window.end) & (runs.ends >= window.start)
    if not reaching.any():
        return window
    start, end = int(runs.starts[reaching].min()), int(runs.ends[reaching].max())
    return Window(min(window.start, start), window.end if end == OPEN else max(window.end, end))


def day_digest(states: States, window: Window) -> str:
    """Return the SHA-256 over what the facts say of the window: for each place the states in the order of time.

    Equal states that adjoin are one line, so that checks and the interval that they were compacted to have one digest.
    Where facts overlap, a line lists their states in the order of recording. Corrections have lines of their own.
    """
    inside = (np.minimum(states.end, window.end) > np.maximum(states.start, window.start)) & (states.end > states.start)
    found = states.take(inside)
    lines: list[str] = []
    places = set(zip(found.scope.tolist(), found.override.tolist(), strict=True))
    groups = [(found.scopes[scope], override, scope) for scope, override in places]
    for name, override, scope in sorted(groups):
        own = (found.scope == scope) & (found.override == override)
        starts, ends = np.maximum(found.start[own], window.start), np.minimum(found.end[own], window.end)
        for start, end, said in told_in_order(starts, ends, found.state[own], found.seq[own]):
            lines.append(f"{start} {end} {said} {name} {int(override)}")
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def _objectives(terms: Terms | None) -> list[Any]:
    """Return the terms of every objective in every version."""
    return [one for version in terms.versions for one in version.objectives.values()] if terms else []


def _margin(objective: Any) -> int:
    """Return how far, in seconds, a second's class may depend on what lies before or after it."""
    return int(objective.minimum_outage + objective.unknown.last_for + 60 * objective.whole_minutes + 1)


def _states_read(indicator: Indicator, window: Window, known_at: datetime | None) -> States:
    """Return the facts that reach into the window, with the rows that name scopes and the one for silence."""
    streams = streams_of(indicator)
    rows: list[tuple[Any, ...]] = []
    named: list[tuple[str, int]] = []
    if streams:
        values = window_asked(indicator, window, streams, known_at)
        rows = _rows_read(streams, values)
        named = scopes_named(streams, values)
    base = [(start, start, State.UP.code, scope, _NAMING, False) for scope, start in named]
    return _states_made(base + _silence(indicator) + _spans(rows))


def _rows_read(streams: Sequence[Stream], values: dict[str, Any]) -> list[tuple[Any, ...]]:
    """Return the facts that reach into a window.

    Where the last change before it may lie in any month, those next to it are asked first: mostly one is there, and a
    statement about few months is planned in a fraction of the time.
    """
    holds, listed = (CURRENT, COLUMNS) if values["known_at"] is None else (KNOWN_AT, COLUMNS_KNOWN)
    statement = WINDOW.format(holds=holds, columns=listed)
    near = max(values["low"], values["since"] - NEAR) if values["since"] > moment_of(EARLIEST) + NEAR else values["low"]
    rows = rows_fetch(statement, **{**values, "low": near})
    if near != values["low"] and _lacking(streams, values, rows):
        return rows_fetch(statement, **values)
    return rows


def _lacking(streams: Sequence[Stream], values: dict[str, Any], rows: Iterable[tuple[Any, ...]]) -> bool:
    """Tell whether a stream of changes that may have begun before a window has no change there among these rows."""
    since = instant_of(values["since"])
    found = {(origin, scope) for _seq, at, end, _state, scope, origin, _override in rows if end is None and at <= since}
    changing = set(zip(values["origins"], values["scopes"], strict=True))
    begun = {(one.origin, one.scope) for one in streams if one.first is None or one.first <= values["since"]}
    return bool((changing & begun if values["known_at"] is None else changing) - found)


def window_asked(
    indicator: Indicator, window: Window, streams: list[Stream], known_at: datetime | None
) -> dict[str, Any]:
    """Return what the statements are asked: the window, how far back facts reach into it, the streams of changes."""
    since = _moment(window.start)
    changing = [one for one in streams if one.last_change is not None or known_at is not None]
    lasts = [one.last_change for one in changing if one.last_change is not None]
    settled = known_at is None and all(last <= since for last in lasts)  # no change after the last one
    return {
        "indicator": indicator.pk,
        "since": since,
        "until": _moment(window.end),
        "reach": _moment(window.start - int(max(one.longest for one in streams).total_seconds()) - 1),
        "known_at": known_at,
        "origins": [one.origin for one in changing],
        "scopes": [one.scope for one in changing],
        "low": min(lasts, default=since) if settled else _moment(EARLIEST),
        "high": max(lasts, default=since) if settled else since,
    }


def scopes_named(streams: list[Stream], values: dict[str, Any]) -> list[tuple[str, int]]:
    """Return the scopes that the facts name, with the beginning of the first of each."""
    if not any(one.scope for one in streams):
        return []
    if values["known_at"] is not None:
        return list(rows_fetch(SCOPES_KNOWN.format(holds=KNOWN_AT), **values))
    firsts: dict[str, int] = {}
    for one in streams:
        if one.scope and one.first is not None:
            start = instant_of(one.first)
            firsts[one.scope] = min(firsts.get(one.scope, start), start)
    return sorted(firsts.items())


def _moment(instant: int) -> datetime:
    """Return an instant as the database takes it, kept between the years 1 and 9999."""
    return moment_of(max(instant, EARLIEST))


def _silence(indicator: Indicator) -> list[tuple[int, int, int, str, int, bool]]:
    """Return the interval in which silence means up; none where it does not."""
    if not indicator.gaps_up:
        return []
    start = instant_of(indicator.recorded_from) if indicator.recorded_from else 0
    end = instant_of(indicator.recorded_until) if indicator.recorded_until else OPEN
    return [(start, end, State.UP.code, "", _NAMING, False)] if end > start else []


def _spans(rows: Sequence[tuple[Any, ...]]) -> list[tuple[int, int, int, str, int, bool]]:
    """Return the rows as intervals: each change ends where the next one of its origin and scope begins."""
    following: dict[tuple[str, str], int] = {}
    ended: dict[int, int] = {}
    changes = [row for row in rows if row[2] is None]
    for seq, start, _end, _state, scope, origin, _override in sorted(changes, key=lambda r: (r[1], r[0]), reverse=True):
        ended[seq] = following.get((origin, scope), OPEN)
        following[origin, scope] = start
    spans = [
        (start, ended[seq] if end is None else end, int(_CODES[state]), scope, seq, override)
        for seq, start, end, state, scope, _origin, override in rows
    ]
    return [span for span in spans if span[1] > span[0]]


def _states_made(rows: list[tuple[int, int, int, str, int, bool]]) -> States:
    """Return the rows as the engine's columns."""
    start, end, state, scope, seq, override = zip(*rows, strict=True) if rows else ((),) * 6
    scopes = tuple(sorted({"", *scope}))
    codes = {name: code for code, name in enumerate(scopes)}
    return States(
        np.asarray(start, dtype=np.int64),
        np.asarray(end, dtype=np.int64),
        np.asarray(state, dtype=np.int8),
        np.asarray(seq, dtype=np.int64),
        np.zeros(len(rows), dtype=np.bool_),
        np.asarray(override, dtype=np.bool_),
        np.asarray([codes[one] for one in scope], dtype=np.int64),
        np.zeros(len(rows), dtype=np.int64),
        scopes,
    )
