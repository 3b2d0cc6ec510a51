"""Scoped reads of the log."""

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db.models import Q, QuerySet

from slmo.accounts.models import User
from slmo.accounts.policy import can
from slmo.accounts.selectors import organisations_visible_to
from slmo.audit.models import Entry


@dataclass(frozen=True)
class Filter:
    """What a reader looks for; empty values look for anything. Days are whole days of `zone`, both included."""

    text: str = ""
    action: str = ""
    actor_id: int | None = None
    subject_type: str = ""
    subject_id: str = ""
    since: date | None = None
    until: date | None = None
    zone: ZoneInfo = field(default_factory=lambda: ZoneInfo("UTC"))


def entries_visible(user: User) -> QuerySet[Entry]:
    """Return the entries that the user may read, newest first: all that concern no organisation, or a visible one."""
    if not can(user, "audit_view"):
        return Entry.objects.none()
    visible = list(organisations_visible_to(user).values_list("pk", flat=True))
    return Entry.objects.filter(Q(organisation_ids__len=0) | Q(organisation_ids__overlap=visible)).order_by("-id")


def entries_of(subject_type: str, subject_id: str | int) -> QuerySet[Entry]:
    """Return the history of one thing, newest first; the caller has checked that the reader may see the thing."""
    return Entry.objects.filter(subject_type=subject_type, subject_id=str(subject_id)).order_by("-id")


def entries_filter(entries: QuerySet[Entry], wanted: Filter) -> QuerySet[Entry]:
    """Return the entries that a filter asks for."""
    equal = {
        "action": wanted.action,
        "actor_id": wanted.actor_id,
        "subject_type": wanted.subject_type,
        "subject_id": wanted.subject_id,
    }
    entries = entries.filter(**{name: value for name, value in equal.items() if value})
    if wanted.text:
        entries = entries.filter(Q(subject_label__icontains=wanted.text) | Q(actor_name__icontains=wanted.text))
    if wanted.since:
        entries = entries.filter(at__gte=_midnight(wanted.since, wanted.zone))
    if wanted.until:
        entries = entries.filter(at__lt=_midnight(wanted.until + timedelta(days=1), wanted.zone))
    return entries


def actions_known(entries: QuerySet[Entry]) -> list[str]:
    """Return the actions that occur among the entries, sorted."""
    return sorted(entries.order_by().values_list("action", flat=True).distinct())


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    """Return the instant at which a day begins in a zone."""
    return datetime.combine(day, time.min, zone)
