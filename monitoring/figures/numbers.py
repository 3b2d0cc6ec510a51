"""Percentages beside their targets, as people read them: cut off, never rounded, against the provider."""

import re
from fractions import Fraction
from functools import lru_cache

from django.utils.translation import get_language

from slmo.web.words import percent, percent_exact, places_for

_TARGET = re.compile(r"\s*(?:>=|<=|>|<)?\s*(\d+(?:\.\d+)?)\s*%\s*")
SIGN = "\N{NO-BREAK SPACE}%"


def target_share(target: str) -> Fraction | None:
    """Return the share that a target such as `>= 99.95%` asks for, or None where it is not a percentage."""
    match = _TARGET.fullmatch(target)
    return Fraction(match[1]) / 100 if match else None


def target_text(target: str) -> str:
    """Return a target as people read it: `99.95 %` for `>= 99.95%`; another kind of target is told as it is written."""
    share = target_share(target)
    return target if share is None else percent_exact(share)


def percent_text(achieved: str, target: str = "") -> str:
    """Return an achieved share (decimal text such as 0.998950000) as `99.89 %`; an empty one gives an empty text.

    It has one decimal more than its target, at least two (docs/arithmetic.md, Showing figures).
    """
    return _percent_text(achieved, target, get_language()) if achieved else ""


def percent_bare(achieved: str, target: str = "") -> str:
    """Return `percent_text` without its sign, for the narrow cells of tables that name the unit in their head."""
    return percent_text(achieved, target).removesuffix(SIGN)


@lru_cache(maxsize=8192)
def _percent_text(achieved: str, target: str, language: str | None) -> str:
    """Do the work of `percent_text` once for each figure and language."""
    share, reached = target_share(target), Fraction(achieved)
    if reached == 1:  # nothing is cut off: "100 %" says that it is exact
        return percent_exact(reached)
    return percent(reached, 2 if share is None else places_for(share))
