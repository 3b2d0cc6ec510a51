"""The networks that are not public and may be reached all the same: of the setting, and of the table."""

import ipaddress
import threading
import time
from collections.abc import Iterator, Sequence

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from monitoring.borrowed import connection_borrowed
from monitoring.models import NetworkAllowed

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
FRESH = 5.0  # seconds for which the table is remembered: what is taken out of it is refused that soon everywhere

_lock = threading.Lock()
_known: list[tuple[float, list[Network]]] = []


def networks_allowed() -> Iterator[Network]:
    """Yield the networks that an administrator has allowed, those of the table only where they are asked for.

    Raises ImproperlyConfigured for an unusable setting.
    """
    yield from _of_setting()
    yield from _of_table()


def networks_refresh() -> None:
    """Read the table now, for the threads that are about to ask."""
    found = [(time.monotonic(), _read())]
    with _lock:
        _known[:] = found


def networks_forget() -> None:
    """Forget what was read from the table: it has changed."""
    with _lock:
        _known.clear()


def setting_words() -> list[str]:
    """Return what the setting PROBE_ALLOW_NETWORKS lists."""
    return [word.strip() for word in settings.PROBE_ALLOW_NETWORKS.split(",") if word.strip()]


def _of_setting() -> list[Network]:
    try:
        return [ipaddress.ip_network(word) for word in setting_words()]
    except ValueError as error:
        raise ImproperlyConfigured(f"PROBE_ALLOW_NETWORKS: {error}.") from error


def _of_table() -> Sequence[Network]:
    with _lock:
        found = list(_known)
    if not found or time.monotonic() - found[0][0] > FRESH:
        networks_refresh()
        return _of_table() if not found else _known_now()
    return found[0][1]


def _known_now() -> Sequence[Network]:
    with _lock:
        return _known[0][1] if _known else []


def _read() -> list[Network]:
    """Return the networks of the table."""
    with connection_borrowed():
        return [ipaddress.ip_network(text) for text in NetworkAllowed.objects.values_list("network", flat=True)]
