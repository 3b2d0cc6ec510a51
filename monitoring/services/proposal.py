"""What corrections and exclusions have in common: steps, two people, words, evidence."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, TypeVar

from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.core.validators import URLValidator
from django.utils.translation import gettext as _

from agreements.errors import Refused
from monitoring.models import Proposal, ProposalState
from monitoring.services.evidence import evidence_keep
from slmo.accounts.errors import Denied
from slmo.accounts.models import Organisation, User
from slmo.accounts.policy import require
from slmo.audit.services import record as audit

Some = TypeVar("Some", bound=Proposal)

PROPOSED, APPROVED, DECLINED = ProposalState.PROPOSED, ProposalState.APPROVED, ProposalState.DECLINED
WITHDRAWN, REVOKED = ProposalState.WITHDRAWN, ProposalState.REVOKED

# (state, step) → next state; what is not here is refused
TRANSITIONS: Mapping[tuple[str, str], ProposalState] = {
    (PROPOSED, "approve"): APPROVED,
    (PROPOSED, "decline"): DECLINED,
    (PROPOSED, "withdraw"): WITHDRAWN,
    (APPROVED, "revoke"): REVOKED,  # exclusions only: a wrong correction is put right by a further one
}
TEXT_LONGEST = 4000
SPAN_LONGEST = timedelta(days=366)


def proposal_checked(
    proposal: Proposal, *, reason: str, evidence: str, link: str, note: str, start: datetime, end: datetime
) -> None:
    """Write span and words on a proposal; raises ValidationError by field for what is missing or too long."""
    errors: dict[str, str] = {}
    words = {"reason": reason.strip(), "evidence": evidence.strip(), "note": note.strip()}
    if not words["reason"]:
        errors["reason"] = _("Say why.")
    if not words["evidence"]:
        errors["evidence"] = _("Say on which proof, for everybody who will ask later.")
    for name, text in words.items():
        if len(text) > TEXT_LONGEST:
            errors[name] = _("This may have at most %(count)d characters.") % {"count": TEXT_LONGEST}
        setattr(proposal, name, text)
    if end <= start:
        errors["end"] = _("The end must come after the start.")
    elif end - start > SPAN_LONGEST:
        errors["end"] = _("One proposal may cover at most a year.")
    proposal.start, proposal.end, proposal.link = start, end, link.strip()
    if proposal.link and not _is_link(proposal.link):
        errors["link"] = _("Enter an address that begins with http:// or https://.")
    if errors:
        raise ValidationError(errors)


def _is_link(link: str) -> bool:
    """Tell whether a text is an address on the web."""
    try:
        URLValidator(schemes=["http", "https"])(link)
    except ValidationError:
        return False
    return len(link) <= 500


def proposal_proposed(proposal: Proposal, upload: UploadedFile | None, actor: User | None, now: datetime) -> None:
    """Save a new proposal with its file."""
    if upload is not None:
        proposal.file = evidence_keep(upload=upload, actor=actor, now=now)
    proposal.proposed_by, proposal.proposed_at = actor, now
    proposal.save()


def proposal_lock(proposal: Some, step: str, *related: str) -> Some:
    """Return the row locked for this transaction, if its state allows the step; raises Refused otherwise."""
    rows = type(proposal)._default_manager.select_for_update(of=("self",))
    fresh: Some = rows.select_related("proposed_by", *related).get(pk=proposal.pk)
    if (fresh.state, step) not in TRANSITIONS:
        raise Refused(_refusal(fresh))
    return fresh


def another_person(actor: User | None, person_id: int | None, action: str) -> None:
    """Raise Denied where the actor is the person who took the step before: two people answer for it."""
    if actor is not None and actor.pk == person_id:
        raise Denied(_("Another person must decide this: whoever proposes does not approve."), action)


def same_person(actor: User | None, proposal: Proposal, action: str) -> None:
    """Raise Denied where the actor is not the person who made the proposal."""
    if actor is not None and actor.pk != proposal.proposed_by_id:
        raise Denied(_("Only whoever proposed it may withdraw it."), action)


def may(actor: User | None, action: str, *organisations: Organisation) -> None:
    """Ask the table of actions, unless the system itself acts."""
    if actor is not None:
        require(actor, action, *organisations)


def proposal_decided(proposal: Proposal, step: str, word: str, actor: User | None, now: datetime) -> None:
    """Write a decision on a locked proposal; the caller saves it. Raises ValidationError for a missing word."""
    needed = _("Say why not, so that the proposal can be mended.") if step == "decline" else ""
    word = word_checked(word, needed)
    proposal.state = TRANSITIONS[proposal.state, step]
    proposal.decided_by, proposal.decided_at, proposal.decision = actor, now, word


def word_checked(word: str, needed: str) -> str:
    """Return the words of a decision; raises ValidationError with `needed`, unless empty, or if too long."""
    word = word.strip()
    if needed and not word:
        raise ValidationError({"word": needed})
    if len(word) > TEXT_LONGEST:
        raise ValidationError({"word": _("This may have at most %(count)d characters.") % {"count": TEXT_LONGEST}})
    return word


def proposal_audit(
    proposal: Proposal,
    action: str,
    actor: User | None,
    now: datetime,
    organisations: list[Organisation],
    **more: Any,
) -> None:
    """Write the audit entry of a step."""
    after = {"state": str(proposal.state), "start": proposal.start.isoformat(), "end": proposal.end.isoformat(), **more}
    audit(actor=actor, action=action, subject=proposal, after=after, organisations=organisations, now=now)


def _refusal(proposal: Proposal) -> str:
    """Return the sentence that says why a step is refused in this state."""
    return {
        PROPOSED: _("Nobody has decided on this proposal yet."),
        APPROVED: _("This proposal is approved already."),
        DECLINED: _("This proposal was declined. Make a new one where there is more to say."),
        WITHDRAWN: _("This proposal was withdrawn by whoever made it."),
        REVOKED: _("This exclusion was revoked."),
    }[ProposalState(proposal.state)]
