"""Verbs of the bell."""

from collections.abc import Iterable
from datetime import datetime

from slmo.accounts.models import User
from slmo.notify.selectors import news_of


def news_mark_read(*, user: User, ids: Iterable[int] | None = None, now: datetime) -> int:
    """Mark a person's own news as read, these or all; return how many were unread."""
    unread = news_of(user).filter(read_at__isnull=True)
    if ids is not None:
        unread = unread.filter(pk__in=list(ids))
    return unread.order_by().update(read_at=now)
