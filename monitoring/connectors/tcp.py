"""A probe that opens a connection: a port that takes it is up."""

import time
from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _l

from monitoring.connectors.checks import HostField, port_field
from monitoring.connectors.errors import Unreachable
from monitoring.connectors.outbound import Deadline, socket_open
from monitoring.connectors.probing import Probe, ProbeForm, Seen
from monitoring.connectors.probing.forms import TIMEOUT_MOST
from monitoring.models import FactState

GREETING_MOST = 4096


class TcpForm(ProbeForm):
    """The settings of a probe of a port."""

    host = HostField()
    port = port_field()
    slow_after = forms.FloatField(
        label=_l("Degraded after seconds"), min_value=0.01, max_value=TIMEOUT_MOST, required=False
    )
    expect_text = forms.CharField(
        label=_l("Expected greeting"),
        max_length=200,
        required=False,
        help_text=_l("What the other end must say first, such as “220” of a mail server."),
    )
    layout = (("host", "port"), ("slow_after", "expect_text"), *ProbeForm.common)
    units = {**ProbeForm.units, "slow_after": _l("seconds")}
    placeholders = {"host": "mail.example.org", "port": "25"}


class TcpConnector(Probe):
    """Open a connection to a port, and read its greeting where one is expected."""

    kind = "tcp"
    label = _l("Port (TCP)")
    about = _l("Opens a connection to a port of a host, such as that of a mail server or a database.")
    icon = "plug"
    form = TcpForm

    def origins(self, config: Mapping[str, Any]) -> tuple[str, ...]:
        """Return the host and its port."""
        return (f"tcp://{_bracketed(config['host'])}:{config['port']}",) if config.get("host") else ()

    def look(self, config: Mapping[str, Any]) -> Seen:
        """Return whether the port takes a connection and greets as expected."""
        begun, deadline = time.monotonic(), Deadline(float(config.get("timeout") or 5))
        try:
            with socket_open(config["host"], int(config["port"]), deadline) as sock:
                wanted = str(config.get("expect_text") or "").encode()
                heard = b""
                while wanted and wanted not in heard and len(heard) < GREETING_MOST:
                    sock.settimeout(deadline.left())
                    piece = sock.recv(1024)
                    if not piece:
                        break
                    heard += piece
        except Unreachable as error:
            return Seen(FactState.DOWN, error.seen)
        except OSError as error:  # TimeoutError is one
            timed_out = isinstance(error, TimeoutError)
            return Seen(FactState.DOWN, "no greeting in time" if timed_out else type(error).__name__)
        if wanted not in heard:
            return Seen(FactState.DOWN, "expected text missing")
        slow = config.get("slow_after")
        return (
            Seen(FactState.DEGRADED, "slow") if slow and time.monotonic() - begun > float(slow) else Seen(FactState.UP)
        )


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host


connector = TcpConnector()
