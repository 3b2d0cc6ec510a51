"""Windows of OpenSLO as periods of an agreement, and back."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any, NamedTuple

from slmo.core.errors import EngineError
from slmo.core.openslo.kinds import parse_start
from slmo.core.openslo.notes import Notes
from slmo.core.openslo.words import parse_duration
from slmo.core.periods import period_check, rolling_seconds
from slmo.core.units import DAY

_CALENDAR = {1: "month", 3: "quarter", 6: "half", 12: "year"}
_ANCHORED = {1: "contract-month", 12: "contract-year"}
_LENGTHS = {"day": "1d", "week": "1w", "month": "1M", "quarter": "1Q", "half": "6M", "year": "1Y",
            "contract-month": "1M", "contract-year": "1Y"}  # fmt: skip
_FIRST_MONDAY = dt.date(1970, 1, 5)
EPOCH = dt.date(1970, 1, 1)


class Period(NamedTuple):
    """A period's name, its zone if the window has a calendar, and the date from which contract periods are counted."""

    name: str
    zone: str | None = None
    anchor: dt.date | None = None


def period_of(window: Mapping[str, Any], notes: Notes) -> Period | None:
    """Return the period that a window means; None, with a note, if there is none."""
    length = parse_duration(window["duration"])
    if window.get("isRolling"):
        if length.months:
            notes.left_out("timeWindow", "a rolling window of calendar months has no fixed length")
            return None
        try:
            return Period(period_check(f"rolling {seconds_text(length.seconds)}"))
        except EngineError as error:
            notes.left_out("timeWindow", f"expected {error}, not {window['duration']}")
            return None
    start, zone = parse_start(window["calendar"]["startTime"]), str(window["calendar"]["timeZone"])
    name, anchor = _calendar(length.seconds, length.months, start.date())
    if name is None:
        notes.left_out("timeWindow", f"there is no calendar period of {window['duration']} from {start.date()}")
        return None
    if start.time() != dt.time():
        notes.changed("timeWindow", f"the period begins at midnight, not at {start.time()}")
    if name == "week" and start.weekday():
        notes.changed("timeWindow", f"weeks begin on Monday; {start.date()} is none")
    return Period(name, zone, anchor)


def _calendar(seconds: int, months: int, start: dt.date) -> tuple[str | None, dt.date | None]:
    """Return the period's name and, for one that begins elsewhere than the calendar's, its anchor."""
    if seconds:
        return {DAY: "day", 7 * DAY: "week"}.get(seconds), None
    if months in _CALENDAR and start.day == 1 and (start.month - 1) % months == 0:
        return _CALENDAR[months], None
    return (_ANCHORED[months], start) if months in _ANCHORED else (None, None)


def fits(anchor: dt.date, period: Period) -> bool:
    """Tell whether a contract period counted from the agreement's date begins where its own anchor says."""
    if period.anchor is None or anchor == period.anchor:
        return True
    return period.name == "contract-month" and anchor.day == period.anchor.day and anchor <= period.anchor


def window_of(period: str, zone: str, anchor: dt.date) -> dict[str, Any]:
    """Return the window that a period means."""
    rolling = rolling_seconds(period)
    if rolling is not None:
        return {"duration": seconds_text(rolling), "isRolling": True}
    first = anchor if period.startswith("contract-") else _FIRST_MONDAY if period == "week" else EPOCH
    calendar = {"startTime": f"{first.isoformat()} 00:00:00", "timeZone": zone}
    return {"duration": _LENGTHS[period], "isRolling": False, "calendar": calendar}


def seconds_text(seconds: int) -> str:
    """Return whole minutes as a number and the largest unit that fits; days at most."""
    for unit, length in (("d", DAY), ("h", 3600), ("m", 60)):
        if seconds % length == 0:
            return f"{seconds // length}{unit}"
    return f"{seconds}s"
