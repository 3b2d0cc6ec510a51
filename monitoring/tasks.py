"""Work for the workers: fetch the id, call the service. A task may be lost, repeated or killed: rows know."""

from datetime import timedelta

from celery import shared_task
from django.utils import timezone

from monitoring.collector import alive_seen
from monitoring.services.assessment import objective_try, objectives_sweep
from monitoring.services.compaction import month_compact, months_compactable
from monitoring.services.difference import differences_sweep
from monitoring.services.fetching import source_fetch, sources_due
from monitoring.services.probe import lane_look, lanes_due
from monitoring.services.retention import months_ahead, retention_apply
from monitoring.services.silence import sources_silence_tell
from monitoring.services.webhook import push_forget

SWEEP_BUDGET = timedelta(seconds=20)  # so that one sweep never holds a worker for long


@shared_task(acks_late=True)
def assess_due() -> int:
    """Assess what is due, for at most the sweep's budget of time; return how many objectives were assessed."""
    return objectives_sweep(clock=timezone.now, budget=SWEEP_BUDGET)


@shared_task(acks_late=True)
def objective_assess_task(objective_id: int) -> bool:
    """Assess one objective if anything of it is due; return whether it was assessed."""
    return objective_try(objective_id=objective_id, now=timezone.now(), only_due=True)


@shared_task(acks_late=True)
def differences_compare() -> int:
    """Compare the two measurements of objectives that have them, for at most the sweep's budget of time."""
    return differences_sweep(clock=timezone.now, budget=SWEEP_BUDGET)


@shared_task(acks_late=True)
def sources_sweep() -> int:
    """Tell of silent sources; where no collector runs, hand those whose fetch is due to workers and return how many."""
    now = timezone.now()
    due = [] if alive_seen() else sources_due(now)
    for source_id in due:
        source_fetch_task.delay(source_id)
    sources_silence_tell(now=now)
    return len(due)


@shared_task(acks_late=True)
def probes_sweep() -> int:
    """Hand every look that is due to the workers of its probe point; return how many there were."""
    due = lanes_due(timezone.now())
    for lane_id, queue, interval in due:
        lane_look_task.apply_async((lane_id,), queue=queue, expires=interval)
    return len(due)


@shared_task(acks_late=True)
def lane_look_task(lane_id: int) -> bool:
    """Look at one source from one probe point if that is due; return whether it looked."""
    return lane_look(lane_id=lane_id, now=timezone.now())


@shared_task(acks_late=True)
def source_fetch_task(source_id: int) -> bool:
    """Ask one source for facts if that is due; return whether any came."""
    return source_fetch(source_id=source_id, now=timezone.now()) is not None


@shared_task(acks_late=True)
def messages_forget() -> int:
    """Forget old messages of webhooks and old keys of deliveries; return how many."""
    return push_forget(now=timezone.now())


@shared_task(acks_late=True)
def months_keep() -> int:
    """Make the months to come, drop those that nothing needs, compact old ones; return how many were changed."""
    now = timezone.now()
    months_ahead(now=now)
    changed = len(retention_apply(now=now))
    return changed + sum(month_compact(month, now=now).done for month in months_compactable(now))
