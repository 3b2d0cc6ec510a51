"""The text of a draft: saved with all that is derived from it, kept as revisions, merged with what others wrote."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Max
from django.utils.translation import gettext as _

from agreements.errors import Conflict, DocumentRefused, Refused
from agreements.models import Agreement, Revision, Version, VersionState
from agreements.services.document import document_align, document_term, documents_check
from agreements.services.document_clauses import clause_put, clauses_of, documents_merge
from agreements.services.negotiation import negotiation_open
from slmo.accounts.models import User
from slmo.core.terms import document_digest


def draft_new(draft: Version, document: Mapping[str, Any], now: datetime, *, ending: bool = False) -> Version:
    """Save a draft with the agreement's next number, in a negotiation of its own unless it has one.

    `ending`: it ends the agreement. Raises DocumentRefused.
    """
    highest = draft.agreement.versions.aggregate(highest=Max("number"))["highest"] or 0
    draft.number, draft.changed_at = highest + 1, now
    draft_write(draft, document, ending=ending)
    if draft.negotiation is None:
        draft.negotiation = negotiation_open(agreement=draft.agreement, side=draft.drafted_side, now=now)
    draft.save()
    return draft


def draft_write(version: Version, document: Mapping[str, Any], *, ending: bool = False) -> None:
    """Set the text of a version with everything derived from it; raises DocumentRefused."""
    version.document = document_align(document, version.agreement)
    if version.is_ending and not ending:
        raise DocumentRefused(_("An agreement is ended on its own page, by notice or by both sides."), "spec.ended")
    version.effective_from, version.effective_until = document_term(version.document)
    version_check(version)
    version.digest = document_digest(version.document)


def draft_merge(
    version: Version, document: Mapping[str, Any], note: str | None, expected_at: datetime | None
) -> tuple[Mapping[str, Any], str]:
    """Return text and note to save where an editor started from those of `expected_at` (None: from the present ones).

    Raises Conflict, with the keys of the clauses that somebody else has changed meanwhile in another way.
    """
    note = version.note if note is None else note
    if expected_at is None or expected_at == version.changed_at:
        return document, note
    base = revision_at(version, expected_at)
    if base is None:
        raise Conflict(_("Somebody has changed this draft since you opened it. Nothing of yours was saved yet."))
    merge = documents_merge(base.document, document_align(document, version.agreement), version.document)
    both = note not in (base.note, version.note) and version.note != base.note
    if conflicts := (*merge.conflicts, *(["note"] if both else [])):
        raise Conflict(
            _("Somebody has changed the same clause since you opened it. Nothing of yours was saved yet."), conflicts
        )
    return merge.document, version.note if note == base.note else note


def draft_reconcile(version: Version, document: Mapping[str, Any], base: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the present text with what an editor changed since `base`, also where both changed the same clause.

    What somebody else wrote in other clauses stays: this is the text to show to an editor after a conflict.
    """
    mine = document_align(document, version.agreement)
    merged, conflicts = documents_merge(base, mine, version.document)
    for key in conflicts:
        merged = clause_put(merged, key, clauses_of(mine).get(key))
    return merged


def revision_keep(version: Version, actor: User | None, now: datetime) -> None:
    """Keep the text as it is now, for edits that start from it."""
    name = str(actor) if actor else version.agreement.organisation_of(version.drafted_side).name
    Revision.objects.create(version=version, at=now, by_name=name[:200], note=version.note, document=version.document)


def revision_at(version: Version, at: datetime) -> Revision | None:
    """Return the text of a draft as it was saved at an instant, or None where none was."""
    return version.revisions.filter(at=at).order_by("-pk").first()


def version_check(version: Version) -> None:
    """Hold a version against those already signed; raises DocumentRefused."""
    signed = list(version.agreement.versions.filter(state=VersionState.SIGNED).exclude(pk=version.pk))
    latest = max((other.effective_from for other in signed if not other.is_ending), default=None)
    if latest is not None and version.effective_from <= latest:
        raise DocumentRefused(
            _("A signed version holds from %(date)s: an amendment must take effect after that date.")
            % {"date": latest.isoformat()},
            "spec.effective.from",
        )
    chain = sorted(signed, key=lambda other: other.effective_from)
    documents_check([*(other.document for other in chain), version.document])


def asker_check(version: Version, now: datetime) -> None:
    """Refuse a change proposed by the side that the version in force does not name; raises Refused."""
    today = now.astimezone(ZoneInfo(version.agreement.timezone)).date()
    signed = version.agreement.versions.filter(state=VersionState.SIGNED, effective_from__lte=today)
    ruling = signed.order_by("-effective_from").first()
    by = (ruling.document["spec"].get("amendment") or {}).get("by", "either") if ruling else "either"
    if by not in ("either", version.drafted_side) and version.answers_id is None:
        side = version.agreement.organisation_of(by)
        raise Refused(_("By the terms in force only %(organisation)s may propose a change.") % {"organisation": side})


def base_usual(agreement: Agreement) -> Version | None:
    """Return the latest signed version, or the latest of all where none is signed."""
    versions = agreement.versions.exclude(state=VersionState.WITHDRAWN).exclude(document__spec__has_key="ended")
    signed = versions.filter(state=VersionState.SIGNED).order_by("-effective_from").first()
    return signed or versions.order_by("-number").first()


def start_usual(agreement: Agreement, base: Version, now: datetime) -> date:
    """Return the first of the next month in the agreement's zone, or the day after the base's start if later."""
    today = now.astimezone(ZoneInfo(agreement.timezone)).date()
    month = (today.replace(day=1) + timedelta(days=31)).replace(day=1)  # 31 days reach the next month from any first
    return max(month, base.effective_from + timedelta(days=1))
