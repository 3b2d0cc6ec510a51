"""Two collectors on two hosts of their own against one, on work that mostly waits for slow servers."""

import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from django.conf import settings
from django.utils import timezone

from agreements.models import Indicator, Service
from monitoring.models import Fact, Source

from .faults.database import Server, server_apart, worked_on
from .faults.hosts import Hosts, NoHosts, hosts_made
from .measure import Measurement, ratio
from .web import database_url
from .world import NOW, world_make

SERVERS = 4  # slow ones, each of which a collector asks sixteen times at once at most
SLOW = 2.0  # seconds until one answers
SOURCES = 640  # ten for each thread of one collector, five for each of two
READY_IN = 12.0  # seconds for the collectors to come up, before the first source is due
PATIENCE = 300.0


class _Slow(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        time.sleep(SLOW)
        self.send_response(200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"ok")

    def log_message(self, format: str, *args: Any) -> None:  # the name of the method it replaces
        """Say nothing."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128


def measured(scale: float) -> Iterator[Measurement]:
    """Yield the fetches a second of one collector and of two; where no hosts can be made, say so and measure none."""
    target = ">= 1.7 x one collector"
    try:
        with hosts_made(2) as hosts, _apart(hosts) as server:
            count = 128 * max(2, round(SOURCES * scale / 128))  # as many for every thread
            one, two = (_fetched(hosts, server, count, collectors) for collectors in (1, 2))
    except NoHosts as why:
        print(f"NOT MEASURED: {why}", file=sys.stderr, flush=True)
        yield Measurement(f"hosts: NOT MEASURED: {why}", 0.0, "fetches/s", None, None, target, False)
        return
    found = ratio(two, one)
    name = f"hosts: {count} fetches of {SLOW:g} s from {SERVERS} servers, two collectors on two hosts"
    yield Measurement(name, two, "fetches/s", one, found, target, (found or 0) >= 1.7)


@contextmanager
def _apart(hosts: Hosts) -> Iterator[Server]:
    """Give a database server that the hosts reach, with a copy of this benchmark's database, which is worked on."""
    with server_apart(database_url(), hosts.address) as server, worked_on(server):
        Service.objects.create(slug="hosts", name="Hosts", organisation=world_make().provider, created_at=NOW)
        yield server


def _fetched(hosts: Hosts, server: Server, count: int, collectors: int) -> float:
    """Let collectors, each on a host, ask all sources once; return the fetches a second from the first one's due."""
    with _slow_servers(hosts) as urls:
        due = timezone.now() + timedelta(seconds=READY_IN)
        indicators = _sources_make(f"{collectors}-", urls, count, due)
        running = [_collect(hosts, n, server) for n in range(collectors)]
        try:
            took = _wait(indicators, due)
        finally:
            for one in running:
                one.kill()
                one.wait()
    recorded = Fact.objects.filter(indicator__in=indicators)
    assert recorded.count() == recorded.values("indicator").distinct().count() == count
    return round(count / took, 1)


@contextmanager
def _slow_servers(hosts: Hosts) -> Iterator[list[str]]:
    """Serve slow pages, each server at an address of its own."""
    servers = [_Server((address, 0), _Slow) for address in hosts.outside_more(SERVERS)]
    for one in servers:
        threading.Thread(target=one.serve_forever, args=(0.05,), daemon=True).start()
    try:
        yield [f"http://{one.server_name}:{one.server_port}/" for one in servers]
    finally:
        for one in servers:
            one.shutdown()
            one.server_close()


def _sources_make(name: str, urls: list[str], count: int, due: datetime) -> list[int]:
    """Make sources that are due once, each of a server in turn; return their indicators."""
    service = Service.objects.get(slug="hosts")
    indicators = Indicator.objects.bulk_create(
        Indicator(service=service, slug=f"{name}{n}", name=f"{name}{n}") for n in range(count)
    )
    Source.objects.bulk_create(
        Source(
            slug=f"{name}{n}", name=f"{name}{n}", kind="http", indicator=one, interval=86_400, next_due_at=due,
            config={"url": urls[n % len(urls)], "records": "state"}, asked_since=due,
        )
        for n, one in enumerate(indicators)
    )  # fmt: skip
    return [one.pk for one in indicators]


def _collect(hosts: Hosts, number: int, server: Server) -> "subprocess.Popen[bytes]":
    """Start `manage.py collect` on a host."""
    own = {
        "DATABASE_URL": server.url(hosts.outside), "REDIS_URL": f"redis://{hosts.outside}:1/0", "LOG_LEVEL": "ERROR",
        "PROBE_ALLOW_NETWORKS": hosts.network,
    }  # fmt: skip
    command = hosts.on(number, sys.executable, "manage.py", "collect")
    return subprocess.Popen(command, env={**os.environ, **own}, cwd=settings.BASE_DIR, stdout=subprocess.DEVNULL)


def _wait(indicators: list[int], due: datetime) -> float:
    """Wait until every source was asked; return the seconds since they were due."""
    left = Source.objects.filter(indicator__in=indicators, last_success_at=None)
    deadline = time.monotonic() + PATIENCE
    while left.exists():
        if time.monotonic() > deadline:
            raise TimeoutError(f"{left.count()} sources were not asked")
        time.sleep(0.05)
    return (timezone.now() - due).total_seconds()
