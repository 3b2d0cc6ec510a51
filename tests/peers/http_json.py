"""HTTP to the peers' own interfaces, apart from the portal's connectors."""

import json
import urllib.request
from typing import Any

_OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))  # no proxy to loopback


def fetch(url: str, body: Any = None, *, method: str | None = None, **headers: str) -> bytes:
    """Return what an address answers; a body is sent as JSON. Raises OSError for anything but 2xx."""
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data, {"Content-Type": "application/json", **headers}, method=method)
    with _OPENER.open(request, timeout=30) as answer:
        return answer.read()


def ask(url: str, body: Any = None, **headers: str) -> Any:
    """Return the JSON that an address answers."""
    return json.loads(fetch(url, body, **headers))
