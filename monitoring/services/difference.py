"""Differences between two measurements: computed from the facts after each assessment, and told where they are large.

What is to be compared stands in the status row (`compare_from`), so that nothing is forgotten; rows are derived and may
be computed any number of times.
"""

import logging
from collections.abc import Callable, Collection, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from django.db import transaction

from agreements.models import Objective, Version
from monitoring.beside import Both, Compared, compare, figures_kept, notice_at, periods_beside, records_beside, rules_at
from monitoring.instants import instant_of, moment_of
from monitoring.models import Difference, ObjectiveStatus
from monitoring.services.assessment import RETRY_AFTER
from monitoring.services.difference_news import difference_news
from slmo.audit.services import record as audit
from slmo.core.intervals import OPEN
from slmo.core.measuring import Disagreement
from slmo.core.periods import rolling_seconds
from slmo.core.units import Window, truncate

logger = logging.getLogger(__name__)

PLACES = 9
TOLD_WITHIN = timedelta(days=31)  # of a period that ended earlier nobody need be told: its page says so
_FIGURES = (
    "start", "end", "rules", "target", "provider", "customer", "difference", "above", "agreed", "provider_down",
    "customer_down", "provider_silent", "customer_silent",
)  # fmt: skip


class Found(NamedTuple):
    """Comparisons as unsaved rows, the beginnings of all periods, and the lengths of rolling ones."""

    rows: Sequence[Difference] = ()
    starts: Collection[datetime] = ()
    rolling: Collection[timedelta] = ()


def differences_due(now: datetime, limit: int = 100) -> list[int]:
    """Return the ids of objectives whose two measurements are to be compared, the earliest time first.

    Nothing that failed a moment ago, so that it does not stand in the way of others.
    """
    due = ObjectiveStatus.objects.filter(compare_from__isnull=False).exclude(compare_retry_at__gt=now)
    rows = due.order_by("compare_from", "objective_id")
    return list(rows.values_list("objective_id", flat=True)[:limit])


def differences_follow(*, objective_id: int, now: datetime) -> int:
    """Compare the two measurements of an objective where they may have changed; return how many periods were.

    The facts are read without holding anything; where more came meanwhile the objective stays due.
    """
    status = ObjectiveStatus.objects.filter(pk=objective_id, compare_from__isnull=False).first()
    if status is None or status.compare_from is None:
        return 0
    parties = ("agreement__provider", "agreement__customer", "agreement__service")
    measured = ("indicator", "customer_indicator")
    objective = Objective.objects.select_related(*parties, *measured).get(pk=objective_id)
    found = _found(objective, instant_of(status.compare_from), now)
    with transaction.atomic():
        _settle(status)
        return _store(objective, found, now)


def _found(objective: Objective, since: int, now: datetime) -> Found:
    """Compare the measurements from an instant on; nothing where there is one of them, or nothing is signed."""
    if not objective.is_measured_twice:
        return Found()
    try:
        both = records_beside(objective, now)
    except Version.DoesNotExist:
        return Found()
    periods = periods_beside(both)
    lengths = {rolling_seconds(clause.period) for clause in both.provider.clauses}
    changed = [one for one in periods if one.meet(Window(since, OPEN)).seconds]
    return Found(
        [_row(objective, both, compare(both, one), now) for one in changed],
        {moment_of(one.start) for one in periods},
        {timedelta(seconds=length) for length in lengths if length is not None},
    )


def differences_sweep(*, clock: Callable[[], datetime], budget: timedelta) -> int:
    """Compare what is due, one objective after the other, for at most `budget`; return how many were.

    What fails is tried again later, as an assessment that fails is.
    """
    started, done = clock(), 0
    for objective_id in differences_due(started):
        if clock() - started >= budget:
            break
        try:
            differences_follow(objective_id=objective_id, now=clock())
            done += 1
        except Exception:  # one objective that cannot be compared must not stop the others; it stays due
            logger.exception("The measurements of objective %s could not be compared.", objective_id)
            ObjectiveStatus.objects.filter(pk=objective_id).update(compare_retry_at=clock() + RETRY_AFTER)
    return done


def _settle(status: ObjectiveStatus) -> None:
    """Say that what was due has been compared, unless the objective was assessed again meanwhile."""
    rows = ObjectiveStatus.objects.filter(pk=status.pk)
    rows.exclude(compare_retry_at=None).update(compare_retry_at=None)
    rows.filter(compare_from=status.compare_from, assessed_at=status.assessed_at).update(compare_from=None)


def _row(objective: Objective, both: Both, found: Compared, now: datetime) -> Difference:
    """Return one comparison as an unsaved row."""
    agreed, seconds = notice_at(objective, both, found.period), found.seconds
    above = None if agreed is None or found.coming is None else agreed.met(found.coming)
    return Difference(
        objective=objective,
        start=moment_of(found.period.start),
        end=moment_of(found.period.end),
        rules=rules_at(objective, both, found.period),
        target=found.provider.target or found.customer.target,
        provider=figures_kept(found.provider),
        customer=figures_kept(found.customer),
        difference="" if found.distance is None else truncate(found.distance, PLACES),
        above=above,
        **({} if seconds is None else _seconds(seconds)),
        compared_at=now,
    )


def _seconds(found: Disagreement) -> dict[str, int]:
    """Return the lengths of a comparison second by second."""
    return {
        "agreed": found.agreed,
        "provider_down": found.provider_down.seconds,
        "customer_down": found.customer_down.seconds,
        "provider_silent": found.provider_silent.seconds,
        "customer_silent": found.customer_silent.seconds,
    }


def _store(objective: Objective, found: Found, now: datetime) -> int:
    """Write what has changed, drop what is no period any more, and tell of what is large."""
    Objective.objects.select_for_update().get(pk=objective.pk)  # comparisons of one objective take turns
    kept = {row.start: row for row in Difference.objects.filter(objective=objective)}
    gone = {row.end - row.start: row for start, row in kept.items() if start not in found.starts}
    for row in found.rows:
        rolls = row.end - row.start in found.rolling
        known = kept.get(row.start) or (gone.pop(row.end - row.start, None) if rolls else None)
        if known is None or _changed(known, row):
            row.pk, row.told_at = (known.pk, known.told_at) if known else (None, None)
            row._state.adding = known is None
            known = row
            known.save()
        _tell(known, rolls, now)
    starts = [row.start for row in found.rows]
    Difference.objects.filter(objective=objective).exclude(start__in=[*found.starts, *starts]).delete()
    return len(found.rows)


def _changed(known: Difference, row: Difference) -> bool:
    """Tell whether a comparison says something else than the row that is kept."""
    return any(getattr(known, name) != getattr(row, name) for name in _FIGURES)


def _tell(row: Difference, rolls: bool, now: datetime) -> None:
    """Tell both parties that their measurements differ by more than they agreed to let pass: once for each period.

    Not of periods long past, such as those that a second source brings with it. A rolling period never ends: of it they
    are told again once it was within what was agreed.
    """
    if rolls and row.told_at is not None and not row.above:
        row.told_at = None
        row.save(update_fields=["told_at"])
    if not row.above or row.told_at is not None or row.end < now - TOLD_WITHIN:
        return
    row.told_at = now
    row.save(update_fields=["told_at"])
    agreement = row.objective.agreement
    audit(
        actor=None, action="difference_told", subject=row.objective,
        after={"period": row.start.isoformat(), "difference": row.difference},
        organisations=[agreement.provider, agreement.customer], now=now,
    )  # fmt: skip
    difference_news(row, now)
