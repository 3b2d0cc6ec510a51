"""Work for the worker: send what is due."""

from celery import shared_task
from django.utils import timezone

from slmo.notify.pipeline.deliver import deliveries_send
from slmo.notify.pipeline.route import messages_route


@shared_task(acks_late=True)
def outbox_drain(message_id: int | None = None) -> int:
    """Route and send what is due, of one message or of all; return how many deliveries were tried.

    May run twice at once and be repeated: rows are locked while they are worked on, and skipped by others.
    """
    now = timezone.now()
    messages_route(now=now, message_id=message_id)
    return deliveries_send(now=now, message_id=message_id)
