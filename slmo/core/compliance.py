"""Assess an objective: every period that overlaps a window, judged."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from slmo.core.budget import Budget
from slmo.core.credits import Credit, credit_for
from slmo.core.exclusions import ExclusionWindow
from slmo.core.facts import Facts, States
from slmo.core.governing import Ruling, periods_of, rulings, versions_with
from slmo.core.judgement import Judgement, Verdict, judge, verdict_of_parts
from slmo.core.kinds import KINDS, Asked, Tally
from slmo.core.partition import Class, Partition, Seconds, Span, spans_read
from slmo.core.periods import period_containing
from slmo.core.result import PeriodResult
from slmo.core.terms.model import Agreement, CreditTerms, ObjectiveTerms
from slmo.core.units import Window
from slmo.core.verdict import COUNTED, counted_seconds, ratio, whole
from slmo.core.volume import Load

__all__ = ["Judgement", "PeriodResult", "Verdict", "assess", "judge"]


class Reading(NamedTuple):
    """What is read of a span: seconds and tally, with exclusions and corrections and (None if not known) without."""

    seconds: Seconds
    unadjusted: Seconds | None
    partition: Partition | None = None
    tally: Tally | None = None
    unadjusted_tally: Tally | None = None
    load: Load | None = None

    def suspended(self) -> Reading:
        """Return the same with all time that counts, or will, as excluded, and nothing counted in it."""
        seconds = {one: 0 if one in _SUSPENDED else length for one, length in self.seconds.items()}
        seconds[Class.EXCLUDED] += sum(self.seconds[one] for one in _SUSPENDED)
        return self._replace(
            seconds=seconds, tally=self.tally and Tally(), partition=self.partition and self.partition.suspended()
        )


_SUSPENDED = (*COUNTED, Class.FUTURE)
Read = Callable[[Ruling], Reading]


def assess(
    agreement: Agreement,
    objective: str,
    facts: Facts | States,
    window: Window,
    as_of: int,
    exclusions: Sequence[ExclusionWindow] = (),
) -> list[PeriodResult]:
    """Judge every period of the objective that overlaps the window, as known at `as_of`.

    `exclusions` are approved besides those of the agreement. Raises EngineError for an unknown objective.
    """
    periods = periods_of(agreement, objective, window, as_of)
    read = reader(Asked.of(agreement, objective, facts, as_of, exclusions), periods)
    return [period_result(agreement, objective, period, as_of, read) for period in periods]


def reader(asked: Asked, periods: Sequence[Window]) -> Read:
    """Return how to read a span; of availability, periods that adjoin are cut out of one partition."""
    hull = Window(min((p.start for p in periods), default=0), max((p.end for p in periods), default=0))
    timed = all_availability(asked)
    joined = timed and len(periods) > 1 and all(a.end == b.start for a, b in itertools.pairwise(periods))
    raw = asked.unadjusted()
    wholes: list[Partition] = []

    def cut(ruling: Ruling) -> tuple[Partition, Tally | None]:
        if not joined or ruling.window.meet(hull) != ruling.window:
            span = Span(asked, ruling)
            return span.partition(ruling.window), span.tally(ruling.window)
        if not wholes:
            wholes.append(Partition.joined([one.partition(one.ruling.window) for one in spans_read(asked, hull)]))
        return wholes[0].clip(ruling.window), None

    def read(ruling: Ruling) -> Reading:
        part, tally = cut(ruling)
        seconds, load = part.seconds(), asked.load(ruling.version, ruling.window)
        if raw is asked or (timed and raw.facts is asked.facts and not seconds[Class.EXCLUDED]):
            return Reading(seconds, seconds, part, tally, tally, load)
        plain = Span(raw, bare(ruling))
        return Reading(
            seconds, plain.partition(ruling.window).seconds(), part, tally, plain.tally(ruling.window), load
        )  # fmt: skip

    return read


def all_availability(asked: Asked) -> bool:
    """Tell whether states of availability judge the objective in every version."""
    versions = versions_with(asked.agreement, asked.objective)
    return all(version.objectives[asked.objective].indicator == "availability" for version in versions)


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
    reading, terms = _limited(read(ruling), ruling.terms(objective))
    closed = as_of >= ruling.window.end
    judged = judge(terms, reading.seconds, closed, reading.tally)
    raw = None if reading.unadjusted is None else judge(terms, reading.unadjusted, closed, reading.unadjusted_tally)
    share = Fraction(ruling.window.seconds, period.seconds)
    credit = credit_for(terms.credits if terms else None, judged.figure, judged.verdict, share)
    if credit and credit.amount and terms and terms.credits and terms.credits.cap_year is not None:
        used = _credited(agreement, objective, ruling.window.start, as_of, read)
        credit = credit_for(terms.credits, judged.figure, judged.verdict, share, used)
    return PeriodResult(
        objective, ruling.window, ruling.version.id if ruling.version else None, judged.verdict, judged.achieved,
        raw.figure if raw else None, judged.lower, judged.upper, judged.good, judged.total, reading.seconds,
        judged.budget, credit, closed, (), reading.partition, judged.value,
        terms.indicator if terms else agreement.indicator_of(objective),
        terms.target if terms else None, reading.tally, reading.load,
    )  # fmt: skip


def _limited(reading: Reading, terms: ObjectiveTerms | None) -> tuple[Reading, ObjectiveTerms | None]:
    """Return a reading and the terms that judge it, as a limit on the period's volume leaves them."""
    if terms is None or reading.load is None:
        return reading, terms
    if reading.load.suspends_all:
        return reading.suspended(), terms
    return reading, replace(terms, target=terms.workload.beyond) if reading.load.reprices and terms.workload else terms


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
            reading, terms = _limited(read(ruling), ruling.terms(objective))
            judged = judge(terms, reading.seconds, as_of >= ruling.window.end, reading.tally)
            share = Fraction(ruling.window.seconds, period.seconds)
            credit = credit_for(_uncapped(terms.credits if terms else None), judged.figure, judged.verdict, share)
            earned += credit.amount if credit else 0
    return earned


