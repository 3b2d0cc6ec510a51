"""Which sources ought to speak and do not: one rule, for the alert as for every page."""

from datetime import datetime, timedelta

from django.db.models import DateTimeField, DurationField, ExpressionWrapper, F, Q, QuerySet, Value
from django.db.models.functions import Greatest
from django.db.models.lookups import LessThan

from monitoring.models import Source
from monitoring.selectors import sources_visible
from slmo.accounts.models import User

PATIENCE = 5  # fetches that may fail to come before a source counts as silent
PATIENCE_LEAST = timedelta(minutes=5)  # one that is asked every few seconds is given time to come back


def patience(source: Source) -> timedelta:
    """Return for how long a source may bring nothing before it counts as silent."""
    return max(PATIENCE * timedelta(seconds=source.interval), PATIENCE_LEAST)


def spoke_at(source: Source) -> datetime | None:
    """Return from when a source's silence counts: its last success, or later, when it was set up or changed."""
    known = [moment for moment in (source.last_success_at, source.asked_since) if moment]
    return max(known, default=None)


def silent_now(now: datetime) -> Q:
    """Return the condition for sources in use that have brought nothing for longer than their patience."""
    intervals = ExpressionWrapper(F("interval") * Value(timedelta(seconds=PATIENCE)), output_field=DurationField())
    span = Greatest(intervals, Value(PATIENCE_LEAST, output_field=DurationField()))
    latest = ExpressionWrapper(Value(now, output_field=DateTimeField()) - span, output_field=DateTimeField())
    quiet = Q(LessThan(Greatest("last_success_at", "asked_since"), latest), enabled=True)
    # who sends by itself is never due, and may have nothing to say, unless a heartbeat was agreed
    return quiet & (Q(next_due_at__isnull=False) | Q(config__heartbeat__gt=""))


def sources_silent(user: User, now: datetime) -> QuerySet[Source]:
    """Return the sources that a person may see and that are silent, the longest silent first."""
    return sources_visible(user).filter(silent_now(now)).order_by(F("last_success_at").asc(nulls_first=True))


def source_health(source: Source, now: datetime) -> str:
    """Return the sign of how a source does: off, pending (not asked yet), delivering, failing or silent."""
    if not source.enabled:
        return "off"
    since = spoke_at(source)
    expected = source.next_due_at is not None or bool(source.config.get("heartbeat"))
    if expected and since is not None and now - since > patience(source):
        return "silent"
    if source.failures:
        return "failing"
    return "delivering" if source.last_success_at else "pending"
