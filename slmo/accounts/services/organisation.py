"""Verbs of organisations."""

from datetime import datetime

from django.db import transaction

from slmo.accounts.journal import recorder
from slmo.accounts.models import Organisation, User
from slmo.accounts.policy import require
from slmo.accounts.services.change import fields_of, row_change

SHOWN = ("slug", "name", "kind", "timezone")  # what the audit log tells of an organisation


@transaction.atomic
def organisation_create(
    *, slug: str, name: str, kind: str, timezone: str = "UTC", actor: User | None, now: datetime
) -> Organisation:
    """Create a party. Raises Denied, and ValidationError for a slug that is taken or an unknown kind or zone."""
    if actor is not None:
        require(actor, "organisation_edit")
    organisation = Organisation(slug=slug, name=name.strip(), kind=kind, timezone=timezone)
    organisation.full_clean()
    organisation.save(force_insert=True)
    recorder()(
        actor=actor,
        action="organisation_create",
        subject=organisation,
        after=fields_of(organisation, SHOWN),
        organisations=[organisation],
        now=now,
    )
    return organisation


@transaction.atomic
def organisation_update(
    *, organisation: Organisation, name: str, timezone: str, actor: User | None, now: datetime
) -> Organisation:
    """Change a party's name and zone; its slug stands in addresses and its kind in rights, so both stay.

    Raises Denied, ValidationError.
    """
    organisation = Organisation.objects.select_for_update().get(pk=organisation.pk)
    if actor is not None:
        require(actor, "organisation_edit", organisation)
    before, after = row_change(organisation, {"name": name.strip(), "timezone": timezone})
    if after:
        recorder()(
            actor=actor,
            action="organisation_update",
            subject=organisation,
            before=before,
            after=after,
            organisations=[organisation],
            now=now,
        )
    return organisation
