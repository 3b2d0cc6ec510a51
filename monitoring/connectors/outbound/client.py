"""What all requests to one system have in common: credentials, limits, trust, and the time for all of them."""

import base64
import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from monitoring.connectors.errors import ConnectorError
from monitoring.connectors.outbound.answer import Answer
from monitoring.connectors.outbound.http import Ask, request
from monitoring.connectors.outbound.limits import DEFAULT, Deadline, Limits
from monitoring.connectors.outbound.tls import Trust
from monitoring.sentence import gettext as _
from slmo.accounts.vault import Secret

TOTAL = 60.0  # seconds for all requests of one fetch
AGAIN = frozenset({408, 425, 429, 500, 502, 503, 504})
WAIT_MOST = 3600


class Client:
    """Ask one system several things; made for one fetch, its requests share the time.

    Its methods raise ConnectorError for every answer that is not as expected, with the status in the sentence.
    """

    def __init__(
        self,
        *,
        headers: Mapping[str, str | Secret] | None = None,
        limits: Limits = DEFAULT,
        trust: Trust | None = None,
        total: float = TOTAL,
    ) -> None:
        """Keep what requests have in common; `total` seconds are for all of them, from now on."""
        self.headers, self.limits, self.trust = dict(headers or {}), limits, trust
        self.deadline = Deadline(total)

    def ask(
        self, method: str, url: str, *, params: Mapping[str, Any] | None = None, body: Any = None,
        headers: Mapping[str, str | Secret] | None = None,
    ) -> Answer:  # fmt: skip
        """Return the answer to one request, of a status from 200 to 299; `body` is sent as JSON."""
        sent = b"" if body is None else json.dumps(body).encode()
        own = {"Accept-Encoding": "gzip", **({"Content-Type": "application/json"} if sent else {})}
        url = url + ("&" if "?" in url else "?") + urlencode(params, doseq=True) if params else url
        asked = Ask(method, url, {**own, **self.headers, **(headers or {})}, sent)
        answer = request(asked, self.limits._replace(seconds=self._seconds()), self.trust)
        if not 200 <= answer.status < 300:
            raise refused(answer)
        return answer

    def json(self, url: str, *, params: Mapping[str, Any] | None = None, body: Any = None) -> Any:
        """Return what the JSON at an address says; with a body it is posted there."""
        method = "GET" if body is None else "POST"
        return self.ask(method, url, params=params, body=body, headers={"Accept": "application/json"}).json()

    def text(self, url: str, *, params: Mapping[str, Any] | None = None) -> str:
        """Return the text at an address."""
        return self.ask("GET", url, params=params).text()

    def bytes(self, url: str, *, params: Mapping[str, Any] | None = None) -> bytes:
        """Return the bytes at an address."""
        return self.ask("GET", url, params=params).body

    def _seconds(self) -> float:
        try:
            return min(self.limits.seconds, self.deadline.left())
        except TimeoutError:
            raise ConnectorError(_("All the answers together took too long.")) from None


def refused(answer: Answer) -> ConnectorError:
    """Return the error for an answer of another status than wanted."""
    status = answer.status
    if status in (401, 403):
        sentence = _("Access is refused (HTTP %(status)d): check the user, the password or the token.")
        return ConnectorError(sentence % {"status": status}, again=False)
    if status == 404:
        return ConnectorError(_("There is nothing at this address (HTTP 404)."), again=False)
    wait = _wait(answer.headers.get("Retry-After", ""))
    sentence = _("The answer is HTTP %(status)d, which brings no facts.") % {"status": status}
    return ConnectorError(sentence, again=status in AGAIN, wait=wait)


def basic(user: str, password: Secret) -> Secret:
    """Return the header Authorization of a user with a password."""
    return Secret("Basic " + base64.b64encode(f"{user}:{password.reveal()}".encode()).decode("ascii"))


def bearer(token: Secret) -> Secret:
    """Return the header Authorization of a token."""
    return Secret(f"Bearer {token.reveal()}")


def _wait(text: str) -> int | None:
    return min(int(text), WAIT_MOST) if text.isascii() and text.isdigit() and len(text) < 9 else None
