"""Around the clock of service hours: openings and closings, working seconds to and fro, stopwatches.

docs/arithmetic.md, Tasks. Forward, a window holds its opening and not its closing; backward the other way round, so
that going there and back ends where it began. Work that ends exactly at closing time ends at closing time.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fractions import Fraction

from slmo.core.calendar import Calendar
from slmo.core.errors import EngineError
from slmo.core.intervals import OPEN, Intervals
from slmo.core.units import DAY, Window

_LONGEST = 400 * DAY  # a calendar with any open weekday opens well within it
_NEVER = "a calendar that opens within a year"


def windows_after(calendar: Calendar, at: int) -> Iterator[Window]:
    """Yield the open windows from an instant on; the first is cut if it has begun.

    Raises EngineError when the calendar stays closed for more than a year.
    """
    pending: Window | None = None  # reaches to the end of what has been looked at, and may go on
    closed = 0
    for stride in _strides():
        opened = calendar.open(Window(at, at + stride)).windows()
        at += stride
        closed = 0 if opened or pending else _closed(closed + stride)
        if pending and opened and opened[0].start == pending.end:
            opened[0] = Window(pending.start, opened[0].end)
        elif pending:
            yield pending
        pending = opened.pop() if opened and opened[-1].end == at and opened[-1].seconds < 2 * _LONGEST else None
        yield from opened


def windows_before(calendar: Calendar, at: int) -> Iterator[Window]:
    """Yield the open windows up to an instant, the latest first; the first is cut if it has not ended.

    Raises EngineError when the calendar stays closed for more than a year.
    """
    closed = 0
    for stride in _strides():
        opened = calendar.open(Window(at - stride, at)).windows()
        closed = 0 if opened else _closed(closed + stride)
        if opened and opened[0].start == at - stride and opened[0].seconds < _LONGEST:
            at = opened.pop(0).end  # it may have begun earlier: look at it again, further back
        else:
            at -= stride
        yield from reversed(opened)


def _strides() -> Iterator[int]:
    """Yield spans to look at: a month, then ever more, up to more than a year."""
    stride = 31 * DAY
    while True:
        yield stride
        stride = min(2 * stride, _LONGEST)


def _closed(seconds: int) -> int:
    if seconds > _LONGEST:
        raise EngineError(_NEVER)
    return seconds


def working_instant(calendar: Calendar, start: int, seconds: int, *, backward: bool = False) -> int:
    """Return the instant so many open seconds after `start`, or before it if `seconds` is negative.

    With 0 it is `start` itself where that is open, else the next opening, or with `backward` the closing before it.
    """
    if seconds < 0 or (seconds == 0 and backward):
        return _walked(windows_before(calendar, start), -seconds, backward=True)
    return _walked(windows_after(calendar, start), seconds, backward=False)


def _walked(windows: Iterator[Window], seconds: int, *, backward: bool) -> int:
    for window in windows:
        if seconds <= window.seconds:
            return window.end - seconds if backward else window.start + seconds
        seconds -= window.seconds
    raise EngineError(_NEVER)


def roll_forward(calendar: Calendar, at: int) -> int:
    """Return the instant itself if it is open, else the next opening."""
    return next(windows_after(calendar, at)).start


def roll_backward(calendar: Calendar, at: int) -> int:
    """Return the instant itself if it is open or closes just then, else the closing before it."""
    return next(windows_before(calendar, at)).end


def next_opening(calendar: Calendar, at: int) -> int:
    """Return the first opening after an instant."""
    return next(window.start for window in windows_after(calendar, at) if window.start > at)


def next_closing(calendar: Calendar, at: int) -> int:
    """Return the first closing after an instant."""
    return next(windows_after(calendar, at)).end


def stopwatch(events: Iterable[tuple[int, bool]], until: int = OPEN) -> Intervals:
    """Return when a clock ran, from its starts (True) and stops (False); a second start or stop changes nothing.

    Without a stop it runs until `until`.
    """
    begun: int | None = None
    found: list[tuple[int, int]] = []
    for at, starts in sorted(events, key=lambda event: event[0]):
        if starts and begun is None:
            begun = at
        elif not starts and begun is not None:
            found.append((begun, at))
            begun = None
    if begun is not None:
        found.append((begun, until))
    return Intervals.of(found)


def overrun(running: Intervals, deadline: int) -> int:
    """Return the seconds that a clock ran after a deadline."""
    return running.clip(Window(deadline, OPEN)).seconds


def threshold_at(calendar: Calendar, goal: int | None, share: Fraction, spent: int, running_since: int) -> int | None:
    """Return when a share of a goal is spent, of which `spent` seconds were gone when the clock last started.

    The first whole second at which that much is spent; None without a goal, and before now if it is gone already.
    """
    if goal is None:
        return None
    needed = -(-goal * share.numerator // share.denominator) - spent
    return working_instant(calendar, running_since, needed) if needed else running_since
