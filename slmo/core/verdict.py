"""What is said of a period, and how shares are judged (docs/arithmetic.md, Verdicts)."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from fractions import Fraction

from slmo.core.budget import Budget
from slmo.core.classes import Class, Seconds
from slmo.core.terms.model import Target, UnknownRule

AT_RISK_SHARE = Fraction(3, 4)  # of the allowed bad time, consumed before the period has ended
COUNTED = (Class.UP, Class.DEGRADED, Class.DOWN, Class.UNKNOWN)


class Verdict(enum.StrEnum):
    """What is said of a period: the first four once it has closed, the last two and BREACHED while it is open."""

    MET = "met"
    BREACHED = "breached"
    INDETERMINATE = "indeterminate"
    NO_DATA = "no_data"
    ON_TRACK = "on_track"
    AT_RISK = "at_risk"


@dataclass(frozen=True)
class Judgement:
    """A verdict and the exact figures behind it; figures that do not exist are None.

    `good` and `total` are seconds, events, slices, samples or tasks, and `achieved` = good ÷ total. `lower` and `upper`
    are what it would be if all that is unknown had been bad, or good. Kinds with another figure have `value` instead.
    """

    verdict: Verdict
    achieved: Fraction | None
    good: Fraction
    total: int | Fraction
    lower: Fraction | None
    upper: Fraction | None
    budget: Budget | None
    value: Fraction | None = None

    @property
    def figure(self) -> Fraction | None:
        """Return the figure that is judged and earns credits."""
        return self.achieved if self.value is None else self.value


NOTHING = Judgement(Verdict.NO_DATA, None, Fraction(0), 0, None, None, None)


def counted_seconds(seconds: Seconds) -> int:
    """Return the seconds that count: up, degraded, down and unknown."""
    return sum(seconds[one] for one in COUNTED)


def too_much_unknown(rule: UnknownRule, seconds: Seconds) -> bool:
    """Tell whether more of the counted time is unknown than was agreed."""
    share = rule.indeterminate_above
    return share is not None and seconds[Class.UNKNOWN] > share * counted_seconds(seconds)


def whole(value: Fraction | int) -> Fraction | int:
    """Return a whole number as int, any other as it is."""
    return value.numerator if value.denominator == 1 else value


def ratio(good: Fraction | int, total: Fraction | int) -> Fraction | None:
    """Return good ÷ total, None if there is nothing."""
    return Fraction(good) / total if total else None


def events_budget(target: Target, good: Fraction, total: Fraction) -> Budget | None:
    """Return the budget of what has been seen: (1 − target) × events."""
    return Budget.of((1 - target.value) * total, total - good) if total else None


def events_verdict(target: Target, good: Fraction, total: Fraction, closed: bool) -> Verdict:
    """Judge a share of events of which more may come, as many as there like.

    An open period is breached only where a single bad event is too many.
    """
    met, bad = target.met(good / total), total - good
    if closed:
        return Verdict.MET if met else Verdict.BREACHED
    if bad and target.value == 1:
        return Verdict.BREACHED
    used = bad and bad >= AT_RISK_SHARE * (1 - target.value) * total
    return Verdict.AT_RISK if used or not met else Verdict.ON_TRACK


def span_verdict(target: Target, good: Fraction | int, total: int, ahead: int, closed: bool) -> Verdict:
    """Judge a share of which `ahead` units are still to come, each of them good at best."""
    if not target.met(Fraction(good + ahead, total + ahead)):
        return Verdict.BREACHED
    if closed:
        return Verdict.MET
    bad, allowed = total - good, (1 - target.value) * (total + ahead)
    over = bad * (total + ahead) > allowed * total  # at the present pace the budget ends before the period does
    return Verdict.AT_RISK if bad and (over or bad >= AT_RISK_SHARE * allowed) else Verdict.ON_TRACK


def idle_verdict(idle_is_met: bool, closed: bool) -> Verdict:
    """Return what is said of a period in which nothing happened."""
    if not idle_is_met:
        return Verdict.NO_DATA
    return Verdict.MET if closed else Verdict.ON_TRACK
