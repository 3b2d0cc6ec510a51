"""A server that answers as no server should: each path is another way of being wrong.

`hostile()` serves it on a free port of this machine, `secured(…)` by TLS with a certificate of its own.
"""

import gzip
import ipaddress
import json
import socket
import socketserver
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

Send = Callable[[bytes], None]
DRIP = 0.05  # seconds between two bytes of an answer that drips


def head(status: int = 200, *lines: str, length: int | None = None) -> bytes:
    """Return the head of an answer."""
    given = [] if length is None else [f"Content-Length: {length}"]
    return "\r\n".join([f"HTTP/1.1 {status} X", "Connection: close", *given, *lines, "", ""]).encode()


def answer(body: bytes, *lines: str, status: int = 200) -> bytes:
    """Return a whole and honest answer."""
    return head(status, *lines, length=len(body)) + body


def garbage(send: Send, stop: threading.Event) -> None:
    """Answer in no protocol at all."""
    send(b"\x16\x03\x01\x02\x00\x01 SSH-2.0 what?\r\n\r\n")


def nothing(send: Send, stop: threading.Event) -> None:
    """Take the request and close."""


def silent(send: Send, stop: threading.Event) -> None:
    """Take the request and say nothing for longer than anybody waits."""
    stop.wait(30)


def drip_head(send: Send, stop: threading.Event) -> None:
    """Send a head a byte at a time, for ever."""
    send(b"HTTP/1.1 200 OK\r\nX: ")
    while not stop.wait(DRIP):
        send(b"a")


def drip_body(send: Send, stop: threading.Event) -> None:
    """Send a body a byte at a time, for ever."""
    send(head(200, length=10_000_000))
    while not stop.wait(DRIP):
        send(b" ")


def huge_head(send: Send, stop: threading.Event) -> None:
    """Send a head without an end."""
    send(b"HTTP/1.1 200 OK\r\n")
    for number in range(80):
        send(f"X-{number}: {'a' * 8000}\r\n".encode())


def continue_for_ever(send: Send, stop: threading.Event) -> None:
    """Say that it goes on, and never go on."""
    while True:
        send(b"HTTP/1.1 100 Continue\r\n\r\n" * 200)


def huge(send: Send, stop: threading.Event) -> None:
    """Send a body without an end."""
    send(head(200))
    while True:
        send(b"[" + b"0," * 50_000)


def cut_off(send: Send, stop: threading.Event) -> None:
    """Promise more than is sent: what came is whole JSON and whole CSV by itself."""
    send(head(200, length=100_000) + b'[{"at": "2026-01-14T09:00:00Z", "state": "up"}]')


def cut_off_chunk(send: Send, stop: threading.Event) -> None:
    """Close in the midst of the chunks."""
    send(head(200, "Transfer-Encoding: chunked") + b"2\r\n[]\r\n")


