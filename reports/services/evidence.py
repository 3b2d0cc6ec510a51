"""Verbs of evidence: show it to the other side as it is now, and take it back."""

import hashlib
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from agreements.errors import Refused
from agreements.models import Version
from reports.evidence.backtest import backtest
from reports.evidence.feasibility import feasibility
from reports.evidence.question import question_of, span_of
from reports.models import SharedEvidence
from slmo.accounts.models import User
from slmo.accounts.policy import require
from slmo.audit.canonical import canonical_json
from slmo.audit.services import record

NOTE_MOST = 2000  # characters


def evidence_digest(figures: dict[str, Any], below: dict[str, Any] | None) -> str:
    """Return the SHA-256, in hex, over the canonical text of what is shared."""
    return hashlib.sha256(canonical_json({"figures": figures, "below": below}).encode()).hexdigest()


@transaction.atomic
def evidence_share(
    *, version: Version, objective: str, with_below: bool = False, note: str = "", actor: User, now: datetime
) -> SharedEvidence:
    """Freeze the evidence of a stored draft as it is now, and let the other side see it.

    `with_below` shares what carries the draft too. Evidence that was shared before is withdrawn by it.
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
    for earlier in _active(version, objective):
        _withdraw(earlier, actor, now)
    shared = SharedEvidence.objects.create(
        version=version, objective=objective, figures=figures, below=below, digest=evidence_digest(figures, below),
        note=note.strip(), shared_at=now, shared_by=actor,
    )  # fmt: skip
    _record("evidence_share", shared, actor, now)
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
    return found


def _active(version: Version, objective: str) -> list[SharedEvidence]:
    """Return what the other side sees at present: at most one."""
    return list(SharedEvidence.objects.filter(version=version, objective=objective, withdrawn_at=None))


def _withdraw(shared: SharedEvidence, actor: User, now: datetime) -> None:
    shared.withdrawn_at, shared.withdrawn_by = now, actor
    shared.save(update_fields=["withdrawn_at", "withdrawn_by"])
    _record("evidence_withdraw", shared, actor, now)


def _record(action: str, shared: SharedEvidence, actor: User, now: datetime) -> None:
    """Write the audit entry, which both sides may read."""
    agreement = shared.version.agreement
    after = {"objective": shared.objective, "digest": shared.digest, "below": shared.below is not None}
    parties = [agreement.provider, agreement.customer]
    record(actor=actor, action=action, subject=shared, after=after, organisations=parties, now=now)
