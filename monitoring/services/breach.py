"""Verbs of breaches: opened and withdrawn by the assessment, carried by people in between."""

from datetime import datetime, timedelta

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from agreements.errors import Refused
from monitoring.models import Breach, BreachNote, BreachState, Cause, NoteKind, PeriodResult
from monitoring.record import Record
from monitoring.services.breach_news import breach_news
from monitoring.services.breach_rows import breach_of_period
from monitoring.services.loss import target_lost_at
from slmo.accounts.models import User
from slmo.accounts.policy import can, require
from slmo.audit.services import record as audit
from slmo.web.signs import sign_of

HISTORIC_AFTER = timedelta(days=7)  # a period that ended longer ago than this alerts nobody any more
BREACHED = "breached"

OPEN, ACKNOWLEDGED, EXPLAINED = BreachState.OPEN, BreachState.ACKNOWLEDGED, BreachState.EXPLAINED
CLOSED, WITHDRAWN = BreachState.CLOSED, BreachState.WITHDRAWN

# (state, step) → next state; what is not here is refused
TRANSITIONS: dict[tuple[str, str], BreachState] = {
    (OPEN, "acknowledge"): ACKNOWLEDGED,
    (OPEN, "assign"): OPEN,
    (ACKNOWLEDGED, "assign"): ACKNOWLEDGED,
    (EXPLAINED, "assign"): EXPLAINED,
    (ACKNOWLEDGED, "explain"): EXPLAINED,
    (EXPLAINED, "explain"): EXPLAINED,
    (EXPLAINED, "close"): CLOSED,
    # by the assessment only
    (OPEN, "withdraw"): WITHDRAWN,
    (ACKNOWLEDGED, "withdraw"): WITHDRAWN,
    (EXPLAINED, "withdraw"): WITHDRAWN,
    (WITHDRAWN, "reopen"): OPEN,
}
UNCLOSED = (OPEN, ACKNOWLEDGED, EXPLAINED)


def breach_steps(breach: Breach) -> set[str]:
    """Return the steps that the state of a breach allows."""
    return {step for state, step in TRANSITIONS if state == breach.state}


@transaction.atomic
def breach_acknowledge(*, breach: Breach, actor: User | None, now: datetime) -> Breach:
    """Say that somebody looks at the breach; whoever does becomes its owner where it has none.

    Raises Denied; Refused where the breach is not open.
    """
    breach = _lock(breach, "acknowledge", actor)
    breach.state, breach.acknowledged_at, breach.acknowledged_by = ACKNOWLEDGED, now, actor
    breach.owner = breach.owner or actor
    _stepped(breach, "acknowledge", actor, now, before=OPEN)
    breach_news(breach, "breach_acknowledged", now, actor)
    return breach


@transaction.atomic
def breach_assign(*, breach: Breach, owner: User, actor: User | None, now: datetime) -> Breach:
    """Give the breach to a person who may carry it on.

    Raises Denied; ValidationError for a person who may not acknowledge it; Refused where it is closed or withdrawn.
    """
    breach = _lock(breach, "assign", actor)
    agreement = breach.objective.agreement
    if not can(owner, "breach_acknowledge", agreement.provider, agreement.customer):
        raise ValidationError({"owner": _("Choose a person who may acknowledge this breach.")})
    before, breach.owner = breach.owner, owner
    text = _("Assigned to %(person)s.") % {"person": owner}
    _stepped(breach, "assign", actor, now, before=str(before or ""), after=str(owner), text=text)
    return breach


@transaction.atomic
def breach_note(*, breach: Breach, text: str, actor: User | None, now: datetime) -> BreachNote:
    """Write a line into the stream of the breach, whatever its state; raises Denied, ValidationError if empty."""
    breach = _lock(breach, None, actor, "breach_note")
    if not text.strip():
        raise ValidationError({"text": _("Write what there is to know.")})
    note = BreachNote.objects.create(breach=breach, at=now, author=actor, kind=NoteKind.NOTE, text=text.strip())
    _audit(breach, "breach_note", actor, now, after={"text": note.text})
    return note


@transaction.atomic
def breach_explain(*, breach: Breach, cause: str, explanation: str, actor: User | None, now: datetime) -> Breach:
    """Say where the breach came from; an explanation may be replaced until the breach is closed.

    Raises Denied; ValidationError by field; Refused where nobody has acknowledged it yet, or it is closed.
    """
    breach = _lock(breach, "explain", actor)
    if cause not in Cause.values:
        raise ValidationError({"cause": _("Choose where the breach came from.")})
    if not explanation.strip():
        raise ValidationError({"explanation": _("Explain what happened.")})
    before = breach.state
    breach.state, breach.explained_at = EXPLAINED, now
    breach.cause, breach.explanation = cause, explanation.strip()
    _stepped(breach, "explain", actor, now, before=before, text=breach.explanation)
    return breach


@transaction.atomic
def breach_close(*, breach: Breach, outcome: str, actor: User | None, now: datetime) -> Breach:
    """Close an explained breach with what was done so that it does not happen again, and tell the customer.

    Raises Denied; ValidationError without an outcome; Refused where it is not explained.
    """
    breach = _lock(breach, "close", actor)
    if not outcome.strip():
        raise ValidationError({"outcome": _("Say what was done so that it does not happen again.")})
    breach.state, breach.closed_at, breach.closed_by, breach.outcome = CLOSED, now, actor, outcome.strip()
    _stepped(breach, "close", actor, now, before=EXPLAINED, text=breach.outcome)
    breach_news(breach, "breach_closed", now, actor)
    return breach


