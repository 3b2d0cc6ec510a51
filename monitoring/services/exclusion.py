"""Verbs of exclusions: one person asks that some time does not count, another approves, and figures follow."""

from datetime import datetime
from functools import partial
from typing import Any

from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.translation import gettext as _

from agreements.errors import Refused
from agreements.models import Agreement, Objective, Service
from monitoring.models import Exclusion, ExclusionKind, ProposalState
from monitoring.services.effects import effects_apply, effects_rehearse
from monitoring.services.proposal import (
    another_person,
    may,
    proposal_audit,
    proposal_checked,
    proposal_decided,
    proposal_lock,
    proposal_proposed,
    same_person,
    word_checked,
)
from monitoring.services.proposal_news import asked_news, decided_news, excluded_news
from monitoring.services.restatement_news import deciders
from monitoring.services.status import objectives_assess_soon, objectives_mark
from slmo.accounts.models import Organisation, User

_JOINED = (
    "agreement__provider", "agreement__customer", "agreement__service__owner", "service__organisation",
    "service__owner", "objective",
)  # fmt: skip


@transaction.atomic
def exclusion_propose(
    *,
    agreement: Agreement | None = None,
    objective: Objective | None = None,
    service: Service | None = None,
    kind: str,
    start: datetime,
    end: datetime,
    reason: str,
    evidence: str,
    link: str = "",
    note: str = "",
    upload: UploadedFile | None = None,
    actor: User | None,
    now: datetime,
) -> Exclusion:
    """Ask that `[start, end)` does not count: for an agreement or one objective of it, or for all about a service.

    Raises Denied; ValidationError by field.
    """
    exclusion = exclusion_made(agreement=agreement, objective=objective, service=service, kind=kind)
    may(actor, "exclusion_propose", *organisations_of(exclusion))
    proposal_checked(exclusion, reason=reason, evidence=evidence, link=link, note=note, start=start, end=end)
    proposal_proposed(exclusion, upload, actor, now)
    _audit(exclusion, "exclusion_propose", actor, now)
    asked_news(exclusion, _service_name(exclusion), deciders("exclusion_approve", *organisations_of(exclusion)), now)
    return exclusion


def exclusion_made(
    *, agreement: Agreement | None, objective: Objective | None, service: Service | None, kind: str
) -> Exclusion:
    """Return an unsaved exclusion; raises ValidationError unless it is about exactly one agreement or service."""
    if objective is not None and agreement is None:
        agreement = objective.agreement
    if (agreement is None) == (service is None) or (objective and agreement and objective.agreement_id != agreement.pk):
        raise ValidationError({"about": _("Choose one agreement, one of its objectives, or one service.")})
    if kind not in ExclusionKind.values:
        raise ValidationError({"kind": _("Choose why the time does not count.")})
    return Exclusion(agreement=agreement, objective=objective, service=service, kind=kind)


@transaction.atomic
def exclusion_approve(*, exclusion: Exclusion, word: str = "", actor: User | None, now: datetime) -> Exclusion:
    """Approve an exclusion: assess the days that it touches, restate what was final, and tell the customers.

    All of it happens together or not at all. Raises Denied, where the actor is whoever proposed it, too; Refused
    where it is decided already.
    """
    exclusion = proposal_lock(exclusion, "approve", *_JOINED)
    may(actor, "exclusion_approve", *organisations_of(exclusion))
    another_person(actor, exclusion.proposed_by_id, "exclusion_approve")
    proposal_decided(exclusion, "approve", word, actor, now)
    reached = objectives_reached(exclusion)

    def act() -> None:
        exclusion.save()
        _touch(exclusion, reached)

    exclusion.effects = effects_apply(act, reached, actor=actor, now=now, reason=exclusion.reason)
    exclusion.save(update_fields=["effects"])
    _audit(exclusion, "exclusion_approve", actor, now, word=exclusion.decision)
    _told(exclusion, now)
    return exclusion


