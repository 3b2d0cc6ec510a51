"""The collector: one process that asks many sources at once, as their rows fall due.

One thread talks to the database: it leases what is due and records what came, many fetches together. The others ask.
Nothing that must last is kept here: a collector may be killed, cut off or run several times over.
"""

import logging
import threading
import time
from collections import Counter, deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from queue import Empty, SimpleQueue

from django.core.cache import cache
from django.db import InterfaceError, OperationalError, connection

from monitoring.connectors import CONNECTORS
from monitoring.connectors.outbound import networks_refresh
from monitoring.models import Source
from monitoring.services.fetch import Outcome, source_ask
from monitoring.services.fetching import LEASE, outcomes_record, sources_lease

logger = logging.getLogger(__name__)

THREADS = 64
HOST_MOST = 16  # fetches of one host at a time
AHEAD = 1  # leased sources that wait for a thread, for each thread: the others are left to other collectors
HELD = 5  # leased sources in all, for each thread, with those whose hosts are busy: all are asked before a lease ends
TOGETHER = 200  # fetches that are recorded in one transaction
TICK = 0.2  # seconds between two looks at what is due
WAIT_MOST = 10.0  # seconds between two tries while the database does not answer
SAID_EVERY = 3.0  # seconds between two signs of life
ALIVE, ALIVE_FOR = "monitoring:collector", 15  # the mark of a living collector, and the seconds that it lasts


class Collector:
    """Asks sources until it is told to stop. `clock` tells the time; `started` hears of every fetch as it begins."""

    def __init__(
        self,
        clock: Callable[[], datetime],
        *,
        threads: int = THREADS,
        started: Callable[[Source, datetime], None] = lambda source, at: None,
    ) -> None:
        """Start the threads."""
        self.clock, self.threads, self.started = clock, threads, started
        self.stop = threading.Event()
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="fetch")
        self._done: SimpleQueue[Outcome] = SimpleQueue()
        self._waiting: deque[Source] = deque()
        self._unrecorded: list[Outcome] = []
        self._hosts: Counter[str] = Counter()
        self._running = 0
        self._said = 0.0

    def run(self, until: Callable[[], bool] = lambda: False) -> None:
        """Work until `stop` is set or `until` says so; then wait for the fetches under way and record them."""
        try:
            while not self.stop.is_set() and not until():
                self.tick(lease=True)
            while self._running or self._unrecorded:
                self._waiting.clear()  # their leases run out, or another worker's fetch is due then
                self.tick(lease=False)
        finally:
            self._pool.shutdown(wait=False, cancel_futures=True)

    def tick(self, *, lease: bool) -> None:
        """Lease what is due, start what may start, wait a moment, and record what came."""
        wait = 0.5
        while True:
            try:
                if lease:
                    self._lease()
                self._start()
                self._record()
                return
            except (OperationalError, InterfaceError) as error:
                # Nothing is lost: what came is recorded as soon as the database answers, if nobody asked again since.
                logger.warning("The database does not answer: %s", str(error).strip())
                connection.close()
                if self.stop.wait(wait):
                    self._unrecorded.clear()
                    return
                wait = min(2 * wait, WAIT_MOST)

    def _lease(self) -> None:
        """Lease as many sources as there is room for; those that wait for their hosts stand in nobody's way."""
        held, ready = self._running + len(self._waiting), self._running + self._ready()
        room = min(self.threads * (1 + AHEAD) - ready, self.threads * HELD - held)
        if room > 0:
            self._waiting.extend(sources_lease(now=self.clock(), limit=room))
        if time.monotonic() - self._said > SAID_EVERY:
            self._said = time.monotonic()
            networks_refresh()  # here, so that no thread that asks has to
            alive_say()

    def _ready(self) -> int:
        """Return how many of the waiting fetches there is room for at their hosts."""
        hosts, ready = self._hosts.copy(), 0
        for source in self._waiting:
            asked = _hosts_of(source)
            if all(hosts[host] < HOST_MOST for host in asked):
                hosts.update(asked)
                ready += 1
        return ready

    def _start(self) -> None:
        """Start the waiting fetches for which there are a thread and room at their hosts; drop leases that grow old."""
        for _ in range(len(self._waiting)):
            if self._running >= self.threads:
                return
            source = self._waiting.popleft()
            hosts = _hosts_of(source)
            if any(self._hosts[host] >= HOST_MOST for host in hosts):
                self._waiting.append(source)
            elif source.leased_until and self.clock() < source.leased_until - LEASE / 2:
                self._hosts.update(hosts)
                self._running += 1
                self._pool.submit(self._ask, source)

    def _ask(self, source: Source) -> None:
        """Ask one source, in a thread of the pool."""
        now = self.clock()
        self.started(source, now)
        self._done.put(source_ask(source, now))

    def _record(self) -> None:
        """Wait a moment for fetches to end, and record those that have."""
        self._take(TICK if not self._unrecorded else 0.0)
        while self._unrecorded:
            together = self._unrecorded[:TOGETHER]
            outcomes_record(outcomes=together, now=self.clock())
            del self._unrecorded[: len(together)]

    def _take(self, wait: float) -> None:
        """Take what the threads have brought; wait for a moment, so that many are recorded together."""
        deadline = time.monotonic() + wait
        while True:
            try:
                outcome = self._done.get(timeout=max(deadline - time.monotonic(), 0.001))
            except Empty:
                return
            self._running -= 1
            self._hosts.subtract(_hosts_of(outcome.source))
            self._unrecorded.append(outcome)
            if self._waiting:
                self._start()


def _hosts_of(source: Source) -> tuple[str, ...]:
    """Return the hosts that a source asks."""
    return CONNECTORS[source.kind].hosts(source.config)


def alive_say() -> None:
    """Leave the mark of a living collector; without a cache workers do its work, too."""
    try:
        cache.set(ALIVE, 1, ALIVE_FOR)
    except Exception as error:  # whatever the cache's client raises: the mark is a hint and no more
        logger.warning("No cache: %s", error)


def alive_seen() -> bool:
    """Tell whether a collector lives, as far as the cache knows."""
    try:
        return bool(cache.get(ALIVE))
    except Exception as error:  # as above
        logger.warning("No cache: %s", error)
        return False
