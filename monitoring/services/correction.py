"""Verbs of corrections: one person says what really was, another approves, and the facts are put right."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.db.models import Q

from agreements.models import Indicator, Objective
from monitoring.models import Correction
from monitoring.services.correction_rows import ORIGIN, correction_rows, kind_of_items, span_of
from monitoring.services.effects import effects_apply, effects_rehearse
from monitoring.services.facts import facts_record
from monitoring.services.proposal import (
    another_person,
    may,
    proposal_audit,
    proposal_checked,
    proposal_decided,
    proposal_lock,
    proposal_proposed,
    same_person,
)
from monitoring.services.proposal_news import asked_news, decided_news
from monitoring.services.restatement_news import deciders, people_of
from monitoring.writers import CORRECT, correct_act
from slmo.accounts.models import User

_JOINED = ("indicator__service__organisation", "indicator__service__owner", "indicator__measured_by")


@transaction.atomic
def correction_propose(
    *,
    indicator: Indicator,
    rows: Sequence[Mapping[str, Any]],
    reason: str,
    evidence: str,
    link: str = "",
    note: str = "",
    upload: UploadedFile | None = None,
    objective: Objective | None = None,
    actor: User | None,
    now: datetime,
) -> Correction:
    """Say what really was the case, why and on which proof, and ask another person to approve it.

    `rows` are facts of the indicator's kind, as the HTTP API takes them. Raises Denied; ValidationError by field.
    """
    may(actor, "correction_propose", indicator.service.organisation)
    read = correction_rows(indicator, rows, ORIGIN)
    start, end = span_of(kind_of_items(indicator, rows), read)
    correction = Correction(indicator=indicator, objective=objective, rows=list(rows))
    proposal_checked(correction, reason=reason, evidence=evidence, link=link, note=note, start=start, end=end)
    proposal_proposed(correction, upload, actor, now)
    _audit(correction, "correction_propose", actor, now)
    service = indicator.service
    asked_news(correction, str(service), _deciders(indicator), now)
    return correction


@transaction.atomic
def correction_approve(*, correction: Correction, word: str = "", actor: User | None, now: datetime) -> Correction:
    """Approve a correction: record its facts, assess the days that they touch, restate what was final.

    All of it happens together or not at all. Raises Denied, where the actor is whoever proposed it, too; Refused
    where it is decided already.
    """
    correction = proposal_lock(correction, "approve", *_JOINED)
    indicator = correction.indicator
    may(actor, *correct_act(indicator))
    another_person(actor, correction.proposed_by_id, "correction_approve")
    proposal_decided(correction, "approve", word, actor, now)

    def act() -> None:
        correction.batch = facts_record(
            indicator=indicator, rows=_rows(correction), origin=ORIGIN, now=now, file_name=_name(correction)
        )
        correction.batch.recorded_by = actor
        correction.batch.save(update_fields=["recorded_by"])
        correction.save()

    reason = correction.reason
    correction.effects = effects_apply(act, objectives_reading(indicator), actor=actor, now=now, reason=reason)
    correction.save(update_fields=["effects"])
    _audit(correction, "correction_approve", actor, now, word=correction.decision)
    decided_news(correction, str(indicator.service), [indicator.service.owner], now)
    return correction


@transaction.atomic
def correction_decline(*, correction: Correction, word: str, actor: User | None, now: datetime) -> Correction:
    """Decline a correction and say why. Raises Denied; ValidationError without a word; Refused if decided already."""
    correction = proposal_lock(correction, "decline", *_JOINED)
    may(actor, *correct_act(correction.indicator))
    another_person(actor, correction.proposed_by_id, "correction_approve")
    proposal_decided(correction, "decline", word, actor, now)
    correction.save()
    _audit(correction, "correction_decline", actor, now, word=correction.decision)
    decided_news(correction, str(correction.indicator.service), [], now)
    return correction


@transaction.atomic
def correction_withdraw(*, correction: Correction, actor: User | None, now: datetime) -> Correction:
    """Take back a correction that nobody has decided on; only whoever proposed it may. Raises Denied, Refused."""
    correction = proposal_lock(correction, "withdraw", *_JOINED)
    same_person(actor, correction, "correction_propose")
    proposal_decided(correction, "withdraw", "", actor, now)
    correction.save()
    _audit(correction, "correction_withdraw", actor, now)
    return correction


def correction_rehearse(
    *, indicator: Indicator, rows: Sequence[Mapping[str, Any]], now: datetime
) -> tuple[list[dict[str, Any]], int]:
    """Return which figures these facts would change, and how many objectives were not looked at; nothing is kept.

    Raises ValidationError by field for what is no fact of the indicator's kind.
    """
    read = correction_rows(indicator, rows, ORIGIN)

    def act() -> None:
        facts_record(indicator=indicator, rows=read, origin=f"{ORIGIN}-rehearsed", now=now)

    return effects_rehearse(act, objectives_reading(indicator), now=now)


def objectives_reading(indicator: Indicator) -> list[Objective]:
    """Return the objectives of signed agreements that are judged by an indicator."""
    reading = Q(indicator=indicator) | Q(customer_indicator=indicator)
    rows = Objective.objects.filter(reading).exclude(agreement__terms_digest="")
    return list(rows.select_related("agreement__service", "agreement__provider", "agreement__customer").order_by("pk"))


def _deciders(indicator: Indicator) -> Iterable[User]:
    """Return who is asked to decide on a correction: those who oversee, or the people of the party that measures."""
    if indicator.measured_by is None:
        return deciders("correction_approve", indicator.service.organisation)
    return people_of(indicator.measured_by, CORRECT)


def _rows(correction: Correction) -> Iterable[Any]:
    """Return the facts of a correction as rows."""
    return correction_rows(correction.indicator, correction.rows, f"{ORIGIN}:{correction.pk}")


def _name(correction: Correction) -> str:
    """Return what the delivery of a correction's facts is called in lists."""
    return f"{ORIGIN} {correction.pk}"


def _audit(correction: Correction, action: str, actor: User | None, now: datetime, **more: str) -> None:
    """Write the audit entry of a step, for who delivers the service and who else measures it."""
    measured_by = correction.indicator.measured_by
    organisations = [correction.indicator.service.organisation, *([measured_by] if measured_by else [])]
    proposal_audit(correction, action, actor, now, organisations, reason=correction.reason, **more)
