"""Verbs of the secret address of a person's calendar; each person's own, so no policy is asked."""

import hashlib
import secrets
from datetime import datetime, timedelta

from django.db import transaction

from slmo.accounts.journal import recorder
from slmo.accounts.models import CalendarFeed, User
from slmo.accounts.services.reach import organisations_of

USED_AFTER = timedelta(minutes=10)  # programs ask every few minutes: not every time is written down


@transaction.atomic
def calendar_feed_issue(*, actor: User, now: datetime) -> str:
    """Make a new secret for the actor's calendar and return it, this once; an older one is worthless from now on."""
    secret = secrets.token_urlsafe(32)  # 256 bits
    feed, _made = CalendarFeed.objects.update_or_create(
        user=actor, defaults={"digest": _digest(secret), "created_at": now, "last_used_at": None}
    )
    _record(actor, "calendar_feed_issue", feed, now)
    return secret


@transaction.atomic
def calendar_feed_revoke(*, actor: User, now: datetime) -> bool:
    """Make the address of the actor's calendar worthless; return whether there was one."""
    feed = CalendarFeed.objects.select_for_update().filter(user=actor).first()
    if feed is None:
        return False
    _record(actor, "calendar_feed_revoke", feed, now)
    feed.delete()
    return True


def calendar_feed_user(*, secret: str, now: datetime) -> User | None:
    """Return the active person whose calendar has this secret, and note that it was asked; None for any other."""
    feed = CalendarFeed.objects.select_related("user").filter(digest=_digest(secret), user__is_active=True).first()
    if feed is None:
        return None
    if feed.last_used_at is None or now - feed.last_used_at > USED_AFTER:
        CalendarFeed.objects.filter(pk=feed.pk).update(last_used_at=now)
    return feed.user


def _digest(secret: str) -> str:
    """Return what is kept of a secret: SHA-256 in hex; it is random enough to need no salt."""
    return hashlib.sha256(secret.encode()).hexdigest()


def _record(actor: User, action: str, feed: CalendarFeed, now: datetime) -> None:
    """Write the audit entry."""
    recorder()(actor=actor, action=action, subject=feed, organisations=organisations_of(actor), now=now)