def lying_length(send: Send, stop: threading.Event) -> None:
    """Promise less than is sent: the rest is another answer, which must not be taken for the next one."""
    send(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n[]" + answer(b'[{"state": "down"}]'))


def negative_length(send: Send, stop: threading.Event) -> None:
    """Name a length that is none."""
    send(head(200, "Content-Length: -7") + b"[1")


def gzip_bomb(send: Send, stop: threading.Event) -> None:
    """Send a few kilobytes that are gigabytes when unpacked."""
    send(answer(BOMB, "Content-Encoding: gzip"))


def gzip_damaged(send: Send, stop: threading.Event) -> None:
    """Send what only says that it is compressed."""
    send(answer(b'{"a": 1}', "Content-Encoding: gzip"))


def gzip_cut(send: Send, stop: threading.Event) -> None:
    """Send the first half of what is compressed as if it were all."""
    packed = gzip.compress(json.dumps(list(range(5000))).encode())
    send(answer(packed[: len(packed) // 2], "Content-Encoding: gzip"))


def odd_encoding(send: Send, stop: threading.Event) -> None:
    """Compress in a way that nobody asked for."""
    send(answer(b"[]", "Content-Encoding: br"))


def redirect_loop(send: Send, stop: threading.Event) -> None:
    """Redirect to itself."""
    send(answer(b"", "Location: /redirect_loop", status=302))


def redirect_inside(send: Send, stop: threading.Event) -> None:
    """Redirect to where a cloud tells its secrets."""
    send(answer(b"", "Location: http://169.254.169.254/latest/meta-data/", status=302))


def redirect_file(send: Send, stop: threading.Event) -> None:
    """Redirect to a file of the machine that asks."""
    send(answer(b"", "Location: file:///etc/passwd", status=302))


def wrong_charset(send: Send, stop: threading.Event) -> None:
    """Say UTF-8 and send another character set."""
    send(answer('{"name": "Überwachung"}'.encode("latin-1"), "Content-Type: application/json; charset=utf-8"))


def unknown_charset(send: Send, stop: threading.Event) -> None:
    """Name a character set that does not exist."""
    send(answer(b"at,state\n", "Content-Type: text/csv; charset=klingon"))


def page_for_data(send: Send, stop: threading.Event) -> None:
    """Send a log-in page where data was asked for, as proxies do."""
    send(answer(b"<!DOCTYPE html><html><title>Please log in</title></html>", "Content-Type: text/html"))


def nan(send: Send, stop: threading.Event) -> None:
    """Send numbers that are none."""
    send(answer(b'{"value": NaN, "values": [Infinity], "data": {"value": NaN}, "issues": NaN}'))


def deep(send: Send, stop: threading.Event) -> None:
    """Send JSON of a hundred thousand levels."""
    send(answer(b"[" * 100_000))


def digits(send: Send, stop: threading.Event) -> None:
    """Send a number of ten thousand digits."""
    send(answer(b'{"value": ' + b"9" * 10_000 + b"}"))


def binary(send: Send, stop: threading.Event) -> None:
    """Send bytes that are no text."""
    send(answer(bytes(range(256)) * 8))


def empty(send: Send, stop: threading.Event) -> None:
    """Send nothing, politely."""
    send(answer(b""))


def error_page(send: Send, stop: threading.Event) -> None:
    """Fail."""
    send(answer(b"Internal Server Error", status=500))


def refusing(send: Send, stop: threading.Event) -> None:
    """Let nobody in."""
    send(answer(b'{"message": "no"}', status=401))


def _typed(body: bytes) -> Callable[[Send, threading.Event], None]:
    return lambda send, stop: send(answer(body, "Content-Type: application/json"))


BOMB = gzip.compress(gzip.compress(b"") + b" " * 40_000_000)
# Whole JSON of a type or shape that no server of any kind sends.
WRONG_TYPES = {
    "null": b"null",
    "number": b"7",
    "text": b'"up"',
    "list_of_numbers": b"[1, 2, 3]",
    "empty_object": b"{}",
    "nested_wrongly": b'{"data": 3, "issues": "none", "components": 7, "incidents": {"a": 1}, "result": [null]}',
    "nulls_inside": b'{"data": {"result": [null]}, "issues": [null], "incidents": [null], "components": [null]}',
}  # fmt: skip
WAYS: dict[str, Callable[[Send, threading.Event], None]] = {
    way.__name__: way
    for way in (
        garbage, nothing, silent, drip_head, drip_body, huge_head, continue_for_ever, huge, cut_off, cut_off_chunk,
        lying_length, negative_length, gzip_bomb, gzip_damaged, gzip_cut, odd_encoding, redirect_loop, redirect_inside,
        redirect_file, wrong_charset, unknown_charset, page_for_data, nan, deep, digits, binary, empty, error_page,
        refusing,
    )
}  # fmt: skip
WAYS |= {name: _typed(body) for name, body in WRONG_TYPES.items()}


class _Handler(socketserver.BaseRequestHandler):
    def handle(self) -> None:
        """Answer one request in the way that its path names."""
        asked = b""
        try:
            while b"\r\n\r\n" not in asked:
                piece = self.request.recv(65536)
                if not piece:
                    return
                asked += piece
            self.server.asked.append(asked)  # type: ignore[attr-defined]
            way = self.server.way or asked.split(b" ")[1].decode().split("?")[0].strip("/").split("/")[0]  # type: ignore[attr-defined]
            WAYS[way](self.request.sendall, self.server.stopped)  # type: ignore[attr-defined]
        except OSError:
            return  # whoever asked has had enough


class Hostile(socketserver.ThreadingTCPServer):
    """The server; `way` answers every path in one way, `asked` keeps what was asked."""

    daemon_threads = True
    allow_reuse_address = True
    block_on_close = False

    def __init__(self, context: ssl.SSLContext | None = None) -> None:
        """Listen on a free port."""
        super().__init__(("127.0.0.1", 0), _Handler)
        self.way, self.asked, self.stopped = "", [], threading.Event()
        self.context = context

    def get_request(self) -> tuple[Any, Any]:
        """Take a connection, by TLS where the server has a certificate."""
        sock, address = super().get_request()
        if self.context is not None:
            sock.settimeout(5)
            sock = self.context.wrap_socket(sock, server_side=True)
        return sock, address

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing: whoever asked has hung up."""

    @property
    def url(self) -> str:
        """Return its address."""
        return f"{'https' if self.context else 'http'}://127.0.0.1:{self.server_address[1]}"


@contextmanager
def hostile(context: ssl.SSLContext | None = None) -> Iterator[Hostile]:
    """Serve as long as the block lasts."""
    server = Hostile(context)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    try:
        yield server
    finally:
        server.stopped.set()
        server.shutdown()
        server.server_close()


def certificate(
    folder: Path, *, name: str = "127.0.0.1", days: int = 30, since: datetime | None = None
) -> tuple[ssl.SSLContext, str]:
    """Return a server's context with a certificate of its own for `name`, and that certificate as PEM."""
    begun = since or datetime.now(UTC) - timedelta(days=1)
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    made = (
        x509.CertificateBuilder().subject_name(subject).issuer_name(subject).public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begun).not_valid_after(begun + timedelta(days=days))
        .add_extension(x509.SubjectAlternativeName([_alternative(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    pem = made.public_bytes(serialization.Encoding.PEM)
    secret = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path = folder / f"{name}-{days}.pem"
    path.write_bytes(pem + secret)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path)
    return context, pem.decode()


def _alternative(name: str) -> x509.GeneralName:
    try:
        socket.inet_aton(name)
    except OSError:
        return x509.DNSName(name)
    return x509.IPAddress(ipaddress.ip_address(name))
