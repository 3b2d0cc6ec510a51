"""The database server stops and crashes, collectors are killed and cut off in mid-work: nothing is lost or doubled.

Collectors are real processes; "two minutes pass" is said to the rows, whose leases then have run out.
"""

import json
import os
import signal
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections import Counter
from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.conf import settings
from django.core.servers.basehttp import ThreadedWSGIServer, WSGIRequestHandler
from django.core.wsgi import get_wsgi_application
from django.db import connection
from django.utils import timezone

from monitoring.connectors import CONNECTORS
from monitoring.models import Fact, FactBatch, PushDelivery, Source
from slmo.accounts.services.token import api_token_issue
from slmo.sessions import LIFE
from tests.monitoring.make import at, indicator_make, organisations_make, service_make, user_make
from tests.monitoring.minutes import minutes_served
from tests.monitoring.outages import (
    Flaky,
    collecting,
    covered,
    every_minute_once,
    no_broker,
    sources_make,
    wait_covered,
)
from tests.support.worker import database_url, wait_for
from tools.bench.faults.database import server_apart, worked_on
from tools.bench.faults.hosts import NoHosts, hosts_made

pytestmark = pytest.mark.wide

__all__ = ["no_broker"]  # a fixture

SOURCES = 24
CLIENTS, FACTS = 4, 20


@pytest.fixture(scope="module")
def hosts():
    try:
        with hosts_made(2) as made:
            yield made
    except NoHosts as why:
        yield why


@pytest.fixture(scope="module")
def outside(hosts):
    return "127.0.0.1" if isinstance(hosts, NoHosts) else hosts.outside


@pytest.fixture(scope="module")
def apart(django_db_setup, django_db_blocker, hosts):
    address = "" if isinstance(hosts, NoHosts) else hosts.address
    with django_db_blocker.unblock(), server_apart(database_url(), address) as server:
        yield server


@pytest.fixture
def server(transactional_db, apart):
    with worked_on(apart):
        yield apart
        Source.objects.update(enabled=False)


@pytest.fixture(scope="module")
def nursery(apart, outside):
    """Give what starts real collectors, on a host or on this one, and kills what is left of them."""
    own = {"DATABASE_URL": apart.url(outside), "REDIS_URL": "redis://127.0.0.1:1/0", "LOG_LEVEL": "CRITICAL"}
    own |= {"DJANGO_SETTINGS_MODULE": "slmo.settings", "PROBE_ALLOW_NETWORKS": f"{outside}/32"}
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.monitoring.collectors"],
        env={**os.environ, **own}, cwd=settings.BASE_DIR, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        start_new_session=True,
    )  # fmt: skip

    def start(host=""):
        process.stdin.write(f"{host}\n")
        process.stdin.flush()
        return int(process.stdout.readline())

    yield start
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def two_minutes_pass():
    """Let the leases that are held run out."""
    Source.objects.filter(leased_until__isnull=False).update(leased_until=timezone.now() - timedelta(seconds=1))


def test_the_database_server_stops_and_crashes_while_facts_are_collected(server, no_broker, monkeypatch):
    monkeypatch.setitem(CONNECTORS, "flaky", Flaky())
    begun, indicators = sources_make("flaky", 12, "restart", "http://{}.example.org/")
    with collecting():
        for end in (server.crash, server.stop, server.crash):
            time.sleep(0.3)
            assert not covered(begun, indicators)
            end()
            server.start()
            connection.close()  # this thread's own, which is broken
        two_minutes_pass()  # of what was leased in the moment of a crash
        wait_covered(begun, indicators)
    every_minute_once(begun, indicators)


def test_the_database_is_asked_to_give_up_a_client_that_was_cut_off(server):
    with connection.cursor() as cursor:
        for name, value in LIFE.items():
            cursor.execute(f"SELECT setting FROM pg_settings WHERE name = '{name}'")
            assert cursor.fetchone() == (value,)
    assert connection.connection.info.dsn_parameters["tcp_user_timeout"] == "30000"


def test_collectors_killed_in_mid_fetch_leave_no_hole_and_repeat_nothing(server, nursery, outside):
    with minutes_served(outside) as system:
        begun, indicators = sources_make("json", SOURCES, "killed", system.url)
        for _kill in range(2):
            collector = nursery()
            wait_for(lambda: system.under_way.total() > 2, "fetches")
            os.kill(collector, signal.SIGKILL)
            assert not covered(begun, indicators)
            two_minutes_pass()
        collector = nursery()
        wait_covered(begun, indicators)
        os.kill(collector, signal.SIGKILL)
    every_minute_once(begun, indicators)


