"""What every connector offers: one file under monitoring/connectors/ for each kind of source."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, ClassVar, NamedTuple
from urllib.parse import urlsplit

from django.core.exceptions import ValidationError
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from monitoring.connectors.errors import ConnectorError
from monitoring.connectors.fields import ConfigForm, SecretField
from slmo.accounts.vault import Secret
from slmo.core.units import Window

__all__ = ["Checked", "ConfigForm", "Connector", "ConnectorError", "SecretField", "config_check"]


class Connector:
    """A kind of source: how it is set up, and how it is asked for facts.

    `about` says what it is for and `icon` is its sign, both on the card from which it is chosen; `group` is the part of
    the cards: probe, system, feed, file, tickets or push. `facts` are the kinds of facts that it can bring
    (monitoring/kinds). `windowed` tells that a past window can be asked for again; a probe sees only the present.
    `asked` is false for a kind that is never asked: what it watches sends by itself. `interval` is the seconds between
    fetches that the form proposes, `backlog` how many seconds of the past the first fetch asks for.
    """

    kind: ClassVar[str]
    label: ClassVar[str | Promise]
    about: ClassVar[str | Promise] = ""
    icon: ClassVar[str] = "plug"
    group: ClassVar[str] = "system"
    form: type[ConfigForm]
    facts: ClassVar[tuple[str, ...]] = ("states",)
    windowed: ClassVar[bool] = False
    asked: ClassVar[bool] = True
    interval: ClassVar[int] = 60
    backlog: ClassVar[int] = 0

    def fetch(self, config: Mapping[str, Any], window: Window, interval: int) -> Sequence[Any]:
        """Return a window's facts, all of one kind; `interval`: seconds between fetches. Raises ConnectorError.

        `config` is as the form cleaned it; what a SecretField took is a Secret. Called from many threads at once, and
        never with the database: whatever it needs is in its arguments.
        """
        raise NotImplementedError

    def preview(self, config: Mapping[str, Any], window: Window, interval: int) -> Sequence[Any]:
        """Return what a fetch would, and change nothing anywhere; for whoever sets a source up."""
        return self.fetch(config, window, interval)

    def recorded(self, config: Mapping[str, Any]) -> None:
        """Put away what the last fetch took: its facts are recorded. Not called where the worker dies before."""

    def refused(self, config: Mapping[str, Any], sentence: str) -> None:
        """Put aside what the last fetch took: its facts cannot be recorded, for the reason given."""

    def compare(self, config: Mapping[str, Any], window: Window) -> Any:
        """Return what the other system itself says of the periods in a window (zabbix/sla.py); None where it does not.

        Raises ConnectorError.
        """
        return None

    def expects(self, config: Mapping[str, Any]) -> int:
        """Return within how many seconds a kind that is never asked sends something; 0: it may have nothing to say."""
        return 0

    def brings(self, config: Mapping[str, Any]) -> str:
        """Return the kind of facts that a source so configured brings, one of `facts`; empty: whatever is sent."""
        return self.facts[0]

    def origins(self, config: Mapping[str, Any]) -> tuple[str, ...]:
        """Return whom a source so configured asks, each as scheme://host:port; nobody where it asks nobody.

        Secrets that are kept while the rest is edited go to the same origins only.
        """
        return url_origins(config.get("url"))

    def hosts(self, config: Mapping[str, Any]) -> tuple[str, ...]:
        """Return the names or addresses of the hosts asked, for the limits of each."""
        return tuple(dict.fromkeys(urlsplit(origin).hostname or "" for origin in self.origins(config)))


class Checked(NamedTuple):
    """A configuration as its form took it: what may be shown, and the secrets; None for one that is to be removed."""

    settings: dict[str, Any]
    secrets: dict[str, Secret | None]


def config_check(connector: Connector, config: Mapping[str, Any], held: Collection[str] = ()) -> Checked:
    """Return the configuration as the connector's form cleans it, with its defaults, apart from its secrets.

    `held` names secrets that are stored already, and are kept where nothing else is typed.

    Raises ValidationError by field, also for a field that the connector does not know.
    """
    fields = connector.form.base_fields
    if unknown := sorted(set(config) - set(fields)):
        raise ValidationError(_("This kind of source has no setting “%(name)s”.") % {"name": unknown[0]})
    defaults = {name: field.initial for name, field in fields.items() if field.initial is not None}
    form = connector.form({**defaults, **config}, held=held)
    if not form.is_valid():
        raise ValidationError({name: [str(e) for e in errors] for name, errors in form.errors.items()})
    return Checked(form.settings(), form.secrets())


def url_origins(*urls: object) -> tuple[str, ...]:
    """Return the origins of addresses; what is none is left out."""
    found: dict[str, None] = {}
    for url in urls:
        try:
            parts = urlsplit(str(url or ""))
            port = parts.port or {"http": 80, "https": 443}.get(parts.scheme)
        except ValueError:
            continue
        if parts.hostname:
            found[f"{parts.scheme}://{parts.hostname}:{port or 0}"] = None
    return tuple(found)
