"""Tell people that a source of facts is silent: once for each silence, whatever happens to workers and messages."""

from datetime import datetime

from django.db import transaction
from django.db.models import Q, QuerySet
from django.urls import reverse

from monitoring.models import Source
from monitoring.services.breach_news import STAFF_LEVEL
from monitoring.silence import silent_now, spoke_at
from slmo.accounts.models import Organisation, Role, User
from slmo.audit.services import record as audit
from slmo.notify.services import message_enqueue

SILENCES_MOST = 100  # told in one sweep; the next one finds the others


def sources_silence_tell(*, now: datetime) -> int:
    """Tell of every source whose silence nobody was told of yet; return how many there were.

    A row that another worker holds is left to it. What was told stands on the source until it brings facts again. A
    source that was not asked, because the portal itself was down, is asked first: only what it fails to bring counts.
    """
    ids = _untold(now).order_by("pk").values_list("pk", flat=True)
    return sum(_tell(source_id, now) for source_id in list(ids[:SILENCES_MOST]))


def _untold(now: datetime) -> QuerySet[Source]:
    """Return the silent sources that failed when they were asked and of which nobody was told yet."""
    failed = Q(failures__gte=1) | Q(next_due_at__isnull=True)  # who sends by itself is never asked
    return Source.objects.filter(silent_now(now), failed, silence_told_at__isnull=True)


@transaction.atomic
def _tell(source_id: int, now: datetime) -> bool:
    """Tell of one source, if it is still silent and untold; return whether it was."""
    rows = _untold(now).select_for_update(skip_locked=True, of=("self",))
    source = rows.select_related("indicator__service__organisation").filter(pk=source_id).first()
    if source is None:
        return False
    source.silence_told_at = now
    source.save(update_fields=["silence_told_at"])
    service = source.indicator.service
    audit(actor=None, action="source_silent", subject=source, organisations=[service.organisation], now=now)
    message_enqueue(
        kind="source_silent",
        recipients=_watchers(source),
        context={"source": source.name, "service": str(service), "last_at": source.last_success_at},
        subject_type="monitoring.source",
        subject_id=source.pk,
        url=reverse("source", args=[source.slug]),
        dedupe_key=f"source:{source.pk}:silent:{spoke_at(source):%Y-%m-%dT%H:%M:%S.%f}",
        now=now,
    )
    return True


def _watchers(source: Source) -> QuerySet[User]:
    """Return the active people who watch performance at whoever delivers the service, or provides with it."""
    service = source.indicator.service
    building = service.agreements.filter(customer__kind=Organisation.Kind.PROVIDER).values("customer")
    organisations = Organisation.objects.filter(Q(pk=service.organisation_id) | Q(pk__in=building))
    return User.objects.filter(
        assignments__organisation__in=organisations,
        assignments__role=Role.LEVEL,
        assignments__level__gte=STAFF_LEVEL,
        is_active=True,
    ).distinct()