@transaction.atomic
def exclusion_decline(*, exclusion: Exclusion, word: str, actor: User | None, now: datetime) -> Exclusion:
    """Decline an exclusion and say why. Raises Denied; ValidationError without a word; Refused if decided already."""
    exclusion = proposal_lock(exclusion, "decline", *_JOINED)
    may(actor, "exclusion_approve", *organisations_of(exclusion))
    another_person(actor, exclusion.proposed_by_id, "exclusion_approve")
    proposal_decided(exclusion, "decline", word, actor, now)
    exclusion.save()
    _audit(exclusion, "exclusion_decline", actor, now, word=exclusion.decision)
    decided_news(exclusion, _service_name(exclusion), [], now)
    return exclusion


@transaction.atomic
def exclusion_withdraw(*, exclusion: Exclusion, actor: User | None, now: datetime) -> Exclusion:
    """Take back an exclusion that nobody has decided on; only whoever proposed it may. Raises Denied, Refused."""
    exclusion = proposal_lock(exclusion, "withdraw", *_JOINED)
    same_person(actor, exclusion, "exclusion_propose")
    proposal_decided(exclusion, "withdraw", "", actor, now)
    exclusion.save()
    _audit(exclusion, "exclusion_withdraw", actor, now)
    return exclusion


@transaction.atomic
def exclusion_revoke(*, exclusion: Exclusion, word: str, actor: User | None, now: datetime) -> Exclusion:
    """Let excluded time count again from now on; figures as known before still leave it out.

    Raises Denied, where the actor is whoever approved it, too; ValidationError without a word; Refused where it is
    not approved.
    """
    exclusion = proposal_lock(exclusion, "revoke", *_JOINED)
    may(actor, "exclusion_approve", *organisations_of(exclusion))
    another_person(actor, exclusion.decided_by_id, "exclusion_approve")
    _revoke(exclusion, word_checked(word, _("Say why the time counts again.")), actor, now)
    _told(exclusion, now)
    return exclusion


def _revoke(exclusion: Exclusion, word: str, actor: User | None, now: datetime) -> Exclusion:
    """Let the time of a locked exclusion count again."""
    reached = objectives_reached(exclusion)

    def act() -> None:
        exclusion.state, exclusion.revoked_by = ProposalState.REVOKED, actor
        exclusion.revoked_at, exclusion.revocation = now, word
        exclusion.save(update_fields=["state", "revoked_by", "revoked_at", "revocation"])
        _touch(exclusion, reached)

    effects_apply(act, reached, actor=actor, now=now, reason=word)
    _audit(exclusion, "exclusion_revoke", actor, now, word=word)
    return exclusion


@transaction.atomic
def exclusion_agreed(
    *,
    agreement: Agreement,
    span: tuple[datetime, datetime],
    words: tuple[str, str],
    proposed: tuple[User | None, datetime],
    actor: User | None,
    now: datetime,
) -> Exclusion:
    """Exclude time of an agreement to which both sides have consented: one person proposed it, another agrees.

    `words` are reason and evidence, `proposed` says by whom and when. Who may consent is the caller's to ask.
    Raises Denied where both are one person; ValidationError by field.
    """
    exclusion = exclusion_made(agreement=agreement, objective=None, service=None, kind=ExclusionKind.DISRUPTION)
    (start, end), (reason, evidence) = span, words
    proposal_checked(exclusion, reason=reason, evidence=evidence, link="", note="", start=start, end=end)
    exclusion.proposed_by, exclusion.proposed_at = proposed
    another_person(actor, exclusion.proposed_by_id, "exclusion_approve")
    proposal_decided(exclusion, "approve", "", actor, now)
    reached = objectives_reached(exclusion)

    def act() -> None:
        exclusion.save()
        _touch(exclusion, reached)

    exclusion.effects = effects_apply(act, reached, actor=actor, now=now, reason=exclusion.reason)
    exclusion.save(update_fields=["effects"])
    _audit(exclusion, "exclusion_approve", actor, now)
    return exclusion


