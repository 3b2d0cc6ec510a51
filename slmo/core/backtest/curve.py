"""Target against breaches and credits: how sensitive an outcome is to the number that is negotiated."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from slmo.core.backtest.replay import JUDGED, Replay
from slmo.core.credits import credit_for
from slmo.core.judgement import Verdict
from slmo.core.result import PeriodResult
from slmo.core.terms.model import CreditTerms, ObjectiveTerms, Target, Tier

POINTS = 50
_WIDER = 4  # times the drafted limit, on either side
_STRICTEST = Fraction(1, 100_000)  # 99.999 %: beyond it nobody signs
_DIGITS = 2  # of what a target leaves to be lost


class Point(NamedTuple):
    """One target: how many of the judged periods it would have missed, and the credits of all periods."""

    target: Target
    missed: int
    judged: int
    credit: Decimal
    here: bool


def curve(replay: Replay, count: int = POINTS) -> list[Point]:
    """Return so many targets around the drafted one, from the most lenient to the strictest; none without a target."""
    here = replay.terms.target
    if here is None:
        return []
    outcomes = [_outcome(one, here) for one in replay.results]
    earlier = [[_outcome(one, here) for one in year] for year in replay.years]
    targets = targets_around(here, replay.results, count)
    return [_point(terms_at(replay.terms, one), outcomes, earlier, one == here) for one in targets]


class _Outcome(NamedTuple):
    """What stays of a closed period when its target changes: the figure, and the verdict where that has none.

    `moves` tells that the drafted target judged it; a workload limit that was exceeded puts another one in its place.
    """

    figure: Fraction | None
    verdict: Verdict
    moves: bool = True

    def under(self, target: Target) -> Verdict:
        """Return the verdict under another target."""
        if self.figure is None or self.verdict not in JUDGED or not self.moves:
            return self.verdict
        return Verdict.MET if target.met(self.figure) else Verdict.BREACHED


def _outcome(result: PeriodResult, here: Target) -> _Outcome:
    return _Outcome(result.figure, result.verdict, result.target == here)


def _point(
    terms: ObjectiveTerms, outcomes: Sequence[_Outcome], earlier: Sequence[Sequence[_Outcome]], here: bool
) -> Point:
    """Return what one target would have meant; `earlier` are the periods before each one in its contract year."""
    target = terms.target
    assert target is not None  # of a curve there is one
    verdicts = [one.under(target) for one in outcomes]
    credits = _Credits(terms)
    amounts = (credits.of(one, year) for one, year in zip(outcomes, earlier, strict=True)) if terms.credits else ()
    missed = sum(one is Verdict.BREACHED for one in verdicts)
    return Point(target, missed, sum(one in JUDGED for one in verdicts), sum(amounts, Decimal(0)), here)


class _Credits:
    """The credits of whole periods under one objective's terms, each figure's looked up once."""

    def __init__(self, terms: ObjectiveTerms) -> None:
        self.terms, self.credits = terms, terms.credits
        self.uncapped = self.credits and self.credits.without_year_cap()
        self.known: dict[_Outcome, Decimal] = {}

    def of(self, one: _Outcome, earlier: Sequence[_Outcome]) -> Decimal:
        """Return a period's credit after what earlier ones of its contract year have used of the cap."""
        amount = self.alone(one)
        if not amount or self.credits is None or self.credits.cap_year is None:
            return amount
        used = sum((self.alone(other) for other in earlier), Decimal(0))
        return max(Decimal(0), min(amount, self.credits.cap_year - used))

    def alone(self, one: _Outcome) -> Decimal:
        """Return a period's credit before the cap of the year."""
        if one not in self.known:
            verdict = one.under(self.terms.target) if self.terms.target else one.verdict
            credit = credit_for(self.uncapped, one.figure, verdict)
            self.known[one] = credit.amount if credit else Decimal(0)
        return self.known[one]


def credit_sum(results: Iterable[PeriodResult]) -> Decimal:
    """Return the sum of the credits."""
    return sum((one.credit.amount for one in results if one.credit), Decimal(0))


