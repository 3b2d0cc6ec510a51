"""One request by HTTP, its redirects followed and checked each time."""

import http.client
import time
from collections.abc import Mapping
from http.client import HTTPException, HTTPResponse
from typing import NamedTuple

from monitoring.connectors.errors import ConnectorError, Unreachable, garbled
from monitoring.connectors.outbound.addresses import addresses_checked
from monitoring.connectors.outbound.answer import Answer, body_read
from monitoring.connectors.outbound.limits import DEFAULT, Deadline, Limits
from monitoring.connectors.outbound.pool import Key, Pool
from monitoring.connectors.outbound.sockets import Wire, socket_to, unreachable
from monitoring.connectors.outbound.tls import Trust
from monitoring.connectors.outbound.urls import Target, redirect_of, target_of
from monitoring.sentence import gettext as _
from monitoring.sentence import ngettext
from slmo.accounts.vault import Secret

REDIRECTS = (301, 302, 303, 307, 308)
REPEATABLE = ("GET", "HEAD", "OPTIONS")
OWN = {"User-Agent": "SLMO", "Accept": "*/*"}
_pool = Pool()


class Ask(NamedTuple):
    """What is asked: `headers` go to the first origin only, wherever the answers redirect to."""

    method: str
    url: str
    headers: Mapping[str, str | Secret] = {}
    body: bytes = b""


def request(ask: Ask, limits: Limits = DEFAULT, trust: Trust | None = None) -> Answer:
    """Send a request, follow its redirects, and return what came back in the end.

    Raises Unreachable where nobody answers in time or in HTTP, ConnectorError for an address that may not be asked,
    for one redirect too many, and for an answer that is too long, cut off or garbled.
    """
    begun, deadline = time.monotonic(), Deadline(limits.seconds)
    for _step in range(limits.redirects + 1):
        answer = _one(ask, limits, trust or Trust(), deadline)
        location = answer.headers.get("Location", "")
        if answer.status not in REDIRECTS or not location or not limits.redirects:
            return answer._replace(url=ask.url, took=time.monotonic() - begun)
        ask = _redirected(ask, answer.status, location)
    sentence = ngettext(
        "The answers redirect more than %(count)d time.",
        "The answers redirect more than %(count)d times.",
        limits.redirects,
    )
    raise garbled(sentence % {"count": limits.redirects})


def _redirected(ask: Ask, status: int, location: str) -> Ask:
    """Return what to ask next; raises ConnectorError where that may not be."""
    url = redirect_of(ask.url, location)
    keeps = status in (307, 308)
    if target_of(url).origin == target_of(ask.url).origin:
        return ask._replace(url=url) if keeps or ask.method in REPEATABLE else Ask("GET", url, ask.headers)
    if keeps and ask.body:
        raise garbled(_("The answer redirects what was sent to another host, which is not followed."))
    return Ask(ask.method if keeps or ask.method in REPEATABLE else "GET", url)


def _one(ask: Ask, limits: Limits, trust: Trust, deadline: Deadline) -> Answer:
    """Send one request; an idle connection that turns out to be closed is replaced once."""
    target = target_of(ask.url)
    try:
        found = addresses_checked(target.host, target.port, deadline)
        key = Key(target, tuple(one.address for one in found), trust)
        idle = _pool.take(key) if ask.method in REPEATABLE else None
        if idle is not None:
            wire = Wire(idle, deadline)
            try:
                return _exchanged(wire, ask, target, limits, key)
            except (OSError, HTTPException):
                if wire.came:
                    raise
        sock = socket_to(found, target.host, target.port, deadline, trust=trust if target.scheme == "https" else None)
        return _exchanged(Wire(sock, deadline), ask, target, limits, key)
    except (OSError, HTTPException, ValueError) as error:
        raise _meaning(target.host, error) from None


def _exchanged(wire: Wire, ask: Ask, target: Target, limits: Limits, key: Key) -> Answer:
    """Send a request on a connection and read its answer; the connection is kept where it can be used again."""
    kept = False
    try:
        _send(wire, ask, target)
        wire.allowance = limits.header
        response = HTTPResponse(wire, method=ask.method)  # type: ignore[arg-type]
        response.begin()
        _length_check(response)
        wire.allowance = None
        measured = response.chunked or response.length is not None
        body = body_read(response, limits)
        kept = not response.will_close and response.isclosed() and ask.method in REPEATABLE
        return Answer(response.status, body, response.headers, measured=measured)
    finally:
        if kept:
            _pool.give(key, wire.sock)
        else:
            wire.sock.close()


def _length_check(response: HTTPResponse) -> None:
    """Raise ConnectorError where the answer names no length, or two: nobody can tell then where it ends."""
    named = {text.strip() for text in response.headers.get_all("Content-Length", [])}
    if len(named) > 1 or any(not (text.isascii() and text.isdigit()) for text in named):
        raise garbled(_("The answer names no usable length."))


def _send(wire: Wire, ask: Ask, target: Target) -> None:
    connection = http.client.HTTPConnection(target.host, target.port)
    connection.default_port = {"http": 80, "https": 443}[target.scheme]
    connection.sock = wire
    headers = {"Accept-Encoding": "identity", **OWN, **{name: _plain(value) for name, value in ask.headers.items()}}
    connection.request(ask.method, target.path, body=ask.body or None, headers=headers)


def _plain(value: str | Secret) -> str:
    return value.reveal() if isinstance(value, Secret) else value


def _meaning(host: str, error: Exception) -> ConnectorError:
    """Return what a failure says to people; what the other end sent is not repeated."""
    if isinstance(error, http.client.IncompleteRead):
        return garbled(_("The answer was cut off before its end."))
    if isinstance(error, OSError) and not isinstance(error, http.client.RemoteDisconnected):
        return unreachable(host, error)
    if isinstance(error, http.client.RemoteDisconnected):
        return Unreachable(_("%(host)s closed the connection without an answer.") % {"host": host}, "no answer")
    return Unreachable(_("%(host)s did not answer in HTTP.") % {"host": host}, type(error).__name__)
