"""Requests to addresses that people type in: bounded in time and size, and never into networks that are not public.

The address that was checked is the one that is connected to, so that a second look-up can not lead elsewhere.
Redirects are not followed.
"""

import http.client
import ipaddress
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from typing import NamedTuple
from urllib.parse import SplitResult, urlsplit

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext as _

from monitoring.connectors.base import ConnectorError

BODY_BYTES = 256 * 1024  # read of an answer at most
PORTS = {"http": 80, "https": 443}


class Answer(NamedTuple):
    """What came back: the status, and the beginning of the body."""

    status: int
    body: bytes


class Unreachable(Exception):
    """Nobody answered in time, or not in HTTP; the text is a word or two for the record."""


def url_split(url: str) -> SplitResult:
    """Return the parts of an address; raise ConnectorError for anything but a plain http or https address."""
    try:
        parts = urlsplit(url)
        usable = parts.scheme in PORTS and parts.hostname and parts.port != 0 and not parts.username
    except ValueError:
        usable = False
    if not usable or any(ord(c) < 33 or ord(c) == 127 for c in url):
        raise ConnectorError(_("The address must read http://host/… or https://host/…."), again=False)
    return parts


def request(method: str, url: str, *, timeout: float) -> Answer:
    """Send one request and return what came back within `timeout` seconds in all.

    Raises Unreachable where nobody answers; ConnectorError for an address that may not be asked, or has no number.
    """
    parts = url_split(url)
    host, port = parts.hostname or "", parts.port or PORTS[parts.scheme]
    address = address_checked(host, port)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    try:
        connection = _connection(parts.scheme, host, port, address, timeout)
        with closing(connection), _deadline(connection.sock, timeout):
            if isinstance(connection.sock, ssl.SSLSocket):
                connection.sock.do_handshake()
            connection.request(method, path, headers={"User-Agent": "SLMO", "Accept": "*/*"})
            response = connection.getresponse()
            return Answer(response.status, response.read(BODY_BYTES))
    except TimeoutError as error:
        raise Unreachable("no answer in time") from error
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise Unreachable(type(error).__name__) from error


def address_checked(host: str, port: int) -> str:
    """Return the host's address; raise ConnectorError where there is none, or it is neither public nor permitted."""
    try:
        found = [str(info[4][0]) for info in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
    except (OSError, UnicodeError) as error:
        raise ConnectorError(_("The name %(host)s has no address at the moment.") % {"host": host}) from error
    for address in found:
        if not permitted(address):
            raise ConnectorError(
                _("%(host)s lies in a network that probes may not reach (%(address)s).")
                % {"host": host, "address": address},
                again=False,
            )
    return found[0]


def permitted(address: str) -> bool:
    """Tell whether an address is public, or lies in one of the networks that PROBE_ALLOW_NETWORKS names."""
    number = ipaddress.ip_address(address.partition("%")[0])
    mapped = getattr(number, "ipv4_mapped", None)
    number = mapped or number
    if number.is_global and not number.is_multicast:
        return True
    return any(number in network for network in networks_allowed())


def networks_allowed() -> list[ipaddress.IPv4Network | ipaddress.IPv6Network]:
    """Return the networks of the setting PROBE_ALLOW_NETWORKS; raise ImproperlyConfigured where it names none."""
    words = [word.strip() for word in settings.PROBE_ALLOW_NETWORKS.split(",") if word.strip()]
    try:
        return [ipaddress.ip_network(word) for word in words]
    except ValueError as error:
        raise ImproperlyConfigured(f"PROBE_ALLOW_NETWORKS: {error}.") from error


def _connection(scheme: str, host: str, port: int, address: str, timeout: float) -> http.client.HTTPConnection:
    """Return a connection to the address; the handshake of https is still to be made."""
    connection = http.client.HTTPConnection(host, port, timeout=timeout)
    connection.sock = socket.create_connection((address, port), timeout=timeout)
    if scheme == "https":
        context = ssl.create_default_context()
        connection.sock = context.wrap_socket(connection.sock, server_hostname=host, do_handshake_on_connect=False)
    return connection


@contextmanager
def _deadline(sock: socket.socket, seconds: float) -> Iterator[None]:
    """Cut the connection off after so many seconds, however slowly the other end goes on talking."""
    cut = threading.Event()

    def end() -> None:
        cut.set()
        with suppress(OSError):
            sock.shutdown(socket.SHUT_RDWR)

    timer = threading.Timer(seconds, end)
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        if cut.is_set():
            raise TimeoutError
