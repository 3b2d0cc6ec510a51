"""A probe that asks a name server: an answer as expected is up."""

import socket
import time
from collections.abc import Mapping
from typing import Any

import dns.exception
import dns.flags
import dns.message
import dns.name
import dns.query
import dns.rcode
import dns.rdatatype
import dns.resolver
from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _l

from monitoring.connectors.checks import HostField, port_field
from monitoring.connectors.errors import ConnectorError
from monitoring.connectors.outbound import Deadline, addresses_checked
from monitoring.connectors.probing import Probe, ProbeForm, Seen
from monitoring.connectors.probing.forms import TIMEOUT_MOST
from monitoring.models import FactState
from monitoring.sentence import gettext as _

TYPES = ("A", "AAAA", "CNAME", "MX", "NS", "TXT", "SOA", "SRV", "CAA", "PTR")


class DnsForm(ProbeForm):
    """The settings of a probe of a name server."""

    name = forms.CharField(label=_l("Name that is asked for"), max_length=253)
    record = forms.ChoiceField(label=_l("Type of record"), choices=[(one, one) for one in TYPES], initial="A")
    server = HostField(label=_l("Name server"), help_text=_l("The server whose answer counts."))
    port = port_field(53, required=False)
    expect_text = forms.CharField(
        label=_l("Expected answer"),
        max_length=200,
        required=False,
        help_text=_l("Must occur in one of the records, such as 192.0.2.7. Left empty: any record will do."),
    )
    slow_after = forms.FloatField(
        label=_l("Degraded after seconds"), min_value=0.001, max_value=TIMEOUT_MOST, required=False
    )
    layout = (("name", "record"), ("server", "port"), ("expect_text", "slow_after"), *ProbeForm.common)
    units = {**ProbeForm.units, "slow_after": _l("seconds")}
    placeholders = {"name": "www.example.org", "server": "ns1.example.org"}

    def clean_name(self) -> str:
        """Return the name; raise ValidationError for what is none."""
        try:
            dns.name.from_text(self.cleaned_data["name"])
        except (dns.exception.DNSException, UnicodeError) as error:
            raise ValidationError(_("Expected a name, such as www.example.org.")) from error
        return str(self.cleaned_data["name"])


class DnsConnector(Probe):
    """Ask a name server for a record, by UDP and, where the answer does not fit, by TCP."""

    kind = "dns"
    label = _l("Name server (DNS)")
    about = _l("Asks a name server for a record and looks whether the answer is the expected one.")
    icon = "sitemap"
    form = DnsForm

    def origins(self, config: Mapping[str, Any]) -> tuple[str, ...]:
        """Return the name server."""
        host = str(config.get("server") or "")
        return (f"dns://{f'[{host}]' if ':' in host else host}:{config.get('port') or 53}",) if host else ()

    def look(self, config: Mapping[str, Any]) -> Seen:
        """Return whether the server has the record; raises ConnectorError where it may not be asked."""
        begun, deadline = time.monotonic(), Deadline(float(config.get("timeout") or 5))
        try:
            answer = _answer(config, deadline)
        except (TimeoutError, dns.exception.Timeout):
            return Seen(FactState.DOWN, "no answer in time")
        except (OSError, EOFError, dns.exception.DNSException) as error:
            return Seen(FactState.DOWN, type(error).__name__)
        if wrong := _wrong(config, answer):
            return Seen(FactState.DOWN, wrong)
        slow = config.get("slow_after")
        return (
            Seen(FactState.DEGRADED, "slow") if slow and time.monotonic() - begun > float(slow) else Seen(FactState.UP)
        )


def _answer(config: Mapping[str, Any], deadline: Deadline) -> dns.message.Message:
    """Return the server's answer; raises TimeoutError, OSError, DNSException, ConnectorError."""
    port = int(config.get("port") or 53)
    where = addresses_checked(str(config["server"]), port, deadline)[0]
    if where.family not in (socket.AF_INET, socket.AF_INET6):
        raise ConnectorError(_("The name server has no address that can be asked."))
    question = dns.message.make_query(str(config["name"]), str(config.get("record") or "A"))
    answer = dns.query.udp(question, where.address, deadline.left(), port, ignore_unexpected=True)
    if answer.flags & dns.flags.TC:
        answer = dns.query.tcp(question, where.address, deadline.left(), port)
    return answer


def _wrong(config: Mapping[str, Any], answer: dns.message.Message) -> str:
    """Return what is wrong with an answer in a few words; nothing where it is as expected."""
    if answer.rcode() != dns.rcode.NOERROR:
        return dns.rcode.to_text(answer.rcode())
    kind = dns.rdatatype.from_text(str(config.get("record") or "A"))
    records = [record.to_text() for found in answer.answer if found.rdtype == kind for record in found]
    if not records:
        return "no such record"
    text = str(config.get("expect_text") or "")
    return "" if not text or any(text in record for record in records) else "expected answer missing"


connector = DnsConnector()
