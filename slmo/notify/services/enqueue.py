"""Put news into the outbox."""

import logging
from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import partial
from typing import Any

from django.db import transaction
from kombu.exceptions import OperationalError

from slmo.accounts.models import User
from slmo.notify.encoding import context_pack
from slmo.notify.kinds import KINDS
from slmo.notify.models import Message
from slmo.notify.tasks import outbox_drain

logger = logging.getLogger(__name__)


def message_enqueue(
    *,
    kind: str,
    recipients: Iterable[User],
    context: Mapping[str, Any],
    subject_type: str,
    subject_id: str | int,
    url: str,
    dedupe_key: str,
    now: datetime,
) -> Message:
    """Put one piece of news into the outbox in the caller's transaction; it is sent after that commits.

    `context` gives the names that the kind's templates use (`KINDS[kind].keys`). `url` is a path within the portal.
    `dedupe_key` names the event (`breach:17:opened`): the same key again returns the message that is already there.

    Raises KeyError for an unknown kind, ValueError for a context that lacks a name, TypeError for a value that letters
    can not show.
    """
    missing = KINDS[kind].keys - context.keys()
    if missing:
        raise ValueError(f"The context of {kind} lacks: {', '.join(sorted(missing))}.")
    values = {
        "kind": kind,
        "recipient_ids": sorted({user.pk for user in recipients}),
        "context": context_pack(context),
        "subject_type": subject_type,
        "subject_id": str(subject_id),
        "url": url,
        "created_at": now,
    }
    message, created = Message.objects.get_or_create(dedupe_key=dedupe_key, defaults=values)
    if created:
        transaction.on_commit(partial(_drain_soon, message.pk))
    return message


def _drain_soon(message_id: int) -> None:
    """Ask a worker to send one message now; the sweep finds it again where no broker answers."""
    try:
        outbox_drain.delay(message_id)
    except OperationalError:
        logger.warning("No broker: message %s waits for the next sweep.", message_id)
