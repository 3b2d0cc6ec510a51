"""Versions: drafted, edited, proposed, withdrawn. Signing is in agreements/services/signature.py."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from agreements.errors import Conflict, DocumentRefused, Refused
from agreements.models import Agreement, Side, Version, VersionState
from agreements.services.document import (
    document_align,
    document_effective,
    document_term,
    documents_check,
)
from agreements.services.news import version_news
from slmo.accounts.models import User
from slmo.accounts.policy import can, require
from slmo.audit.services import record
from slmo.core.terms import document_digest

# state, act → state after it. What is not in the table is refused.
TRANSITIONS: Mapping[tuple[str, str], str] = {
    (VersionState.DRAFT, "edit"): VersionState.DRAFT,
    (VersionState.DRAFT, "propose"): VersionState.PROPOSED,
    (VersionState.DRAFT, "withdraw"): VersionState.WITHDRAWN,
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
    base = base or _base(agreement)
    if base is not None and base.agreement_id != agreement.pk:
        raise Refused(_("The version to amend belongs to another agreement."))
    if document is None:
        if base is None:
            raise Refused(_("There is no version yet whose terms could be copied."))
        start = effective_from or _next_start(agreement, base, now)
        until = base.effective_until if base.effective_until and base.effective_until > start else None
        document = document_effective(base.document, start, until)
    elif effective_from is not None:
        aligned = document_align(document, agreement)
        document = document_effective(aligned, effective_from, document_until(aligned, effective_from))
    return _draft(agreement, document, base, note, side, actor, now)


def version_first(
    *, agreement: Agreement, document: Mapping[str, Any], side: str, actor: User | None, now: datetime
) -> Version:
    """Open the first draft of a new agreement, in the transaction that creates it; raises DocumentRefused."""
    return _draft(agreement, document, None, "", side, actor, now)


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

    `expected_changed_at` is when the text that the editor started from was written: raises Conflict where somebody
    has written since. Raises Denied, Refused, or DocumentRefused with the key of the term at fault.
    """
    version = version_lock(version)
    _require(actor, "version_draft", version.agreement, version.drafted_side)
    version_step(version, "edit")
    if expected_changed_at is not None and expected_changed_at != version.changed_at:
        raise Conflict(_("Somebody has changed this draft since you opened it. Nothing of yours was saved yet."))
    before = {"digest": version.digest, "note": version.note}
    _write(version, document)
    version.note = version.note if note is None else note
    version.edited_by = actor or version.edited_by
    version.changed_at = now
    version.save()
    _record(version, "version_edit", before, {"digest": version.digest, "note": version.note}, actor, now)
    return version


@transaction.atomic
def version_propose(*, version: Version, actor: User | None, now: datetime) -> Version:
    """Put a draft on the table: from now on its text stays as it is, and the other side sees it.

    Raises Denied, Refused, or DocumentRefused where a version signed meanwhile no longer goes with it.
    """
    version = version_lock(version)
    _require(actor, "version_propose", version.agreement, version.drafted_side)
    state = version_step(version, "propose")
    version_check(version)
    version.state, version.proposed_at, version.changed_at = state, now, now
    version.save()
    _record(version, "version_propose", {"state": "draft"}, {"state": "proposed", "digest": version.digest}, actor, now)
    version_news(version=version, kind="version_proposed", actor=actor, now=now)
    return version


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
    _record(version, "version_withdraw", {"state": str(before)}, {"state": str(state)}, actor, now)
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


def version_check(version: Version) -> None:
    """Hold a version against those already signed; raises DocumentRefused."""
    signed = list(version.agreement.versions.filter(state=VersionState.SIGNED).exclude(pk=version.pk))
    latest = max((other.effective_from for other in signed), default=None)
    if latest is not None and version.effective_from <= latest:
        raise DocumentRefused(
            _("A signed version holds from %(date)s: an amendment must take effect after that date.")
            % {"date": latest.isoformat()},
            "spec.effective.from",
        )
    chain = sorted(signed, key=lambda other: other.effective_from)
    documents_check([*(other.document for other in chain), version.document])


def document_until(document: Mapping[str, Any], start: date) -> date | None:
    """Return the end of a document's term where it lies after `start`, else None."""
    effective = document["spec"].get("effective")
    if not isinstance(effective, Mapping) or "until" not in effective:
        return None
    until = document_term(document)[1]
    return until if until and until > start else None


def side_drafting(agreement: Agreement, actor: User | None) -> str:
    """Return the side for which the actor may draft; the provider's for the system, and where they may for neither."""
    customer = actor is not None and not can(actor, "version_draft", agreement.provider)
    return Side.CUSTOMER if customer and can(actor, "version_draft", agreement.customer) else Side.PROVIDER


def _draft(
    agreement: Agreement,
    document: Mapping[str, Any],
    base: Version | None,
    note: str,
    side: str,
    actor: User | None,
    now: datetime,
) -> Version:
    """Save a draft with the agreement's next number."""
    highest = agreement.versions.aggregate(highest=Max("number"))["highest"] or 0
    version = Version(
        agreement=agreement,
        number=highest + 1,
        base=base,
        note=note,
        drafted_by=actor,
        drafted_side=side,
        drafted_at=now,
        changed_at=now,
    )
    _write(version, document)
    version.save()
    after = {"number": version.number, "digest": version.digest, "base": base.number if base else None, "note": note}
    _record(version, "version_draft", None, after, actor, now)
    return version


def _write(version: Version, document: Mapping[str, Any]) -> None:
    """Set the text of a version with everything derived from it; raises DocumentRefused."""
    version.document = document_align(document, version.agreement)
    version.effective_from, version.effective_until = document_term(version.document)
    version_check(version)
    version.digest = document_digest(version.document)


def _base(agreement: Agreement) -> Version | None:
    """Return the latest signed version, or the latest of all where none is signed."""
    versions = agreement.versions.exclude(state=VersionState.WITHDRAWN)
    signed = versions.filter(state=VersionState.SIGNED).order_by("-effective_from").first()
    return signed or versions.order_by("-number").first()


def _next_start(agreement: Agreement, base: Version, now: datetime) -> date:
    """Return the first of the next month in the agreement's zone, or the day after the base's start if later."""
    today = now.astimezone(ZoneInfo(agreement.timezone)).date()
    month = (today.replace(day=1) + timedelta(days=31)).replace(day=1)  # 31 days reach the next month from any first
    return max(month, base.effective_from + timedelta(days=1))


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
) -> None:
    """Write the audit entry of an act on a version."""
    parties = [version.agreement.provider, version.agreement.customer]
    record(actor=actor, action=action, subject=version, before=before, after=after, organisations=parties, now=now)
