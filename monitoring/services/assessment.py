"""Assessment: facts in, ledger, results, breaches and status out, in one transaction for each objective.

Whatever is due stands in the status row, which is locked meanwhile: a worker that dies leaves the row as it was, and
the next sweep does the same again. Facts that arrive in between wait for the lock and mark the row afterwards.
"""

import logging
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Case, CharField, F, Func, Q, QuerySet, Value, When

from agreements.models import Objective, Version
from monitoring.instants import instant_of, moment_of
from monitoring.models import ObjectiveStatus
from monitoring.reading import counts_whole_outages, outages_whole, window_widened
from monitoring.record import Record, record_read
from monitoring.services.claim import basis_now, status_lock
from monitoring.services.ledger import days_store
from monitoring.services.results import periods_touched, results_compute
from monitoring.services.results_store import results_store
from monitoring.services.standing import status_settle
from slmo.core.intervals import OPEN
from slmo.core.units import DAY, Window

logger = logging.getLogger(__name__)

RETRY_AFTER = timedelta(minutes=5)  # what failed once mostly fails again until somebody mends its terms or facts
_READ = ("gaps_up", "recorded_from", "recorded_until")  # of an indicator, besides which one it is


def basis() -> Func:
    """Return the database's digest of what an objective reads: its indicators, and how the gaps of each are read."""
    first, second = (
        Func(F(f"{of}_id"), *(F(f"{of}__{name}") for name in _READ), template="ROW(%(expressions)s)::text")
        for of in ("indicator", "customer_indicator")
    )
    alone = Q(customer_indicator__isnull=True)
    told = Case(When(alone, then=Value("")), default=second, output_field=CharField())
    return Func(first, told, template="md5(%(expressions)s)", arg_joiner=" || ", output_field=CharField())


def objectives_due(now: datetime, limit: int = 1000) -> list[int]:
    """Return the ids of objectives to assess, those that have waited longest first.

    Due is what has no status yet, has new facts, was amended or is measured otherwise, or whose clock moved on; but
    nothing that failed a moment ago, and nothing of an agreement that nobody has signed.
    """
    return list(_due(now).values_list("pk", flat=True)[:limit])


def _due(now: datetime) -> QuerySet[Objective]:
    """Return the objectives that are due."""
    amended = ~Q(status__terms_digest=F("agreement__terms_digest")) | ~Q(status__basis=basis())
    due = Q(status__isnull=True) | Q(status__due_from__isnull=False) | Q(status__look_at__lte=now) | amended
    waiting = Q(status__retry_at__gt=now)
    objectives = Objective.objects.exclude(agreement__terms_digest="").filter(due).exclude(waiting)
    return objectives.order_by(F("status__assessed_at").asc(nulls_first=True), "pk")


def objective_assess(*, objective_id: int, now: datetime, only_due: bool = False) -> ObjectiveStatus | None:
    """Assess what is due of an objective and return its status.

    Only the days that facts, terms or time have touched are computed again. None where another worker holds the
    objective at this moment, where it is gone, nothing of it is signed, or `only_due` and nothing is due.
    """
    with transaction.atomic():
        status = status_lock(objective_id)
        if status is None or (only_due and not _is_due(status, now)):
            return None
        try:
            record = record_read(status.objective, instant_of(now))
        except Version.DoesNotExist:
            return None
        due = list(_spans_due(record, status))
        touched = days_store(record, due)
        _compare_later(status, due)
        results = results_store(record, results_compute(record, periods_touched(record, touched)), now)
        return status_settle(record, status, results, now)


def _compare_later(status: ObjectiveStatus, due: Sequence[Window]) -> None:
    """Note from when on the two measurements of an objective are to be compared, where it has two."""
    if status.objective.is_measured_twice:
        since = moment_of(max(min(span.start for span in due), 0))
        status.compare_from = min(since, status.compare_from or since)


def _is_due(status: ObjectiveStatus, now: datetime) -> bool:
    """Tell whether an objective is due, as `_due` asks of all; its status is locked."""
    amended = status.terms_digest != status.objective.agreement.terms_digest or status.basis != basis_now(status)
    looked = status.look_at is not None and status.look_at <= now
    waiting = status.retry_at is not None and status.retry_at > now
    return (status.due_from is not None or looked or amended) and not waiting


def _spans_due(record: Record, status: ObjectiveStatus) -> Iterator[Window]:
    """Yield the spans of time whose classes may have changed since the last assessment."""
    everything = record.hull
    amended = status.terms_digest != record.objective.agreement.terms_digest
    if status.assessed_at is None or amended or status.basis != basis_now(status):
        yield everything
        return
    assessed = instant_of(status.assessed_at)
    passed = Window(min(assessed, record.as_of), max(assessed, record.as_of) + 1)
    yield _reach(record, passed)
    if record.kind is not None:
        yield from record.kind.touched_by_time(record.asked(passed), passed.start)
    if status.due_from is not None:
        until = OPEN if status.due_until is None else instant_of(status.due_until)
        touched = Window(instant_of(status.due_from), until).meet(Window(everything.start - DAY, everything.end + DAY))
        if touched.seconds:
            yield _reach(record, touched)


def _reach(record: Record, span: Window) -> Window:
    """Return how far a change inside the span may be felt: minimum outage, bridged unknown time, whole outages."""
    wide = window_widened(span, record.terms)
    if not record.is_of_states or not counts_whole_outages(record.terms):
        return wide
    # states_load reads the outages at the edges of the window as a whole, so their ends are seen here.
    return outages_whole(record.states(wide), wide, record.terms)


def objective_failed(*, objective_id: int, error: str, now: datetime) -> None:
    """Note that an assessment failed, so that it is tried again later and does not stand in the way of others."""
    with transaction.atomic():
        status = ObjectiveStatus.objects.select_for_update().filter(pk=objective_id).first()
        status = status or ObjectiveStatus(objective_id=objective_id)
        status.error, status.retry_at = error[:2000], now + RETRY_AFTER
        status.save()


def objective_try(*, objective_id: int, now: datetime, only_due: bool = False) -> bool:
    """Assess an objective; note and log a failure instead of raising it. Return whether it was assessed."""
    try:
        return objective_assess(objective_id=objective_id, now=now, only_due=only_due) is not None
    except Exception as error:  # one objective that can not be assessed must not stop the others
        logger.exception("Objective %s could not be assessed.", objective_id)
        objective_failed(objective_id=objective_id, error=f"{type(error).__name__}: {error}", now=now)
        return False


def objectives_sweep(*, clock: Callable[[], datetime], budget: timedelta) -> int:
    """Assess what is due, one objective after the other, for at most `budget`; return how many were assessed.

    Sweeps of several workers share the work: what one holds the others skip. What is left waits for the next sweep.
    """
    started, done = clock(), 0
    for objective_id in objectives_due(started):
        if clock() - started >= budget:
            break
        done += objective_try(objective_id=objective_id, now=clock(), only_due=True)
    return done
