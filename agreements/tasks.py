"""Background work of the negotiating table: fetch ids, call services."""

from celery import shared_task
from django.utils import timezone

from agreements.services import paper


@shared_task(acks_late=True)
def version_seal(version_id: int) -> bool:
    """Seal one signed version; return whether there was anything to do."""
    return paper.version_seal(version_id=version_id, now=timezone.now())


@shared_task(acks_late=True)
def versions_seal() -> int:
    """Seal what was signed and is not sealed yet; return how many versions."""
    now = timezone.now()
    return sum(paper.version_seal(version_id=pk, now=now) for pk in paper.versions_unsealed())
