"""A small mail server: it speaks enough SMTP (RFC 5321) to take letters, and keeps them."""

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage


class MailServer(socketserver.ThreadingTCPServer):
    """A server on a free loopback port; it refuses recipients whose address begins with "refused"."""

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self) -> None:
        """Listen."""
        super().__init__(("127.0.0.1", 0), _Session)
        self.letters: list[EmailMessage] = []
        self.recipients: list[str] = []

    @property
    def port(self) -> int:
        """Return the port it listens on."""
        return int(self.server_address[1])


class _Session(socketserver.StreamRequestHandler):
    """One conversation."""

    server: MailServer

    def handle(self) -> None:
        """Answer commands until QUIT."""
        self._say("220 test")
        while line := self.rfile.readline().strip():
            verb = line.decode().upper()
            if verb.startswith("QUIT"):
                self._say("221 bye")
                return
            if verb.startswith("DATA"):
                self._take()
            elif verb.startswith("RCPT TO:<REFUSED"):
                self._say("550 no such person")
            else:
                if verb.startswith("RCPT TO:"):
                    self.server.recipients.append(line.decode()[8:].strip("<>"))
                self._say("250 ok")

    def _take(self) -> None:
        """Take a letter, to the line that holds a dot alone."""
        self._say("354 go on")
        lines = []
        while (line := self.rfile.readline()) not in (b".\r\n", b""):
            lines.append(line[1:] if line.startswith(b"..") else line)
        self.server.letters.append(message_from_bytes(b"".join(lines), _class=EmailMessage, policy=policy.default))
        self._say("250 taken")

    def _say(self, text: str) -> None:
        """Send one line."""
        self.wfile.write(f"{text}\r\n".encode())


@contextmanager
def mail_server() -> Iterator[MailServer]:
    """Run a mail server for the length of a block."""
    with MailServer() as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()
