"""Which sources ought to speak and do not."""

from datetime import datetime, timedelta

from django.db.models import DurationField, ExpressionWrapper, F, Q, QuerySet, Value

from monitoring.models import Source
from monitoring.selectors import sources_visible
from slmo.accounts.models import User

PATIENCE = 3  # fetches that may fail to come before a source counts as silent


def sources_silent(user: User, now: datetime) -> QuerySet[Source]:
    """Return the enabled sources whose last success lies more than three intervals back, or never was.

    The longest silent come first. A source that was made less than that ago has no last success either: it counts
    only once a fetch has failed.
    """
    patience = ExpressionWrapper(F("interval") * Value(timedelta(seconds=PATIENCE)), output_field=DurationField())
    late = Q(last_success_at__lt=now - patience) | Q(last_success_at__isnull=True, failures__gte=PATIENCE)
    return sources_visible(user).filter(late, enabled=True).order_by(F("last_success_at").asc(nulls_first=True))


def source_health(source: Source, now: datetime) -> str:
    """Return the sign of how a source does: off, pending (not asked yet), delivering, failing or silent."""
    if not source.enabled:
        return "off"
    if source.last_success_at is None:
        return "silent" if source.failures >= PATIENCE else ("failing" if source.failures else "pending")
    if now - source.last_success_at > timedelta(seconds=PATIENCE * source.interval):
        return "silent"
    return "failing" if source.failures else "delivering"
