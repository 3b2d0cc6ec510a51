"""Targets and limits: an operator, an exact value and its unit."""

from __future__ import annotations

import re
from fractions import Fraction
from functools import lru_cache

from slmo.core.errors import EngineError, TermError
from slmo.core.terms.model import Target
from slmo.core.terms.reader import Reader, fraction_of, parse_at
from slmo.core.units import parse_decimal, parse_duration

_TARGET = re.compile(r"(>=|<=|>|<)\s*(\S+)")
TARGET_EXPECTED = "an operator and a limit, such as >= 99.9%, <= 0.3 or <= 4h"


@lru_cache(maxsize=1024)
def parse_target(text: str) -> Target:
    """Return a target: >=, >, <= or < with a percentage, a number or a duration.

    >>> parse_target(">= 99.9%")
    Target(op='>=', value=Fraction(999, 1000), unit='%')
    """
    match = _TARGET.fullmatch(text.strip())
    if match is None:
        raise EngineError(TARGET_EXPECTED)
    value, unit = parse_quantity(match[2])
    return Target(match[1], value, unit)


def parse_quantity(text: str) -> tuple[Fraction, str]:
    """Return the exact value of a percentage, a number or a duration (in seconds), and which of these it is.

    >>> parse_quantity("90s")
    (Fraction(90, 1), 'seconds')
    """
    if text[-1:] in tuple("wdhms"):
        return Fraction(parse_duration(text)), "seconds"
    value, percent = parse_decimal(text)
    return value, "%" if percent else "number"


def quantity_of(value: object, path: str) -> Fraction:
    """Return a bound written as a number, a percentage or a duration."""
    expected = "a number, a percentage or a duration, such as 0.3, 5% or 30m"
    if isinstance(value, str):
        try:
            return parse_quantity(value)[0]
        except EngineError as error:
            raise TermError(path, value, expected) from error
    try:
        return fraction_of(value)
    except EngineError as error:
        raise TermError(path, value, expected) from error


def target_read(reader: Reader, indicator: str) -> Target | None:
    """Return an objective's target as its indicator allows; None for one that has none."""
    if indicator == "attested":
        if reader.has("target"):
            raise TermError(reader.at("target"), reader.value["target"], "no target: a statement is met or it is not")
        return None
    target = reader.parsed("target", parse_target, expected=TARGET_EXPECTED)
    target_check(reader, "target", target, indicator, counted=reader.value.get("reduce") == "count")
    return target


def target_check(reader: Reader, key: str, target: Target, indicator: str, counted: bool = False) -> None:
    """Refuse a target that does not suit the indicator; `counted` tells that outages are counted, not measured."""
    if indicator in ("availability", "ratio", "slices", "tasks"):
        _share_check(reader, key, target)
    elif indicator == "outages":
        _outages_check(reader, key, target, counted)


def _share_check(reader: Reader, key: str, target: Target) -> None:
    said = reader.value[key]
    if target.op not in (">=", ">") or target.unit == "seconds":
        raise TermError(reader.at(key), said, "a least share, such as >= 99.9%")
    if not 0 <= target.value <= 1 or (target.op == ">" and target.value == 1):
        hint = ' (did you mean "%"?)' if target.unit == "number" and target.value <= 100 else ""
        raise TermError(reader.at(key), said, f"a share that can be reached, up to >= 100%{hint}")


def _outages_check(reader: Reader, key: str, target: Target, counted: bool) -> None:
    said = reader.value[key]
    if counted and target.unit != "number":
        raise TermError(reader.at(key), said, "a number of outages, such as <= 2")
    if target.unit == "%" or target.value < 0:
        raise TermError(reader.at(key), said, "a duration, such as <= 4h")


def limit_of(reader: Reader, key: str) -> Target:
    """Return the operator and limit under a key."""
    return parse_at(reader.at(key), reader.get(key, TARGET_EXPECTED), parse_target, TARGET_EXPECTED)
