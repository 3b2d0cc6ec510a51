"""Where an objective stands now: the status row, with its change of verdict in the audit log."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from fractions import Fraction

import numpy as np

from monitoring.instants import instant_of, moment_of
from monitoring.models import FactState, ObjectiveStatus, PeriodResult
from monitoring.record import Record
from monitoring.services.breach_rows import target_lost_of
from monitoring.services.claim import basis_now, status_write
from monitoring.services.results_sql import result_at
from slmo.audit.services import record as audit
from slmo.core.budget import Budget, exhaustion, seconds_left
from slmo.core.facts import State, States
from slmo.core.intervals import Intervals
from slmo.core.kinds import Asked
from slmo.core.partition import Class, partition
from slmo.core.timeline import timeline
from slmo.core.units import Window

NO_DATA = "no_data"
LOOK_LEAST = timedelta(minutes=1)  # time alone brings no objective back sooner
_STATES = {
    State.UP: FactState.UP,
    State.DEGRADED: FactState.DEGRADED,
    State.DOWN: FactState.DOWN,
    State.UNKNOWN: FactState.UNKNOWN,
}
_BY_CODE = {state.code: _STATES[state] for state in State}


def status_settle(
    record: Record, status: ObjectiveStatus, results: Iterable[PeriodResult], now: datetime
) -> ObjectiveStatus:
    """Write where the objective stands after an assessment, and when to look again; nothing is due any more.

    `results` are those that are stored of the periods that were assessed.
    """
    result = _current(record, results)
    before, verdict = status.verdict, result.verdict if result else NO_DATA
    asked = record.asked(Window(record.as_of - 1, record.as_of + 1)) if result else None
    status.now_state = _state_now(record, asked.facts.states) if asked and record.is_of_states else None
    status.result, status.verdict = result, verdict
    status.exhausted_at = _exhausted_at(record, result) if result else None
    status.look_at = _look_at(record, status, asked, now)
    status.due_from = status.due_until = status.retry_at = None
    status.error = ""
    status.assessed_at, status.facts_seen = now, record.watermark[0]
    status.terms_digest, status.basis = record.objective.agreement.terms_digest, basis_now(status)
    if before != verdict or status.since is None:
        status.since = now
    status_write(status)
    if before != verdict:
        _change_audit(record, before, verdict, now)
    return status


def _current(record: Record, results: Iterable[PeriodResult]) -> PeriodResult | None:
    """Return the result of the period in which the present lies; None where the record or the term has ended."""
    now = moment_of(record.as_of)
    if not record.periods or record.span.end < record.as_of:
        return None
    here = [row for row in results if row.start < now <= row.end]
    return max(here, key=lambda row: row.start) if here else result_at(record.objective.pk, now)


def _state_now(record: Record, states: States) -> FactState | None:
    """Return what the facts say of the present second, before any terms forgive it."""
    clause = record.clause_at(record.as_of - 1)
    if clause is None:
        return None
    steps = timeline(states, clause.scope, clause.unite, until=record.as_of)
    return _BY_CODE[int(steps.at(np.array([record.as_of - 1]))[0])]


def _exhausted_at(record: Record, result: PeriodResult) -> datetime | None:
    """Return when the budget was exhausted, or will be at the present burn; None where it lasts for the period."""
    if result.verdict == "breached":
        return target_lost_of(record.objective.pk, result.pk)
    if result.budget_allowed is None or result.budget_consumed is None or result.total is None:
        return None
    if not record.is_of_states:
        return None  # the budget is one of events, and nobody knows how many are to come
    budget, counted = Budget.of(Fraction(result.budget_allowed), Fraction(result.budget_consumed)), int(result.total)
    left = seconds_left(budget, counted)
    if left is None or left > result.seconds[Class.FUTURE.value]:
        return None
    at = exhaustion(budget, counted, _ahead(record, result))
    return None if at is None else moment_of(at)


def _ahead(record: Record, result: PeriodResult) -> Intervals:
    """Return the counted time that is still to come in the result's period."""
    window = Window(record.as_of, instant_of(result.end))
    if not window.seconds:
        return Intervals.empty()
    cut = partition(record.terms, record.name, States.empty(), window, record.as_of, record.exclusions)
    return cut.of_class(Class.FUTURE)


def _look_at(record: Record, status: ObjectiveStatus, asked: Asked | None, now: datetime) -> datetime | None:
    """Return when time alone may change the verdict; None where the record or the term has ended.

    That is just after the next local midnight; where a fact says until when it holds, or a task has a limit, just after
    that; and every minute while the service is not up or its budget of time at risk.
    """
    if record.term.end <= record.as_of or not record.span.seconds or record.span.end < record.as_of:
        return moment_of(record.term.start) if record.term.start > record.as_of else None
    midnight = moment_of(record.tomorrow + 1)
    coming = record.kind.looks_at(asked) if record.kind and asked else None
    looks = [midnight]
    if coming is not None:
        looks.append(max(now + LOOK_LEAST, moment_of(coming)))
    at_risk = record.is_of_states and status.verdict == "at_risk"
    if status.now_state not in (None, FactState.UP) or at_risk:
        looks.append(now + LOOK_LEAST)
    return min(looks)


def _change_audit(record: Record, before: str, after: str, now: datetime) -> None:
    """Record a change of verdict for both parties of the agreement."""
    agreement = record.objective.agreement
    audit(
        actor=None, action="objective_verdict", subject=record.objective, before={"verdict": before},
        after={"verdict": after}, organisations=[agreement.provider, agreement.customer], now=now,
    )  # fmt: skip
