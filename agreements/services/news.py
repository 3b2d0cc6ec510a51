"""Tell the people at the table what happened to a version."""

from datetime import datetime

from django.db.models import Q, QuerySet
from django.urls import reverse

from agreements.models import Version
from slmo.accounts.models import Organisation, Role, User
from slmo.accounts.policy import ACTIONS
from slmo.notify.services import message_enqueue


def version_news(*, version: Version, kind: str, actor: User | None, now: datetime) -> None:
    """Put the news into the outbox for everybody of both parties who may sign, but for the actor."""
    agreement = version.agreement
    acting = agreement.organisation_of(version.drafted_side)
    told = signers_of(agreement.provider, agreement.customer)
    recipients = told.exclude(pk=actor.pk) if actor else told
    message_enqueue(
        kind=kind,
        recipients=recipients,
        context={
            "agreement": agreement.title,
            "version": str(version.number),
            "organisation": acting.name,
            "effective_from": version.effective_from,
        },
        subject_type="agreements.version",
        subject_id=version.pk,
        url=reverse("version", args=[agreement.slug, version.number]),
        dedupe_key=f"version:{version.pk}:{kind}:{version.proposed_at or now:%Y-%m-%dT%H:%M:%S.%f}",
        now=now,
    )


def signers_of(*organisations: Organisation) -> QuerySet[User]:
    """Return the active people who may sign for one of the organisations."""
    may = Q(assignments__role=Role.CUSTOMER) | Q(assignments__level__gte=ACTIONS["version_sign"].level)
    return User.objects.filter(may, assignments__organisation__in=organisations, is_active=True).distinct()
