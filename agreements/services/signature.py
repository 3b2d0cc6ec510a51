"""Signatures: one a side, under the exact text; with both of them the version is the configuration."""

import hashlib
from collections.abc import Iterable
from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from agreements.errors import Conflict, Refused
from agreements.models import (
    MEASURED_BY,
    Agreement,
    Indicator,
    IndicatorKind,
    Objective,
    Side,
    Signature,
    Version,
    VersionState,
)
from agreements.services.authority import signing_check
from agreements.services.drafting import version_check
from agreements.services.negotiation import negotiation_of, negotiation_touch, turn_after_signature
from agreements.services.news import signers_of, version_news
from agreements.services.paper import seal_soon
from agreements.services.position import positions_sign
from agreements.services.version import version_lock, version_step
from slmo.accounts.models import User
from slmo.accounts.policy import require
from slmo.accounts.services.identity import Proof, identity_confirm
from slmo.audit.services import record
from slmo.core.terms import document_digest


@transaction.atomic
def version_sign(
    *,
    version: Version,
    side: str,
    actor: User | None,
    proof: Proof | None = None,
    digest: str | None = None,
    now: datetime,
) -> Version:
    """Sign a proposed version for one side; the second side's signature puts it in force from its date.

    `digest` is that of the text which the signer was shown. `proof` is what the signer gave to be recognised once
    more; None where the caller has made sure in another way who acts.
    Raises Denied, ValidationError by field for a wrong proof, Refused for a drafter or where a limit stands against
    it, Conflict for another text, DocumentRefused.
    """
    version = version_lock(version)
    organisation, method = version.agreement.organisation_of(side), ""
    if actor is not None:
        require(actor, "version_sign", organisation)
        version_step(version, "sign")
        signing_check(version=version, side=side, actor=actor, now=now)
        method = identity_confirm(user=actor, proof=proof, now=now) if proof is not None else ""
    if digest is not None and digest != version.digest:
        raise Conflict(_("The text has changed since you opened it. Read it again before you sign."))
    name = str(actor) if actor else organisation.name
    return _sign(version, Signature(side=side, user=actor, signer_name=name, method=method), actor, now)


@transaction.atomic
def version_sign_recorded(
    *, version: Version, side: str, signer_name: str, evidence: str, actor: User | None, now: datetime
) -> Version:
    """Record that a party without people in the portal signed outside it, with the evidence for that.

    Raises Denied, ValidationError by field, Refused where the party has people here who can sign themselves.
    """
    version = version_lock(version)
    agreement = version.agreement
    if actor is not None:
        require(actor, "version_sign_recorded", agreement.provider, agreement.customer)
        if signers_of(agreement.organisation_of(side)).exists():
            raise Refused(
                _("%(organisation)s has people in the portal who sign for it themselves.")
                % {"organisation": agreement.organisation_of(side)}
            )
    required = {"signer_name": signer_name, "evidence": evidence}
    missing = {field: _("This field is required.") for field, value in required.items() if not value.strip()}
    if missing:
        raise ValidationError(missing)
    given = {"signer_name": signer_name.strip(), "evidence": evidence.strip(), "method": "recorded"}
    return _sign(version, Signature(side=side, **given), actor, now)


def _sign(version: Version, signature: Signature, actor: User | None, now: datetime) -> Version:
    """Save one signature under the text as it is, and complete the version where both are there."""
    version_step(version, "sign")
    positions_sign(version, signature.side, actor, now)
    signed = signature_add(version, signature, actor, now)
    if signed == set(Side.values):
        version_complete(version, version_step(version, "sign"), now)
        version_news(version=version, kind="version_signed", actor=actor, now=now)
    turn_after_signature(version, signed, now)
    negotiation_touch(negotiation_of(version, now))
    return version


def signature_add(version: Version, signature: Signature, actor: User | None, now: datetime) -> set[str]:
    """Save one signature under the text as it is, and return the sides that have signed.

    Raises Conflict, Refused or DocumentRefused.
    """
    if version.digest != document_digest(version.document):
        raise Conflict(_("The stored text does not match its digest: it cannot be signed."))
    signed = {existing.side for existing in version.signatures.all()}
    if signature.side in signed:
        raise Refused(
            _("%(organisation)s has already signed this version.")
            % {"organisation": version.agreement.organisation_of(signature.side)}
        )
    version_check(version)
    signature.version, signature.digest, signature.signed_at = version, version.digest, now
    signature.full_clean(exclude=["version", "user"])
    signature.save()
    _record(version, "version_sign", signature, actor, now)
    return signed | {signature.side}


def version_complete(version: Version, state: str, now: datetime) -> None:
    """Put a version in force that has every signature it needs: objectives, digest of all terms."""
    agreement = version.agreement
    version.state, version.signed_at, version.changed_at = state, now, now
    version.save(update_fields=["state", "signed_at", "changed_at"])
    agreement.terms_digest = terms_digest(agreement)
    agreement.save(update_fields=["terms_digest"])
    objectives_ensure(version)
    seal_soon(version)


def terms_digest(agreement: Agreement) -> str:
    """Return one digest over the texts of all signed versions, in the order in which they take effect."""
    signed = agreement.versions.filter(state=VersionState.SIGNED).order_by("effective_from")
    return digest_join(signed.values_list("digest", flat=True))


def digest_join(digests: Iterable[str]) -> str:
    """Return the SHA-256 over digests, a line each; an empty text where there are none."""
    text = "".join(f"{digest}\n" for digest in digests)
    return hashlib.sha256(text.encode()).hexdigest() if text else ""


def objectives_ensure(version: Version) -> None:
    """Give every objective of the document its lasting row.

    A new one is measured by the service's indicator of its kind where there is exactly one such.
    """
    agreement = version.agreement
    known = {objective.name: objective for objective in agreement.objectives.all()}
    for position, terms in enumerate(version.document["spec"].get("objectives", ())):
        objective = known.get(terms["name"])
        if objective is None:
            indicator = _indicator_of(agreement, terms.get("indicator", ""))
            Objective.objects.create(agreement=agreement, name=terms["name"], indicator=indicator, position=position)
        elif objective.position != position:
            objective.position = position
            objective.save(update_fields=["position"])


def _indicator_of(agreement: Agreement, kind: str) -> Indicator | None:
    """Return the provider's only indicator of the agreed service whose facts such an objective reads, else None."""
    kinds = MEASURED_BY[IndicatorKind(kind)] if kind in IndicatorKind.values else ()
    found = list(Indicator.objects.filter(service=agreement.service_id, kind__in=kinds, measured_by=None)[:100])
    own = [one for one in found if one.kind == kind] or found
    return own[0] if len(own) == 1 else None


def _record(version: Version, action: str, signature: Signature, actor: User | None, now: datetime) -> None:
    """Write the audit entry of a signature."""
    record(
        actor=actor,
        action=action,
        subject=version,
        after={
            "side": str(signature.side),
            "signer": signature.signer_name,
            "evidence": signature.evidence,
            "method": signature.method,
            "digest": signature.digest,
        },
        organisations=[version.agreement.provider, version.agreement.customer],
        now=now,
    )
