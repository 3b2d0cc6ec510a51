"""Connections that wait for the next request to the same place: few for each, and not for long."""

import select
import socket
import threading
import time
from typing import NamedTuple

from monitoring.connectors.outbound.tls import Trust
from monitoring.connectors.outbound.urls import Target

IDLE_MOST = 15.0  # seconds; servers usually close after 5 to 75
EACH, ALL = 4, 200


class Key(NamedTuple):
    """What a connection is good for: one host and port at checked addresses, one trust."""

    target: Target
    addresses: tuple[str, ...]
    trust: Trust


class Pool:
    """Idle connections; used from many threads at once."""

    def __init__(self) -> None:
        """Begin empty."""
        self._lock = threading.Lock()
        self._idle: dict[tuple[object, ...], list[tuple[float, socket.socket]]] = {}
        self._count = 0

    def take(self, key: Key) -> socket.socket | None:
        """Return a connection that is still open, None where there is none."""
        while True:
            with self._lock:
                waiting = self._idle.get(_name(key), [])
                if not waiting:
                    self._idle.pop(_name(key), None)
                    return None
                since, sock = waiting.pop()
                self._count -= 1
            if time.monotonic() - since < IDLE_MOST and _open(sock):
                return sock
            sock.close()

    def give(self, key: Key, sock: socket.socket) -> None:
        """Keep a connection, or close it where enough are kept."""
        stale: list[socket.socket] = []
        with self._lock:
            if self._count >= ALL:
                stale += self._drop_old()
            waiting = self._idle.setdefault(_name(key), [])
            if len(waiting) < EACH and self._count < ALL:
                waiting.append((time.monotonic(), sock))
                self._count += 1
            else:
                stale.append(sock)
        for old in stale:
            old.close()

    def _drop_old(self) -> list[socket.socket]:
        """Take out what waits for too long; the caller closes it."""
        dropped = []
        for name in list(self._idle):
            keep = [(since, sock) for since, sock in self._idle[name] if time.monotonic() - since < IDLE_MOST]
            dropped += [sock for since, sock in self._idle[name] if time.monotonic() - since >= IDLE_MOST]
            self._idle[name] = keep
            if not keep:
                del self._idle[name]
        self._count -= len(dropped)
        return dropped


def _name(key: Key) -> tuple[object, ...]:
    return (*key.target.origin, key.addresses, key.trust)


def _open(sock: socket.socket) -> bool:
    """Tell whether the other end has neither closed an idle connection nor said anything on it."""
    try:
        return not select.select([sock], [], [], 0)[0]
    except (OSError, ValueError):
        return False
