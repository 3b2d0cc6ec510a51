"""From a message to its deliveries: who hears of it, by which channel."""

from datetime import datetime

from django.db import transaction

from slmo.accounts.models import User
from slmo.notify.channels import CHANNELS
from slmo.notify.kinds import KINDS
from slmo.notify.models import Delivery, Message, Mute, Preference

BATCH = 100  # messages in one transaction


def messages_route(*, now: datetime, message_id: int | None = None) -> int:
    """Route the messages that are not yet routed, or the one given; return how many."""
    count = 0
    while routed := _batch_route(now, message_id):
        count += routed
    return count


@transaction.atomic
def _batch_route(now: datetime, message_id: int | None) -> int:
    """Route one batch of messages that no other worker holds."""
    waiting = Message.objects.select_for_update(skip_locked=True).filter(routed_at__isnull=True)
    if message_id is not None:
        waiting = waiting.filter(pk=message_id)
    batch = list(waiting.order_by("id")[:BATCH])
    for message in batch:
        _route(message, now)
    Message.objects.filter(pk__in=[message.pk for message in batch]).update(routed_at=now)
    return len(batch)


def _route(message: Message, now: datetime) -> None:
    """Write the deliveries of one message; those that exist already stay as they are."""
    users = list(User.objects.filter(pk__in=message.recipient_ids, is_active=True).select_related("webhook"))
    chosen = _choices(message)
    muted = set(
        Mute.objects.filter(
            subject_type=message.subject_type, subject_id=message.subject_id, until__gt=now
        ).values_list("user_id", flat=True)
    )
    defaults = KINDS[message.kind].channels
    deliveries = [
        _delivery(message, user, name, now, hushed=user.pk in muted and channel.interrupts)
        for user in users
        for name, channel in CHANNELS.items()
        if chosen.get((user.pk, name), name in defaults) and channel.reaches(user)
    ]
    Delivery.objects.bulk_create(deliveries, ignore_conflicts=True)


def _choices(message: Message) -> dict[tuple[int, str], bool]:
    """Return what the recipients chose for this kind, by person and channel."""
    rows = Preference.objects.filter(user_id__in=message.recipient_ids, kind=message.kind)
    return {(user, channel): enabled for user, channel, enabled in rows.values_list("user_id", "channel", "enabled")}


def _delivery(message: Message, user: User, channel: str, now: datetime, *, hushed: bool) -> Delivery:
    """Return one delivery, due now, or one that a mute keeps back."""
    return Delivery(
        message=message,
        user=user,
        channel=channel,
        dedupe_key=message.dedupe_key,
        status=Delivery.Status.MUTED if hushed else Delivery.Status.WAITING,
        due_at=now,
    )
