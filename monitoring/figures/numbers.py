"""Figures beside their targets, as people read them: cut off, never rounded, against the provider.

A share stands as a percentage; the value of an indicator that has none (a percentile, a number of outages) stands in
the unit of its target.
"""

from fractions import Fraction
from functools import lru_cache
from math import ceil, floor
from typing import Protocol

from django.utils.translation import get_language

from agreements.models import IndicatorKind, Objective
from slmo.core.errors import EngineError
from slmo.core.result import PeriodResult as Figures
from slmo.core.terms.model import Target
from slmo.core.terms.targets import parse_target
from slmo.core.units import exact_decimal, truncate
from slmo.web.words import (
    DASH,
    DAY,
    HOUR,
    MINUTE,
    NBSP,
    Exact,
    decimal_text,
    duration,
    fraction_of,
    percent,
    percent_exact,
    places_for,
    unit_short,
)
from slmo.web.words import number as number_text

SIGN = "\N{NO-BREAK SPACE}%"
SIGNS = {">=": "≥", ">": ">", "<=": "≤", "<": "<"}
_TYPED = ((DAY, "d"), (HOUR, "h"), (MINUTE, "m"), (1, "s"))
_UNITS = ((DAY, "d"), (HOUR, "h"), (MINUTE, "min"), (1, "s"))
PLACES_MOST = 4  # decimals of a value; of a length of time below a minute: 3


COUNTED_KINDS = (IndicatorKind.RATIO, IndicatorKind.SLICES, IndicatorKind.TASKS)


class Figured(Protocol):
    """Anything with a figure: a result, or a part of one."""

    achieved: str
    value: str
    target: str


@lru_cache(maxsize=1024)
def target_of(target: str) -> Target | None:
    """Return a target such as `>= 99.95%` as a value, or None where it is none."""
    try:
        return parse_target(target)
    except EngineError:
        return None


def target_share(target: str) -> Fraction | None:
    """Return the share that a target such as `>= 99.95%` asks for, or None where it is not a percentage."""
    found = target_of(target)
    return found.value if found and found.unit == "%" else None


def target_text(target: str) -> str:
    """Return a target as people read it: `99.95 %` for a least share, else with its sign: `≤ 0.3`, `≤ 4 h`."""
    found = target_of(target)
    if found is None:
        return target
    if found.unit == "%" and found.op in (">=", ">"):
        return percent_exact(found.value)
    return f"{SIGNS[found.op]}{NBSP}{limit_text(target)}"


def limit_text(target: str) -> str:
    """Return a target's limit without its sign, in its own unit."""
    found = target_of(target)
    if found is None:
        return target
    if found.unit == "%":
        return percent_exact(found.value)
    return duration(found.value) if found.unit == "seconds" else _trimmed(found.value, 9)


def limit_written(target: Target) -> str:
    """Return a target's limit as people type it: 99.9%, 0.3, 14400s is 4h."""
    if target.unit == "seconds":
        size, unit = next((size, unit) for size, unit in _TYPED if target.value % size == 0)
        return f"{int(target.value / size)}{unit}"
    value = exact_decimal(target.value * 100 if target.unit == "%" else target.value)
    return f"{value}%" if target.unit == "%" else value


def target_written(target: Target) -> str:
    """Return a target as the format writes it."""
    return f"{target.op} {limit_written(target)}"


def figure_of(result: Figured) -> str:
    """Return the figure of a result as `99.89 %`, `0.29` or `43 min 12 s`; an empty text where it has none."""
    return figure_text(result.achieved, result.target, result.value)


def figure_text(achieved: str, target: str = "", value: str = "") -> str:
    """Return a share or, where there is none, a value beside its target; an empty text where there is neither."""
    return percent_text(achieved, target) if achieved or not value else value_text(value, target)


def engine_text(figures: Figures, target: str) -> str:
    """Return the figure that the engine has just computed beside a target; a dash where there is none."""
    if figures.has_value:
        return value_text(str(figures.figure), target) if figures.figure is not None else DASH
    return percent_text(truncate(figures.figure, 9), target) if figures.figure is not None else DASH


