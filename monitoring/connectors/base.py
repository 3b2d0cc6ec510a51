"""What every connector offers: one file under monitoring/connectors/ for each kind of source."""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from django import forms
from django.core.exceptions import ValidationError
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from slmo.core.units import Window


class ConnectorError(Exception):
    """A fetch that brought no facts; the text is a sentence. `again` tells whether trying again may help."""

    def __init__(self, sentence: str, *, again: bool = True) -> None:
        """Keep the sentence for the source's page."""
        super().__init__(sentence)
        self.again = again


class Connector(Protocol):
    """A kind of source: how it is set up, and how it is asked for facts."""

    kind: str
    label: str | Promise
    form: type[forms.Form]

    def fetch(self, config: Mapping[str, Any], window: Window, interval: int) -> Sequence[Any]:
        """Return a window's facts, all of one kind; `interval`: seconds between fetches. Raises ConnectorError."""
        ...


def config_check(connector: Connector, config: Mapping[str, Any]) -> dict[str, Any]:
    """Return the configuration as the connector's form cleans it, with its defaults.

    Raises ValidationError by field, also for a field that the connector does not know.
    """
    fields = connector.form.base_fields
    if unknown := sorted(set(config) - set(fields)):
        raise ValidationError(_("This kind of source has no setting “%(name)s”.") % {"name": unknown[0]})
    defaults = {name: field.initial for name, field in fields.items() if field.initial is not None}
    form = connector.form({**defaults, **config})
    if not form.is_valid():
        raise ValidationError({name: [str(e) for e in errors] for name, errors in form.errors.items()})
    return dict(form.cleaned_data)
