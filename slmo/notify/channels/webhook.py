"""News as signed JSON to an HTTP address."""

import hashlib
import hmac
import http.client
import ipaddress
import json
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from urllib.parse import SplitResult, urlsplit

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from slmo.accounts.models import User
from slmo.notify.channels.base import ChannelError
from slmo.notify.models import Delivery
from slmo.notify.pipeline.letter import Letter

SECONDS = 5  # to connect, and for each read
DEADLINE = 10  # for the whole exchange
ANSWER_BYTES = 4096  # read of an answer at most; nothing in it is used
BODY_BYTES = 64 * 1024  # sent at most


class Webhook:
    """News as a POST of JSON, signed with the secret that both ends know."""

    name = "webhook"
    label = _("Webhook")
    interrupts = True

    def reaches(self, user: User) -> bool:
        """Tell whether the person has set an address."""
        return getattr(user, "webhook", None) is not None

    def send(self, delivery: Delivery, letter: Letter) -> None:
        """Post the letter; any answer but 2xx is a failure, and 4xx (but 408 and 429) a lasting one."""
        hook = getattr(delivery.user, "webhook", None)
        if hook is None:
            raise ChannelError("The webhook’s address was removed.", permanent=True)
        status = _post(urlsplit(hook.url), body_of(delivery, letter), hook.secret)
        if not 200 <= status < 300:
            lasting = 400 <= status < 500 and status not in (408, 429)
            raise ChannelError(f"The receiver answered {status}.", permanent=lasting)


def body_of(delivery: Delivery, letter: Letter) -> bytes:
    """Return the JSON that is posted."""
    message = delivery.message
    news = {
        "id": delivery.pk,
        "kind": message.kind,
        "at": message.created_at.isoformat(),
        "subject": {"type": message.subject_type, "id": message.subject_id},
        "headline": letter.subject,
        "text": letter.text,
        "url": letter.url,
    }
    return json.dumps(news, ensure_ascii=False).encode()


def signature_of(secret: str, body: bytes) -> str:
    """Return the value of the signature header: HMAC with SHA-256 over the body, in hex."""
    return "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def _post(url: SplitResult, body: bytes, secret: str) -> int:
    """Post the body without following redirects and return the status; raise ChannelError where nobody answers."""
    if len(body) > BODY_BYTES:
        raise ChannelError(f"The message has {len(body)} bytes; at most {BODY_BYTES} are sent.", permanent=True)
    headers = {
        "Content-Type": "application/json",
        "User-Agent": "SLMO",
        "X-SLMO-Signature": signature_of(secret, body),
    }
    path = (url.path or "/") + (f"?{url.query}" if url.query else "")
    try:
        with closing(_connection(url)) as connection, _deadline(connection.sock):
            if isinstance(connection.sock, ssl.SSLSocket):
                connection.sock.do_handshake()
            connection.request("POST", path, body, headers)
            response = connection.getresponse()
            response.read(ANSWER_BYTES)
            return response.status
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise ChannelError(f"{type(error).__name__}: {error}") from error


def _connection(url: SplitResult) -> http.client.HTTPConnection:
    """Return a connection to the address that was checked, so that a second look-up can not lead elsewhere."""
    host, secure = url.hostname or "", url.scheme == "https"
    port = url.port or (443 if secure else 80)
    connection = http.client.HTTPConnection(host, port, timeout=SECONDS)
    connection.sock = socket.create_connection((address_checked(host, port), port), timeout=SECONDS)
    if secure:
        context = ssl.create_default_context()
        connection.sock = context.wrap_socket(connection.sock, server_hostname=host, do_handshake_on_connect=False)
    return connection


@contextmanager
def _deadline(sock: socket.socket) -> Iterator[None]:
    """Cut the connection off after DEADLINE seconds, however slowly the other end goes on talking."""
    timer = threading.Timer(DEADLINE, _cut, [sock])
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def _cut(sock: socket.socket) -> None:
    """End a connection from another thread; one that has ended already needs nothing."""
    with suppress(OSError):
        sock.shutdown(socket.SHUT_RDWR)


def address_checked(host: str, port: int) -> str:
    """Return the address of the host; raise ChannelError where it lies within the portal's own network.

    WEBHOOK_ALLOW_PRIVATE permits receivers in private networks.
    """
    found = [str(info[4][0]) for info in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
    inner = [address for address in found if not ipaddress.ip_address(address.partition("%")[0]).is_global]
    if inner and not settings.WEBHOOK_ALLOW_PRIVATE:
        raise ChannelError(f"{host} is within a private network ({inner[0]}), which is not permitted.", permanent=True)
    return found[0]
