"""Scoped reads: each person's own news and wishes."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from slmo.accounts.models import User
from slmo.notify.kinds import INAPP, KINDS
from slmo.notify.models import Delivery, Mute, Preference, Webhook
from slmo.notify.pipeline.letter import headline_write


@dataclass(frozen=True)
class News:
    """One line of the bell, written for its reader."""

    id: int
    headline: str
    icon: str
    url: str
    at: datetime
    unread: bool


def news_of(user: User) -> QuerySet[Delivery]:
    """Return what the bell holds for a person, newest first."""
    return Delivery.objects.filter(user=user, channel=INAPP, status=Delivery.Status.SENT).order_by("-id")


def unread_count(user: User, limit: int = 100) -> int:
    """Return how many of a person's news are unread, counted up to a limit."""
    return news_of(user).filter(read_at__isnull=True)[:limit].count()


def news_write(user: User, deliveries: QuerySet[Delivery]) -> list[News]:
    """Return these deliveries as lines in the reader's language and zone."""
    return [
        News(
            id=delivery.pk,
            headline=headline_write(delivery.message, user),
            icon=KINDS[delivery.message.kind].icon,
            url=delivery.message.url,
            at=delivery.message.created_at,
            unread=delivery.read_at is None,
        )
        for delivery in deliveries.select_related("message")
    ]


def choices_of(user: User) -> dict[tuple[str, str], bool]:
    """Return what differs from the defaults of the kinds, by kind and channel."""
    rows = Preference.objects.filter(user=user).values_list("kind", "channel", "enabled")
    return {(kind, channel): enabled for kind, channel, enabled in rows}


def muted_until(user: User, subject_type: str, subject_id: str | int, now: datetime) -> datetime | None:
    """Return until when a person hears nothing of a thing, or None."""
    mute = Mute.objects.filter(user=user, subject_type=subject_type, subject_id=str(subject_id), until__gt=now).first()
    return mute.until if mute else None


def webhook_of(user: User) -> Webhook | None:
    """Return where a person's news is posted, or None."""
    return Webhook.objects.filter(user=user).first()
