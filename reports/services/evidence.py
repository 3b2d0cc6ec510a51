"""Verbs of evidence: show it to the other side as it is now, and take it back."""

import hashlib
from datetime import datetime
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from agreements.errors import Refused
from agreements.models import Version, VersionState
from agreements.services.negotiation import negotiation_of, negotiation_touch
from agreements.services.news import EXCERPT, signers_of
from reports.evidence.backtest import backtest
from reports.evidence.feasibility import feasibility
from reports.evidence.question import question_of, span_of
from reports.models import SharedEvidence
from slmo.accounts.models import User
from slmo.accounts.policy import require
from slmo.audit.canonical import canonical_json
from slmo.audit.services import record
from slmo.notify.services import message_enqueue

NOTE_MOST = 2000  # characters


def evidence_digest(figures: dict[str, Any], below: dict[str, Any] | None) -> str:
    """Return the SHA-256, in hex, over the canonical text of what is shared."""
    return hashlib.sha256(canonical_json({"figures": figures, "below": below}).encode()).hexdigest()


@transaction.atomic
def evidence_share(
    *, version: Version, objective: str, with_below: bool = False, note: str = "", actor: User, now: datetime
) -> SharedEvidence:
    """Freeze the evidence of a stored draft as it is now, and let the other side see it.

    `with_below` shares what carries the draft too. Evidence that was shared before is withdrawn by it. The other side
    hears of it; of a draft that nobody has proposed, it hears with the proposal.
    Raises Denied; Refused where there is nothing to share; Objective.DoesNotExist.
    """
    version = Version.objects.select_for_update(of=("self",)).select_related(
        "agreement__provider", "agreement__customer", "agreement__service"
    ).get(pk=version.pk)  # fmt: skip
    require(actor, "evidence_share", version.agreement.provider)
    if len(note) > NOTE_MOST:
        raise Refused(_("The note is too long: at most %(most)d characters.") % {"most": NOTE_MOST})
    question = question_of(version, objective, now)
    figures = backtest(question)
    if figures["lacking"]:
        raise Refused(_("There is no closed period yet, so there is nothing to share."))
    below = feasibility(question, actor, span_of(figures)) if with_below else None
    replaced = _active(version, objective)
    for earlier in replaced:
        _withdraw(earlier, actor, now)
    shared = SharedEvidence.objects.create(
        version=version, objective=objective, figures=figures, below=below, digest=evidence_digest(figures, below),
        note=note.strip(), shared_at=now, shared_by=actor,
    )  # fmt: skip
    _record("evidence_share", shared, actor, now)
    if not _private(version):
        negotiation_touch(negotiation_of(version, now))
        if not any(_same(shared, one) for one in replaced):
            _tell(shared, now)
    return shared


@transaction.atomic
def evidence_withdraw(*, shared: SharedEvidence, actor: User, now: datetime) -> SharedEvidence:
    """Take shared evidence back: the other side no longer sees it, but that it was shared stays known.

    Raises Denied, and Refused where it is withdrawn already.
    """
    require(actor, "evidence_share", shared.version.agreement.provider)
    found = SharedEvidence.objects.select_for_update(of=("self",)).select_related(
        "version__agreement__provider", "version__agreement__customer"
    ).get(pk=shared.pk)  # fmt: skip
    if found.withdrawn_at is not None:
        raise Refused(_("This evidence is withdrawn already."))
    _withdraw(found, actor, now)
    if not _private(found.version):
        negotiation_touch(negotiation_of(found.version, now))
    return found


def _active(version: Version, objective: str) -> list[SharedEvidence]:
    """Return what the other side sees at present: at most one."""
    return list(SharedEvidence.objects.filter(version=version, objective=objective, withdrawn_at=None))


def _withdraw(shared: SharedEvidence, actor: User, now: datetime) -> None:
    shared.withdrawn_at, shared.withdrawn_by = now, actor
    shared.save(update_fields=["withdrawn_at", "withdrawn_by"])
    _record("evidence_withdraw", shared, actor, now)


def _private(version: Version) -> bool:
    """Tell whether a version is still a draft of its own side, of which the other one knows nothing."""
    return version.state == VersionState.DRAFT


def _same(shared: SharedEvidence, earlier: SharedEvidence) -> bool:
    """Tell whether evidence says what an earlier one said; when it was judged does not matter."""
    mine, theirs = ({**one.figures, "as_of": None} for one in (shared, earlier))
    return (mine, shared.below, shared.note) == (theirs, earlier.below, earlier.note)


def _tell(shared: SharedEvidence, now: datetime) -> None:
    """Tell the other side's people who may sign."""
    version, agreement = shared.version, shared.version.agreement
    clause = urlencode({"clause": f"objective.{shared.objective}"})
    message_enqueue(
        kind="evidence_shared",
        recipients=signers_of(agreement.customer),
        context={
            "agreement": agreement.title,
            "version": str(version.number),
            "organisation": agreement.provider.name,
            "objective": shared.figures["title"],
            "text": shared.note[:EXCERPT],
        },
        subject_type="reports.sharedevidence",
        subject_id=shared.pk,
        url=f"{reverse('room', args=[agreement.slug, version.number])}?{clause}",
        dedupe_key=f"evidence:{shared.pk}",
        now=now,
    )


def _record(action: str, shared: SharedEvidence, actor: User, now: datetime) -> None:
    """Write the audit entry: for both sides to read, or for the provider alone while the version is its own draft."""
    agreement = shared.version.agreement
    private = _private(shared.version)
    parties = [agreement.provider] if private else [agreement.provider, agreement.customer]
    after = {"objective": shared.objective, "digest": shared.digest, "below": shared.below is not None}
    record(
        actor=actor, action=f"draft_{action}" if private else action, subject=shared, after=after,
        organisations=parties, now=now,
    )  # fmt: skip
