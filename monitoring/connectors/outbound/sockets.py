"""Connections to checked addresses, each of whose steps ends by one deadline."""

import io
import socket
import ssl
from typing import Any

from monitoring.connectors.errors import Unreachable, garbled
from monitoring.connectors.outbound.addresses import Found, addresses_checked
from monitoring.connectors.outbound.limits import Deadline
from monitoring.connectors.outbound.tls import Trust, context_of
from monitoring.connectors.reasons import distrust_reason, reason, system_reason
from monitoring.sentence import gettext as _


def socket_open(
    host: str, port: int, deadline: Deadline, *, trust: Trust | None = None, name: str = ""
) -> socket.socket:
    """Return a connection to one of the host's checked addresses, by TLS where `trust` is given.

    `name` is what the certificate must be for, where that is not the host. Raises ConnectorError, Unreachable.
    """
    found = addresses_checked(host, port, deadline)
    return socket_to(found, host, port, deadline, trust=trust, name=name)


def socket_to(
    found: list[Found], host: str, port: int, deadline: Deadline, *, trust: Trust | None = None, name: str = ""
) -> socket.socket:
    """Return a connection to the first of these addresses that answers; raises ConnectorError, Unreachable."""
    context = context_of(trust) if trust else None
    try:
        raw = _connected(found, port, deadline)
        return raw if context is None else _secured(raw, context, name or host, deadline)
    except TimeoutError:
        raise Unreachable(_("%(host)s did not answer in time.") % {"host": host}, "no answer in time") from None
    except ssl.SSLCertVerificationError as error:
        values = {"host": host, "why": distrust_reason(error)}
        raise Unreachable(_("The certificate of %(host)s is not trusted: %(why)s.") % values, "TLS") from None
    except ssl.SSLError as error:
        values = {"host": host, "why": reason(error.reason.replace("_", " ").lower() if error.reason else "TLS")}
        raise Unreachable(_("No encrypted connection to %(host)s: %(why)s.") % values, "TLS") from None
    except OSError as error:
        raise unreachable(host, error) from None


def unreachable(host: str, error: Exception) -> Unreachable:
    """Return what a failure of a connection means."""
    if isinstance(error, TimeoutError):
        return Unreachable(_("%(host)s did not answer in time.") % {"host": host}, "no answer in time")
    values = {"host": host, "why": system_reason(error)}
    return Unreachable(_("%(host)s could not be reached: %(why)s.") % values, type(error).__name__)


def _connected(found: list[Found], port: int, deadline: Deadline) -> socket.socket:
    """Try the addresses one after the other, each with a fair share of the time; raises OSError."""
    last: OSError = ConnectionError()
    for position, one in enumerate(found):
        sock = socket.socket(one.family, socket.SOCK_STREAM)
        try:
            sock.settimeout(deadline.left() / (len(found) - position))
            sock.connect((one.address, port))
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            return sock
        except OSError as error:  # TimeoutError is one
            sock.close()
            last = error
    raise last


def _secured(raw: socket.socket, context: ssl.SSLContext, name: str, deadline: Deadline) -> ssl.SSLSocket:
    try:
        raw.settimeout(deadline.left())
        secured = context.wrap_socket(
            raw, server_hostname=name, do_handshake_on_connect=False, suppress_ragged_eofs=False
        )
        # A handshake may have several steps, each of which would get the whole time again.
        while True:
            secured.settimeout(deadline.left())
            secured.do_handshake()
            return secured
    except BaseException:
        raw.close()
        raise


class Wire(io.RawIOBase):
    """A connection as http.client reads and writes it: each step ends by the deadline, and counts what came.

    `allowance` is how many bytes may still come; None: as many as will.
    """

    def __init__(self, sock: socket.socket, deadline: Deadline) -> None:
        """Read from and write to `sock`."""
        super().__init__()
        self.sock, self.deadline = sock, deadline
        self.allowance: int | None = None
        self.came = 0

    def readable(self) -> bool:
        """Return that this can be read."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Read what has come, waiting until the deadline; raises TimeoutError, and ConnectorError for too much."""
        self.sock.settimeout(self.deadline.left())
        count = self.sock.recv_into(buffer)
        self.came += count
        if self.allowance is not None:
            self.allowance -= count
            if self.allowance < 0:
                raise garbled(_("The answer’s head is larger than any server needs."))
        return count

    def makefile(self, mode: str) -> io.BufferedReader:
        """Return what http.client reads from; small steps, so that the head is counted by itself."""
        return io.BufferedReader(self, 4096)

    def sendall(self, data: Any) -> None:
        """Send, as far as the deadline allows."""
        self.sock.settimeout(self.deadline.left())
        self.sock.sendall(data)

    def close(self) -> None:
        """Leave the connection open: whoever opened it decides."""
