"""Open an agreement: the relation between two parties, with a first draft of its terms."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from agreements.models import Agreement, AgreementType, Service, Side
from agreements.services.version import version_first
from slmo.accounts.models import Organisation, User
from slmo.accounts.policy import can, require
from slmo.accounts.zones import validate_zone
from slmo.audit.services import record

RESERVED = ("new", "import", "library", "requirements", "negotiations", "authority")  # pages beside the agreements


@transaction.atomic
def agreement_create(
    *,
    slug: str,
    title: str,
    service: Service,
    provider: Organisation,
    customer: Organisation,
    timezone: str,
    document: Mapping[str, Any],
    type: str = AgreementType.SLA,
    note: str = "",
    actor: User | None,
    now: datetime,
) -> Agreement:
    """Open an agreement with `document` as the draft of its first version.

    What the document leaves out about name, type, parties and zone is filled in.
    Raises Denied, ValidationError by field, or DocumentRefused with the key of the term at fault.
    """
    if actor is not None:
        require(actor, "agreement_create", provider, customer)
    agreement = Agreement(
        slug=slug,
        title=title,
        type=type,
        service=service,
        provider=provider,
        customer=customer,
        timezone=timezone,
        note=note,
        created_at=now,
        created_by=actor,
    )
    _check(agreement)
    agreement.save()
    record(
        actor=actor,
        action="agreement_create",
        subject=agreement,
        after={
            "slug": slug,
            "title": title,
            "type": str(type),
            "service": service.slug,
            "provider": provider.slug,
            "customer": customer.slug,
            "timezone": timezone,
            "note": note,
        },
        organisations=[provider, customer],
        now=now,
    )
    version_first(agreement=agreement, document=document, side=_side(agreement, actor), actor=actor, now=now)
    return agreement


def _check(agreement: Agreement) -> None:
    """Raise ValidationError by field for parties, service or zone that do not go together."""
    if agreement.slug in RESERVED:
        raise ValidationError({"slug": _("This short name belongs to a page of the portal. Choose another one.")})
    try:
        validate_zone(agreement.timezone)
    except ValidationError as error:
        raise ValidationError({"timezone": error.messages}) from error
    if agreement.provider_id == agreement.customer_id:
        raise ValidationError({"customer": _("An agreement has two sides: choose another organisation.")})
    if agreement.service.organisation_id != agreement.provider_id:
        raise ValidationError(
            {"service": _("“%(service)s” is not a service of this provider.") % {"service": agreement.service}}
        )
    agreement.full_clean()


def _side(agreement: Agreement, actor: User | None) -> str:
    """Return the side for which the opener drafts: the provider's where they may, else the customer's."""
    if actor is not None and not can(actor, "version_draft", agreement.provider):
        return Side.CUSTOMER
    return Side.PROVIDER
