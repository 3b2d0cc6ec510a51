"""Work for the workers: fetch the id, call the service. A task may be lost, repeated or killed: rows say what is due."""

from datetime import timedelta

from celery import shared_task
from django.utils import timezone

from monitoring.services.assessment import objective_try, objectives_sweep

SWEEP_BUDGET = timedelta(seconds=20)  # so that one sweep never holds a worker for long


@shared_task(acks_late=True)
def assess_due() -> int:
    """Assess what is due, for at most the sweep's budget of time; return how many objectives were assessed."""
    return objectives_sweep(clock=timezone.now, budget=SWEEP_BUDGET)


@shared_task(acks_late=True)
def objective_assess_task(objective_id: int) -> bool:
    """Assess one objective if anything of it is due; return whether it was assessed."""
    return objective_try(objective_id=objective_id, now=timezone.now(), only_due=True)
