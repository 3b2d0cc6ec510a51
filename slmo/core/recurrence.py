"""Recurring windows (RFC 5545), expanded in local time and then converted (docs/arithmetic.md, Time)."""

from __future__ import annotations

import datetime as dt
import itertools
import re
import warnings
from collections.abc import Iterator

from dateutil import rrule as rfc5545

from slmo.core.errors import EngineError, did_you_mean
from slmo.core.zones import offset_at

FREQUENCIES = ("YEARLY", "MONTHLY", "WEEKLY", "DAILY", "HOURLY", "MINUTELY", "SECONDLY")
MOST_STARTS = 200_000
_NUMBERS = {  # part: smallest and largest number of a list, RFC 5545 section 3.3.10
    "BYSECOND": (0, 60),
    "BYMINUTE": (0, 59),
    "BYHOUR": (0, 23),
    "BYMONTHDAY": (-31, 31),
    "BYYEARDAY": (-366, 366),
    "BYWEEKNO": (-53, 53),
    "BYMONTH": (1, 12),
    "BYSETPOS": (-366, 366),
}
_PARTS = ("FREQ", "UNTIL", "COUNT", "INTERVAL", "BYDAY", "WKST", *_NUMBERS)
_DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_UNTIL = re.compile(r"([0-9]{8})(?:T([0-9]{6})(Z?))?")
_LONGEST = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)  # days of each month at most
_COUNT = re.compile(r"[0-9]{1,6}")


def rule_check(text: str) -> dict[str, str]:
    """Return the parts of a recurrence rule; raise EngineError for one that RFC 5545 does not allow."""
    parts: dict[str, str] = {}
    for piece in text.upper().removeprefix("RRULE:").split(";"):
        name, equals, value = piece.partition("=")
        if name not in _PARTS:
            raise EngineError(f"a rule of the parts {', '.join(_PARTS)}{did_you_mean(name, _PARTS)}")
        if not equals or not value or name in parts:
            raise EngineError(f"one value for {name}")
        parts[name] = value
        _part_check(name, value)
    if "FREQ" not in parts:
        raise EngineError("a rule with FREQ")
    if "COUNT" in parts and "UNTIL" in parts:
        raise EngineError("COUNT or UNTIL, not both")
    return parts


def _part_check(name: str, value: str) -> None:
    if name == "FREQ" and value not in FREQUENCIES:
        raise EngineError(f"FREQ to be one of {', '.join(FREQUENCIES)}{did_you_mean(value, FREQUENCIES)}")
    if name in ("COUNT", "INTERVAL") and not (_COUNT.fullmatch(value) and int(value) >= 1):
        raise EngineError(f"{name} to be a whole number from 1 to 999999")
    if name == "WKST" and value not in _DAYS:
        raise EngineError(f"WKST to be one of {', '.join(_DAYS)}")
    if name == "UNTIL":
        _until_naive(value, "UTC")
    if name == "BYDAY" and not all(
        re.fullmatch(r"[+-]?[0-9]{0,2}(MO|TU|WE|TH|FR|SA|SU)", day) for day in value.split(",")
    ):
        raise EngineError("BYDAY to be a list such as MO,TU or 1SU,-1FR")
    if name in _NUMBERS:
        low, high = _NUMBERS[name]
        if not all(re.fullmatch(r"[+-]?[0-9]{1,3}", one) and low <= int(one) <= high for one in value.split(",")):
            raise EngineError(f"{name} to be a list of whole numbers from {low} to {high}")
        if low < 0 and any(int(one) == 0 for one in value.split(",")):
            raise EngineError(f"{name} without 0")


def _until_naive(value: str, zone: str) -> dt.datetime:
    """Return the last local time that UNTIL allows (inclusive): given in UTC, in local time, or as a whole day."""
    match = _UNTIL.fullmatch(value)
    if match is None:
        raise EngineError("UNTIL to be a date such as 20261231, or a time such as 20261231T220000Z")
    try:
        until = dt.datetime.strptime(match[1] + (match[2] or "235959"), "%Y%m%d%H%M%S")
    except ValueError as error:
        raise EngineError("UNTIL to be a date that exists") from error
    if match[3]:
        seconds = int((until - dt.datetime(1970, 1, 1)).total_seconds())
        until += dt.timedelta(seconds=offset_at(zone, seconds))
    return until


def starts_until(text: str, first: dt.datetime, end: dt.datetime, zone: str = "UTC") -> Iterator[dt.datetime]:
    """Yield the local starts of a rule from `first` up to (not at) `end`, all naive local times.

    COUNT is applied before any exception; monthly on the 31st skips short months. A first time that does not match the
    rule is not a start. Raises EngineError for a rule that is not allowed or has more than 200 000 starts.
    """
    parts = rule_check(text)
    if _never(parts):
        return
    last = end - dt.timedelta(seconds=1)
    if "UNTIL" in parts:
        last = min(last, _until_naive(parts.pop("UNTIL"), zone))
    rule = _rule(parts, first, last)
    for number, start in enumerate(itertools.chain(rule)):
        if number >= MOST_STARTS:
            raise EngineError(f"a rule with at most {MOST_STARTS} starts")
        yield start


def _never(parts: dict[str, str]) -> bool:
    """Tell whether a rule asks for days that none of its months has, which would be looked for up to the year 9999."""
    if "BYMONTH" not in parts or "BYMONTHDAY" not in parts:
        return False
    longest = max(_LONGEST[int(month) - 1] for month in parts["BYMONTH"].split(","))
    return all(abs(int(day)) > longest for day in parts["BYMONTHDAY"].split(","))


def _rule(parts: dict[str, str], first: dt.datetime, last: dt.datetime) -> rfc5545.rrule:
    text = ";".join(f"{name}={value}" for name, value in parts.items())
    with warnings.catch_warnings():
        # dateutil warns when COUNT and UNTIL meet; ours only bounds the search by the window asked about.
        warnings.simplefilter("ignore", DeprecationWarning)
        try:
            rule = rfc5545.rrulestr(text, dtstart=first)
            return rule.replace(until=last)  # type: ignore[union-attr]
        except (ValueError, KeyError, TypeError, IndexError, AttributeError, OverflowError) as error:
            raise EngineError("a recurrence rule of RFC 5545, such as FREQ=MONTHLY;BYDAY=1SU") from error
