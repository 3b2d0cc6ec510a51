"""Addresses that people type in."""

from typing import NamedTuple
from urllib.parse import SplitResult, urljoin, urlsplit

from monitoring.connectors.errors import ConnectorError, garbled
from monitoring.sentence import gettext as _

PORTS = {"http": 80, "https": 443}
URL_MOST = 4000


class Target(NamedTuple):
    """Where one request goes: `path` with its query; `origin` is what credentials are bound to."""

    scheme: str
    host: str
    port: int
    path: str

    @property
    def origin(self) -> tuple[str, str, int]:
        """Return scheme, host and port."""
        return self.scheme, self.host, self.port


def url_split(url: str) -> SplitResult:
    """Return the parts of an address; raise ConnectorError for anything but a plain http or https address."""
    try:
        parts = urlsplit(url)
        usable = parts.scheme in PORTS and parts.hostname and parts.port != 0 and not parts.username
        usable = usable and parts.password is None and bool(parts.hostname and parts.hostname.encode("idna"))
    except ValueError:  # UnicodeError is one
        usable = False
    if not usable or len(url) > URL_MOST or any(ord(c) < 33 or ord(c) == 127 for c in url):
        raise ConnectorError(_("The address must read http://host/… or https://host/…."), again=False)
    return parts


def target_of(url: str) -> Target:
    """Return where an address leads; raises ConnectorError."""
    parts = url_split(url)
    host = (
        (parts.hostname or "").encode("idna").decode("ascii") if ":" not in (parts.hostname or "") else parts.hostname
    )
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Target(parts.scheme, host or "", parts.port or PORTS[parts.scheme], _ascii(path))


def redirect_of(url: str, location: str) -> str:
    """Return the address to which an answer redirects; raises ConnectorError where that may not be followed."""
    try:
        found = urljoin(url, location.strip()).partition("#")[0]
    except ValueError:
        found = ""
    if not found or urlsplit(found).scheme not in PORTS:
        raise garbled(_("The answer redirects to something that is no http or https address."))
    if url.startswith("https:") and not found.startswith("https:"):
        raise garbled(_("The answer redirects from https to http, which is not followed."))
    return found


def _ascii(path: str) -> str:
    """Return a path with what is not ASCII escaped."""
    return "".join(c if ord(c) < 127 else "".join(f"%{b:02X}" for b in c.encode()) for c in path)
