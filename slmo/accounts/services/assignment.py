"""Verbs of assignments: who acts for which organisation."""

from contextlib import suppress
from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from slmo.accounts.journal import recorder
from slmo.accounts.models import Assignment, Organisation, Role, User
from slmo.accounts.policy import require
from slmo.accounts.services.reach import require_level


@transaction.atomic
def assignment_grant(
    *,
    user: User,
    organisation: Organisation,
    role: str,
    level: int | None = None,
    actor: User | None,
    now: datetime,
) -> Assignment:
    """Assign a person to an organisation, or change the assignment that is there.

    Raises Denied (also where the level is above the actor's own), and ValidationError where the role does not go with
    the organisation or the level not with the role.
    """
    if actor is not None:
        require(actor, "user_edit", organisation)
        require_level(actor, level)
    if role == Role.CUSTOMER and organisation.kind != Organisation.Kind.CUSTOMER:
        raise ValidationError({"role": _("Only a customer’s organisation has customer’s representatives.")})
    User.objects.select_for_update().get(pk=user.pk)  # two grants to one person take turns
    assignment = Assignment.objects.filter(user=user, organisation=organisation).first()
    before = _fields(assignment) if assignment else None
    assignment = assignment or Assignment(user=user, organisation=organisation)
    if actor is not None and assignment.pk:
        require_level(actor, assignment.level)
    assignment.role, assignment.level = role, level
    assignment.full_clean()
    assignment.save()
    if before != _fields(assignment):
        _record(actor, "assignment_grant", assignment, before, _fields(assignment), now)
    with suppress(AttributeError):
        del user.held  # policy reads the assignments anew
    return assignment


@transaction.atomic
def assignment_revoke(*, assignment: Assignment, actor: User | None, now: datetime) -> None:
    """Take an assignment away; nobody takes away their own. Raises Denied, ValidationError."""
    assignment = (
        Assignment.objects.select_for_update(of=("self",)).select_related("user", "organisation").get(pk=assignment.pk)
    )
    if actor is not None:
        require(actor, "user_edit", assignment.organisation)
        require_level(actor, assignment.level)
    if actor == assignment.user:
        raise ValidationError(_("You cannot revoke your own assignment."), code="self")
    _record(actor, "assignment_revoke", assignment, _fields(assignment), None, now)
    assignment.delete()


def _fields(assignment: Assignment) -> dict[str, object]:
    """Return what the audit log tells of an assignment."""
    return {
        "user": str(assignment.user),
        "organisation": str(assignment.organisation),
        "role": assignment.role,
        "level": assignment.level,
    }


def _record(
    actor: User | None,
    action: str,
    assignment: Assignment,
    before: dict[str, object] | None,
    after: dict[str, object] | None,
    now: datetime,
) -> None:
    """Write the audit entry."""
    recorder()(
        actor=actor,
        action=action,
        subject=assignment,
        before=before,
        after=after,
        organisations=[assignment.organisation],
        now=now,
    )