def terms_at(terms: ObjectiveTerms, target: Target) -> ObjectiveTerms:
    """Return the terms with another target; a credit tier that began at the drafted one begins at the new one.

    No credit is due for a figure that meets the target: tiers that would begin above it are cut at it.
    """
    if terms.target is None or target == terms.target:
        return terms
    credits = terms.credits and _credits_at(terms.credits, terms.target, target)
    return replace(terms, target=target, credits=credits)


def _credits_at(credits: CreditTerms, old: Target, new: Target) -> CreditTerms:
    least = new.op in (">=", ">")
    moved = [(_tier_below if least else _tier_above)(tier, old.value, new.value) for tier in credits.tiers]
    kept = [one for one in moved if one.below is None or one.at_least is None or one.at_least < one.below]
    return replace(credits, tiers=tuple(kept))


def _tier_below(tier: Tier, old: Fraction, new: Fraction) -> Tier:
    """Return a tier of figures that are too low, with its upper bound at or below the target."""
    if tier.below is None or tier.below > old:
        return tier  # paid even where the target is met: the target does not bound it
    return replace(tier, below=new if tier.below == old else min(tier.below, new))


def _tier_above(tier: Tier, old: Fraction, new: Fraction) -> Tier:
    """Return a tier of figures that are too high, with its lower bound at or above the target."""
    if tier.at_least is None or tier.at_least < old:
        return tier
    return replace(tier, at_least=new if tier.at_least == old else max(tier.at_least, new))


def targets_around(here: Target, results: Sequence[PeriodResult], count: int) -> list[Target]:
    """Return at most `count` targets, the drafted one among them, from the most lenient to the strictest."""
    figures = [one.figure for result in results for one in result.entries() if one.figure is not None]
    if here.unit == "%" and here.op in (">=", ">"):
        values = _shares(here.value, figures, count)
    elif here.unit == "number" and here.value.denominator == 1 and all(one.denominator == 1 for one in figures):
        values = _counts(here.value, figures, count)
    else:
        values = _values(here.value, figures, count)
        values = [_timed(one) for one in values] if here.unit == "seconds" else values
    lenient_first = sorted({*values, here.value}, reverse=here.op in ("<=", "<"))
    return [replace(here, value=value) for value in lenient_first]


def _shares(here: Fraction, figures: Sequence[Fraction], count: int) -> list[Fraction]:
    """Return least shares whose losses are evenly spread on a logarithmic scale, in decimals that people write."""
    worst = max([1 - one for one in figures] + [(1 - here) * _WIDER, _STRICTEST * _WIDER])
    least = max(_STRICTEST, min((1 - here) / _WIDER or _STRICTEST, Fraction(1, 2000)) / _WIDER)
    return [1 - loss for loss in _spread(least, min(worst * 5 / 4, Fraction(1, 2)), count - 1)]


def _values(here: Fraction, figures: Sequence[Fraction], count: int) -> list[Fraction]:
    """Return limits that are evenly spread on a logarithmic scale around the drafted one and what was measured."""
    known = [one for one in (*figures, here) if one > 0] or [Fraction(1)]
    return _spread(min(known) / 2, max(known) * 2, count - 1)


def _timed(seconds: Fraction) -> Fraction:
    """Return a length of time as people agree it: whole minutes, from three hours on whole fives."""
    step = 1 if seconds < 180 else 60 if seconds < 3 * 3600 else 300
    return Fraction(round(seconds / step) * step)


def _counts(here: Fraction, figures: Sequence[Fraction], count: int) -> list[Fraction]:
    """Return whole limits from none up to a little more than was ever counted."""
    most = int(max([here, *figures])) + 3
    step = max(1, -(-most // (count - 2)))
    return [Fraction(one) for one in range(0, most + 1, step)]


def _spread(low: Fraction, high: Fraction, count: int) -> list[Fraction]:
    """Return `count` numbers from `low` to `high`, each so many times the one before, of few digits."""
    ratio = (float(high) / float(low)) ** (1 / max(1, count - 1))
    return [_short(float(low) * ratio**step) for step in range(count)]


def _short(value: float) -> Fraction:
    """Return a number near another with few significant digits, so that it can be written as a target."""
    places = _DIGITS - math.floor(math.log10(value))
    return Fraction(round(value * 10**places), 10**places) if places > 0 else Fraction(round(value))
