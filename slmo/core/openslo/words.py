"""The words of OpenSLO: versions, kinds, names, durations (docs/openslo.md)."""

from __future__ import annotations

import re
from dataclasses import dataclass

from slmo.core.errors import EngineError
from slmo.core.units import DAY

OPERATORS = {"gt": ">", "gte": ">=", "lt": "<", "lte": "<="}
METHODS = ("Occurrences", "Timeslices", "RatioTimeslices")
LONGEST_DESCRIPTION = 1050
LONGEST_DISPLAY_NAME = 63
LABEL = re.compile(r"[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?")  # RFC 1123
LABEL_KEY = re.compile(r"[a-zA-Z0-9]([-._a-zA-Z0-9]{0,61}[a-zA-Z0-9])?")
_DOMAIN = r"[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?(\.[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?)*"
ANNOTATION_KEY = re.compile(rf"(?=(.{{0,253}}/)?.{{0,63}}$)({_DOMAIN}/)?{LABEL_KEY.pattern}")
NAME_EXPECTED = "lower-case letters, digits and hyphens, at most 63, as in a host name"
_DURATION = re.compile(r"([1-9][0-9]{0,8})([mhdwMQY])")
_SECONDS = {"m": 60, "h": 3600, "d": DAY, "w": 7 * DAY}
_MONTHS = {"M": 1, "Q": 3, "Y": 12}


@dataclass(frozen=True)
class Dialect:
    """How one version of OpenSLO calls things."""

    api: str
    kinds: tuple[str, ...]
    service: str = "service"
    indicator: str = "indicator"
    indicator_ref: str = "indicatorRef"
    units: str = "mhdwMQY"
    metric_source: bool = True  # a metric has `metricSource`; else `dataSourceRef` or `dataSourceSpec`


_ALL = ("AlertCondition", "AlertNotificationTarget", "AlertPolicy", "DataSource", "SLI", "SLO", "Service")
DIALECTS = {
    one.api: one
    for one in (
        Dialect("openslo/v1alpha", ("SLO", "Service"), units=""),
        Dialect("openslo/v1", _ALL),
        Dialect("openslo.com/v2alpha", _ALL, "serviceRef", "sli", "sliRef", "mhdw", metric_source=False),
    )
}


@dataclass(frozen=True)
class Duration:
    """A length such as 10m or 1M: in seconds, or in whole months of the calendar; the other is 0."""

    seconds: int = 0
    months: int = 0


def parse_duration(text: str, units: str = "mhdwMQY") -> Duration:
    """Return the length that OpenSLO writes as a number and one unit; raise EngineError for anything else.

    A month, a quarter and a year are calendar months, never 30, 90 or 365 days.

    >>> parse_duration("10m"), parse_duration("1Q")
    (Duration(seconds=600, months=0), Duration(seconds=0, months=3))
    """
    match = _DURATION.fullmatch(text)
    if match is None or match[2] not in units:
        raise EngineError(f"a number from 1 on and one unit of {', '.join(units)}, such as 5m or 4w")
    count, unit = int(match[1]), match[2]
    return Duration(months=count * _MONTHS[unit]) if unit in _MONTHS else Duration(seconds=count * _SECONDS[unit])


def line_of(text: object, otherwise: str = "") -> str:
    """Return a text as one printable line of at most 200 characters; another text if nothing is left of it."""
    kept = "".join(c if c.isprintable() else " " for c in str(text or ""))
    return " ".join(kept.split())[:200].strip() or otherwise


def name_of(text: str) -> str:
    """Return the nearest name that OpenSLO allows; empty if nothing is left.

    >>> name_of("Payments / Retail")
    'payments-retail'
    """
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")[:63].strip("-")
