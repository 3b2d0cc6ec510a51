"""The scripted states that every peer is fed: two months of a service, each with a change of Berlin's clocks."""

from datetime import datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

BERLIN = ZoneInfo("Europe/Berlin")


class Outage(NamedTuple):
    """A span of being down, in epoch seconds; it says what it is there for."""

    start: int
    end: int
    why: str


def local(text: str, fold: int = 0) -> int:
    """Return a local time of Berlin, such as `2026-03-29 01:30`, in epoch seconds."""
    return int(datetime.fromisoformat(text).replace(tzinfo=BERLIN, fold=fold).timestamp())


def _outage(start: str, end: str, why: str) -> Outage:
    return Outage(local(start), local(end), why)


# Clocks go back on 2025-10-26 at 03:00 and forward on 2026-03-29 at 02:00.
OUTAGES = (
    _outage("2025-10-01 00:00:00", "2025-10-01 00:00:37", "at the very beginning of a month"),
    _outage("2025-10-07 10:15:11", "2025-10-07 10:52:48", "within office hours, before the change"),
    _outage("2025-10-14 08:30:00", "2025-10-14 09:10:05", "begins before office hours"),
    _outage("2025-10-18 11:00:00", "2025-10-19 02:00:00", "on a weekend, over midnight"),
    Outage(local("2025-10-26 01:30:00"), local("2025-10-26 02:30:00", fold=1), "over the hour that occurs twice"),
    _outage("2025-10-28 08:20:00", "2025-10-28 08:50:00", "after the change, before opening: Zabbix counts it"),
    _outage("2025-10-30 16:40:00", "2025-10-30 18:10:00", "after the change, over closing"),
    _outage("2025-10-31 23:59:00", "2025-11-01 00:01:00", "over the end of a month"),
    _outage("2026-03-03 09:00:00", "2026-03-03 09:00:01", "one second, at opening"),
    _outage("2026-03-11 17:59:59", "2026-03-11 18:00:01", "one second on either side of closing"),
    _outage("2026-03-29 01:45:00", "2026-03-29 03:15:00", "over the hour that does not exist"),
    _outage("2026-03-30 09:00:00", "2026-03-30 09:25:00", "after the change, at opening: Zabbix counts it later"),
    _outage("2026-03-31 18:15:00", "2026-03-31 18:45:00", "after the change, after closing: Zabbix counts it"),
    _outage("2026-03-31 23:00:00", "2026-04-01 01:00:00", "over the end of a month"),
)
MONTHS = {
    "2025-10": (local("2025-10-01 00:00"), local("2025-11-01 00:00")),
    "2026-03": (local("2026-03-01 00:00"), local("2026-04-01 00:00")),
}
BEGIN = local("2025-09-30 12:00")  # known to be up from here on


def down_seconds(start: int, end: int) -> int:
    """Return the seconds of being down within a span."""
    return sum(max(0, min(end, outage.end) - max(start, outage.start)) for outage in OUTAGES)


def is_down(moment: int) -> bool:
    """Tell whether a moment lies in an outage."""
    return any(outage.start <= moment < outage.end for outage in OUTAGES)