def breach_follow(record: Record, result: PeriodResult, now: datetime, before: str = "") -> None:
    """Open, reopen or withdraw the breach of a result, in the assessment's transaction.

    `before` is the verdict that a rolling period had: only its getting lost opens a breach, and its recovery, which
    the passing of time brings, withdraws none.
    """
    breached = result.verdict == BREACHED
    if record.rolls_for(result.start, result.end):
        if breached and before != BREACHED:
            _open(record, result, now)
        return
    known = breach_of_period(record.objective.pk, result.start)
    if known is not None:
        known.objective = record.objective
    if breached and known is None:
        _open(record, result, now)
    elif breached and known is not None:
        _keep(record, known, result, now)
    elif known is not None:
        _withdraw(known, result, now)


def _open(record: Record, result: PeriodResult, now: datetime) -> None:
    """Open the breach of a period; never a second one for the same period."""
    lost_at = target_lost_at(record, result)
    breach, created = Breach.objects.get_or_create(
        objective=record.objective,
        period_start=result.start,
        defaults={
            "period_end": result.end,
            "result": result,
            "breached_at": lost_at,
            "opened_at": now,
            "historic": result.end < now - HISTORIC_AFTER,
            "owner": record.objective.agreement.service.owner,
        },
    )
    if created:
        _stepped(breach, "open", None, now, before="")
        breach_news(breach, "breach_opened", now)


def _keep(record: Record, breach: Breach, result: PeriodResult, now: datetime) -> None:
    """Let a breach follow its result; one that was withdrawn is open again."""
    if (breach.result_id, breach.period_end) != (result.pk, result.end):
        breach.result, breach.period_end = result, result.end
        breach.save(update_fields=["result", "period_end"])
    if breach.state == WITHDRAWN:
        breach.state, breach.opened_at, breach.breached_at = OPEN, now, target_lost_at(record, result)
        _stepped(breach, "reopen", None, now, before=WITHDRAWN)
        breach_news(breach, "breach_opened", now)


def _withdraw(breach: Breach, result: PeriodResult, now: datetime) -> None:
    """Withdraw a breach whose period is no longer missed; a closed one keeps its story and gets a line."""
    text = _("With the facts as they are now, the period's verdict is %(verdict)s.") % {
        "verdict": sign_of(result.verdict).label
    }
    if (breach.state, "withdraw") in TRANSITIONS:
        before, breach.state = breach.state, WITHDRAWN
        _stepped(breach, "withdraw", None, now, before=before, text=text)
    elif breach.state == CLOSED and not breach.notes.filter(kind=NoteKind.FACT, text=text).exists():
        BreachNote.objects.create(breach=breach, at=now, kind=NoteKind.FACT, text=text)


def _lock(breach: Breach, step: str | None, actor: User | None, action: str = "") -> Breach:
    """Return the breach locked, if the actor may take the step and its state allows it."""
    rows = Breach.objects.select_for_update(of=("self",)).select_related(
        "objective__agreement__service__owner", "objective__agreement__provider", "objective__agreement__customer",
        "owner", "result",
    )  # fmt: skip
    fresh = rows.get(pk=breach.pk)
    agreement = fresh.objective.agreement
    if actor is not None:
        require(actor, action or f"breach_{step}", agreement.provider, agreement.customer)
    if step is not None and (fresh.state, step) not in TRANSITIONS:
        raise Refused(_refusal(fresh))
    return fresh


def _refusal(breach: Breach) -> str:
    """Return the sentence that says why a step is refused in this state."""
    return {
        OPEN: _("The breach is open: acknowledge it first."),
        ACKNOWLEDGED: _("The breach is acknowledged: explain it before it is closed."),
        EXPLAINED: _("The breach is explained already: close it."),
        CLOSED: _("The breach is closed."),
        WITHDRAWN: _("The breach was withdrawn, because its period is no longer missed."),
    }[BreachState(breach.state)]


def _stepped(
    breach: Breach, step: str, actor: User | None, now: datetime, *, before: str, after: str = "", text: str = ""
) -> None:
    """Save a step with its line in the stream and its entry in the audit log."""
    breach.save()
    BreachNote.objects.create(breach=breach, at=now, author=actor, kind=NoteKind.STEP, step=breach.state, text=text)
    _audit(
        breach, f"breach_{step}", actor, now, before={"state": str(before)} if before else None,
        after={"state": after or str(breach.state), **({"text": text} if text else {})},
    )  # fmt: skip


def _audit(
    breach: Breach,
    action: str,
    actor: User | None,
    now: datetime,
    before: dict[str, str] | None = None,
    after: dict[str, str] | None = None,
) -> None:
    """Write the audit entry of a breach, for both parties of its agreement."""
    agreement = breach.objective.agreement
    parties = [agreement.provider, agreement.customer]
    audit(actor=actor, action=action, subject=breach, before=before, after=after, organisations=parties, now=now)
