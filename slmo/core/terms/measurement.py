"""Reading `measurement`: whose measurement rules where both parties measure, and from which difference on all are told.

An objective that says nothing is judged by its one measurement, the provider's.
"""

from __future__ import annotations

from slmo.core.errors import EngineError, TermError
from slmo.core.terms.model import Measurement, Target
from slmo.core.terms.reader import Reader, Word, fraction_of, share_of
from slmo.core.terms.targets import parse_quantity

SIDES = ("provider", "customer")
SILENT = ("unknown", "other")
BY_STATES = ("availability", "outages")  # only states tell second by second who is silent
_SHARES = ("availability", "ratio", "slices")


def measurement_read(reader: Reader, indicator: str) -> Measurement | None:
    """Return whose measurement of an objective rules, None where the agreement says nothing about it."""
    if not reader.has("measurement"):
        return None
    terms = Reader(reader.value["measurement"], reader.at("measurement"))
    terms.known("rules", "silent", "notice_above")
    if terms.has("silent") and indicator not in BY_STATES:
        raise TermError(terms.at("silent"), Word("silent"), f"no such term, because the indicator is {indicator}")
    return Measurement(
        rules=terms.choice("rules", SIDES),
        stands_in=terms.choice("silent", SILENT, "unknown") == "other",
        notice_above=_notice(terms, indicator, counted=reader.value.get("reduce") == "count"),
    )


def _notice(terms: Reader, indicator: str, counted: bool) -> Target | None:
    """Return the difference that has to be exceeded, in the unit of the figure; of shares in points of percent."""
    if not terms.has("notice_above"):
        return None
    path, said = terms.at("notice_above"), terms.value["notice_above"]
    if indicator in _SHARES:
        return Target(">", share_of(said, path), "%")
    expected = "a difference such as 0.1, 5% or 30s"
    try:
        value, unit = parse_quantity(said) if isinstance(said, str) and said else (fraction_of(said), "number")
    except EngineError as error:
        raise TermError(path, said, expected) from error
    if value < 0:
        raise TermError(path, said, "a difference such as 0.1, 5% or 30s, not below 0")
    if indicator == "outages" and counted and unit != "number":
        raise TermError(path, said, "a number of outages, such as 1")
    if indicator == "outages" and not counted and unit != "seconds":
        raise TermError(path, said, "a duration, such as 30m")
    return Target(">", value, unit)
