"""Recurrences written as lines of iCalendar (RFC 5545): DTSTART, RRULE, RDATE, EXDATE."""

from __future__ import annotations

import datetime as dt
import heapq
import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass

from slmo.core.errors import EngineError
from slmo.core.recurrence import rule_check, starts_until
from slmo.core.zones import zone_get

_TIME = re.compile(r"([0-9]{8})(?:T([0-9]{6})(Z?))?")
_UNTIL_UTC = re.compile(r"[0-9]{8}T[0-9]{6}Z")


@dataclass(frozen=True)
class RecurrenceSet:
    """Starts by rules and by date, without those taken out; all local times of `zone` (UTC if it is None)."""

    first: dt.datetime
    rules: tuple[str, ...]
    dates: tuple[dt.datetime, ...] = ()
    skipped: frozenset[dt.datetime] = frozenset()
    zone: str | None = None

    def starts(self, end: dt.datetime) -> Iterator[dt.datetime]:
        """Yield the starts up to (not at) `end` in order, each once; COUNT is applied before any is taken out."""
        ruled = (starts_until(rule, self.first, end, self.zone or "UTC") for rule in self.rules)
        dated = sorted(one for one in self.dates if one < end)
        for start, _ in itertools.groupby(heapq.merge(dated, *ruled)):
            if start not in self.skipped:
                yield start


def recurrence_read(text: str) -> RecurrenceSet:
    """Return what the lines say; raise EngineError for anything that RFC 5545 does not allow.

    A line that begins with a blank continues the one before it. EXRULE, which RFC 5545 has withdrawn, is refused.
    """
    found: dict[str, list[str]] = {}
    starts: list[tuple[dt.datetime, str | None]] = []
    for line in re.sub(r"\r?\n[ \t]", "", text).splitlines():
        head, colon, value = line.strip().partition(":")
        name, *parameters = head.upper().split(";")
        if not colon or name not in ("DTSTART", "RRULE", "RDATE", "EXDATE"):
            raise EngineError("lines that begin with DTSTART, RRULE, RDATE or EXDATE")
        if name == "DTSTART":
            starts.append((_time(value.upper()), _zone(head.split(";")[1:], value)))
        elif name != "RRULE" and any(not one.startswith(("VALUE=", "TZID=")) for one in parameters):
            raise EngineError("no parameters but VALUE and TZID")
        found.setdefault(name, []).extend([value] if name == "RRULE" else value.upper().split(","))
    if len(starts) != 1 or not (found.get("RRULE") or found.get("RDATE")):
        raise EngineError("one DTSTART, and a rule or dates")
    first, zone = starts[0]
    dates, skipped = (tuple(_time(one) for one in found.get(name, ())) for name in ("RDATE", "EXDATE"))
    return RecurrenceSet(
        first, tuple(_rule(one, zone) for one in found.get("RRULE", ())), dates, frozenset(skipped), zone
    )


def _zone(parameters: list[str], value: str) -> str | None:
    for one in parameters:
        name, _, zone = one.partition("=")
        if name.upper() == "TZID":
            if value.upper().endswith("Z"):
                raise EngineError("a zone or Z, not both")
            return zone_get(zone).key
        if name.upper() != "VALUE":
            raise EngineError("no parameters but VALUE and TZID")
    return None


def _time(text: str) -> dt.datetime:
    match = _TIME.fullmatch(text)
    if match is None:
        raise EngineError("a date such as 20260131, or a time such as 20260131T090000")
    try:
        return dt.datetime.strptime(match[1] + (match[2] or "000000"), "%Y%m%d%H%M%S")
    except ValueError as error:
        raise EngineError("a date and a time of day that exist") from error


def _rule(text: str, zone: str | None) -> str:
    until = rule_check(text).get("UNTIL")
    if zone is not None and until is not None and not _UNTIL_UTC.fullmatch(until):
        raise EngineError("UNTIL in UTC, because DTSTART has a zone")
    return text
