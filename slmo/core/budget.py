"""Error budget and burn (docs/arithmetic.md, Error budget)."""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from typing import NamedTuple

from slmo.core.intervals import Intervals
from slmo.core.units import DAY


@dataclass(frozen=True)
class Budget:
    """Bad time in seconds: allowed in the whole period, consumed so far, and what remains (may be negative)."""

    allowed: Fraction
    consumed: Fraction
    remaining: Fraction

    @classmethod
    def of(cls, allowed: Fraction, consumed: Fraction) -> Budget:
        """Return the budget with what remains."""
        return cls(allowed, consumed, allowed - consumed)


def seconds_left(budget: Budget, counted: int) -> int | None:
    """Return after how many more counted seconds nothing of the budget remains at the present burn.

    `counted` is the seconds counted so far. None where nothing burns, or the budget has run out already.
    """
    if counted == 0 or budget.consumed <= 0 or budget.remaining <= 0:
        return None
    return math.ceil(budget.remaining * counted / budget.consumed)


def exhaustion(budget: Budget, counted: int, ahead: Intervals) -> int | None:
    """Return the instant at which the budget runs out at the present burn, None if it lasts for the period.

    `counted` is the seconds counted so far, `ahead` the service hours still to come (the partition's FUTURE). A budget
    that has run out already has no such instant.
    """
    left = seconds_left(budget, counted)
    if left is None:
        return None
    for window in ahead.windows():
        if left <= window.seconds:
            return window.start + left
        left -= window.seconds
    return None


def burn_rate(bad: Fraction | int, total: Fraction | int, target: Fraction) -> Fraction | float | None:
    """Return (bad ÷ total) ÷ (1 − target): 1 uses the budget up exactly at the period's end.

    None without any counted time; infinite where a target of 100 % is missed.

    >>> burn_rate(72, 3600, Fraction(999, 1000))
    Fraction(20, 1)
    """
    if total == 0:
        return None
    if target == 1:
        return math.inf if bad else Fraction(0)
    return Fraction(bad) / total / (1 - target)


class BurnWindow(NamedTuple):
    """An alert: more than `share` of the budget burnt in the `long` window and still burning in the `short` one."""

    severity: str
    long: int
    short: int
    share: Fraction

    def factor(self, period: int) -> Fraction:
        """Return the burn rate above which the alert fires, for a period of so many seconds."""
        return self.share * period / self.long


BURN_WINDOWS = (  # at 30 days the factors are 14.4, 6, 3 and 1
    BurnWindow("page", 3600, 300, Fraction(2, 100)),
    BurnWindow("page", 6 * 3600, 1800, Fraction(5, 100)),
    BurnWindow("ticket", DAY, 2 * 3600, Fraction(10, 100)),
    BurnWindow("ticket", 3 * DAY, 6 * 3600, Fraction(10, 100)),
)


class AlertState(NamedTuple):
    """What one burn window says; the rates are None where nothing was counted.

    `covered` tells that facts cover the long window wholly; where they do not, it never fires.
    """

    window: BurnWindow
    factor: Fraction
    long_rate: Fraction | float | None
    short_rate: Fraction | float | None
    firing: bool
    covered: bool = True


def alert_firing(
    factor: Fraction, long_rate: Fraction | float | None, short_rate: Fraction | float | None, covered: bool
) -> bool:
    """Tell whether both rates are strictly over the unrounded factor and facts cover the long window wholly."""
    return covered and long_rate is not None and short_rate is not None and min(long_rate, short_rate) > factor
