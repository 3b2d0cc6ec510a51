"""Look before starting: the port, the folder, the address. Standard library only."""

import errno
import os
import socket
import tempfile
from collections.abc import Mapping
from pathlib import Path

from slmo.embedded.refusal import Refusal

DEFAULT_HOST = "127.0.0.1"
DEFAULT_PORT = "8000"


def address_wanted(environment: Mapping[str, str]) -> tuple[str, int]:
    """Return the host and port that SLMO_HOST and PORT ask for; raise Refusal where PORT is no port number."""
    host = environment.get("SLMO_HOST", "").strip() or DEFAULT_HOST
    word = environment.get("PORT", "").strip() or DEFAULT_PORT
    if not (word.isascii() and word.isdigit() and 0 < int(word) < 65536):
        raise Refusal(f"PORT is {word!r}; expected a number from 1 to 65535, for example: PORT=8123 make run")
    return host, int(word)


def port_check(host: str, port: int) -> None:
    """Raise Refusal unless this process may listen on `host` and `port` now."""
    try:
        family, kind, protocol, _name, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, protocol) as listener:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind(address)
            listener.listen(1)
    except OSError as error:
        raise Refusal(_port_sentence(host, port, error)) from None


def _port_sentence(host: str, port: int, error: OSError) -> str:
    """Return the sentence for an address that cannot be listened on."""
    if error.errno == errno.EADDRINUSE:
        return (
            f"Port {port} on {host} is taken by another program; choose another, for example: PORT={port + 1} make run"
        )
    if error.errno == errno.EACCES:
        return f"This user may not listen on port {port}; choose one from 1024 up, for example: PORT=8123 make run"
    return f"Cannot listen on {host}, port {port}: {error.strerror or error}."


def port_free() -> int:
    """Return a port of the loopback interface that nobody listens on at this moment."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.bind((DEFAULT_HOST, 0))
        return int(probe.getsockname()[1])


def port_is_free(port: int) -> bool:
    """Return whether `port` of the loopback interface can be listened on now."""
    try:
        port_check(DEFAULT_HOST, port)
    except Refusal:
        return False
    return True


def folder_check(folder: Path) -> None:
    """Create `folder` where it is missing; raise Refusal unless files can be made in it."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        reason = os.strerror(error.errno) if error.errno else str(error)
        raise Refusal(f"Cannot write in the folder {folder}: {reason}.") from None
