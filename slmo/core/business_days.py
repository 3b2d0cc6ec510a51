"""Working days: dates on which a calendar opens at all, counted and stepped over."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Literal, TypeAlias

from slmo.core.calendar import Calendar
from slmo.core.errors import EngineError
from slmo.core.periods import local_date
from slmo.core.zones import offset_at, wall_recurrence

Roll: TypeAlias = Literal["travel", "forward", "backward", "modified-forward", "modified-backward", "refuse"]
_ONE = dt.timedelta(days=1)
_FARTHEST = 400  # days without a working day


def is_working_day(calendar: Calendar, date: dt.date) -> bool:
    """Tell whether a calendar opens on a date."""
    return bool(calendar.hours_on(date))


def working_days(calendar: Calendar, first: dt.date) -> Iterator[dt.date]:
    """Yield the working days from a date on, that date included."""
    return _stepped(calendar, first, _ONE)


def _stepped(calendar: Calendar, date: dt.date, step: dt.timedelta) -> Iterator[dt.date]:
    idle = 0
    while idle <= _FARTHEST:
        idle += 1
        if is_working_day(calendar, date):
            idle = 0
            yield date
        date += step
    raise EngineError("a calendar that opens within a year")


def working_days_between(calendar: Calendar, start: dt.date, end: dt.date, *, last: bool = False) -> int:
    """Return the number of working days from `start` up to, not on, `end`; negative if the end comes first.

    With `last` the last day counts instead of the first.
    """
    if end < start:
        return -working_days_between(calendar, end, start, last=last)
    shift = _ONE if last else dt.timedelta()
    return sum(is_working_day(calendar, start + shift + n * _ONE) for n in range((end - start).days))


def rolled(calendar: Calendar, date: dt.date, roll: Roll, days: int = 0) -> dt.date:
    """Return a working day at or near a date: itself, else as `roll` says.

    "travel" rolls towards where `days` point (and leaves the date as it is for 0); "modified" turns back where the
    month would change; "refuse" raises EngineError.
    """
    if is_working_day(calendar, date) or (roll == "travel" and days == 0):
        return date
    if roll == "refuse":
        raise EngineError("a working day")
    forward = days > 0 if roll == "travel" else roll.endswith("forward")
    near = next(_stepped(calendar, date, _ONE if forward else -_ONE))
    if roll.startswith("modified") and near.month != date.month:
        return next(_stepped(calendar, date, -_ONE if forward else _ONE))
    return near


def working_day_later(calendar: Calendar, date: dt.date, days: int, roll: Roll = "travel") -> dt.date:
    """Return the date so many working days later (earlier if negative); a date that is none is rolled first."""
    start = rolled(calendar, date, roll, days)
    if days == 0:
        return start
    step = _ONE if days > 0 else -_ONE
    found = _stepped(calendar, start + step, step)
    for _ in range(abs(days) - 1):
        next(found)
    return next(found)


def working_day_instant(calendar: Calendar, at: int, days: int, roll: Roll = "travel") -> int:
    """Return the instant so many working days later at the same time of day by the wall clock."""
    date = working_day_later(calendar, local_date(calendar.zone, at), days, roll)
    clock = (at + offset_at(calendar.zone, at)) % 86_400
    midnight = dt.datetime(date.year, date.month, date.day)
    return wall_recurrence(calendar.zone, midnight + dt.timedelta(seconds=clock))
