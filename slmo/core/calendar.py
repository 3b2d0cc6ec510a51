"""Service hours: a weekly pattern with exceptions by date, in a zone (docs/arithmetic.md, Service hours)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

import numpy as np

from slmo.core.errors import EngineError
from slmo.core.intervals import Intervals, Times, times
from slmo.core.periods import local_date
from slmo.core.units import DAY, Window
from slmo.core.zones import epoch, year_clock

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
Hours: TypeAlias = tuple[
    tuple[int, int], ...
]  # seconds after midnight by the wall clock; an end above 24 h is overnight
WHOLE_DAY: Hours = ((0, DAY),)


@dataclass(frozen=True)
class WorksAs:
    """An exception: the date has the hours of a weekday (0 Monday … 6 Sunday), a moved working day."""

    weekday: int


CLOSED: Hours = ()
DayException: TypeAlias = Hours | WorksAs


def exception_strongest(*exceptions: DayException) -> DayException:
    """Return the exception that rules where several name one date: own hours, then closed, then "works as"."""
    rank = {"hours": 0, "closed": 1, "as": 2}
    kinds = [("as" if isinstance(one, WorksAs) else "hours" if one else "closed", one) for one in exceptions]
    return min(kinds, key=lambda pair: rank[pair[0]])[1]


@dataclass(frozen=True)
class Calendar:
    """Service hours in a zone.

    `weekly` has seven entries, Monday first, or is None for 24×7; `exceptions` maps a date to its own hours, to CLOSED
    or to WorksAs.
    """

    zone: str
    weekly: tuple[Hours, ...] | None = None
    exceptions: Mapping[dt.date, DayException] = field(default_factory=dict)
    _years: dict[int, Intervals] = field(default_factory=dict, repr=False, compare=False, hash=False)

    @classmethod
    def always(cls, zone: str) -> Calendar:
        """Return the calendar that is open 24×7."""
        return cls(zone)

    @property
    def is_always(self) -> bool:
        """Tell whether every second is open."""
        return self.weekly is None and not self.exceptions

    def hours_on(self, date: dt.date) -> Hours:
        """Return the hours that open on a date."""
        exception = self.exceptions.get(date)
        if isinstance(exception, WorksAs):
            return self._pattern(exception.weekday)
        return self._pattern(date.weekday()) if exception is None else exception

    def _pattern(self, weekday: int) -> Hours:
        return WHOLE_DAY if self.weekly is None else self.weekly[weekday]

    def open(self, window: Window) -> Intervals:
        """Return the open intervals inside the window."""
        if window.seconds == 0:
            return Intervals.empty()
        if self.is_always:
            return Intervals.of([window])
        first = local_date(self.zone, window.start - DAY).year
        last = local_date(self.zone, window.end + DAY).year
        opened = self._year(first)
        for year in range(first + 1, last + 1):
            opened = opened.union(self._year(year))
        return opened.clip(window)

    def _year(self, year: int) -> Intervals:
        """Return what opens on the dates of a year (overnight hours reach into the next), kept for later."""
        if year not in self._years:
            midnights = np.arange(epoch(dt.datetime(year, 1, 1)), epoch(dt.datetime(year + 1, 1, 1)), DAY)
            spans = [*self._weekly_spans(midnights), *self._dated_spans(year)]
            clock = year_clock(self.zone, year)
            opened, closed = ([span[n] for span in spans] or [midnights[:0]] for n in (0, 1))
            self._years[year] = Intervals.united(
                clock.openings(np.concatenate(opened)), clock.closings(np.concatenate(closed))
            )
        return self._years[year]

    def _weekly_spans(self, midnights: Times) -> Iterator[tuple[Times, Times]]:
        """Yield opening and closing wall times of the dates that follow the weekly pattern."""
        dated = [epoch(dt.datetime(date.year, date.month, date.day)) for date in self.exceptions]
        plain = midnights[~np.isin(midnights, dated)] if dated else midnights
        weekdays = (plain // DAY + _THURSDAY) % 7
        for weekday in range(7):
            days = plain[weekdays == weekday]
            for start, end in self._pattern(weekday):
                yield days + start, days + end

    def _dated_spans(self, year: int) -> Iterator[tuple[Times, Times]]:
        """Yield opening and closing wall times of the dates with exceptions."""
        for date in self.exceptions:
            if date.year == year:
                midnight = epoch(dt.datetime(date.year, date.month, date.day))
                for start, end in self.hours_on(date):
                    yield times([midnight + start]), times([midnight + end])


_THURSDAY = 3  # the weekday of 1970-01-01


def working_seconds(calendar: Calendar, window: Window) -> int:
    """Return the open seconds from the window's start to its end; negative if the end comes first."""
    if window.end < window.start:
        return -calendar.open(Window(window.end, window.start)).seconds
    return calendar.open(window).seconds


def is_open(calendar: Calendar, at: int) -> bool:
    """Tell whether the second that begins at `at` is open; the closing instant is not."""
    return calendar.open(Window(at, at + 1)).seconds == 1


_LOOK_AHEAD = 400 * DAY  # a calendar with any open weekday opens long before


def add_working_seconds(calendar: Calendar, start: int, seconds: int) -> int:
    """Return the instant at which so many open seconds have passed since `start`.

    Work that ends exactly at closing time ends at closing time. With `seconds` 0 the result is `start` itself where it
    is open, else the next opening. Raises EngineError if the calendar does not open for more than a year.
    """
    left, at = seconds, start
    while True:
        opened = calendar.open(Window(at, at + _LOOK_AHEAD))
        if not len(opened):
            raise EngineError("a calendar that opens within a year")
        for window in opened.windows():
            if left <= window.seconds:
                return window.start + left
            left -= window.seconds
        at += _LOOK_AHEAD
