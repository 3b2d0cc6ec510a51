"""A probe that looks at a certificate: whether it is trusted, and for how many days it still is."""

import ssl
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from cryptography import x509
from django import forms
from django.utils.translation import gettext_lazy as _l

from monitoring.connectors.checks import HostField, port_field
from monitoring.connectors.errors import Unreachable
from monitoring.connectors.outbound import Deadline, Trust, socket_open
from monitoring.connectors.probing import Probe, ProbeForm, Seen
from monitoring.models import FactState

DAY = 86_400


class TlsForm(ProbeForm):
    """The settings of a probe of a certificate."""

    host = HostField()
    port = port_field(443)
    name = forms.CharField(
        label=_l("Name in the certificate"), max_length=253, required=False, help_text=_l("Left empty: the host.")
    )
    warn_days = forms.IntegerField(
        label=_l("Degraded so many days before it expires"), min_value=0, max_value=365, initial=14, required=False
    )
    ca = forms.CharField(
        label=_l("Certificates of its authority"),
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=40_000,
        required=False,
        help_text=_l("PEM text; left empty: those that the portal trusts."),
    )
    records = forms.ChoiceField(
        label=_l("What is recorded"),
        choices=[("state", _l("whether it is valid")), ("time", _l("for how many days it is valid"))],
        initial="state",
        required=False,
        help_text=_l("The first feeds availability, the second measured values."),
    )
    layout = (("host", "port"), ("warn_days",), ("name",), ("ca",), *ProbeForm.common)
    further = ("name", "ca", *ProbeForm.further)
    units = {**ProbeForm.units, "warn_days": _l("days")}
    placeholders = {"host": "www.example.org"}


class TlsConnector(Probe):
    """Make an encrypted connection; it is up while its certificate is trusted and does not expire soon."""

    kind = "tls"
    label = _l("Certificate (TLS)")
    about = _l("Looks whether a certificate is trusted, and warns before it expires.")
    icon = "certificate"
    form = TlsForm
    facts = ("states", "samples")
    interval = 3600

    def origins(self, config: Mapping[str, Any]) -> tuple[str, ...]:
        """Return the host and its port."""
        host = str(config.get("host") or "")
        return (f"tls://{f'[{host}]' if ':' in host else host}:{config['port']}",) if host else ()

    def look(self, config: Mapping[str, Any]) -> Seen:
        """Return whether the certificate is trusted, and how many days are left."""
        deadline, trust = Deadline(float(config.get("timeout") or 5)), Trust(str(config.get("ca") or ""))
        name = str(config.get("name") or "")
        try:
            with socket_open(config["host"], int(config["port"]), deadline, trust=trust, name=name) as sock:
                assert isinstance(sock, ssl.SSLSocket)
                days = _days_left(sock.getpeercert(binary_form=True) or b"")
        except Unreachable as error:
            return Seen(FactState.DOWN, str(error) if error.seen == "TLS" else error.seen)
        if days < Decimal(config.get("warn_days") or 0):
            return Seen(FactState.DEGRADED, f"{days} d", days)
        return Seen(FactState.UP, "", days)


def _days_left(certificate: bytes) -> Decimal:
    """Return for how many days a certificate is valid, with one digit."""
    ends = x509.load_der_x509_certificate(certificate).not_valid_after_utc
    return Decimal(f"{(ends - datetime.now(UTC)).total_seconds() / DAY:.1f}")


connector = TlsConnector()
