"""Hours of the week that a customer is promised and a supporting party is not (docs/forecast.md, Composition)."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from agreements.reading.composition import Composition, Part, Promise
from agreements.reading.sentences import WEEKDAYS_SHORT
from slmo.core.calendar import Calendar
from slmo.core.composite import coverage_gaps
from slmo.core.intervals import Intervals
from slmo.core.units import DAY, Window
from slmo.web import words

SHOWN = 7  # spans that are written out


@dataclass(frozen=True)
class Gap:
    """A supporting party's missing hours in an ordinary week: how long, and when by the customer's clocks."""

    part: Part
    supporting: Promise
    own: Promise
    seconds: int
    spans: tuple[str, ...]
    more: int


def gaps_of(composition: Composition, now: datetime) -> list[Gap]:
    """Return the gaps of every needed part below the service's widest promise; an ordinary week has no holidays."""
    found: list[Gap] = []
    for promise in composition.own:
        week = week_after(promise.calendar.zone, now)
        for part, supporting in _supporting(composition.parts):
            gap = coverage_gaps(_open(promise.calendar, week), {"": _open(supporting.calendar, week)}).get("")
            if gap is not None and not any(one.part is part and one.seconds >= gap.seconds for one in found):
                spans = _spans(gap, promise.calendar.zone)
                found.append(Gap(part, supporting, promise, gap.seconds, spans[:SHOWN], max(0, len(spans) - SHOWN)))
    return found


def week_after(zone: str, now: datetime) -> Window:
    """Return the next week from Monday to Monday by the clocks of a zone."""
    local = now.astimezone(ZoneInfo(zone))
    monday = (local + timedelta(days=7 - local.weekday())).replace(hour=0, minute=0, second=0, microsecond=0)
    start, end = (int(at.timestamp()) for at in (monday, monday + timedelta(days=7)))
    return Window(start, end)


def _supporting(parts: Iterable[Part]) -> Iterator[tuple[Part, Promise]]:
    """Yield the needed parts with each promise about them."""
    for part in parts:
        if part.edge.mode != "best_effort":
            yield from ((part, promise) for promise in part.supporting)


def _open(calendar: Calendar, week: Window) -> Intervals:
    """Return the hours of an ordinary week: by the weekly pattern alone."""
    return Calendar(calendar.zone, calendar.weekly).open(week)


def _spans(gap: Intervals, zone: str) -> tuple[str, ...]:
    """Return the spans of a week as "Sat 09:00–18:00"; one over several days names both days."""
    found = []
    for window in gap.windows():
        start, end = (datetime.fromtimestamp(at, ZoneInfo(zone)) for at in window)
        first = f"{WEEKDAYS_SHORT[start.weekday()]}{words.NBSP}{start:%H:%M}"
        same = window.seconds <= DAY and (end - timedelta(seconds=1)).date() == start.date()
        last = f"{end:%H:%M}" if same else f"{WEEKDAYS_SHORT[end.weekday()]}{words.NBSP}{end:%H:%M}"
        found.append(f"{first}{words.DASH}{last.replace('00:00', '24:00') if same else last}")
    return tuple(found)
