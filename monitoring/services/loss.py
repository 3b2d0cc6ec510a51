"""When a target was lost: the first instant after which no remaining second could have saved the period."""

import bisect
import math
from datetime import datetime
from fractions import Fraction

from monitoring.instants import instant_of, moment_of
from monitoring.models import PeriodResult
from monitoring.record import Record
from slmo.core.compliance import assess
from slmo.core.judgement import Verdict
from slmo.core.partition import Class, Partition
from slmo.core.result import PeriodResult as Figures
from slmo.core.terms import ObjectiveTerms
from slmo.core.units import Window


def target_lost_at(record: Record, result: PeriodResult) -> datetime:
    """Return when the bad time of a breached result first exceeded what its target allows, from the facts."""
    window = Window(instant_of(result.start), instant_of(result.end))
    if any(clause.indicator != "availability" for clause in record.clauses):
        return moment_of(_first_breached(record, window))
    entries = [entry for figures in _judged(record, window) for entry in figures.entries()]
    lost = [at for entry in entries if (at := _lost_at(record, entry)) is not None]
    return moment_of(min(lost, default=min(window.end, record.as_of)))


def _first_breached(record: Record, window: Window) -> int:
    """Return the first moment of a period at which the facts until then had lost it; its end where only that tells.

    Once no more can save a period it stays breached, so that the moment is found by halving.
    """
    last = min(window.end, record.as_of)
    if record.rolls(window):
        return last
    facts = record.facts(window)

    def lost(as_of: int) -> bool:
        judged = assess(record.terms, record.name, facts, window, as_of, record.exclusions)
        return any(one.window == window and one.verdict is Verdict.BREACHED for one in judged)

    span = range(window.start + 1, last)
    return window.start + 1 + bisect.bisect_left(span, True, key=lost)


def _judged(record: Record, window: Window) -> list[Figures]:
    """Return the engine's results of one period, with their partitions."""
    judged = assess(record.terms, record.name, record.facts(window), window, record.as_of, record.exclusions)
    return [figures for figures in judged if figures.window == window]


def _lost_at(record: Record, entry: Figures) -> int | None:
    """Return when one part of a period lost its target; None where it did not."""
    clause = record.clause_at(max(entry.window.start, record.term.start))
    if entry.verdict is not Verdict.BREACHED or entry.budget is None or entry.partition is None or clause is None:
        return None
    strict = clause.target is not None and clause.target.op in (">", "<")
    return _exceeded_at(entry.partition, bad_rates(clause), entry.budget.allowed, strict)


def bad_rates(clause: ObjectiveTerms) -> dict[Class, Fraction]:
    """Return how much of a second of each class is bad by the terms."""
    unknown = Fraction(1 if clause.unknown.counts_as == "down" else 0)
    return {Class.DOWN: Fraction(1), Class.DEGRADED: 1 - clause.degraded, Class.UNKNOWN: unknown}


def _exceeded_at(cut: Partition, rates: dict[Class, Fraction], allowed: Fraction, strict: bool) -> int | None:
    """Return the end of the first second at which the bad time exceeds what is allowed (reaches it, if `strict`)."""
    left = allowed
    for start, end, one in cut.intervals():
        rate = rates.get(one, Fraction(0))
        if not rate:
            continue
        needed = math.ceil(left / rate) if strict else math.floor(left / rate) + 1
        if needed <= end - start:
            return start + max(needed, 1)
        left -= rate * (end - start)
    return None