def figure_bare(achieved: str, target: str = "", value: str = "") -> str:
    """Return `figure_text` without a percent sign, for the narrow cells of tables."""
    return figure_text(achieved, target, value).removesuffix(SIGN)


def figure_cell(achieved: str, target: str = "", value: str = "") -> str:
    """Return `figure_bare` with a length of time in one unit, such as `5.3 h`, for the cells of the matrix."""
    found = target_of(target)
    if not value or found is None or found.unit != "seconds":
        return figure_bare(achieved, target, value)
    exact = Fraction(value)
    if exact < MINUTE:
        return seconds_text(exact, upwards=found.op in ("<=", "<"))
    size, unit = next((size, unit) for size, unit in _UNITS if exact >= size)
    return f"{_trimmed(cut(exact / size, 1, upwards=found.op in ('<=', '<')), 1)}{NBSP}{unit_short(unit)}"


def percent_text(achieved: str, target: str = "") -> str:
    """Return an achieved share (decimal text such as 0.998950000) as `99.89 %`; an empty one gives an empty text.

    It has one decimal more than its target, at least two (docs/arithmetic.md, Showing figures).
    """
    return _percent_text(achieved, target, get_language()) if achieved else ""


def percent_bare(achieved: str, target: str = "") -> str:
    """Return `percent_text` without its sign, for the narrow cells of tables that name the unit in their head."""
    return percent_text(achieved, target).removesuffix(SIGN)


def value_text(value: str, target: str = "") -> str:
    """Return a value (decimal text) in the unit of its target, cut so that it flatters nobody: up below a limit."""
    return _value_text(value, target, get_language()) if value else ""


@lru_cache(maxsize=8192)
def _percent_text(achieved: str, target: str, language: str | None) -> str:
    """Do the work of `percent_text` once for each figure and language."""
    share, reached = target_share(target), Fraction(achieved)
    if reached == 1:  # nothing is cut off: "100 %" says that it is exact
        return percent_exact(reached)
    return percent(reached, 2 if share is None else places_for(share))


@lru_cache(maxsize=8192)
def _value_text(value: str, target: str, language: str | None) -> str:
    """Do the work of `value_text` once for each figure and language."""
    limit, exact = target_of(target), Fraction(value)
    if limit is None:
        return _trimmed(exact, 9)
    upwards = limit.op in ("<=", "<")
    if limit.unit == "seconds":
        return seconds_text(exact, upwards=upwards)
    if limit.unit == "%":
        return _trimmed(cut(exact * 100, places_for(limit.value), upwards=upwards), PLACES_MOST) + SIGN
    places = next((n for n in range(PLACES_MOST) if (limit.value * 10**n).denominator == 1), PLACES_MOST - 1) + 1
    return _trimmed(cut(exact, places, upwards=upwards), places)


def seconds_text(seconds: Fraction, *, upwards: bool = False) -> str:
    """Return a length of time in its units, below a minute with up to three decimals; cut, or raised if `upwards`."""
    if abs(seconds) >= MINUTE:
        return duration(cut(seconds, 0, upwards=upwards))
    return f"{_trimmed(cut(seconds, 3, upwards=upwards), 3)}{NBSP}{unit_short('s')}"


def cut(value: Fraction, places: int, *, upwards: bool) -> Fraction:
    """Return a value with so many decimals: cut off, or raised to the next one if `upwards`."""
    scaled = value * 10**places
    return Fraction(ceil(scaled) if upwards else floor(scaled), 10**places)


def _trimmed(value: Fraction, most: int) -> str:
    """Return a number with the decimals that it has, at most so many."""
    places = next((n for n in range(most) if (value * 10**n).denominator == 1), most)
    return decimal_text(value, places)


def is_counted(objective: Objective) -> bool:
    """Tell whether the error budget of an objective counts events, slices or tasks instead of seconds."""
    return objective.indicator is not None and objective.indicator.kind in COUNTED_KINDS


def budget_text(amount: Exact | None, *, counted: bool) -> str:
    """Return a part of an error budget: a length of time, or how many; what is left is never rounded up."""
    if amount is None or not counted:
        return duration(amount)
    exact = fraction_of(amount)
    return number_text(exact) if exact.denominator == 1 or exact >= 10 else _trimmed(cut(exact, 1, upwards=False), 1)
