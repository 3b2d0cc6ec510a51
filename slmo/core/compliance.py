"""Assess an objective: every period that overlaps a window, judged."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from slmo.core.budget import Budget
from slmo.core.credits import Credit, credit_for
from slmo.core.exclusions import ExclusionWindow
from slmo.core.facts import States
from slmo.core.governing import Ruling, periods_of, rulings
from slmo.core.judgement import Judgement, Verdict, judge, verdict_of_parts
from slmo.core.partition import Class, Partition, Seconds, cut, partition
from slmo.core.periods import period_containing
from slmo.core.result import PeriodResult
from slmo.core.terms.model import Agreement, CreditTerms
from slmo.core.units import Window

__all__ = ["Judgement", "PeriodResult", "Verdict", "assess", "judge"]


class Reading(NamedTuple):
    """The seconds of a span: with exclusions and corrections, without them (None if not known), and the partition."""

    seconds: Seconds
    unadjusted: Seconds | None
    partition: Partition | None = None


Read = Callable[[Ruling], Reading]


def assess(
    agreement: Agreement,
    objective: str,
    states: States,
    window: Window,
    as_of: int,
    exclusions: Sequence[ExclusionWindow] = (),
) -> list[PeriodResult]:
    """Judge every period of the objective that overlaps the window, as known at `as_of`.

    `exclusions` are approved besides those of the agreement. Raises EngineError for an unknown objective or one whose
    indicator is not assessed yet.
    """
    states = states.for_objective(objective)
    periods = periods_of(agreement, objective, window, as_of)
    read = _reader(agreement, objective, states, periods, as_of, exclusions)
    return [period_result(agreement, objective, period, as_of, read) for period in periods]


def _reader(
    agreement: Agreement, objective: str, states: States, periods: Sequence[Window], as_of: int,
    exclusions: Sequence[ExclusionWindow],
) -> Read:  # fmt: skip
    """Return how to read a span: periods that adjoin are cut out of one partition, all else is computed alone."""
    hull = Window(min((p.start for p in periods), default=0), max((p.end for p in periods), default=0))
    joined = len(periods) > 1 and all(a.end == b.start for a, b in itertools.pairwise(periods))
    raw = states.without_corrections()
    wholes: list[Partition] = []

    def pair(ruling: Ruling) -> tuple[Partition, Partition]:
        if joined and ruling.window.meet(hull) == ruling.window:
            if not wholes:
                wholes.append(partition(agreement, objective, states, hull, as_of, exclusions))
            adjusted = wholes[0].clip(ruling.window)
        else:
            adjusted = cut([ruling], objective, states, as_of, exclusions)
        if raw is states and not adjusted.seconds()[Class.EXCLUDED]:
            return adjusted, adjusted
        return adjusted, cut([bare(ruling)], objective, raw, as_of, ())

    def read(ruling: Ruling) -> Reading:
        adjusted, unadjusted = pair(ruling)
        return Reading(adjusted.seconds(), unadjusted.seconds(), adjusted)

    return read


def bare(ruling: Ruling) -> Ruling:
    """Return the ruling without the agreement's exclusions."""
    version = ruling.version
    return ruling if version is None else ruling._replace(version=version.without_exclusions())


def period_result(agreement: Agreement, objective: str, period: Window, as_of: int, read: Read) -> PeriodResult:
    """Judge one period from readings of its parts."""
    ruled = rulings(agreement, objective, period)
    parts = [_single(agreement, objective, ruling, period, as_of, read) for ruling in ruled]
    return parts[0] if len(parts) == 1 else _whole(objective, period, as_of, parts)


