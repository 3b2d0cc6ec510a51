"""Send what is due, and record what became of it."""

import logging
from datetime import datetime, timedelta

from django.db import transaction

from slmo.notify.channels import CHANNELS, ChannelError
from slmo.notify.models import Delivery
from slmo.notify.pipeline.letter import letter_write

logger = logging.getLogger(__name__)

# How long to wait after the first, second, … try that failed; after the last of them the delivery has failed.
BACK_OFF = (
    timedelta(seconds=30),
    timedelta(minutes=2),
    timedelta(minutes=10),
    timedelta(hours=1),
    timedelta(hours=6),
)
LIMIT = 200  # deliveries tried by one task, so that a worker is never held for long


def deliveries_send(*, now: datetime, message_id: int | None = None) -> int:
    """Try what is due, of one message or of all, and return how many deliveries were tried."""
    count = 0
    while count < LIMIT and _next_send(now, message_id):
        count += 1
    return count


@transaction.atomic
def _next_send(now: datetime, message_id: int | None) -> bool:
    """Try the oldest delivery that no other worker holds; return False where there is none.

    The row stays locked while it is sent: a worker that dies sets it free, and it is sent again (at least once).
    """
    due = Delivery.objects.select_for_update(skip_locked=True, of=("self",)).select_related("message", "user__webhook")
    due = due.filter(status=Delivery.Status.WAITING, due_at__lte=now)
    if message_id is not None:
        due = due.filter(message_id=message_id)
    delivery = due.order_by("due_at", "id").first()
    if delivery is None:
        return False
    _try(delivery, now)
    delivery.save(update_fields=("status", "tries", "due_at", "sent_at", "last_error"))
    return True


def _try(delivery: Delivery, now: datetime) -> None:
    """Send one delivery and note on the row what became of it."""
    delivery.tries += 1
    try:
        letter = letter_write(delivery.message, delivery.user)
        CHANNELS[delivery.channel].send(delivery, letter)
    except ChannelError as error:
        _failed(delivery, str(error), now, again=not error.permanent)
    except Exception as error:  # one letter that can not be written must not stop the others
        logger.exception("Delivery %s could not be sent.", delivery.pk)
        _failed(delivery, f"{type(error).__name__}: {error}", now, again=True)
    else:
        delivery.status, delivery.sent_at, delivery.last_error = Delivery.Status.SENT, now, ""


def _failed(delivery: Delivery, reason: str, now: datetime, *, again: bool) -> None:
    """Note a failed try, and when to try again if at all."""
    delivery.last_error = reason[:500]
    if again and delivery.tries <= len(BACK_OFF):
        delivery.due_at = now + BACK_OFF[delivery.tries - 1]
    else:
        delivery.status = Delivery.Status.FAILED
