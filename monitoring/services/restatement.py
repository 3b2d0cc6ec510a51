"""Verbs of restatements: a final figure is replaced by a further one, or stands although more is known now."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from agreements.errors import Conflict, Refused
from agreements.models import Objective
from monitoring.causes import causes_since
from monitoring.instants import instant_of
from monitoring.models import ObjectiveStatus, PeriodResult, Restatement, RestatementState, ResultState
from monitoring.record import record_read
from monitoring.services.assessment import objective_assess
from monitoring.services.breach import breach_follow
from monitoring.services.proposal import word_checked
from monitoring.services.restatement_found import credit_between, figures_told
from monitoring.services.restatement_news import issued_news, parties_people
from monitoring.services.results import results_compute
from slmo.accounts.models import User
from slmo.accounts.policy import require
from slmo.audit.services import record as audit
from slmo.core.units import Window

WAITING, ISSUED, DECLINED = RestatementState.WAITING, RestatementState.ISSUED, RestatementState.DECLINED
ACT = "restatement_issue"


@transaction.atomic
def restatement_issue(
    *, restatement: Restatement, word: str, seen: str = "", actor: User | None, now: datetime
) -> Restatement:
    """Replace a final figure by the one that is known now, as a numbered issue, and tell both parties' people.

    `word` says why. `seen` is the mark (`restatement_mark`) of the figures that the person has read: where they have
    moved since, nothing is issued. Raises Denied; ValidationError without a word; Refused where nothing waits;
    Conflict where the figures have moved.
    """
    question = _locked(restatement, actor)
    word = word_checked(word, _("Say why the final figure is restated."))
    objective_assess(objective_id=question.objective_id, now=now)
    question.refresh_from_db()
    if question.state != WAITING or (seen and seen != restatement_mark(question)):
        raise Conflict(_("The figures have moved since you read them. Look at them again."))
    return _issue(question, word, actor, now)


@transaction.atomic
def restatement_decline(*, restatement: Restatement, word: str, actor: User | None, now: datetime) -> Restatement:
    """Let a final figure stand although more is known now, and say why; the question is asked anew if figures move.

    Raises Denied; ValidationError without a word; Refused where nothing waits.
    """
    question = _locked(restatement, actor)
    question.state, question.decided_by, question.decided_at = DECLINED, actor, now
    question.decision = word_checked(word, _("Say why the final figure stands."))
    question.save()
    _audit(question, "restatement_decline", actor, now)
    return question


def restatements_issue(keys: Iterable[int], *, decision: str, actor: User | None, now: datetime) -> list[Restatement]:
    """Issue the questions of these keys that an approved correction or exclusion has raised; two people decided it."""
    rows = Restatement.objects.select_for_update(of=("self",)).select_related(*_JOINED)
    waiting = rows.filter(pk__in=list(keys), state=WAITING).order_by("objective_id", "period_start")
    return [_issue(question, decision, actor, now) for question in waiting]


def waiting_of(objectives: Iterable[Objective]) -> dict[int, Any]:
    """Return the questions that wait about these objectives: what figures each would put in place, by its key."""
    rows = Restatement.objects.filter(objective__in=list(objectives), state=WAITING)
    return dict(rows.values_list("pk", "new"))


def restatement_mark(question: Restatement) -> str:
    """Return what identifies the figures of a question: a form sends it back, so that nothing is issued unseen."""
    return f"{question.pk}-{instant_of(question.found_at)}-{question.new['good']}-{question.new['total']}"


_JOINED = (
    "objective__agreement__service", "objective__agreement__provider", "objective__agreement__customer",
    "objective__indicator", "before",
)  # fmt: skip


def _locked(restatement: Restatement, actor: User | None) -> Restatement:
    """Return the question locked, if it waits and the actor may answer it.

    The objective's status is locked first, as every assessment does, so that neither waits for the other.
    """
    agreement = restatement.objective.agreement
    if actor is not None:
        require(actor, ACT, agreement.provider, agreement.customer)
    list(ObjectiveStatus.objects.select_for_update().filter(pk=restatement.objective_id).values_list("pk"))
    rows = Restatement.objects.select_for_update(of=("self",)).select_related(*_JOINED)
    question = rows.get(pk=restatement.pk)
    if question.state != WAITING:
        raise Refused(_("This question is answered already."))
    return question


def _issue(question: Restatement, word: str, actor: User | None, now: datetime) -> Restatement:
    """Write the new figure over the final one of its period, as a further row, and say so to everybody concerned."""
    final = question.before
    record = record_read(question.objective, instant_of(now))
    [row] = results_compute(record, [Window(instant_of(final.start), instant_of(final.end))])
    _replace(final, row, now)
    question.new, question.causes = figures_told(row), causes_since(final, now)
    question.credit_difference = credit_between(final, row)
    issued = Restatement.objects.filter(objective=question.objective_id, period_start=final.start, state=ISSUED)
    question.number = issued.count() + 1
    question.state, question.after, question.decision = ISSUED, row, word
    question.decided_by, question.decided_at = actor, now
    told = parties_people(question.objective.agreement)
    question.told = [{"id": one.pk, "name": str(one)} for one in told]
    question.save()
    breach_follow(record, row, now, final.verdict)
    _audit(question, ACT, actor, now)
    issued_news(question, told, now)
    return question


def _replace(final: PeriodResult, row: PeriodResult, now: datetime) -> None:
    """Put a row in the place of a final one, which stays as it was."""
    PeriodResult.objects.filter(pk=final.pk).update(current=False)
    row.revision, row.assessed_at = final.revision + 1, now
    row.state, row.closed_at = ResultState.CLOSED, now
    row.save(force_insert=True)


def _audit(question: Restatement, action: str, actor: User | None, now: datetime) -> None:
    """Write the audit entry of an answer, for both parties."""
    agreement = question.objective.agreement
    after = {"state": str(question.state), "number": question.number, "decision": question.decision, **question.new}
    audit(
        actor=actor, action=action, subject=question, before=question.old, after=after,
        organisations=[agreement.provider, agreement.customer], now=now,
    )  # fmt: skip