def _single(
    agreement: Agreement, objective: str, ruling: Ruling, period: Window, as_of: int, read: Read
) -> PeriodResult:
    reading, terms = read(ruling), ruling.terms(objective)
    closed = as_of >= ruling.window.end
    judged = judge(terms, reading.seconds, closed)
    raw = None if reading.unadjusted is None else judge(terms, reading.unadjusted, closed).achieved
    share = Fraction(ruling.window.seconds, period.seconds)
    credit = credit_for(terms.credits if terms else None, judged.achieved, judged.verdict, share)
    if credit and credit.amount and terms and terms.credits and terms.credits.cap_year is not None:
        used = _credited(agreement, objective, ruling.window.start, as_of, read)
        credit = credit_for(terms.credits, judged.achieved, judged.verdict, share, used)
    return PeriodResult(
        objective, ruling.window, ruling.version.id if ruling.version else None, judged.verdict, judged.achieved, raw,
        judged.lower, judged.upper, judged.good, judged.total, reading.seconds, judged.budget, credit, closed,
        (), reading.partition,
    )  # fmt: skip


def _credited(agreement: Agreement, objective: str, before: int, as_of: int, read: Read) -> Decimal:
    """Return the credits earned before an instant in its contract year, before that year's cap.

    They are judged anew from the year's first period on, so that an answer never depends on what else was asked for.
    """
    year = period_containing("contract-year", agreement.timezone, before, agreement.anchor)
    earned = Decimal(0)
    for period in periods_of(agreement, objective, Window(year.start, before), before):
        for ruling in rulings(agreement, objective, period):
            if not year.start <= ruling.window.start < before:
                continue
            terms = ruling.terms(objective)
            judged = judge(terms, read(ruling).seconds, as_of >= ruling.window.end)
            share = Fraction(ruling.window.seconds, period.seconds)
            credit = credit_for(_uncapped(terms.credits if terms else None), judged.achieved, judged.verdict, share)
            earned += credit.amount if credit else 0
    return earned


def _uncapped(terms: CreditTerms | None) -> CreditTerms | None:
    return terms and terms.without_year_cap()


def _whole(objective: str, period: Window, as_of: int, parts: Sequence[PeriodResult]) -> PeriodResult:
    """Return a cut period: sums of its parts and the worst part's verdict."""
    seconds = {one: sum(part.seconds[one] for part in parts) for one in Class}
    good, total = sum((part.good for part in parts), Fraction(0)), sum(part.total for part in parts)
    return PeriodResult(
        objective=objective,
        window=period,
        version=next((part.version for part in parts if part.version), None),
        verdict=verdict_of_parts((part.verdict, part.seconds) for part in parts),
        achieved=good / total if total else None,
        unadjusted=None,
        lower=_weighted(parts, "lower"),
        upper=_weighted(parts, "upper"),
        good=good,
        total=total,
        seconds=seconds,
        budget=_budgets([part.budget for part in parts if part.budget]),
        credit=_credits([part.credit for part in parts if part.credit]),
        closed=as_of >= period.end,
        parts=tuple(parts),
        partition=_joined([part.partition for part in parts if part.partition]),
    )


def _weighted(parts: Sequence[PeriodResult], name: str) -> Fraction | None:
    """Return a bound of the whole from the parts' bounds, weighted by their counted time."""
    weights = [
        sum(part.seconds[one] for one in (Class.UP, Class.DEGRADED, Class.DOWN, Class.UNKNOWN)) for part in parts
    ]
    pairs = [(getattr(part, name), weight) for part, weight in zip(parts, weights, strict=True) if weight]
    return sum((bound * weight for bound, weight in pairs), Fraction(0)) / sum(weights) if pairs else None


def _budgets(budgets: Sequence[Budget]) -> Budget | None:
    if not budgets:
        return None
    return Budget.of(sum((b.allowed for b in budgets), Fraction(0)), sum((b.consumed for b in budgets), Fraction(0)))


def _credits(credits: Sequence[Credit]) -> Credit | None:
    if not credits:
        return None
    return Credit(max(credit.percent for credit in credits), sum((credit.amount for credit in credits), Decimal(0)))


def _joined(parts: Sequence[Partition]) -> Partition | None:
    return Partition.joined(parts) if parts else None
