"""Who is told of planned disruptions, and what."""

from datetime import datetime

from django.db.models import QuerySet
from django.urls import reverse

from agreements.models import Side
from agreements.services.news import signers_of
from monitoring.models import Disruption
from slmo.accounts.models import User
from slmo.notify.services import message_enqueue


def asked_news(disruption: Disruption, side: str, actor: User | None, now: datetime) -> None:
    """Ask those of a side who may answer."""
    _enqueue(disruption, "disruption_asked", signers_of(disruption.agreement.organisation_of(side)), actor, now)


def settled_news(disruption: Disruption, actor: User | None, now: datetime) -> None:
    """Tell both sides how it was settled."""
    told = signers_of(*(disruption.agreement.organisation_of(side) for side in Side.values))
    _enqueue(disruption, "disruption_settled", told, actor, now)


def _enqueue(disruption: Disruption, kind: str, told: QuerySet[User], actor: User | None, now: datetime) -> None:
    agreement, windows = disruption.agreement, disruption.windows
    message_enqueue(
        kind=kind,
        recipients=told.exclude(pk=actor.pk) if actor else told,
        context={
            "what": disruption.announcement.title,
            "service": agreement.service.name,
            "agreement": agreement.title,
            "state": str(disruption.state),
            "from_at": windows[0].start,
            "until_at": windows[-1].end,
            "reason": disruption.announcement.reason,
        },
        subject_type="monitoring.disruption",
        subject_id=disruption.pk,
        url=reverse("disruption", args=[agreement.slug, disruption.pk]),
        dedupe_key=f"disruption:{disruption.pk}:{kind}:{disruption.state}:{now:%Y-%m-%dT%H:%M:%S.%f}",
        now=now,
    )
