"""Versions: drafted, edited, proposed, countered, withdrawn. Signing is in agreements/services/signature.py."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from agreements.attachments import annexes_check
from agreements.errors import Refused
from agreements.models import Agreement, Side, Version, VersionState
from agreements.services.document import document_align, document_effective, document_until
from agreements.services.drafting import (
    asker_check,
    base_usual,
    draft_merge,
    draft_new,
    draft_write,
    revision_keep,
    start_usual,
    version_check,
)
from agreements.services.negotiation import (
    negotiation_of,
    negotiation_settle,
    negotiation_touch,
    round_open,
    side_other,
    turn_end_check,
)
from agreements.services.news import proposal_news
from agreements.services.positions_kept import positions_begin
from slmo.accounts.models import User
from slmo.accounts.policy import can, require
from slmo.audit.services import record

# state, act → state after it. What is not in the table is refused.
TRANSITIONS: Mapping[tuple[str, str], str] = {
    (VersionState.DRAFT, "edit"): VersionState.DRAFT,
    (VersionState.DRAFT, "propose"): VersionState.PROPOSED,
    (VersionState.DRAFT, "withdraw"): VersionState.WITHDRAWN,
    (VersionState.DRAFT, "note"): VersionState.DRAFT,
    (VersionState.PROPOSED, "accept"): VersionState.PROPOSED,  # a clause, or all that are left
    (VersionState.PROPOSED, "object"): VersionState.PROPOSED,
    (VersionState.PROPOSED, "comment"): VersionState.PROPOSED,
    (VersionState.PROPOSED, "note"): VersionState.PROPOSED,
    (VersionState.PROPOSED, "counter"): VersionState.PROPOSED,  # opens a draft of the other side
    (VersionState.PROPOSED, "answer"): VersionState.COUNTERED,  # once that draft is proposed
    (VersionState.PROPOSED, "withdraw"): VersionState.WITHDRAWN,
    (VersionState.PROPOSED, "sign"): VersionState.SIGNED,  # once both sides have signed
}


@transaction.atomic
def version_draft(
    *,
    agreement: Agreement,
    document: Mapping[str, Any] | None = None,
    base: Version | None = None,
    effective_from: date | None = None,
    note: str = "",
    side: str | None = None,
    actor: User | None,
    now: datetime,
) -> Version:
    """Open a draft: `document`, or else a copy of the terms of `base`, from `effective_from` on.

    Without a base the latest signed version is amended (the latest of all where none is signed yet); without a date
    the draft takes effect on the first of the next month, or the day after its base where that is later.
    `side` is the side that drafts; without one, the side for which the actor may.
    Raises Denied, Refused, or DocumentRefused with the key of the term at fault.
    """
    agreement = agreement_lock(agreement)
    side = side or side_drafting(agreement, actor)
    _require(actor, "version_draft", agreement, side)
    base = base or base_usual(agreement)
    if base is not None and base.agreement_id != agreement.pk:
        raise Refused(_("The version to amend belongs to another agreement."))
    if document is None:
        if base is None:
            raise Refused(_("There is no version yet whose terms could be copied."))
        start = effective_from or start_usual(agreement, base, now)
        until = base.effective_until if base.effective_until and base.effective_until > start else None
        document = document_effective(base.document, start, until)
    elif effective_from is not None:
        aligned = document_align(document, agreement)
        document = document_effective(aligned, effective_from, document_until(aligned, effective_from))
    draft = Version(agreement=agreement, base=base, note=note, drafted_by=actor, drafted_side=side, drafted_at=now)
    return _drafted(draft_new(draft, document, now), actor, now)


def version_first(
    *, agreement: Agreement, document: Mapping[str, Any], side: str, actor: User | None, now: datetime
) -> Version:
    """Open the first draft of a new agreement, in the transaction that creates it; raises DocumentRefused."""
    draft = Version(agreement=agreement, drafted_by=actor, drafted_side=side, drafted_at=now)
    return _drafted(draft_new(draft, document, now), actor, now)


@transaction.atomic
def version_counter(*, version: Version, actor: User | None, now: datetime) -> Version:
    """Answer a proposal with a draft of the other side, which begins with the proposal's own words.

    The proposal stays on the table until the draft is proposed. A side that has begun an answer gets that one.
    Raises Denied or Refused.
    """
    version = version_lock(version)
    side = side_other(version.drafted_side)
    _require(actor, "version_draft", version.agreement, side)
    version_step(version, "counter")
    begun = version.counters.filter(state=VersionState.DRAFT, drafted_side=side).order_by("-number").first()
    if begun is not None:
        begun.agreement = version.agreement
        return begun
    draft = Version(
        agreement=version.agreement,
        base=version.base,
        answers=version,
        negotiation=version.negotiation,
        drafted_by=actor,
        drafted_side=side,
        drafted_at=now,
    )
    return _drafted(draft_new(draft, version.document, now), actor, now)


def version_ending(
    *, agreement: Agreement, document: Mapping[str, Any], note: str, side: str, actor: User | None, now: datetime
) -> Version:
    """Open the draft of an agreement's end, in the transaction that asks for it; raises DocumentRefused."""
    draft = Version(agreement=agreement, note=note, drafted_by=actor, drafted_side=side, drafted_at=now)
    return _drafted(draft_new(draft, document, now, ending=True), actor, now)


