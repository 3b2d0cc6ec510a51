"""Wall clocks and UTC: the rules for hours that are skipped or repeated (docs/arithmetic.md, Time)."""

from __future__ import annotations

import datetime as dt
import functools
import zoneinfo
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from slmo.core.errors import EngineError

_EPOCH = dt.datetime(1970, 1, 1)
_NOT_PLACES = ("localtime", "posixrules", "Factory", "posix/", "right/")


@functools.lru_cache(maxsize=1024)
def zone_get(name: str) -> zoneinfo.ZoneInfo:
    """Return the IANA zone of that name; raise EngineError if there is none."""
    if not name or name.startswith(_NOT_PLACES) or not name.isascii() or not name.isprintable():
        raise EngineError("the name of an IANA time zone, such as Europe/Berlin")
    try:
        return zoneinfo.ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise EngineError("the name of an IANA time zone, such as Europe/Berlin") from error


def epoch(naive: dt.datetime) -> int:
    """Return the seconds from 1970 to a naive date-time, as if it were UTC."""
    delta = naive - _EPOCH
    return delta.days * 86_400 + delta.seconds


@functools.lru_cache(maxsize=65536)
def offset_at(zone: str, instant: int) -> int:
    """Return the zone's offset from UTC, in seconds, at an instant."""
    if zone == "UTC":
        return 0
    # A day is kept from both ends of the calendar, so that local times stay between the years 1 and 9999.
    instant = min(max(instant, _FIRST), _LAST)
    aware = dt.datetime.fromtimestamp(0, dt.UTC) + dt.timedelta(seconds=instant)
    return _seconds(aware.astimezone(zone_get(zone)).utcoffset())


_FIRST, _LAST = epoch(dt.datetime(1, 1, 3)), epoch(dt.datetime(9999, 12, 30))


def _seconds(delta: dt.timedelta | None) -> int:
    return 0 if delta is None else delta.days * 86_400 + delta.seconds


def _offsets(zone: str, naive: dt.datetime) -> tuple[int, int]:
    """Return the offsets that hold before and after, which differ only in a gap or a repeated hour."""
    info = zone_get(zone)
    return tuple(_seconds(naive.replace(tzinfo=info, fold=fold).utcoffset()) for fold in (0, 1))  # type: ignore[return-value]


def _gap_end(zone: str, low: int, high: int) -> int:
    """Return the first instant in (low, high] at which the offset has changed from that at `low`."""
    before = offset_at(zone, low)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if offset_at(zone, middle) == before else (low, middle)
    return high


@functools.lru_cache(maxsize=262_144)
def wall_opening(zone: str, naive: dt.datetime) -> int:
    """Return the instant at which an opening (or a period's start) at this wall time takes place.

    A time that the clocks skip means the first instant after the gap; of a repeated one the first is meant.
    """
    first, second = _offsets(zone, naive)
    at = epoch(naive)
    return at - first if first >= second else _gap_end(zone, at - second, at - first)


@functools.lru_cache(maxsize=262_144)
def wall_closing(zone: str, naive: dt.datetime) -> int:
    """Return the instant at which a closing at this wall time takes place: of a repeated one the second is meant."""
    first, second = _offsets(zone, naive)
    at = epoch(naive)
    return at - second if first >= second else _gap_end(zone, at - second, at - first)


def wall_recurrence(zone: str, naive: dt.datetime) -> int:
    """Return the instant of a recurrence: a start in a gap moves forward by the gap, of a repeated one the first."""
    return epoch(naive) - _offsets(zone, naive)[0]


class YearClock(NamedTuple):
    """A zone's clock over one year and three days on either side, as spans of constant offset.

    Span `i` runs from `starts[i]` to `ends[i]` (UTC) with `offsets[i]`. `reached` is the latest wall time that any span
    up to `i` ends with, `begun` the earliest that any from `i` on starts with; both only ever grow.
    """

    starts: npt.NDArray[np.int64]
    ends: npt.NDArray[np.int64]
    offsets: npt.NDArray[np.int64]
    reached: npt.NDArray[np.int64]
    begun: npt.NDArray[np.int64]

    def openings(self, walls: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        """Return the first instant whose wall clock shows each time or later: `wall_opening` for many at once."""
        span = np.searchsorted(self.reached, walls, "right")
        return np.maximum(self.starts[span], walls - self.offsets[span])

    def closings(self, walls: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        """Return the last instant whose wall clock shows each time: `wall_closing` for many at once."""
        span = np.searchsorted(self.begun, walls, "right") - 1
        return np.minimum(self.ends[span], walls - self.offsets[span])


_STRIDE = 6 * 3600  # no zone changes its clocks twice within six hours


@functools.lru_cache(maxsize=2048)
def year_clock(zone: str, year: int) -> YearClock:
    """Return the zone's clock over a year."""
    low = epoch(dt.datetime(year, 1, 1)) - 3 * 86_400
    high = epoch(dt.datetime(year, 12, 31)) + 4 * 86_400
    changes = [
        _gap_end(zone, at, at + _STRIDE)
        for at in range(low, high, _STRIDE)
        if offset_at(zone, at) != offset_at(zone, at + _STRIDE)
    ]
    starts = np.array([low, *changes], dtype=np.int64)
    ends = np.array([*changes, high], dtype=np.int64)
    offsets = np.array([offset_at(zone, int(at)) for at in starts], dtype=np.int64)
    reached = np.maximum.accumulate(ends + offsets)
    begun = np.minimum.accumulate((starts + offsets)[::-1])[::-1]
    return YearClock(starts, ends, offsets, reached, begun)
