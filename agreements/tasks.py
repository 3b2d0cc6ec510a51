"""Background work of the negotiating table: fetch ids, call services."""

from celery import shared_task
from django.utils import timezone

from agreements.services import paper
from agreements.services.reminder import turn_remind, turns_reached


@shared_task(acks_late=True)
def version_seal(version_id: int) -> bool:
    """Seal one signed version; return whether there was anything to do."""
    return paper.version_seal(version_id=version_id, now=timezone.now())


@shared_task(acks_late=True)
def versions_seal() -> int:
    """Seal what was signed and is not sealed yet; return how many versions."""
    now = timezone.now()
    return sum(paper.version_seal(version_id=pk, now=now) for pk in paper.versions_unsealed())


@shared_task(acks_late=True)
def turns_remind() -> int:
    """Tell of every turn that has reached a step of its reminders; return how many were news."""
    now = timezone.now()
    return sum(turn_remind(negotiation_id=pk, now=now) for pk in turns_reached(now))
