"""Service hours as a picture and as text."""

from collections.abc import Iterable
from itertools import groupby

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from agreements.reading.sentences import WEEKDAYS_SHORT
from slmo.core.calendar import WHOLE_DAY, Calendar, Hours
from slmo.core.units import DAY
from slmo.web.words import DASH

HOUR = 3600
LEFT, TOP, WIDE, ROW, BAR = 34, 16, 12, 16, 11  # the day's name, the scale, an hour, a day's row, its bar


def clock_text(seconds: int) -> str:
    """Return a time of the wall clock: "09:00"; what lies beyond midnight starts again at 00:00."""
    rest = seconds if seconds <= DAY else seconds - DAY
    return f"{rest // HOUR:02}:{rest // 60 % 60:02}" + (f":{rest % 60:02}" if rest % 60 else "")


def hours_text(hours: Iterable[tuple[int, int]]) -> str:
    """Return the hours of a day: "09:00–13:00, 14:00–18:00", or "closed"."""
    found = tuple(hours)
    if found == WHOLE_DAY:
        return _("all day")
    return ", ".join(f"{clock_text(start)}{DASH}{clock_text(end)}" for start, end in found) or _("closed")


def days_of(calendar: Calendar) -> tuple[Hours, ...]:
    """Return the seven days of the weekly pattern, Monday first."""
    return calendar.weekly or (WHOLE_DAY,) * 7


def weekly_text(calendar: Calendar) -> str:
    """Return the weekly pattern in one line, days with the same hours together."""
    parts = []
    for hours, group in groupby(enumerate(days_of(calendar)), key=lambda pair: pair[1]):
        days = [WEEKDAYS_SHORT[number] for number, _hours in group]
        name = f"{days[0]}{DASH}{days[-1]}" if len(days) > 1 else str(days[0])
        parts.append(f"{name} {hours_text(hours)}")
    return "; ".join(parts)


def timetable_draw(calendar: Calendar) -> SafeString:
    """Return the week as a picture: a row a day, a bar where the service counts; its text is the picture's label."""
    scale = "".join(
        f'<text class="tt-scale" x="{LEFT + hour * WIDE}" y="10" text-anchor="middle">{hour:02}</text>'
        f'<line class="tt-line" x1="{LEFT + hour * WIDE}" x2="{LEFT + hour * WIDE}" y1="{TOP}" y2="{TOP + 7 * ROW}"/>'
        for hour in range(0, 25, 6)
    )
    rows = "".join(_row(day, hours) for day, hours in enumerate(days_of(calendar)))
    spilled = "".join(_spill(day, hours) for day, hours in enumerate(days_of(calendar)))
    width, height = LEFT + 24 * WIDE + 10, TOP + 7 * ROW + 2
    return mark_safe(
        f'<svg class="draw timetable" viewBox="0 0 {width} {height}" role="img"'
        f' aria-label="{escape(weekly_text(calendar))}">{scale}{rows}{spilled}</svg>'
    )


def _row(day: int, hours: Hours) -> str:
    """Return one day's name, track and bars."""
    top = TOP + day * ROW + (ROW - BAR) / 2
    name = f'<text class="tt-day" x="0" y="{top + BAR - 2}">{escape(WEEKDAYS_SHORT[day])}</text>'
    track = f'<rect class="tt-track" x="{LEFT}" y="{top}" width="{24 * WIDE}" height="{BAR}" rx="2"/>'
    return name + track + "".join(_bar(day, start, min(end, DAY)) for start, end in hours)


def _spill(day: int, hours: Hours) -> str:
    """Return the part of overnight hours that lies on the following day."""
    return "".join(_bar((day + 1) % 7, 0, end - DAY) for _start, end in hours if end > DAY)


def _bar(day: int, start: int, end: int) -> str:
    """Return one bar with its hours as a title."""
    left, width = LEFT + start / HOUR * WIDE, (end - start) / HOUR * WIDE
    top = TOP + day * ROW + (ROW - BAR) / 2
    title = f"{clock_text(start)}{DASH}{clock_text(end)}"
    return (
        f'<rect class="tt-open" x="{left:.2f}" y="{top}" width="{width:.2f}" height="{BAR}" rx="2">'
        f"<title>{title}</title></rect>"
    )
