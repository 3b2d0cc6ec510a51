"""Work of the reports application that happens by the clock."""

from celery import shared_task
from django.utils import timezone

from reports.services.close import periods_close as close_now


@shared_task(acks_late=True)
def periods_close() -> int:
    """Compile drafts of the months that have ended; return how many."""
    return len(close_now(now=timezone.now()))
