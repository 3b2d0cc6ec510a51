"""Reading `spec.calendars` and `spec.exclusions`."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence

from slmo.core.calendar import CLOSED, WEEKDAYS, Calendar, DayException, Hours, WorksAs
from slmo.core.errors import EngineError, TermError, did_you_mean
from slmo.core.exclusions import Once, Recurring
from slmo.core.recurrence import rule_check
from slmo.core.terms.reader import Reader, Word, date_of, parse_at
from slmo.core.units import DAY, parse_date, parse_duration, parse_instant

_CLOCK = r"([0-9]{1,2}):([0-9]{2})(?::([0-9]{2}))?"
_SPAN = re.compile(rf"{_CLOCK}\s*-\s*{_CLOCK}")
_NAMES = {name: n for n, name in enumerate(WEEKDAYS)}
_NAMES |= {
    name: n for n, name in enumerate(("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"))
}
_LONGEST_WINDOW = 31 * DAY


def clock_seconds(hour: str, minute: str, second: str | None, *, closing: bool) -> int:
    """Return seconds after midnight; 24:00 is a time only for a closing."""
    seconds = int(hour) * 3600 + int(minute) * 60 + int(second or 0)
    if int(minute) > 59 or int(second or 0) > 59 or seconds > DAY or (seconds == DAY and not closing):
        raise EngineError("times from 00:00 to 23:59, or 24:00 as the closing")
    return seconds


def parse_span(text: str) -> tuple[int, int]:
    """Return opening and closing of `09:00-17:00`; a closing before the opening is on the next day."""
    match = _SPAN.fullmatch(text.strip())
    if match is None:
        raise EngineError("hours such as 09:00-17:00")
    start = clock_seconds(match[1], match[2], match[3], closing=False)
    end = clock_seconds(match[4], match[5], match[6], closing=True)
    if start == end:
        raise EngineError("a closing that differs from the opening; the whole day is 00:00-24:00")
    return start, end if end > start else end + DAY


def parse_clock(text: str) -> int:
    """Return the seconds after midnight of `02:00`."""
    match = re.fullmatch(_CLOCK, text)
    if match is None:
        raise EngineError("a time of day such as 02:00")
    return clock_seconds(match[1], match[2], match[3], closing=False)


def _hours(value: object, path: str) -> Hours:
    if value == "closed":
        return CLOSED
    if isinstance(value, str):
        value = [value]
    if not isinstance(value, Sequence):
        raise TermError(path, value, "a list of hours such as [09:00-13:00, 14:00-18:00], or closed")
    spans = (parse_at(f"{path}[{n}]", one, parse_span, "hours such as 09:00-17:00") for n, one in enumerate(value))
    return tuple(sorted(spans))


def weekdays_named(key: str, path: str) -> list[int]:
    """Return the weekdays (0 Monday) that `mon`, `mon-thu`, `sat-mon` or `mon,wed` names."""
    named: list[int] = []
    for part in key.split(","):
        ends = part.strip().split("-")
        if len(ends) > 2 or any(end not in WEEKDAYS for end in ends):
            raise TermError(path, Word(key), f"days such as mon, mon-thu or mon,wed{did_you_mean(key, WEEKDAYS)}")
        first, last = WEEKDAYS.index(ends[0]), WEEKDAYS.index(ends[-1])
        named += [day % 7 for day in range(first, last + 1 + 7 * (last < first))]
    return named


def _weekly(reader: Reader) -> tuple[Hours, ...]:
    days: dict[int, Hours] = {}
    for key, value in reader.value.items():
        for day in weekdays_named(key, reader.at(key)):
            if day in days:
                raise TermError(reader.at(key), Word(key), f"each day once; {WEEKDAYS[day]} is already given")
            days[day] = _hours(value, reader.at(key))
    if not any(days.values()):
        raise TermError(reader.path, reader.value, "at least one day with hours; leave it out for 24x7")
    return tuple(days.get(day, CLOSED) for day in range(7))


def _exception(value: object, path: str) -> DayException:
    if isinstance(value, str) and value.startswith("as "):
        weekday = _NAMES.get(value[3:].strip())
        if weekday is None:
            raise TermError(path, value, f"a weekday, as in: as monday{did_you_mean(value[3:], _NAMES)}")
        return WorksAs(weekday)
    if value is None:
        raise TermError(path, value, "closed, as <weekday>, or hours")
    return _hours(value, path)


def calendar_read(value: object, path: str, zone: str) -> Calendar:
    """Return a calendar; raise TermError for what is not one."""
    reader = Reader(value, path)
    reader.known("weekly", "exceptions")
    weekly = _weekly(Reader(reader.value["weekly"], reader.at("weekly"))) if reader.has("weekly") else None
    exceptions = Reader(reader.get("exceptions", "dates", {}), reader.at("exceptions"))
    dated = {
        parse_at(exceptions.at(key), key, parse_date): _exception(one, exceptions.at(key))
        for key, one in exceptions.value.items()
    }
    return Calendar(zone, weekly, dated)


def calendars_read(spec: Reader, zone: str) -> dict[str, Calendar]:
    """Return the calendars of a version by name."""
    reader = Reader(spec.get("calendars", "calendars by name", {}), spec.at("calendars"))
    return {name: calendar_read(value, reader.at(name), zone) for name, value in reader.value.items()}


def exclusion_read(value: object, path: str, zone: str) -> Once | Recurring:
    """Return an agreed exclusion: one span, or a recurring window."""
    reader = Reader(value, path)
    reason = reader.text("reason", "")
    maintenance = reader.choice("kind", ("maintenance", "other"), "maintenance") == "maintenance"
    if "rrule" not in reader.value:
        reader.known("from", "to", "reason", "kind")
        start, end = reader.parsed("from", parse_instant), reader.parsed("to", parse_instant)
        if end <= start:
            raise TermError(reader.at("to"), reader.value["to"], "a time after `from`")
        return Once(start, end, reason, maintenance)
    reader.known("rrule", "starting", "at", "for", "except", "reason", "kind")
    return _recurring(reader, zone, reason, maintenance)


def _recurring(reader: Reader, zone: str, reason: str, maintenance: bool) -> Recurring:
    parts = reader.parsed("rrule", rule_check)
    if parts["FREQ"] in ("MINUTELY", "SECONDLY"):
        raise TermError(reader.at("rrule"), reader.value["rrule"], "FREQ=HOURLY or less often")
    starting = date_of(reader.get("starting", "the date from which the rule runs"), reader.at("starting"))
    clock = reader.parsed("at", parse_clock, expected="a time of day such as 02:00, in quotes")
    length = reader.parsed("for", parse_duration, expected="a duration such as 2h")
    if not 0 < length <= _LONGEST_WINDOW:
        raise TermError(reader.at("for"), reader.value["for"], "a duration of one second to 31 days")
    skipped = frozenset(date_of(one, path) for path, one in reader.items("except", "a list of dates", ()))
    first = dt.datetime(starting.year, starting.month, starting.day) + dt.timedelta(seconds=clock)
    return Recurring(zone, reader.value["rrule"], first, length, reason, skipped, maintenance)


def exclusions_read(spec: Reader, zone: str) -> tuple[Once | Recurring, ...]:
    """Return the agreed exclusions of a version."""
    listed = spec.items("exclusions", "a list of exclusions", ())
    return tuple(exclusion_read(value, path, zone) for path, value in listed)
