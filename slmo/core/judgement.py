"""The one place that judges: seconds of each class in, a verdict out (docs/arithmetic.md, Verdicts)."""

from __future__ import annotations

import enum
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

from slmo.core.budget import Budget
from slmo.core.partition import Class, Seconds
from slmo.core.terms.model import ObjectiveTerms

AT_RISK_SHARE = Fraction(3, 4)  # of the allowed bad time, consumed before the period has ended


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

    `good` and `total` are seconds, `achieved` = good ÷ total; `lower` and `upper` count all unknown as down and as up.
    """

    verdict: Verdict
    achieved: Fraction | None
    good: Fraction
    total: int
    lower: Fraction | None
    upper: Fraction | None
    budget: Budget | None


def judge(terms: ObjectiveTerms | None, seconds: Seconds, closed: bool) -> Judgement:
    """Judge the seconds of a period by an objective's terms; None where no version was in force.

    `closed` tells that the period had ended at the moment asked about. Exact arithmetic only.
    """
    known = seconds[Class.UP] + seconds[Class.DEGRADED] + seconds[Class.DOWN]
    unknown = seconds[Class.UNKNOWN]
    if terms is None or terms.target is None:
        return Judgement(Verdict.NO_DATA, None, Fraction(0), 0, None, None, None)
    known_good = seconds[Class.UP] + terms.degraded * seconds[Class.DEGRADED]
    counts_as = terms.unknown.counts_as
    good = known_good + (unknown if counts_as == "up" else 0)
    total = known if counts_as == "excluded" else known + unknown
    counted = known + unknown
    budget = _budget(terms, good, total, seconds[Class.FUTURE])
    return Judgement(
        verdict=_verdict(terms, good, total, seconds, closed),
        achieved=Fraction(good, total) if total else None,
        good=Fraction(good),
        total=total,
        lower=Fraction(known_good, counted) if counted else None,
        upper=Fraction(known_good + unknown, counted) if counted else None,
        budget=budget,
    )


def _budget(terms: ObjectiveTerms, good: Fraction | int, total: int, future: int) -> Budget | None:
    """Return the budget of the whole period: what is still to come counts with what has been counted."""
    if terms.target is None or total + future == 0:
        return None
    return Budget.of((1 - terms.target.value) * (total + future), Fraction(total - good))


def _verdict(terms: ObjectiveTerms, good: Fraction | int, total: int, seconds: Seconds, closed: bool) -> Verdict:
    target, share = terms.target, terms.unknown.indeterminate_above
    unknown = seconds[Class.UNKNOWN]
    counted = seconds[Class.UP] + seconds[Class.DEGRADED] + seconds[Class.DOWN] + unknown
    if total == 0 or target is None:
        return Verdict.NO_DATA
    if share is not None and unknown > share * counted:
        return Verdict.INDETERMINATE
    future = seconds[Class.FUTURE]
    if not target.met(Fraction(good + future, total + future)):
        return Verdict.BREACHED
    if closed:
        return Verdict.MET
    bad, allowed = total - good, (1 - target.value) * (total + future)
    ahead = bad * (total + future) > allowed * total  # at the present pace the budget ends before the period does
    return Verdict.AT_RISK if bad and (ahead or bad >= AT_RISK_SHARE * allowed) else Verdict.ON_TRACK


_WORST_FIRST = (
    Verdict.BREACHED, Verdict.INDETERMINATE, Verdict.AT_RISK, Verdict.ON_TRACK, Verdict.MET, Verdict.NO_DATA,
)  # fmt: skip


def verdict_of_parts(parts: Iterable[tuple[Verdict, Seconds]]) -> Verdict:
    """Return the verdict on a period that an amendment cut: its worst part's.

    A part of which nothing is known although it had counted time leaves the whole indeterminate, unless breached.
    """
    listed = list(parts)
    verdicts = [
        Verdict.INDETERMINATE if verdict is Verdict.NO_DATA and seconds[Class.UNKNOWN] else verdict
        for verdict, seconds in listed
    ]
    if all(verdict is Verdict.NO_DATA for verdict, _ in listed):
        return Verdict.NO_DATA
    return min(verdicts, key=_WORST_FIRST.index)
