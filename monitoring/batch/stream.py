"""The stream: one message an indicator, with all its facts as rows of fixed width, in the order of time."""

from __future__ import annotations

import struct
from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
from django.db import connection

from monitoring.instants import EARLIEST, moment_of
from monitoring.states_sql import CURRENT
from slmo.core.units import Window

# An indicator is `odd` where its facts are of several streams or scopes, or corrected: these are united by the engine.
# Its rows: the facts that begin inside the window; the intervals that reach into it; the change that held before it.
# `first` and `last` are the ends of the index fact_stream: where they are of one origin, there is one stream.
STREAM = """
COPY (
    SELECT asked.id, found.odd OR coalesce(first.origin <> last.origin, false) OR EXISTS (
        SELECT FROM monitoring_fact WHERE indicator_id = asked.id AND {holds} AND scope <> ''
    ), found.rows
    FROM unnest(%(indicators)s::bigint[]) AS asked (id)
    LEFT JOIN LATERAL (
        SELECT origin FROM monitoring_fact WHERE indicator_id = asked.id AND {holds} AND "end" IS NULL
        ORDER BY origin, scope, start LIMIT 1
    ) AS first ON true
    LEFT JOIN LATERAL (
        SELECT origin FROM monitoring_fact WHERE indicator_id = asked.id AND {holds} AND "end" IS NULL
        ORDER BY origin DESC, scope DESC, start DESC LIMIT 1
    ) AS last ON true
    CROSS JOIN LATERAL (
        SELECT coalesce(bool_or(override), false) AS odd, string_agg(
            timestamptz_send(start) || timestamptz_send(coalesce("end", 'infinity')) || int2send(state::int2), ''::bytea
        ) AS rows FROM (
            (SELECT start, "end", state, override FROM monitoring_fact
            WHERE indicator_id = asked.id AND {holds} AND "end" IS NULL AND origin = last.origin AND start <= %(since)s
            ORDER BY origin DESC, scope DESC, start DESC, id DESC LIMIT 1)
            UNION ALL
            (SELECT start, "end", state, override FROM monitoring_fact
            WHERE indicator_id = asked.id AND {holds} AND "end" > %(since)s AND start <= %(since)s ORDER BY start)
            UNION ALL
            (SELECT start, "end", state, override FROM monitoring_fact
            WHERE indicator_id = asked.id AND {holds} AND start > %(since)s AND start < %(until)s ORDER BY start, id)
        ) AS fact
    ) AS found
) TO STDOUT (FORMAT binary)
"""
_ROW = np.dtype([("start", ">i8"), ("end", ">i8"), ("state", ">i2")])
_HEAD = struct.Struct(">hiqi?i")  # fields, then of each its length and value; the last value follows
_SIGNATURE = b"PGCOPY\n\xff\r\n\0"
_PREAMBLE = len(_SIGNATURE) + 8  # flags and the length of an extension that nobody uses
_TRAILER = b"\xff\xff"
_BLOCK = 2 << 20  # bytes of rows that are looked at together


class Block(NamedTuple):
    """Facts of some indicators: row `bounds[i]` to `bounds[i + 1]` are those of `indicators[i]`, ordered by start.

    `start` and `end` are microseconds since 2000 as the database keeps them; `odd` says which indicators are not to be
    read this way.
    """

    indicators: list[int]
    odd: list[bool]
    counts: list[int]
    rows: np.ndarray


class Sink:
    """What COPY writes to: gathers messages and hands them on in blocks, so that memory stays small."""

    def __init__(self, take: Callable[[Block], None]) -> None:
        """Hand blocks to `take`."""
        self.take = take
        self._begin()

    def write(self, data: bytes) -> int:
        """Take one message: the beginning, a row, or the end of a COPY in PostgreSQL's binary format."""
        at = _PREAMBLE if data.startswith(_SIGNATURE) else 0
        if len(data) == at or data == _TRAILER:
            return len(data)
        _fields, _, indicator, _, odd, length = _HEAD.unpack_from(data, at)
        rows = data[at + _HEAD.size : at + _HEAD.size + length] if length > 0 and not odd else b""
        self.indicators.append(indicator)
        self.odd.append(odd)
        self.counts.append(len(rows) // _ROW.itemsize)
        self.rows.append(rows)
        self.size += len(rows)
        if self.size >= _BLOCK:
            self.flush()
        return len(data)

    def flush(self) -> None:
        """Hand on what was gathered."""
        if self.indicators:
            rows = np.frombuffer(b"".join(self.rows), dtype=_ROW)
            self.take(Block(self.indicators, self.odd, self.counts, rows))
        self._begin()

    def _begin(self) -> None:
        self.indicators: list[int] = []
        self.odd: list[bool] = []
        self.counts: list[int] = []
        self.rows: list[bytes] = []
        self.size = 0


def facts_stream(indicators: Sequence[int], window: Window, take: Callable[[Block], None]) -> None:
    """Read the current facts of indicators that reach into a window, and hand them on block by block."""
    values = {
        "indicators": list(indicators),
        "since": moment_of(max(window.start, EARLIEST)),
        "until": moment_of(window.end),
    }
    sink = Sink(take)
    with connection.cursor() as cursor:
        query = cursor.mogrify(STREAM.format(holds=CURRENT), values)
        cursor.copy_expert(query.decode(), sink)
    sink.flush()