@pytest.mark.may_skip
def test_of_two_hosts_one_is_cut_off_and_comes_back_and_the_other_is_killed(server, nursery, hosts):
    if isinstance(hosts, NoHosts):
        pytest.skip(f"NO HOSTS: {hosts}")
    with minutes_served(hosts.outside) as system:
        begun, indicators = sources_make("json", 2 * SOURCES, "hosts", system.url)
        one, other = (nursery(name) for name in hosts.names)
        wait_for(lambda: all(system.under_way[each] > 2 for each in hosts.addresses), "fetches of both hosts")
        hosts.cut(0)
        wait_for(lambda: not system.under_way.total(), "an end of what was asked", 10)
        asked = system.asked[hosts.addresses[0]]
        two_minutes_pass()
        wait_covered(begun, indicators)
        assert system.asked[hosts.addresses[0]] == asked
        every_minute_once(begun, indicators)
        hosts.mend(0)  # it tries to record what it was told before the cut
        Source.objects.filter(indicator__in=indicators).update(covered_until=begun, next_due_at=begun)
        wait_for(lambda: system.under_way[hosts.addresses[1]] > 2, "fetches of the other host")
        os.kill(other, signal.SIGKILL)
        two_minutes_pass()
        wait_covered(begun, indicators)
        os.kill(one, signal.SIGKILL)
        assert system.asked[hosts.addresses[0]] > asked
    every_minute_once(begun, indicators)


class _Quiet(WSGIRequestHandler):
    def log_message(self, format, *args):
        """Say nothing."""


@contextmanager
def portal_served():
    """Serve the portal from this process, a thread for each connection."""
    web = ThreadedWSGIServer(("127.0.0.1", 0), _Quiet, connections_override={})
    web.set_app(get_wsgi_application())
    threading.Thread(target=web.serve_forever, args=(0.02,), daemon=True).start()
    try:
        yield f"http://127.0.0.1:{web.server_port}/api/v1/facts/"
    finally:
        web.shutdown()
        web.server_close()


class Client:
    """Pushes one delivery after the other, an hour each, and repeats each, as it is, until it is taken.

    Every second client has a key for each.
    """

    def __init__(self, number, url, secret, indicator):
        """Know whom to tell."""
        self.number, self.url, self.indicator = number, url, indicator
        self.headers = {"Authorization": f"Bearer {secret}", "Content-Type": "application/json"}
        self.answers, self.batches, self.deliveries = Counter(), [], 0

    def run(self, over):
        """Push until it is over."""
        while not over.is_set():
            number = self.deliveries
            begun = at("2026-01-01 00:00") + timedelta(hours=number)
            facts = [
                {"start": (begun + timedelta(minutes=n)).isoformat(), "state": "up" if n % 7 else "down"}
                for n in range(FACTS)
            ]
            body = json.dumps({"indicator": self.indicator, "origin": f"client{self.number}", "facts": facts}).encode()
            key = {"Idempotency-Key": f"client{self.number}-{number}"} if self.number % 2 else {}
            while not self._taken(body, key):
                time.sleep(0.05)
            self.deliveries += 1

    def _taken(self, body, key):
        request = urllib.request.Request(self.url, body, {**self.headers, **key})
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                self.batches.append(json.load(answer)["batch"])
                self.answers[answer.status, True] += 1
                return answer.status == 202
        except urllib.error.HTTPError as error:
            if error.code != 503:
                raise
            self.answers[error.code, bool(json.load(error)["detail"])] += 1
        return False


def test_pushes_that_are_repeated_until_they_are_taken_lose_and_double_nothing(server, no_broker):
    actor = user_make(organisations_make()[0], "pusher", 3)
    secret = api_token_issue(name="test", actor=actor, now=timezone.now()).secret
    service = service_make("pushed")
    indicators = [indicator_make(service, f"up{n}") for n in range(CLIENTS)]
    with portal_served() as url:
        clients = [Client(n, url, secret, f"pushed/up{n}") for n in range(CLIENTS)]
        over = threading.Event()
        threads = [threading.Thread(target=one.run, args=(over,)) for one in clients]
        for thread in threads:
            thread.start()

        def counted(status):
            return sum(client.answers[status, True] for client in clients)

        for end in (server.crash, server.stop):
            taken, refused = counted(202), counted(503)
            wait_for(lambda: counted(202) >= taken + CLIENTS, "deliveries that are taken")  # noqa: B023  # called now
            end()
            wait_for(lambda: counted(503) > refused, "the answer 503")  # noqa: B023
            server.start()
            connection.close()
        over.set()
        for thread in threads:
            thread.join()
    assert set().union(*(client.answers for client in clients)) == {(202, True), (503, True)}
    for indicator, client in zip(indicators, clients, strict=True):
        facts = Fact.objects.filter(indicator=indicator)
        assert facts.count() == facts.values("start").distinct().count() == client.deliveries * FACTS
        assert len(set(client.batches)) == client.deliveries
        if client.number % 2:
            assert FactBatch.objects.filter(indicator=indicator).count() == client.deliveries
    assert PushDelivery.objects.count() == sum(client.deliveries for client in clients if client.number % 2)
