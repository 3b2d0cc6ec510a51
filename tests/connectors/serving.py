"""An honest server for the tests: it answers as a script says, keeps connections, and remembers what was asked."""

import json as json_text
import socketserver
import ssl
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, NamedTuple


class Script(NamedTuple):
    """What is answered: a status, lines of the head, and a body, which `json` gives as well."""

    status: int = 200
    body: bytes = b""
    lines: tuple[str, ...] = ()
    json: Any = None
    closes: bool = False  # the connection, without having said so

    def answer(self) -> bytes:
        """Return the whole answer."""
        body = self.body if self.json is None else json_text.dumps(self.json).encode()
        lines = [f"HTTP/1.1 {self.status} X", f"Content-Length: {len(body)}", *self.lines, "", ""]
        return "\r\n".join(lines).encode() + body


class _Handler(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        """Answer one request after the other."""
        self.server.connections += 1
        while asked := self._request():
            path = asked.split(b" ")[1].decode()
            script = self.server.scripts.get(path) or self.server.scripts.get(path.split("?")[0]) or self.server.script
            self.server.asked.append(asked)
            found = script(asked) if callable(script) else script
            self.wfile.write(found.answer())
            if found.closes:
                return

    def _request(self) -> bytes:
        head = b""
        while not head.endswith(b"\r\n\r\n"):
            line = self.rfile.readline()
            if not line:
                return b""
            head += line
        length = [line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")]
        return head + self.rfile.read(int(length[0].split(b":")[1]) if length else 0)


class Server(socketserver.ThreadingTCPServer):
    """The server: `scripts` by path, with or without its query, else `script`."""

    daemon_threads = True
    block_on_close = False
    allow_reuse_address = True

    def __init__(self, script: Any, scripts: Mapping[str, Any], context: ssl.SSLContext | None) -> None:
        """Listen on a free port."""
        super().__init__(("127.0.0.1", 0), _Handler)
        self.script, self.scripts, self.context = script, dict(scripts), context
        self.asked: list[bytes] = []
        self.connections = 0

    def get_request(self) -> tuple[Any, Any]:
        """Take a connection."""
        sock, address = super().get_request()
        return (self.context.wrap_socket(sock, server_side=True) if self.context else sock), address

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing: whoever asked has hung up."""

    @property
    def port(self) -> int:
        """Return its port."""
        return int(self.server_address[1])

    @property
    def url(self) -> str:
        """Return its address."""
        return f"{'https' if self.context else 'http'}://127.0.0.1:{self.port}"


@contextmanager
def served(
    script: Any = None, scripts: Mapping[str, Any] | None = None, context: ssl.SSLContext | None = None
) -> Iterator[Server]:
    """Serve as long as the block lasts; a script may be a function of the request."""
    server = Server(script or Script(404), scripts or {}, context)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
