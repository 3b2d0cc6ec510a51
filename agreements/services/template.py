"""Keep the terms of a version as a template of an organisation's own, and take templates out of use."""

from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from agreements.errors import Refused
from agreements.models import Template, Version
from slmo.accounts.models import User
from slmo.accounts.policy import require
from slmo.audit.services import record

NOT_KEPT = ("type", "service", "provider", "customer", "timezone", "effective", "ended", "annexes")


@transaction.atomic
def template_save(
    *, version: Version, side: str, title: str, summary: str = "", actor: User | None, now: datetime
) -> Template:
    """Keep the terms of a version for one side's organisation, without parties, zone and dates.

    Raises Denied, Refused for a version without terms, ValidationError by field.
    """
    organisation = version.agreement.organisation_of(side)
    if actor is not None:
        require(actor, "template_edit", organisation)
    if version.is_ending:
        raise Refused(_("A version that ends an agreement has no terms to keep."))
    spec = {key: value for key, value in version.document["spec"].items() if key not in NOT_KEPT}
    made = Template(
        organisation=organisation, title=title.strip(), summary=summary.strip(), type=version.agreement.type
    )
    made.spec, made.created_at, made.created_by = spec, now, actor
    made.full_clean(exclude=["organisation", "created_by"])
    if Template.objects.filter(organisation=organisation, title=made.title, retired_at__isnull=True).exists():
        raise ValidationError({"title": _("There is a template of this title already.")})
    made.save()
    after = {"title": made.title, "version": str(version)}
    record(actor=actor, action="template_save", subject=made, after=after, organisations=[organisation], now=now)
    return made


@transaction.atomic
def template_retire(*, template: Template, actor: User | None, now: datetime) -> Template:
    """Take a template out of use; agreements drafted from it stay as they are. Raises Denied, Refused."""
    locked = Template.objects.select_for_update(of=("self",)).select_related("organisation").get(pk=template.pk)
    if actor is not None:
        require(actor, "template_edit", locked.organisation)
    if locked.retired_at is not None:
        raise Refused(_("This template is out of use already."))
    locked.retired_at = now
    locked.save(update_fields=["retired_at"])
    organisations = [locked.organisation]
    record(actor=actor, action="template_retire", subject=locked, after={}, organisations=organisations, now=now)
    return locked
