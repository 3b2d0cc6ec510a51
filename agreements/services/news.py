"""Tell the people at the table what happened to a version."""

from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.db.models import Q, QuerySet
from django.urls import reverse

from agreements.models import Comment, Version
from slmo.accounts.models import Organisation, Role, User
from slmo.accounts.policy import ACTIONS
from slmo.notify.services import message_enqueue

EXCERPT = 400  # signs of a comment that a letter repeats


def version_news(*, version: Version, kind: str, actor: User | None, now: datetime, side: str | None = None) -> None:
    """Put the news into the outbox for everybody of both parties who may sign, but for the actor.

    `side` is the one that acted; without one, the side that drafted.
    """
    _tell(version, kind, {"organisation": version.agreement.organisation_of(side or version.drafted_side).name},
          actor, now)  # fmt: skip


def proposal_news(*, version: Version, until: datetime, actor: User | None, now: datetime) -> None:
    """Tell the same people of a proposal or counter-proposal, and until when it is to be answered."""
    more = {
        "organisation": version.agreement.organisation_of(version.drafted_side).name,
        "answers": str(version.answers.number) if version.answers else "",
        "until_at": until,
    }
    _tell(version, "version_proposed", more, actor, now)


def _tell(version: Version, kind: str, more: dict[str, Any], actor: User | None, now: datetime) -> None:
    agreement = version.agreement
    told = signers_of(agreement.provider, agreement.customer)
    message_enqueue(
        kind=kind,
        recipients=told.exclude(pk=actor.pk) if actor else told,
        context={
            "agreement": agreement.title,
            "version": str(version.number),
            "effective_from": version.effective_from,
            **more,
        },
        subject_type="agreements.version",
        subject_id=version.pk,
        url=reverse("version", args=[agreement.slug, version.number]),
        dedupe_key=f"version:{version.pk}:{kind}:{version.proposed_at or now:%Y-%m-%dT%H:%M:%S.%f}",
        now=now,
    )


def comment_news(*, comment: Comment, now: datetime) -> None:
    """Tell everybody of both parties who may sign of a comment, but for its author."""
    agreement = comment.negotiation.agreement
    signers = signers_of(agreement.provider, agreement.customer)
    told = signers.exclude(pk=comment.author_id) if comment.author_id else signers
    room = reverse("version", args=[agreement.slug, comment.version.number])
    message_enqueue(
        kind="comment_written",
        recipients=told,
        context={
            "agreement": agreement.title,
            "version": str(comment.version.number),
            "person": comment.author_name,
            "text": comment.text[:EXCERPT],
        },
        subject_type="agreements.version",
        subject_id=comment.version_id,
        url=f"{room}?{urlencode({'clause': comment.clause})}",
        dedupe_key=f"comment:{comment.pk}",
        now=now,
    )


def signers_of(*organisations: Organisation) -> QuerySet[User]:
    """Return the active people who may sign for one of the organisations."""
    may = Q(assignments__role=Role.CUSTOMER) | Q(assignments__level__gte=ACTIONS["version_sign"].level)
    return User.objects.filter(may, assignments__organisation__in=organisations, is_active=True).distinct()
