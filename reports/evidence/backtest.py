"""The backtest as figures: plain values without a language, which can be shown, frozen and recomputed.

Shares, values and seconds are exact fractions as text, money is decimal text, instants are epoch seconds.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any

from agreements.models import Indicator
from monitoring.exclusions import exclusions_load
from monitoring.figures.numbers import target_of, target_written
from monitoring.instants import instant_of, moment_of
from monitoring.models import Fact, FactState, PeriodResult
from monitoring.volumes import counted_of, facts_joined, facts_named, volumes_named
from reports.evidence.question import USUAL, Question
from reports.evidence.record import Recorded, comparable_from, recorded_read
from slmo.core import ENGINE_VERSION
from slmo.core.backtest import JUDGED, Deciding, Event, Point, Replay, credit_sum, curve, deciding
from slmo.core.classes import Class
from slmo.core.facts import Facts
from slmo.core.judgement import Verdict
from slmo.core.measuring import facts_ruling
from slmo.core.result import PeriodResult as Judged
from slmo.core.terms import Agreement as Terms
from slmo.core.terms import document_digest
from slmo.core.terms.model import Target
from slmo.core.verdict import counted_seconds

Figures = dict[str, Any]
REFERENCES = 3  # incidents named beside one event
UNKNOWN_TOLD = Fraction(1, 1000)  # of counted time: below it nobody need be told


def backtest(question: Question) -> Figures:
    """Return what the drafted terms would have meant on the recorded facts, beside the terms in force.

    Raises TermError for terms that cannot be used.
    """
    head = _head(question)
    indicator = question.indicator
    if indicator is None or question.begun is None:
        return head | {"periods": [], "lacking": "indicator" if indicator is None else "facts"}
    recorded = recorded_read(indicator, question.reach)
    drafted = _replay(question, question.drafted, recorded)
    agreed = _replay(question, question.agreed, recorded) if question.agreed else None
    return (
        head
        | _outcomes(drafted, agreed, _results(question, drafted))
        | {
            "lacking": "" if drafted.results else "periods",
            "curve": [_point(one) for one in curve(drafted)],
            "events": _events(indicator, deciding(drafted)),
            "begun": question.begun,
            "origins": comparable_from(recorded, indicator.comparable_since),
            "comparable_note": indicator.comparable_note,
        }
    )


def _head(question: Question) -> Figures:
    """Return what was asked: of whom, by which terms, when."""
    indicator, clause = question.indicator, question.clause
    return {
        "engine": ENGINE_VERSION,
        "as_of": question.as_of,
        "objective": question.name,
        "title": clause.title,
        "kind": clause.indicator,
        "period": clause.period,
        "target": target_written(clause.target) if clause.target else "",
        "hours": clause.hours or "",
        "scope": list(clause.scope),
        "zone": question.drafted.timezone,
        "currency": question.drafted.currency,
        "document": document_digest(question.document),
        "base": question.base.number if question.base and question.agreed else None,
        "is_base": question.is_base,
        "indicator": _indicator(indicator, question.is_proposed) if indicator else None,
    }


def _indicator(indicator: Indicator, proposed: bool) -> Figures:
    return {
        "id": indicator.pk,
        "name": indicator.name,
        "service": indicator.service.slug,
        "slug": indicator.slug,
        "proposed": proposed,
    }


def _replay(question: Question, terms: Terms, recorded: Recorded) -> Replay:
    approved = exclusions_load(question.objective, terms)
    facts = _with_volumes(question, terms, _ruling(question, terms, recorded))
    return Replay(terms, question.name, facts, question.periods(terms), question.as_of, approved)


def _ruling(question: Question, terms: Terms, recorded: Recorded) -> Facts:
    """Return the facts that the terms let rule where both parties measure; else what is recorded."""
    first, second = question.objective.indicator, question.objective.customer_indicator
    if question.is_proposed or first is None or second is None:
        return recorded.facts
    read = (recorded_read(one, question.reach).facts for one in (first, second))
    return facts_ruling(terms, question.name, *read)


def _with_volumes(question: Question, terms: Terms, facts: Facts) -> Facts:
    """Return the facts with those that tell the volume of which a workload limit of the terms speaks."""
    counted = counted_of(question.objective, volumes_named(terms, question.name))
    joined = facts_named(facts, question.name) if counted else facts
    for one in counted:
        if one.indicator is not None:
            told = recorded_read(one.indicator, question.reach).facts
            joined = facts_joined(joined, facts_named(told, one.name))
    return joined


def _results(question: Question, drafted: Replay) -> Mapping[int, int]:
    """Return the stored results of the drafted periods by their beginnings: what was really judged then."""
    if question.is_new:
        return {}
    starts = {moment_of(one.start): one for one in drafted.periods}
    rows = PeriodResult.objects.filter(objective=question.objective, current=True, start__in=list(starts))
    ends = {(one.start, one.end) for one in drafted.periods}
    found = ((instant_of(start), instant_of(end), pk) for start, end, pk in rows.values_list("start", "end", "pk"))
    return {start: pk for start, end, pk in found if (start, end) in ends}


def _outcomes(drafted: Replay, agreed: Replay | None, results: Mapping[int, int]) -> Figures:
    """Return the periods with both judgements, and what they come to."""
    same = agreed is not None and [one.window for one in agreed.results] == [one.window for one in drafted.results]
    before = {one.window: one for one in agreed.results} if agreed and same else {}
    return {
        "periods": [
            _period(one, before.get(one.window)) | {"result": results.get(one.window.start)} for one in drafted.results
        ],
        "drafted": _summary(drafted),
        "agreed": _summary(agreed) if agreed else None,
        "same_periods": same,
    }


def _summary(replay: Replay) -> Figures:
    target, even = replay.terms.target, replay.break_even
    return {
        "target": target_written(target) if target else "",
        "judged": sum(one.verdict in JUDGED for one in replay.results),
        "missed": sum(one.verdict is Verdict.BREACHED for one in replay.results),
        "open": sum(one.verdict not in JUDGED for one in replay.results),
        "credit": str(credit_sum(replay.results)) if replay.terms.credits else None,
        "break_even": None if even is None else str(even),
    }


def _period(drafted: Judged, agreed: Judged | None) -> Figures:
    return {
        "start": drafted.window.start,
        "end": drafted.window.end,
        "drafted": judged(drafted),
        "agreed": judged(agreed) if agreed else None,
    }


def judged(result: Judged) -> Figures:
    """Return one judgement with everything that its arithmetic needs."""
    credit = result.credit
    return {
        "verdict": result.verdict.value,
        "figure": None if result.figure is None else str(result.figure),
        "has_value": result.has_value,
        "target": target_written(result.target) if result.target else "",
        "good": str(result.good),
        "total": str(Fraction(result.total)),
        "seconds": {one.value: count for one, count in result.seconds.items() if count},
        "allowed": None if result.budget is None else str(result.budget.allowed),
        "credit": None if credit is None else {"percent": str(credit.percent), "amount": str(credit.amount)},
        "unknown": str(unknown_share(result)),
    }


def unknown_share(result: Judged) -> Fraction:
    """Return which share of the counted time is unknown."""
    counted = counted_seconds(result.seconds)
    return Fraction(result.seconds[Class.UNKNOWN], counted) if counted else Fraction(0)


def _point(point: Point) -> Figures:
    return {
        "target": target_written(point.target),
        "missed": point.missed,
        "judged": point.judged,
        "credit": str(point.credit),
        "here": point.here,
    }


def _events(indicator: Indicator, found: Sequence[Deciding]) -> list[Figures]:
    events = [event for one in found for event in one.events]
    told = references_of(indicator, events)
    return [
        {
            "start": one.period.window.start,
            "end": one.period.window.end,
            "turns": one.turns,
            "without": {
                "verdict": one.without.verdict.value,
                "figure": None if one.without.figure is None else str(one.without.figure),
                "has_value": one.without.value is not None,
            },
            "with": {"verdict": one.period.verdict.value, "figure": str(one.period.figure)},
            "events": [_event(event, told.get(event, ())) for event in one.events],
        }
        for one in found
    ]


def _event(event: Event, references: Sequence[str]) -> Figures:
    return {
        "start": event.window.start,
        "end": event.window.end,
        "lost": str(event.lost),
        "by_time": bool(event.seconds),
        "references": list(references),
    }


def references_of(indicator: Indicator, events: Sequence[Event]) -> Mapping[Event, Sequence[str]]:
    """Return the incidents that facts name for runs of lost time; one query."""
    runs = [event for event in events if event.seconds]
    if not runs:
        return {}
    first, last = (f(getattr(one.window, n) for one in runs) for f, n in ((min, "start"), (max, "end")))
    bad = Fact.objects.filter(
        indicator=indicator, superseded_at=None, state__in=(FactState.DOWN, FactState.DEGRADED)
    ).exclude(reference="")
    rows = list(
        bad.filter(start__lt=moment_of(last), end__gt=moment_of(first)).values_list("start", "end", "reference")[:500]
    )
    known = [(instant_of(start), instant_of(end), name) for start, end, name in rows if end]
    return {
        run: [name for start, end, name in known if start < run.window.end and end > run.window.start][:REFERENCES]
        for run in runs
    }


def target_of_text(written: str) -> Target | None:
    """Return a target that the figures hold, as a value."""
    return target_of(written) if written else None


def money(figures: Mapping[str, Any] | None) -> Decimal | None:
    """Return the credit of a summary, None where the terms have none."""
    return None if figures is None or figures["credit"] is None else Decimal(figures["credit"])


def is_short(figures: Mapping[str, Any]) -> bool:
    """Tell whether there are fewer periods than a backtest should rest on."""
    return 0 < len(figures["periods"]) < USUAL
