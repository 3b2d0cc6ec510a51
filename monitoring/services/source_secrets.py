"""Secrets of sources: sealed when they are stored, opened for a fetch, and bound to whom they were typed for."""

import traceback
from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError

from monitoring.connectors import Checked, Connector, ConnectorError
from monitoring.connectors.fields import ConfigForm
from monitoring.models import Source
from monitoring.observations import observations_of
from monitoring.sentence import gettext as _
from slmo.accounts.vault import Secret, SecretUnreadable, VaultClosed, opened, scrubbed, sealed


def config_open(source: Source) -> dict[str, Any]:
    """Return a source's configuration as a fetch needs it, with its secrets and what its probe points saw.

    Raises ConnectorError.
    """
    try:
        secrets = {name: opened(token) for name, token in source.secrets.items()}
    except SecretUnreadable:
        raise ConnectorError(
            _("What is stored of this source’s secrets cannot be read with the present key; type them again."),
            again=False,
        ) from None
    except VaultClosed as error:
        raise ConnectorError(_(error.message) % error.values, again=False) from None
    return {**source.config, **observations_of(source), **secrets}


def config_typed(connector: Connector, form: ConfigForm, source: Source | None) -> dict[str, Any]:
    """Return a configuration that is only typed yet, with its secrets and those of the saved source that it keeps.

    Raises ValidationError where such a secret would go elsewhere; ConnectorError where it cannot be read.
    """
    checked = Checked(form.settings(), form.secrets())
    kept: dict[str, Any] = {}
    if source is not None:
        secrets_kept(connector, source, source.config, checked)
        kept = {name: value for name, value in config_open(source).items() if name in source.secrets}
    typed = {name: value for name, value in checked.secrets.items() if value is not None}
    removed = {name for name, value in checked.secrets.items() if value is None}
    return {**checked.settings, **{name: value for name, value in kept.items() if name not in removed}, **typed}


def secrets_sealed(held: Mapping[str, str], typed: Mapping[str, Secret | None]) -> dict[str, str]:
    """Return the secrets to store: those that are held, with the ones that were typed in their places.

    Raises ValidationError where the portal has no key.
    """
    kept = {name: token for name, token in held.items() if name not in typed}
    try:
        return {**kept, **{name: sealed(secret) for name, secret in typed.items() if secret is not None}}
    except VaultClosed as error:
        raise ValidationError(
            _("No secret can be stored: %(why)s") % {"why": _(error.message) % error.values}
        ) from None


def secrets_kept(connector: Connector, source: Source, before: Mapping[str, Any] | None, checked: Checked) -> None:
    """Raise ValidationError where secrets that were typed for one place would be sent to another."""
    kept = sorted(set(source.secrets) - set(checked.secrets))
    if kept and not set(connector.origins(checked.settings)) <= set(connector.origins(before or {})):
        sentence = _("The address leads elsewhere now: type this again, so that it is not sent there by mistake.")
        raise ValidationError(dict.fromkeys(kept, sentence))


def fault_text(config: Mapping[str, Any]) -> str:
    """Return the traceback of the exception at hand, without the secrets that may stand in its message."""
    return scrubbed(traceback.format_exc(), config.values())
