"""Keys of webhooks: made by the portal, shown once, sealed at rest; two are valid while one replaces the other."""

from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction

from monitoring.connectors import CONNECTORS
from monitoring.connectors.push import PushConnector
from monitoring.models import Source
from monitoring.sentence import gettext as _
from monitoring.webhooks.signature import Refused, key_new
from slmo.accounts.models import User
from slmo.accounts.policy import require
from slmo.accounts.vault import Secret, SecretUnreadable, VaultClosed, opened, sealed
from slmo.audit.services import record as audit

KEY, FORMER = "key", "former_key"


def push_of(source: Source) -> PushConnector:
    """Return the kind of a source that sends by itself; raises ValidationError for any other."""
    found = CONNECTORS.get(source.kind)
    if not isinstance(found, PushConnector):
        raise ValidationError(_("Only sources that send by themselves have keys."))
    return found


def keys_valid(source: Source) -> list[str]:
    """Return the keys with which a message may be signed, the newer first; raises Refused where none can be read."""
    try:
        return [opened(source.secrets[name]).reveal() for name in (KEY, FORMER) if name in source.secrets]
    except (SecretUnreadable, VaultClosed):
        raise Refused(503, _("The portal cannot read this webhook’s keys at the moment; try again later.")) from None


@transaction.atomic
def webhook_key_make(*, source: Source, actor: User | None, now: datetime) -> str:
    """Make a new key and return it, this once; the one before stays valid until it is withdrawn or replaced again.

    Raises Denied; ValidationError for a source that is no webhook, and where the portal can keep no secrets.
    """
    source = _locked(source, actor)
    key = key_new()
    try:
        secrets = {**source.secrets, KEY: sealed(Secret(key))}
    except VaultClosed as error:
        raise ValidationError(
            _("No secret can be stored: %(why)s") % {"why": _(error.message) % error.values}
        ) from None
    if KEY in source.secrets:
        secrets[FORMER] = source.secrets[KEY]
    _store(source, secrets, "webhook_key_make", actor, now)
    return key


@transaction.atomic
def webhook_key_withdraw(*, source: Source, actor: User | None, now: datetime) -> None:
    """Make the key before the present one worthless. Raises Denied; ValidationError for a source that is no webhook."""
    source = _locked(source, actor)
    if FORMER in source.secrets:
        secrets = {name: token for name, token in source.secrets.items() if name != FORMER}
        _store(source, secrets, "webhook_key_withdraw", actor, now)


def _locked(source: Source, actor: User | None) -> Source:
    """Return the webhook's row, locked; raises Denied and ValidationError."""
    rows = Source.objects.select_for_update(of=("self",)).select_related("indicator__service__organisation")
    source = rows.get(pk=source.pk)
    if actor is not None:
        require(actor, "source_edit", source.indicator.service.organisation)
    push_of(source)
    return source


def _store(source: Source, secrets: dict[str, str], action: str, actor: User | None, now: datetime) -> None:
    source.secrets = secrets
    source.save(update_fields=["secrets"])
    organisation = source.indicator.service.organisation
    audit(actor=actor, action=action, subject=source, organisations=[organisation], now=now)
