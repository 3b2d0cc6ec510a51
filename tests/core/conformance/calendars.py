"""Calendars and instants of the vectors as ours."""

import datetime as dt

from slmo.core.calendar import CLOSED, WEEKDAYS, Calendar
from slmo.core.intervals import Intervals
from slmo.core.units import format_instant, parse_instant
from slmo.core.zones import wall_recurrence

ALWAYS = {"tz": "UTC"}


def clock(text):
    hour, minute, *second = (int(part) for part in text.split(":"))
    return hour * 3600 + minute * 60 + (second[0] if second else 0)


def hours(windows):
    return tuple(sorted((clock(a), clock(b)) for a, b in windows))


def calendar_of(given):
    """Weekly hours, holidays (closed), hours of a date, and breaks taken out of whatever the date has."""
    weekly = None
    if "weekly" in given:
        weekly = tuple(hours(given["weekly"].get(day, ())) for day in WEEKDAYS)
    dated = {}
    for key in ("overrides", "holiday_hours"):
        dated |= {dt.date.fromisoformat(date): hours(windows) for date, windows in given.get(key, {}).items()}
    dated |= dict.fromkeys(map(dt.date.fromisoformat, given.get("holidays", ())), CLOSED)
    for date in given.get("annual_holidays", ()):
        month, day = map(int, date.split("-")[-2:])
        dated |= {dt.date(year, month, day): CLOSED for year in range(1990, 2040)}
    plain = Calendar(given["tz"], weekly, dated)
    for date, breaks in given.get("breaks", {}).items():
        day = dt.date.fromisoformat(date)
        left = Intervals.of(plain.hours_on(day)).subtract(Intervals.of(hours(breaks)))
        dated[day] = tuple((window.start, window.end) for window in left.windows())
    return Calendar(given["tz"], weekly, dated)


def instant(text, zone="UTC"):
    """An instant; a time without an offset is a wall time in the zone. Raises EngineError for parts of a second."""
    if text.endswith("Z") or "+" in text[10:] or "-" in text[10:]:
        return parse_instant(text)
    return wall_recurrence(zone, dt.datetime.fromisoformat(text))


def shown(at, like, zone):
    """An instant written as the vector writes it: with the same offset, or as a wall time of the zone."""
    naive = not (like.endswith("Z") or "+" in like[10:] or "-" in like[10:])
    if naive:
        return format_instant(at, zone)[:19]
    return like if parse_instant(like) == at else format_instant(at, zone)