@transaction.atomic
def exclusion_called_off(*, exclusion: Exclusion, actor: User | None, now: datetime) -> Exclusion:
    """Let agreed time that has not begun count again, because what was planned does not happen; raises Refused."""
    exclusion = proposal_lock(exclusion, "revoke", *_JOINED)
    if exclusion.start <= now:
        raise Refused(_("This time has begun already."))
    return _revoke(exclusion, _("What was planned does not happen."), actor, now)


def exclusion_rehearse(
    *, exclusion: Exclusion, start: datetime, end: datetime, now: datetime
) -> tuple[list[dict[str, Any]], int]:
    """Return which figures an exclusion would change, and how many objectives were not looked at; nothing is kept."""
    reached = objectives_reached(exclusion)

    def act() -> None:
        tried = exclusion_made(
            agreement=exclusion.agreement, objective=exclusion.objective, service=exclusion.service,
            kind=exclusion.kind,
        )  # fmt: skip
        tried.start, tried.end, tried.reason, tried.proposed_at = start, end, exclusion.reason, now
        tried.state, tried.decided_at = ProposalState.APPROVED, now
        tried.save()
        _touch(tried, reached)

    return effects_rehearse(act, reached, now=now)


def organisations_of(exclusion: Exclusion) -> list[Organisation]:
    """Return the organisations that an exclusion concerns: the parties, or who delivers the service."""
    if exclusion.agreement is not None:
        return [exclusion.agreement.provider, exclusion.agreement.customer]
    assert exclusion.service is not None
    return [exclusion.service.organisation]


def objectives_reached(exclusion: Exclusion) -> list[Objective]:
    """Return the objectives of signed agreements for which the time would not count."""
    rows = Objective.objects.exclude(agreement__terms_digest="")
    if exclusion.objective_id:
        rows = rows.filter(pk=exclusion.objective_id)
    elif exclusion.agreement_id:
        rows = rows.filter(agreement=exclusion.agreement_id)
    else:
        rows = rows.filter(agreement__service=exclusion.service_id)
    return list(rows.select_related("agreement__service", "agreement__provider", "agreement__customer").order_by("pk"))


def _touch(exclusion: Exclusion, reached: list[Objective]) -> None:
    """Mark the days that an exclusion touches as due, and ask the workers for what the transaction leaves over."""
    keys = [one.pk for one in reached]
    objectives_mark(objective_ids=keys, since=exclusion.start, until=exclusion.end)
    transaction.on_commit(partial(objectives_assess_soon, keys))


def _told(exclusion: Exclusion, now: datetime) -> None:
    """Tell whoever proposed it, the service's owner, and the customers whose figures it concerns."""
    service = exclusion.service or (exclusion.agreement.service if exclusion.agreement else None)
    decided_news(exclusion, _service_name(exclusion), [service.owner if service else None], now)
    agreements = {one.agreement_id for one in objectives_reached(exclusion)}
    customers = User.objects.filter(
        is_active=True, assignments__organisation__agreements_received__in=agreements,
        assignments__organisation__kind=Organisation.Kind.CUSTOMER,
    )  # fmt: skip
    excluded_news(exclusion, _service_name(exclusion), customers.distinct(), now)


def _service_name(exclusion: Exclusion) -> str:
    """Return the name of the service that an exclusion is about."""
    return str(exclusion.service or (exclusion.agreement and exclusion.agreement.service))


def _audit(exclusion: Exclusion, action: str, actor: User | None, now: datetime, **more: str) -> None:
    """Write the audit entry of a step, for both parties."""
    organisations = organisations_of(exclusion)
    proposal_audit(exclusion, action, actor, now, organisations, reason=exclusion.reason, kind=exclusion.kind, **more)
