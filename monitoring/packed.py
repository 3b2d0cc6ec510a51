"""The facts of one indicator with as few rows as say the same: what is replayed under other terms again and again."""

import io
import struct
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
from django.db import connection

from agreements.models import Indicator
from monitoring.instants import instant_of
from monitoring.kinds import kind_of
from monitoring.models import Fact, FactState
from monitoring.reading import scopes_named, states_load, streams_of, window_asked
from monitoring.states_sql import CURRENT, REACHING
from slmo.core.facts import OPEN, Facts, State, States
from slmo.core.facts.packing import states_packed
from slmo.core.intervals import Codes, Mask, Times, times
from slmo.core.units import Window

# One message a stream, with all its facts in the window as rows of fixed width.
STREAMS = """
COPY (
    SELECT scope, string_agg(
        int8send(id) || timestamptz_send(start) || timestamptz_send(coalesce("end", 'infinity'))
            || int2send(state::int2) || boolsend(override), ''::bytea
    ) FROM ({reaching}) AS fact GROUP BY origin, scope
) TO STDOUT (FORMAT binary)
"""
_COLUMNS = 'id, start, "end", state, scope, origin, override'
_ROW = np.dtype([("id", ">i8"), ("start", ">i8"), ("end", ">i8"), ("state", ">i2"), ("override", "?")])
_HEAD = 11 + 8  # signature; flags and the length of an extension that nobody uses
_CODES = np.array([State[state.name].code for state in sorted(FactState)], dtype=np.int8)  # by the database's number
_MICRO, _EPOCH_2000 = 1_000_000, 946_684_800
_FOREVER = np.iinfo(np.int64).max  # PostgreSQL's infinity


def facts_packed(indicator: Indicator, window: Window) -> Facts:
    """Return what is recorded of an indicator in a window, states packed; one statement reads them.

    Under any terms that look no further than the window, figures from it are those of `facts_load`.
    """
    kind = kind_of(indicator)
    if kind.model is not Fact:
        return kind.read(indicator, window, None, None)
    streams = streams_of(indicator)
    values = window_asked(indicator, window, streams, None) if streams else {}
    parts = [_stream(scope, rows) for scope, rows in _rows_read(values)] if streams else []
    named = scopes_named(streams, values) if streams else []
    states = _states([*_named(named), *_silence(indicator), *(part for part in parts if part is not None)])
    whole = all(part is not None for part in parts)  # else something is recorded to a fraction of a second
    return Facts(states=states_packed(states if whole else states_load(indicator, window)))


def _rows_read(values: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    """Yield each stream's place and its facts, in any order."""
    text = STREAMS.format(reaching=REACHING.format(holds=CURRENT, columns=_COLUMNS))
    found = io.BytesIO()
    with connection.cursor() as cursor:
        cursor.copy_expert(cursor.mogrify(text, values).decode(), found)
    data, at = found.getvalue(), _HEAD
    while struct.unpack_from(">h", data, at)[0] > 0:  # the number of fields; -1 ends the data
        scope, at = _field(data, at + 2)
        rows, at = _field(data, at)
        yield scope.decode(), np.frombuffer(rows, dtype=_ROW)


def _field(data: bytes, at: int) -> tuple[bytes, int]:
    """Return a field of PostgreSQL's binary format, and where the next one begins."""
    (length,) = struct.unpack_from(">i", data, at)
    return data[at + 4 : at + 4 + length], at + 4 + length


def _named(named: list[tuple[str, int]]) -> Iterator[States]:
    """Yield a row of no length for each place that any fact names: an objective of all places unites them all."""
    for scope, start in named:
        yield _rows(scope, *_one(start, start), seq=np.zeros(1, np.int64))


def _silence(indicator: Indicator) -> Iterator[States]:
    """Yield the interval in which silence means up, if there is any."""
    since = instant_of(indicator.recorded_from) if indicator.recorded_from else 0
    until = instant_of(indicator.recorded_until) if indicator.recorded_until else OPEN
    if indicator.gaps_up and until > since:
        yield _rows("", *_one(since, until), seq=np.zeros(1, np.int64))


def _one(start: int, end: int) -> tuple[Times, Times, Codes]:
    """Return the columns of one row that says up."""
    return times([start]), times([end]), np.array([State.UP.code], dtype=np.int8)


def _stream(scope: str, rows: Any) -> States | None:
    """Return one stream as intervals: each change ends where the next begins; None for fractions of a second."""
    raw, raw_end = rows["start"].astype(np.int64), rows["end"].astype(np.int64)
    change = raw_end == _FOREVER
    if (raw % _MICRO).any() or (raw_end[~change] % _MICRO).any():
        return None
    seq = rows["id"].astype(np.int64)
    order = np.lexsort((seq, raw))
    start, change = raw[order] // _MICRO + _EPOCH_2000, change[order]
    end = np.where(change, OPEN, raw_end[order] // _MICRO + _EPOCH_2000)
    changes = np.flatnonzero(change)
    end[changes[:-1]] = start[changes[1:]]
    state, override = _CODES[rows["state"].astype(np.intp)][order], rows["override"].astype(np.bool_)[order]
    return _rows(scope, start, end, state, seq[order], override).take(end > start)


def _rows(
    scope: str, start: Times, end: Times, state: Codes, seq: Times, override: Mask | None = None
) -> States:  # fmt: skip
    """Return rows of one place as the engine's columns."""
    zeros, never = np.zeros(len(start), np.int64), np.zeros(len(start), np.bool_)
    return States(start, end, state, seq, never, never if override is None else override, zeros, zeros, (scope,))


def _states(parts: list[States]) -> States:
    """Return the rows of all parts together."""
    scopes = tuple(sorted({"", *(part.scopes[0] for part in parts)}))
    if not parts:
        return States.empty()
    place = np.concatenate([np.full(len(part), scopes.index(part.scopes[0])) for part in parts])
    names = ("start", "end", "state", "seq", "is_change", "override", "indicator")
    columns = {name: np.concatenate([getattr(part, name) for part in parts]) for name in names}
    return replace(parts[0], **columns, scope=place, scopes=scopes)  # type: ignore[arg-type]  # names of columns
