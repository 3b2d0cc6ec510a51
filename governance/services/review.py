"""Verbs of service reviews: schedule, hold, conclude, remind.

The loop closes here: concluding with the decision to amend asks the application below to open a draft, in the same
transaction, and keeps its foreign key. Agreements never learn that reviews exist.
"""

from collections.abc import Iterable, Mapping
from datetime import date, datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from agreements.models import Agreement, Version
from agreements.services.version import version_draft
from governance.models import Decision, Review, ReviewState
from governance.services.transition import Step, step_take
from reports.models import Report
from slmo.accounts.models import User
from slmo.accounts.policy import require
from slmo.audit.services import record

TRANSITIONS: Mapping[str, Step] = {
    # Minutes may be completed until the review is concluded, hence held → held.
    "hold": Step((ReviewState.PLANNED, ReviewState.HELD), ReviewState.HELD),
    "conclude": Step((ReviewState.HELD,), ReviewState.CONCLUDED),
}


@transaction.atomic
def review_schedule(
    *,
    agreement: Agreement,
    covers_from: date,
    covers_until: date,
    due_at: datetime,
    agenda: str = "",
    attendees: Iterable[User] = (),
    actor: User | None,
    now: datetime,
) -> Review:
    """Plan a review of `agreement` over the days `[covers_from, covers_until)`, to take place at `due_at`.

    Returns the planned review. Raises Denied, or ValidationError where the span is empty.
    """
    _allow(actor, "review_schedule", agreement)
    if covers_until <= covers_from:
        raise ValidationError(
            {"covers_until": _("The last day lies before the first; expected a date after “From”.")}, code="span"
        )
    review = Review.objects.create(
        agreement=agreement,
        covers_from=covers_from,
        covers_until=covers_until,
        due_at=due_at,
        agenda=agenda,
        scheduled_by=actor,
    )
    review.attendees.set(attendees)
    _audit(actor, "review_schedule", review, None, _frozen(review), now)
    return review


@transaction.atomic
def review_hold(
    *,
    review: Review,
    minutes: str,
    attendees: Iterable[User] | None = None,
    reports: Iterable[Report] | None = None,
    actor: User | None,
    now: datetime,
) -> Review:
    """Record that the two sides met: the minutes, who was there, and the reports that lay on the table.

    May be repeated until the review is concluded. Returns the review; raises Denied or ValidationError.
    """
    held = _locked(review)
    _allow(actor, "review_hold", held.agreement)
    before = _frozen(held)
    held.state = step_take(TRANSITIONS, "hold", held.state, held.get_state_display())
    held.minutes = minutes
    held.held_at = held.held_at or now
    held.save(update_fields=["state", "minutes", "held_at"])
    if attendees is not None:
        held.attendees.set(attendees)
    if reports is not None:
        held.reports.set(reports)
    _audit(actor, "review_hold", held, before, _frozen(held), now)
    return held


@transaction.atomic
def review_conclude(
    *,
    review: Review,
    decision: str,
    reasons: str,
    effective_from: date | None = None,
    actor: User | None,
    now: datetime,
) -> Review:
    """Conclude a held review with a decision and its reasons; to amend opens a draft from `effective_from`.

    Without a date the negotiation service proposes one (agreements/services/version.py). The draft, the decision and
    the audit entry are one transaction: there is no decision to amend without its draft.
    Returns the review, its `draft` set where there is one; raises Denied or ValidationError.
    """
    concluded = _locked(review)
    _allow(actor, "review_conclude", concluded.agreement)
    _check_decision(decision, reasons)
    before = _frozen(concluded)
    concluded.state = step_take(TRANSITIONS, "conclude", concluded.state, concluded.get_state_display())
    concluded.decision, concluded.reasons = decision, reasons
    concluded.concluded_at, concluded.concluded_by = now, actor
    if decision == Decision.AMEND:
        concluded.draft = _draft_open(concluded, effective_from, actor, now)
    concluded.save(update_fields=["state", "decision", "reasons", "concluded_at", "concluded_by", "draft"])
    _audit(actor, "review_conclude", concluded, before, _frozen(concluded), now)
    return concluded


def _check_decision(decision: str, reasons: str) -> None:
    """Raise ValidationError, by field, for a decision that is unknown or unexplained."""
    errors: dict[str, str] = {}
    if decision not in Decision.values:
        errors["decision"] = _("Choose what the review decided.")
    if not reasons.strip():
        errors["reasons"] = _("Say why, in a sentence that both sides would sign.")
    if errors:
        raise ValidationError(errors)


def _draft_open(review: Review, effective_from: date | None, actor: User | None, now: datetime) -> Version:
    """Open the draft of an amendment and say in its note which review asked for it."""
    note = _("Decided by the review of %(day)s: %(reasons)s") % {
        "day": f"{review.due_at:%Y-%m-%d}",
        "reasons": review.reasons,
    }
    return version_draft(
        agreement=review.agreement,
        effective_from=effective_from,
        note=note,
        actor=actor,
        now=now,
    )


def _locked(review: Review) -> Review:
    """Return the row again, locked until the transaction ends, with its agreement."""
    rows = Review.objects.select_for_update(of=("self",))
    return rows.select_related("agreement__provider", "agreement__customer", "draft").get(pk=review.pk)


def _allow(actor: User | None, action: str, agreement: Agreement) -> None:
    """Raise Denied unless `actor` may; the system itself (None) is not asked."""
    if actor is not None:
        require(actor, action, agreement.provider, agreement.customer)


def _frozen(review: Review) -> dict[str, object]:
    """Return what the audit log keeps of a review."""
    return {
        "state": review.state,
        "covers": f"{review.covers_from}/{review.covers_until}",
        "due_at": review.due_at.isoformat(),
        "minutes": review.minutes,
        "decision": review.decision,
        "reasons": review.reasons,
        "draft": review.draft.number if review.draft else None,
    }


def _audit(
    actor: User | None,
    action: str,
    review: Review,
    before: dict[str, object] | None,
    after: dict[str, object],
    now: datetime,
) -> None:
    """Write one audit entry that both parties may read."""
    parties = (review.agreement.provider, review.agreement.customer)
    record(actor=actor, action=action, subject=review, before=before, after=after, organisations=parties, now=now)