@transaction.atomic
def version_edit(
    *,
    version: Version,
    document: Mapping[str, Any],
    note: str | None = None,
    expected_changed_at: datetime | None,
    actor: User | None,
    now: datetime,
) -> Version:
    """Replace the text of a draft; `note` None leaves the reason as it is.

    `expected_changed_at` is when the text that the editor started from was written. Where somebody has written since,
    both changes are kept, clause by clause; where both changed the same clause, Conflict is raised and names it.
    Raises Denied, Refused, or DocumentRefused with the key of the term at fault.
    """
    version = version_lock(version)
    _require(actor, "version_draft", version.agreement, version.drafted_side)
    version_step(version, "edit")
    document, note = draft_merge(version, document, note, expected_changed_at)
    before = {"digest": version.digest, "note": version.note}
    draft_write(version, document)
    version.note = note
    version.edited_by = actor or version.edited_by
    version.changed_at = now
    version.save()
    revision_keep(version, actor, now)
    negotiation_touch(negotiation_of(version, now), version.drafted_side)
    after = {"digest": version.digest, "note": version.note}
    _record(version, "version_edit", before, after, actor, now, private=True)
    return version


@transaction.atomic
def version_propose(
    *, version: Version, answer_until: datetime | None = None, actor: User | None, now: datetime
) -> Version:
    """Put a draft on the table: from now on its text stays as it is, and the other side sees it.

    The other side has until `answer_until` (a week where nothing is said). A proposal that this one answers is
    countered by it. Raises Denied, Refused, or DocumentRefused where a version signed meanwhile no longer goes with it.
    """
    version = version_lock(version)
    _require(actor, "version_propose", version.agreement, version.drafted_side)
    state = version_step(version, "propose")
    until = turn_end_check(version.agreement, answer_until, now)
    version_check(version)
    asker_check(version, now)
    annexes_check(version)
    version.state, version.proposed_at, version.changed_at = state, now, now
    version.save()
    _answered(version, now)
    opened = round_open(version=version, until=until, actor=actor, now=now)
    positions_begin(opened, actor, now)
    negotiation_touch(opened.negotiation)
    after = {"state": "proposed", "digest": version.digest, "answer_until": until.isoformat()}
    _record(version, "version_propose", {"state": "draft"}, after, actor, now)
    proposal_news(version=version, until=until, actor=actor, now=now)
    return version


def _answered(version: Version, now: datetime) -> None:
    """Take the proposal that a counter-proposal answers off the table, if it still lies there."""
    answered = version.answers
    if answered is not None and answered.state == VersionState.PROPOSED:
        answered.state, answered.changed_at = version_step(answered, "answer"), now
        answered.save(update_fields=["state", "changed_at"])


@transaction.atomic
def version_withdraw(*, version: Version, actor: User | None, now: datetime) -> Version:
    """Take a draft or a proposal off the table; whoever drafted it may, until both sides have signed.

    Raises Denied or Refused.
    """
    version = version_lock(version)
    _require(actor, "version_withdraw", version.agreement, version.drafted_side)
    before, state = version.state, version_step(version, "withdraw")
    version.state, version.changed_at = state, now
    version.save(update_fields=["state", "changed_at"])
    negotiation_settle(version, now)
    private = version.proposed_at is None
    negotiation_touch(negotiation_of(version, now), *([version.drafted_side] if private else []))
    action = "draft_discard" if private else "version_withdraw"
    _record(version, action, {"state": str(before)}, {"state": str(state)}, actor, now, private=private)
    return version


def version_lock(version: Version) -> Version:
    """Return the version as it is now, locked with its agreement until the transaction ends."""
    agreement = agreement_lock(version.agreement)
    locked = Version.objects.select_for_update(of=("self",)).get(pk=version.pk)
    locked.agreement = agreement
    return locked


def agreement_lock(agreement: Agreement) -> Agreement:
    """Return the agreement as it is now, locked: one act at a time on its versions."""
    return (
        Agreement.objects.select_for_update(of=("self",))
        .select_related("provider", "customer", "service")
        .get(pk=agreement.pk)
    )


def version_step(version: Version, act: str) -> str:
    """Return the state after the act; raises Refused where the table has none."""
    state = TRANSITIONS.get((version.state, act))
    if state is None:
        raise Refused(
            _("Version %(number)d is %(state)s, so this is no longer possible.")
            % {"number": version.number, "state": version.get_state_display()}
        )
    return state


def side_drafting(agreement: Agreement, actor: User | None) -> str:
    """Return the side for which the actor may draft; the provider's for the system, and where they may for neither."""
    customer = actor is not None and not can(actor, "version_draft", agreement.provider)
    return Side.CUSTOMER if customer and can(actor, "version_draft", agreement.customer) else Side.PROVIDER


def _drafted(draft: Version, actor: User | None, now: datetime) -> Version:
    """Write down that a draft was opened, for its own side alone."""
    revision_keep(draft, actor, now)
    negotiation_touch(negotiation_of(draft, now), draft.drafted_side)
    after = {
        "number": draft.number,
        "digest": draft.digest,
        "base": draft.base.number if draft.base else None,
        "note": draft.note,
    }
    _record(draft, "version_draft", None, after, actor, now, private=True)
    return draft


def _require(actor: User | None, action: str, agreement: Agreement, side: str) -> None:
    """Raise Denied unless the actor (None: the system) may act for the side."""
    if actor is not None:
        require(actor, action, agreement.organisation_of(side))


def _record(
    version: Version,
    action: str,
    before: dict[str, Any] | None,
    after: dict[str, Any],
    actor: User | None,
    now: datetime,
    *,
    private: bool = False,
) -> None:
    """Write the audit entry of an act on a version: for both parties, or what is private for the drafting one."""
    agreement = version.agreement
    own = agreement.organisation_of(version.drafted_side)
    parties = [own] if private else [agreement.provider, agreement.customer]
    record(actor=actor, action=action, subject=version, before=before, after=after, organisations=parties, now=now)
