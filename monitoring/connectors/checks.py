"""What fields of several kinds of sources must be."""

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l

from monitoring.connectors.errors import ConnectorError
from monitoring.connectors.fields import SecretField
from monitoring.connectors.outbound import basic, bearer, url_split
from slmo.accounts.vault import Secret
from slmo.accounts.zones import zone_names

_HEADER = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}: ?[\x20-\x7e]{0,2000}")
_HOST = re.compile(r"(?=.{1,253}\Z)[A-Za-z0-9_]([A-Za-z0-9_-]{0,62}\.?)+|[0-9A-Fa-f:.]{2,45}")
OWN_HEADERS = frozenset({"host", "content-length", "transfer-encoding", "connection", "accept-encoding"})


def url_clean(text: str) -> str:
    """Return an address; raise ValidationError for anything but a plain http or https address."""
    try:
        url_split(text)
    except ConnectorError as error:
        raise ValidationError(str(error)) from error
    return text


def host_clean(text: str) -> str:
    """Return the name or address of a host; raise ValidationError for anything else."""
    if not _HOST.fullmatch(text.strip()):
        raise ValidationError(_("Expected the name or the address of a host, such as mail.example.org."))
    return text.strip().lower()


def headers_read(text: str) -> dict[str, str]:
    """Return headers that stand one a line; raise ValidationError for a line that is none, or not theirs to set."""
    found = {}
    for line in filter(None, (line.strip() for line in text.splitlines())):
        name, _colon, value = line.partition(":")
        if not _HEADER.fullmatch(line) or name.lower() in OWN_HEADERS:
            raise ValidationError(_("“%(line)s” is no header that can be sent; expected Name: value.") % {"line": line})
        found[name] = value.strip()
    return found


class UrlField(forms.CharField):
    """An http or https address."""

    def __init__(self, **kwargs: Any) -> None:
        """Take addresses up to a sensible length."""
        super().__init__(**{"label": _l("Address"), "max_length": 2000, **kwargs})

    def clean(self, value: Any) -> str:
        """Return the address; raise ValidationError for anything else."""
        found = super().clean(value)
        return url_clean(found) if found else ""


class HostField(forms.CharField):
    """The name or address of a host."""

    def __init__(self, **kwargs: Any) -> None:
        """Take names up to the length that names may have."""
        super().__init__(**{"label": _l("Host"), "max_length": 253, **kwargs})

    def clean(self, value: Any) -> str:
        """Return the host; raise ValidationError for anything else."""
        found = super().clean(value)
        return host_clean(found) if found else ""


def port_field(initial: int | None = None, *, required: bool = True) -> forms.IntegerField:
    """Return a field for a port."""
    return forms.IntegerField(label=_l("Port"), min_value=1, max_value=65_535, initial=initial, required=required)


def zone_field() -> forms.ChoiceField:
    """Return a field for the zone of times that name none."""
    return forms.ChoiceField(
        label=_l("Zone of times without one"),
        choices=lambda: [("", _("none: such a time is an error")), *((name, name) for name in zone_names())],
        required=False,
    )


def user_field() -> forms.CharField:
    """Return a field for a user name that belongs to a password."""
    return forms.CharField(label=_l("User"), max_length=200, required=False, help_text=_l("With a password only."))


def password_field() -> SecretField:
    """Return a field for a password, or for a token where there is no user."""
    return SecretField(
        label=_l("Password or token"),
        required=False,
        help_text=_l("Without a user it is sent as a token (Authorization: Bearer …)."),
    )


def authorization(user: str, secret: Secret | None) -> dict[str, Secret]:
    """Return the header that a user with a password, or a token alone, makes."""
    if not secret:
        return {}
    return {"Authorization": basic(user, secret) if user else bearer(secret)}
