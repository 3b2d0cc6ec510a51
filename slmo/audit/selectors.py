"""Scoped reads of the log."""

from django.db.models import Q, QuerySet

from slmo.accounts.models import User
from slmo.accounts.policy import can
from slmo.accounts.selectors import organisations_visible_to
from slmo.audit.models import Entry

# What a side does before anything is on the table is read by its own people alone, whoever else sees the organisation.
PRIVATE = (
    "version_draft",
    "version_edit",
    "draft_discard",
    "note_write",
    "attachment_add",
    "attachment_remove",
    "template_save",
    "template_retire",
    "draft_evidence_share",
    "draft_evidence_withdraw",
    "cost_record",
    "cost_remove",
)


def entries_visible(user: User) -> QuerySet[Entry]:
    """Return the entries that the user may read, newest first: all that concern no organisation, or a visible one.

    What is private to a side (PRIVATE) is seen by people of its organisation only.
    """
    if not can(user, "audit_view"):
        return Entry.objects.none()
    visible = list(organisations_visible_to(user).values_list("pk", flat=True))
    rows = Entry.objects.filter(Q(organisation_ids=[]) | Q(organisation_ids__overlap=visible))
    own = sorted({held.organisation_id for held in user.held})
    return rows.exclude(Q(action__in=PRIVATE) & ~Q(organisation_ids__overlap=own)).order_by("-id")


def entries_of(subject_type: str, subject_id: str | int) -> QuerySet[Entry]:
    """Return the history of one thing, newest first; the caller has checked that the reader may see the thing."""
    return Entry.objects.filter(subject_type=subject_type, subject_id=str(subject_id)).order_by("-id")


def actions_known(entries: QuerySet[Entry]) -> list[str]:
    """Return the actions that occur among the entries, sorted."""
    return sorted(entries.order_by().values_list("action", flat=True).distinct())
