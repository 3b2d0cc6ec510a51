"""Instants, windows, durations, ratios: reading and writing them exactly.

Instants are whole seconds since 1970-01-01T00:00:00Z; windows are half-open (docs/arithmetic.md, Time).
"""

from __future__ import annotations

import datetime as dt
import re
from fractions import Fraction
from functools import lru_cache
from typing import NamedTuple

from slmo.core.errors import EngineError
from slmo.core.zones import epoch, offset_at

DAY = 86_400
_EPOCH_DAY = dt.date(1970, 1, 1).toordinal()
_INSTANT = re.compile(
    r"([0-9]{4})-([0-9]{2})-([0-9]{2})[Tt ]([0-9]{2}):([0-9]{2})(?::([0-9]{2})(?:[.,]0+)?)?"
    r"(?:([Zz])|([+-])([0-9]{2}):?([0-9]{2})?)"
)
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_DURATION = re.compile(r"(?:[0-9]{1,9}[wdhms])+")
_DURATION_PART = re.compile(r"([0-9]+)([wdhms])")
_DECIMAL = re.compile(r"([+-]?[0-9]{1,30}(?:\.[0-9]{1,30})?)(%?)")
_SECONDS = {"w": 7 * DAY, "d": DAY, "h": 3600, "m": 60, "s": 1}


class Window(NamedTuple):
    """A half-open span of time `[start, end)`, in epoch seconds."""

    start: int
    end: int

    @property
    def seconds(self) -> int:
        """Return the length in seconds, never below 0."""
        return max(0, self.end - self.start)

    def meet(self, other: Window) -> Window:
        """Return the part that both have (of length 0 if there is none)."""
        start = max(self.start, other.start)
        return Window(start, max(start, min(self.end, other.end)))


def parse_instant(text: str) -> int:
    """Return the epoch seconds of an ISO 8601 time with an offset or `Z`; raise EngineError for anything else.

    >>> parse_instant("2026-03-29T03:00:00+02:00")
    1774746000
    """
    match = _INSTANT.fullmatch(text)
    if match is None:
        raise EngineError("a time with an offset or Z, in whole seconds, such as 2026-03-01T09:00:00+01:00")
    year, month, day, hour, minute, second, _, sign, off_hour, off_minute = match.groups()
    try:
        moment = dt.datetime(int(year), int(month), int(day), int(hour), int(minute), int(second or 0))
    except ValueError as error:
        raise EngineError("a date and a time of day that exist") from error
    offset = int(off_hour or 0) * 3600 + int(off_minute or 0) * 60
    if offset > 18 * 3600 or int(off_minute or 0) > 59:
        raise EngineError("an offset of at most 18 hours")
    return epoch(moment) - (-offset if sign == "-" else offset)


def parse_date(text: str) -> dt.date:
    """Return the date written as YYYY-MM-DD; raise EngineError for anything else."""
    if not _DATE.fullmatch(text):
        raise EngineError("a date such as 2026-01-31")
    try:
        return dt.date.fromisoformat(text)
    except ValueError as error:
        raise EngineError("a date that exists, such as 2026-01-31") from error


@lru_cache(maxsize=1024)
def parse_duration(text: str) -> int:
    """Return the seconds of `30s`, `5m`, `4h`, `2d`, `1w` or a run of these; raise EngineError for anything else.

    >>> parse_duration("1h30m")
    5400
    """
    if not _DURATION.fullmatch(text):
        raise EngineError("a duration such as 30s, 5m, 4h or 2d")
    return sum(int(count) * _SECONDS[unit] for count, unit in _DURATION_PART.findall(text))


@lru_cache(maxsize=1024)
def parse_decimal(text: str) -> tuple[Fraction, bool]:
    """Return the exact value of a plain decimal or percentage, and whether it was a percentage.

    >>> parse_decimal("99.9%")
    (Fraction(999, 1000), True)
    """
    match = _DECIMAL.fullmatch(text)
    if match is None:
        raise EngineError("a plain number such as 0.999 or 99.9%")
    percent = match[2] == "%"
    return Fraction(match[1]) / (100 if percent else 1), percent


def format_instant(instant: int, zone: str = "UTC") -> str:
    """Return the instant as ISO 8601 in the zone, with its offset.

    >>> format_instant(1774746000, "Europe/Berlin")
    '2026-03-29T03:00:00+02:00'
    """
    offset = offset_at(zone, instant)
    days, rest = divmod(instant + offset, DAY)
    if not 1 <= days + _EPOCH_DAY <= dt.date.max.toordinal():
        raise EngineError("an instant between the years 1 and 9999")
    date = dt.date.fromordinal(days + _EPOCH_DAY)
    sign, size = ("-", -offset) if offset < 0 else ("+", offset)
    seconds = f":{size % 60:02d}" if size % 60 else ""
    clock = f"{rest // 3600:02d}:{rest // 60 % 60:02d}:{rest % 60:02d}"
    return f"{date.isoformat()}T{clock}{sign}{size // 3600:02d}:{size // 60 % 60:02d}{seconds}"


def truncate(value: Fraction, places: int) -> str:
    """Return a decimal string cut (towards minus infinity) to `places`: a good figure is never shown better than it is.

    >>> truncate(Fraction(99_895, 1000), 2)
    '99.89'
    """
    scaled = value.numerator * 10**places // value.denominator
    sign, size = ("-", -scaled) if scaled < 0 else ("", scaled)
    whole, rest = divmod(size, 10**places)
    return f"{sign}{whole}.{rest:0{places}d}" if places else f"{sign}{whole}"


def exact_decimal(value: Fraction) -> str:
    """Return the shortest exact decimal string; a value without one is cut to 9 places.

    >>> exact_decimal(Fraction(6192, 10))
    '619.2'
    """
    for places in range(31):
        if (10**places) % value.denominator == 0:
            return truncate(value, places)
    return truncate(value, 9)