def _uncapped(terms: CreditTerms | None) -> CreditTerms | None:
    return terms and terms.without_year_cap()


def _whole(objective: str, period: Window, as_of: int, parts: Sequence[PeriodResult]) -> PeriodResult:
    """Return a cut period: sums of its parts and the worst part's verdict. Values have no sum."""
    seconds = {one: sum(part.seconds[one] for part in parts) for one in Class}
    good = sum((part.good for part in parts), Fraction(0))
    total = whole(sum((Fraction(part.total) for part in parts), Fraction(0)))
    kind, indicator = KINDS[parts[-1].indicator], parts[-1].indicator
    shared = not any(KINDS[part.indicator].has_value for part in parts) and indicator != "attested"
    return PeriodResult(
        objective=objective,
        window=period,
        version=next((part.version for part in parts if part.version), None),
        verdict=verdict_of_parts(((part.verdict, part.seconds) for part in parts), kind.quiet_is_unknown),
        achieved=ratio(good, total) if shared else None,
        unadjusted=None,
        lower=_weighted(parts, "lower") if shared else None,
        upper=_weighted(parts, "upper") if shared else None,
        good=good,
        total=total,
        seconds=seconds,
        budget=_budgets([part.budget for part in parts if part.budget]),
        credit=_credits([part.credit for part in parts if part.credit]),
        closed=as_of >= period.end,
        parts=tuple(parts),
        partition=_joined([part.partition for part in parts if part.partition]),
        indicator=indicator,
        target=parts[-1].target,
    )


def _weighted(parts: Sequence[PeriodResult], name: str) -> Fraction | None:
    """Return a bound of the whole from the parts' bounds, weighted by what they count; None if one has none."""
    pairs = [(getattr(part, name), weight) for part in parts if (weight := _weight(part))]
    if not pairs or any(bound is None for bound, _ in pairs):
        return None
    return sum((bound * weight for bound, weight in pairs), Fraction(0)) / sum(weight for _, weight in pairs)


def _weight(part: PeriodResult) -> Fraction | int:
    """Return how much a part counts: its time if seconds are counted, else its events, slices or tasks."""
    if part.tally is None:
        return counted_seconds(part.seconds)
    return part.tally.total + part.tally.unknown


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
