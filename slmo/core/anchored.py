"""Windows of so many calendar units, counted from a local date and time (docs/arithmetic.md, Periods)."""

from __future__ import annotations

import datetime as dt

from slmo.core.errors import EngineError
from slmo.core.periods import months_later
from slmo.core.units import DAY, Window
from slmo.core.zones import epoch, offset_at, wall_opening

_SECONDS = {"minute": 60, "hour": 3600, "day": DAY, "week": 7 * DAY}
_MONTHS = {"month": 1, "quarter": 3, "year": 12}
UNITS = (*_SECONDS, *_MONTHS)


def rolling_window(unit: str, count: int, at: int) -> Window:
    """Return the window of exactly so many minutes, hours, days or weeks that ends at an instant."""
    if unit not in _SECONDS or count < 1:
        raise EngineError(f"at least one of {', '.join(_SECONDS)}")
    return Window(at - count * _SECONDS[unit], at)


def anchored_window(unit: str, count: int, anchor: dt.datetime, zone: str, at: int) -> Window:
    """Return the window in which an instant lies, of those that are counted in both directions from a local time.

    Every boundary is computed from the anchor: months keep its day, or take a short month's last one; days, weeks and
    months keep its time of day by the wall clock.
    """
    if unit not in UNITS or count < 1:
        raise EngineError(f"at least one of {', '.join(UNITS)}")
    wall = at + offset_at(zone, at)
    if unit in _MONTHS:
        local = dt.date.fromordinal(wall // DAY + dt.date(1970, 1, 1).toordinal())
        passed = (local.year - anchor.year) * 12 + local.month - anchor.month
        index = passed // (count * _MONTHS[unit])
    else:
        index = (wall - epoch(anchor)) // (count * _SECONDS[unit])
    while _boundary(unit, count, anchor, zone, index) > at:
        index -= 1
    while _boundary(unit, count, anchor, zone, index + 1) <= at:
        index += 1
    return Window(_boundary(unit, count, anchor, zone, index), _boundary(unit, count, anchor, zone, index + 1))


def _boundary(unit: str, count: int, anchor: dt.datetime, zone: str, index: int) -> int:
    """Return the instant at which the index-th window begins."""
    if unit in _MONTHS:
        date = months_later(anchor.date(), index * count * _MONTHS[unit])
        return wall_opening(zone, dt.datetime.combine(date, anchor.time()))
    if unit in ("minute", "hour"):
        return wall_opening(zone, anchor) + index * count * _SECONDS[unit]
    return wall_opening(zone, anchor + dt.timedelta(seconds=index * count * _SECONDS[unit]))
