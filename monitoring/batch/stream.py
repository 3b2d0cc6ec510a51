"""The stream: one message an indicator, with all its facts as rows of fixed width, in the order of time."""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple

import numpy as np
from django.db import connection, transaction

from monitoring.instants import EARLIEST, moment_of
from monitoring.states_sql import CURRENT
from slmo.core.units import Window

_FACT = """timestamptz_send(start) || timestamptz_send(coalesce("end", 'infinity')) || int2send(state::int2)"""

# One pass over the index fact_current, an indicator after the other. `odd`: corrected, or of a named scope.
STREAM = """
COPY (
    SELECT indicator_id, bool_or(override OR scope <> ''), string_agg({fact}, ''::bytea)
    FROM (
        SELECT indicator_id, start, "end", state, override, scope FROM monitoring_fact
        WHERE {wanted} AND {holds} AND start > %(since)s AND start < %(until)s ORDER BY indicator_id, start
    ) AS fact GROUP BY indicator_id
) TO STDOUT (FORMAT binary)
"""

# What held when the window began: the last change, and the intervals that reach into it. `odd` besides the above: of
# several streams, which is kept beside the facts. Only indicators with any of these are answered. The bounds by what
# their streams tell keep PostgreSQL from months in which nothing of it can lie.
BEFORE = """
WITH stream AS (
    SELECT indicator_id,
        bool_or(scope <> '') OR count(DISTINCT origin) FILTER (WHERE last_change IS NOT NULL) > 1 AS odd,
        min(first) AS first, max(last_change) AS last_change, max(longest) AS longest
    FROM monitoring_stream WHERE kind = 'states' AND first IS NOT NULL AND {wanted} GROUP BY indicator_id
)
SELECT stream.indicator_id, stream.odd OR coalesce(held.override, false) OR coalesce(reaching.odd, false),
    reaching.rows, held.row
FROM stream
LEFT JOIN LATERAL (
    SELECT override, {fact} AS row FROM monitoring_fact
    WHERE indicator_id = stream.indicator_id AND {holds} AND "end" IS NULL
        AND start >= stream.first AND start <= stream.last_change AND start <= %(since)s
    ORDER BY start DESC, id DESC LIMIT 1
) AS held ON true
LEFT JOIN (
    SELECT indicator_id, bool_or(override) AS odd, string_agg({fact}, ''::bytea ORDER BY start) AS rows
    FROM monitoring_fact WHERE {wanted} AND {holds} AND "end" > %(since)s AND start <= %(since)s
        AND start >= %(since)s - (SELECT max(longest) FROM stream)
    GROUP BY indicator_id
) AS reaching ON reaching.indicator_id = stream.indicator_id
WHERE stream.odd OR held.row IS NOT NULL OR reaching.rows IS NOT NULL
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


class Before(NamedTuple):
    """What an indicator's facts said when the window began: rows to put before the others, and whether it is odd."""

    odd: bool
    rows: bytes


class Sink:
    """What COPY writes to: gathers messages and hands them on in blocks, so that memory stays small."""

    def __init__(self, before: dict[int, Before], wanted: frozenset[int], take: Callable[[Block], None]) -> None:
        """Hand blocks of the wanted indicators to `take`."""
        self.before, self.wanted, self.take = before, set(wanted), take
        self._begin()

    def write(self, data: bytes) -> int:
        """Take one message: the beginning, a row, or the end of a COPY in PostgreSQL's binary format."""
        at = _PREAMBLE if data.startswith(_SIGNATURE) else 0
        if data[at : at + 3] not in (b"", _TRAILER):
            _fields, _, indicator, _, odd, length = _HEAD.unpack_from(data, at)
            if indicator in self.wanted:
                self.add(indicator, odd, data[at + _HEAD.size : at + _HEAD.size + length])
        return len(data)

    def add(self, indicator: int, odd: bool, rows: bytes) -> None:
        """Take the rows of an indicator that begin inside the window."""
        self.wanted.discard(indicator)
        held = self.before.get(indicator)
        if held is not None:
            odd, rows = odd or held.odd, held.rows + rows
        rows = b"" if odd else rows
        self.indicators.append(indicator)
        self.odd.append(odd)
        self.counts.append(len(rows) // _ROW.itemsize)
        self.rows.append(rows)
        self.size += len(rows)
        if self.size >= _BLOCK:
            self.flush()

    def rest(self) -> None:
        """Take the indicators without any row that begins inside the window, and hand on what was gathered."""
        for indicator in sorted(self.wanted):
            self.add(indicator, False, b"")
        self.flush()

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
    low, high = min(indicators), max(indicators)
    values: dict[str, Any] = {
        "indicators": list(indicators),
        "low": low,
        "high": high,
        "since": moment_of(max(window.start, EARLIEST)),
        "until": moment_of(window.end),
    }
    # Where most indicators are asked for, one span of the index is read, and what nobody asked for passed over.
    many = high - low < 2 * len(indicators)
    wanted = "indicator_id BETWEEN %(low)s AND %(high)s" if many else "indicator_id = ANY(%(indicators)s)"
    texts = {"holds": CURRENT, "fact": _FACT, "wanted": wanted}
    with _at_one_moment(), connection.cursor() as cursor:
        cursor.execute(BEFORE.format(**texts), values)
        sink = Sink(dict(_before(cursor.fetchall())), frozenset(indicators), take)
        cursor.copy_expert(cursor.mogrify(STREAM.format(**texts), values).decode(), sink)
    sink.rest()


def _before(found: Sequence[tuple[int, bool, memoryview | None, memoryview | None]]) -> Iterator[tuple[int, Before]]:
    """Yield what was known when the window began, by indicator: the intervals, then the change."""
    for indicator, odd, reaching, held in found:
        # A change and intervals together are not read in the order of time here: the engine unites them.
        both = reaching is not None and held is not None
        yield indicator, Before(odd or both, bytes(reaching or held or b""))


@contextmanager
def _at_one_moment() -> Iterator[None]:
    """Let all queries see the same facts, unless the caller's transaction has begun to see them already."""
    if connection.in_atomic_block:
        yield
        return
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        yield
