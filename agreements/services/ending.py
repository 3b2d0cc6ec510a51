"""How an agreement ends: by one side's notice, as its terms allow, or by an ending that both sides sign.

An ending is a version like any other, the last one: its document has no terms (docs/formats.md, Conditions), and from
its date on nothing is in force.
"""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from agreements.errors import Refused
from agreements.models import Agreement, Side, Signature, Version, VersionState
from agreements.ruling import conditions_in_force
from agreements.services.authority import notice_check
from agreements.services.negotiation import negotiation_close, negotiation_of
from agreements.services.news import signers_of, version_news
from agreements.services.signature import signature_add, version_complete
from agreements.services.version import agreement_lock, side_drafting, version_ending
from slmo.accounts.models import User
from slmo.accounts.policy import require
from slmo.accounts.services.identity import Proof, identity_confirm
from slmo.core.lifecycle import Term, ending_at_term, ending_earliest
from slmo.core.terms import Conditions
from slmo.web import words


@transaction.atomic
def agreement_end(
    *,
    agreement: Agreement,
    side: str,
    ends_on: date,
    ground: str = "",
    proof: Proof | None = None,
    actor: User | None,
    now: datetime,
) -> Version:
    """End an agreement by a side's notice, given now: from `ends_on` on, local midnight, nothing is in force.

    `ground` is why; one that the agreement names allows any later date, else its notice must be kept. The notice is
    signed by the side alone, within the limits for signing of its organisation. `proof` is what the signer gave to be
    recognised once more; None where the caller has made sure in another way who acts.
    Raises Denied, ValidationError by field, Refused, DocumentRefused.
    """
    agreement, method = agreement_lock(agreement), ""
    if actor is not None:
        require(actor, "agreement_end", agreement.organisation_of(side))
        notice_check(agreement=agreement, side=side, actor=actor, now=now)
        method = identity_confirm(user=actor, proof=proof, now=now) if proof is not None else ""
    name = str(actor) if actor else agreement.organisation_of(side).name
    signature = Signature(side=side, user=actor, signer_name=name, method=method)
    return _noticed(agreement, signature, ends_on, ground, _today(agreement, now), actor, now)


@transaction.atomic
def agreement_end_recorded(
    *,
    agreement: Agreement,
    side: str,
    ends_on: date,
    ground: str = "",
    notified: date,
    signer_name: str,
    evidence: str,
    actor: User | None,
    now: datetime,
) -> Version:
    """Record the notice that a side without people in the portal gave outside it, on the day `notified`.

    Raises Denied, ValidationError by field, Refused where the side has people here, DocumentRefused.
    """
    agreement = agreement_lock(agreement)
    if actor is not None:
        require(actor, "version_sign_recorded", agreement.provider, agreement.customer)
    if signers_of(agreement.organisation_of(side)).exists():
        sentence = _("%(organisation)s has people in the portal who sign for it themselves.")
        raise Refused(sentence % {"organisation": agreement.organisation_of(side)})
    required = {"signer_name": signer_name, "evidence": evidence}
    missing = {field: _("This field is required.") for field, value in required.items() if not value.strip()}
    if notified > _today(agreement, now):
        missing["notified"] = _("Notice cannot have been given in the future.")
    if missing:
        raise ValidationError(missing)
    given = {"signer_name": signer_name.strip(), "evidence": evidence.strip(), "method": "recorded"}
    signature = Signature(side=side, **given)
    return _noticed(agreement, signature, ends_on, ground, notified, actor, now)


@transaction.atomic
def agreement_end_propose(
    *, agreement: Agreement, ends_on: date, ground: str = "", actor: User | None, now: datetime
) -> Version:
    """Open the draft of an ending that both sides are to sign; then any date after the terms in force will do.

    Raises Denied, Refused, DocumentRefused.
    """
    agreement = agreement_lock(agreement)
    side = side_drafting(agreement, actor)
    if actor is not None:
        require(actor, "version_draft", agreement.organisation_of(side))
    conditions_in_force(agreement, _today(agreement, now))
    document = ending_document("both", ends_on, _today(agreement, now), ground)
    return version_ending(agreement=agreement, document=document, note=ground, side=side, actor=actor, now=now)


def ending_document(by: str, ends_on: date, notified: date, ground: str) -> dict[str, Any]:
    """Return the document of an ending; what the agreement itself says is filled in where it is saved."""
    ended = {"by": by, "notified": notified.isoformat(), **({"ground": " ".join(ground.split())} if ground else {})}
    return {"spec": {"effective": {"from": ends_on.isoformat()}, "ended": ended}}


def ending_allowed(conditions: Conditions, side: str, term: Term, notified: date) -> Mapping[str, Any]:
    """Return what a side may do about an agreement's end by its own terms.

    `earliest`: the first date on which its notice can end it, None where it cannot; `grounds`: on which it ends at
    any later date.
    """
    termination = conditions.termination
    grounds = termination.grounds if termination and termination.by in ("either", side) else ()
    return {"earliest": ending_earliest(conditions, side, term, notified), "grounds": grounds}


def _noticed(
    agreement: Agreement,
    signature: Signature,
    ends_on: date,
    ground: str,
    notified: date,
    actor: User | None,
    now: datetime,
) -> Version:
    """Write the ending, sign it for the side that gives notice, and let it hold; raises what its terms do not allow."""
    conditions, term = conditions_in_force(agreement, _today(agreement, now))
    _date_check(conditions, signature.side, term, notified, ends_on, ground)
    document = ending_document(signature.side, ends_on, notified, ground)
    version = version_ending(
        agreement=agreement, document=document, note=ground, side=signature.side, actor=actor, now=now
    )
    signature_add(version, signature, actor, now)
    version_complete(version, VersionState.SIGNED, now)
    negotiation_close(negotiation_of(version, now), now)
    version_news(version=version, kind="agreement_ended", actor=actor, now=now)
    return version


def _date_check(conditions: Conditions, side: str, term: Term, notified: date, ends_on: date, ground: str) -> None:
    """Raise ValidationError where notice given on a day does not end the agreement on another by its terms."""
    allowed = ending_allowed(conditions, side, term, notified)
    if ends_on <= notified:
        raise ValidationError({"ends_on": _("The agreement ends on a day after the notice.")})
    if ground in allowed["grounds"] or ending_at_term(conditions, term, notified, ends_on):
        return
    earliest, termination = allowed["earliest"], conditions.termination
    if earliest is None:
        sentence = _("By its terms this side cannot end the agreement by notice. Both sides can end it together.")
        raise Refused(sentence)
    by_notice = termination is not None and termination.by in ("either", side)
    if not by_notice:
        sentence = _("By its terms the agreement ends where a term ends: on %(date)s, or later ones.")
        raise ValidationError({"ends_on": sentence % {"date": words.day(earliest)}})
    reached = notified + timedelta(days=termination.notice if termination else 0)
    if ends_on < reached:
        sentence = _("By its terms the agreement can end on %(date)s at the earliest.")
        raise ValidationError({"ends_on": sentence % {"date": words.day(earliest)}})


def _today(agreement: Agreement, now: datetime) -> date:
    return now.astimezone(ZoneInfo(agreement.timezone)).date()


def sides_ending(agreement: Agreement) -> list[str]:
    """Return the sides that have nobody in the portal, so that their notice is recorded."""
    return [side for side in Side.values if not signers_of(agreement.organisation_of(side)).exists()]
