"""Verbs of the continual improvement register: create, update, start, done, drop."""

from collections.abc import Mapping
from datetime import date, datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from agreements.models import Service
from governance.models import Improvement, ImprovementState, Review
from governance.services.transition import Step, step_take
from monitoring.models import Breach
from slmo.accounts.models import User
from slmo.accounts.policy import require
from slmo.audit.services import record

TRANSITIONS: Mapping[str, Step] = {
    "update": Step((ImprovementState.PROPOSED,), ImprovementState.PROPOSED),
    "start": Step((ImprovementState.PROPOSED,), ImprovementState.STARTED),
    "done": Step((ImprovementState.STARTED,), ImprovementState.DONE),
    "drop": Step((ImprovementState.PROPOSED, ImprovementState.STARTED), ImprovementState.DROPPED),
}


@transaction.atomic
def improvement_create(
    *,
    title: str,
    reason: str,
    service: Service,
    owner: User | None = None,
    due_on: date | None = None,
    breach: Breach | None = None,
    review: Review | None = None,
    actor: User | None,
    now: datetime,
) -> Improvement:
    """Enter an action that holds or raises the level of `service`, born of a breach, a review or a thought.

    Returns the proposed improvement; raises Denied, or ValidationError where it has no title.
    """
    _allow(actor, service)
    if not title.strip():
        raise ValidationError({"title": _("Say in a few words what shall be done.")})
    improvement = Improvement.objects.create(
        title=title.strip(),
        reason=reason,
        service=service,
        owner=owner,
        due_on=due_on,
        breach=breach,
        review=review,
        created_at=now,
    )
    _audit(actor, "improvement_create", improvement, None, now)
    return improvement


@transaction.atomic
def improvement_update(
    *,
    improvement: Improvement,
    title: str,
    reason: str,
    owner: User | None,
    due_on: date | None,
    actor: User | None,
    now: datetime,
) -> Improvement:
    """Change what is proposed, as long as nobody has started on it. Raises Denied or ValidationError."""
    row, before = _opened(improvement, "update", actor)
    row.title, row.reason, row.owner, row.due_on = title.strip(), reason, owner, due_on
    row.save(update_fields=["title", "reason", "owner", "due_on"])
    _audit(actor, "improvement_update", row, before, now)
    return row


@transaction.atomic
def improvement_start(
    *, improvement: Improvement, owner: User | None = None, actor: User | None, now: datetime
) -> Improvement:
    """Start work; it needs an owner, who is `owner`, the one named before, or the person who starts it.

    Raises Denied, or ValidationError where the state or the missing owner forbids it.
    """
    row, before = _opened(improvement, "start", actor)
    row.owner = owner or row.owner or actor
    if row.owner is None:
        raise ValidationError({"owner": _("Name who carries it: work without an owner does not start.")})
    row.save(update_fields=["state", "owner"])
    _audit(actor, "improvement_start", row, before, now)
    return row


@transaction.atomic
def improvement_done(*, improvement: Improvement, effect: str, actor: User | None, now: datetime) -> Improvement:
    """Finish a started improvement and say what it brought. Raises Denied or ValidationError."""
    row, before = _opened(improvement, "done", actor)
    row.effect, row.done_at = _said(effect, _("Say what it brought, so that the next one can learn from it.")), now
    row.save(update_fields=["state", "effect", "done_at"])
    _audit(actor, "improvement_done", row, before, now)
    return row


@transaction.atomic
def improvement_drop(*, improvement: Improvement, effect: str, actor: User | None, now: datetime) -> Improvement:
    """Give an improvement up and say why; it stays in the register. Raises Denied or ValidationError."""
    row, before = _opened(improvement, "drop", actor)
    row.effect, row.done_at = _said(effect, _("Say why it is given up; the register keeps it.")), now
    row.save(update_fields=["state", "effect", "done_at"])
    _audit(actor, "improvement_drop", row, before, now)
    return row


def _said(text: str, sentence: str) -> str:
    """Return `text` without surrounding space; raise ValidationError with `sentence` where nothing was said."""
    if not text.strip():
        raise ValidationError({"effect": sentence})
    return text.strip()


def _opened(improvement: Improvement, verb: str, actor: User | None) -> tuple[Improvement, dict[str, object]]:
    """Return the row locked and already in the state to which `verb` leads, and how it was before."""
    row = (
        Improvement.objects.select_for_update(of=("self",))
        .select_related("service__organisation", "owner")
        .get(pk=improvement.pk)
    )
    _allow(actor, row.service)
    before = _frozen(row)
    row.state = step_take(TRANSITIONS, verb, row.state, row.get_state_display())
    return row, before


def _allow(actor: User | None, service: Service) -> None:
    """Raise Denied unless `actor` may edit improvements of `service`; the system itself (None) is not asked."""
    if actor is not None:
        require(actor, "improvement_edit", service.organisation)


def _frozen(improvement: Improvement) -> dict[str, object]:
    """Return what the audit log keeps of an improvement."""
    return {
        "title": improvement.title,
        "reason": improvement.reason,
        "state": improvement.state,
        "owner": str(improvement.owner or ""),
        "due_on": str(improvement.due_on or ""),
        "effect": improvement.effect,
    }


def _audit(
    actor: User | None, action: str, improvement: Improvement, before: dict[str, object] | None, now: datetime
) -> None:
    """Write one audit entry for the service's organisation."""
    record(
        actor=actor,
        action=action,
        subject=improvement,
        before=before,
        after=_frozen(improvement),
        organisations=(improvement.service.organisation,),
        now=now,
    )
