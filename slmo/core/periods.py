"""Periods in which objectives are judged (docs/arithmetic.md, Periods)."""

from __future__ import annotations

import calendar
import datetime as dt
import functools

from slmo.core.errors import EngineError
from slmo.core.units import DAY, Window, parse_duration
from slmo.core.zones import offset_at, wall_opening

MONTHS = {"month": 1, "quarter": 3, "half": 6, "year": 12, "contract-month": 1, "contract-year": 12}
PERIODS = ("day", "week", *MONTHS)
EXPECTED = f'one of {", ".join(PERIODS)}, or "rolling 28d"'
_LONGEST_ROLLING = 3660 * DAY
_EPOCH_DAY = dt.date(1970, 1, 1).toordinal()
_LAST_DATE = dt.date(9998, 12, 31)


def rolling_seconds(period: str) -> int | None:
    """Return the length of a `rolling Nd` period in seconds, or None for a calendar period."""
    if not period.startswith("rolling "):
        return None
    seconds = parse_duration(period.removeprefix("rolling "))
    if not 60 <= seconds <= _LONGEST_ROLLING:
        raise EngineError("a rolling period of one minute to ten years")
    return seconds


def period_check(period: str) -> str:
    """Return the period's name; raise EngineError if there is no such period."""
    if period not in PERIODS and rolling_seconds(period) is None:
        raise EngineError(EXPECTED)
    return period


@functools.lru_cache(maxsize=262_144)
def day_start(zone: str, date: dt.date) -> int:
    """Return the first instant of a local date."""
    return wall_opening(zone, dt.datetime(date.year, date.month, date.day))


def local_date(zone: str, instant: int) -> dt.date:
    """Return the local date at an instant, kept between the years 2 and 9998."""
    ordinal = (instant + offset_at(zone, instant)) // DAY + _EPOCH_DAY
    return dt.date.fromordinal(min(max(ordinal, 366), _LAST_DATE.toordinal()))


def local_days(zone: str, window: Window) -> list[tuple[dt.date, Window]]:
    """Return the whole local days that overlap the window; a date that the zone skipped is left out."""
    date = local_date(zone, window.start)
    days = []
    while (start := day_start(zone, date)) < window.end and date < _LAST_DATE:
        following = date + dt.timedelta(days=1)
        day = Window(start, day_start(zone, following))
        if day.end > max(day.start, window.start):
            days.append((date, day))
        date = following
    return days


def months_later(anchor: dt.date, months: int) -> dt.date:
    """Return the anchor's day so many months later; day 31 becomes a short month's last day."""
    year, month = divmod(anchor.year * 12 + anchor.month - 1 + months, 12)
    year = min(max(year, 1), 9999)
    return dt.date(year, month + 1, min(anchor.day, calendar.monthrange(year, month + 1)[1]))


def _dates_containing(period: str, date: dt.date, anchor: dt.date | None) -> tuple[dt.date, dt.date]:
    """Return the first date of the period in which `date` lies and that of the next period."""
    if period == "day":
        return date, date + dt.timedelta(days=1)
    if period == "week":
        monday = date - dt.timedelta(days=date.weekday())
        return monday, monday + dt.timedelta(days=7)
    length = MONTHS[period]
    base = dt.date(date.year, 1, 1)
    if period.startswith("contract-"):
        if anchor is None:
            raise EngineError("the date from which contract periods are counted")
        base = anchor
    months = (date.year - base.year) * 12 + date.month - base.month
    index = months // length
    if months_later(base, index * length) > date:
        index -= 1
    return months_later(base, index * length), months_later(base, (index + 1) * length)


@functools.lru_cache(maxsize=65_536)
def period_containing(period: str, zone: str, at: int, anchor: dt.date | None = None) -> Window:
    """Return the period in which the instant lies; a rolling period is the one that ends at it."""
    rolling = rolling_seconds(period_check(period))
    if rolling is not None:
        return Window(at - rolling, at)
    date = local_date(zone, at)
    first, following = _dates_containing(period, date, anchor)
    if day_start(zone, following) <= at:  # clocks set back over midnight: the wall shows yesterday once more
        first, following = _dates_containing(period, date + dt.timedelta(days=1), anchor)
    return Window(day_start(zone, first), day_start(zone, following))


def period_windows(
    period: str, zone: str, window: Window, anchor: dt.date | None = None, as_of: int | None = None
) -> list[Window]:
    """Return the whole periods that overlap the window, in order.

    A rolling period is one window that ends at the moment asked about: `as_of`, or the window's end if that is earlier.
    `anchor` is the date from which contract months and years are counted.
    """
    if window.seconds == 0:
        return []
    if rolling_seconds(period_check(period)) is not None:
        moment = window.end if as_of is None else min(as_of, window.end)
        rolled = period_containing(period, zone, moment, anchor)
        return [rolled] if rolled.meet(window).seconds else []
    windows, at = [], window.start
    while at < window.end:
        found = period_containing(period, zone, at, anchor)
        windows.append(found)
        if found.end <= at:
            raise EngineError("a window between the years 2 and 9998")
        at = found.end
    return windows
