"""Sources: fetched on their clock, by one worker at a time, with nothing lost when a fetch fails."""

import threading
from contextlib import contextmanager
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from django.core.exceptions import ValidationError
from django.db import connection

from monitoring.connectors import CONNECTORS, Connector, ConnectorError
from monitoring.connectors.outbound import permitted
from monitoring.instants import instant_of
from monitoring.models import Fact, Source
from monitoring.services.fetch import window_due
from monitoring.services.fetching import LEASE, source_fetch, sources_due
from monitoring.services.silence import sources_silence_tell
from monitoring.services.source import source_create, source_delete, source_update
from slmo.accounts.errors import Denied
from slmo.audit.models import Entry
from slmo.notify.models import Message
from tests.monitoring.make import DEGRADED, DOWN, NOW, UP, indicator_make, organisations_make, user_make

pytestmark = pytest.mark.django_db


class Page(BaseHTTPRequestHandler):
    """A page that answers as its path says: /<status>/<seconds to wait>."""

    def do_GET(self):
        _, status, wait = self.path.split("/")
        threading.Event().wait(float(wait))
        self.send_response(int(status))
        self.end_headers()
        self.wfile.write(b"all well")

    def log_message(self, *args):
        """Say nothing."""


@contextmanager
def served():
    """Serve the page on a free port of this machine."""
    server = HTTPServer(("127.0.0.1", 0), Page)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


@pytest.fixture
def site(settings):
    settings.PROBE_ALLOW_NETWORKS = "127.0.0.0/8"
    with served() as address:
        yield address


def probe(url, indicator=None, **config):
    return source_create(
        slug="probe", name="Probe", kind="http", indicator=indicator or indicator_make(), config={"url": url, **config},
        interval=60, actor=None, now=NOW,
    )  # fmt: skip


@pytest.mark.wide
@pytest.mark.parametrize(
    ("path", "config", "state", "seen"),
    [
        ("/200/0", {}, UP, ""),
        ("/302/0", {}, UP, ""),
        ("/503/0", {}, DOWN, "HTTP 503"),
        ("/204/0", {"expect_status": 200}, DOWN, "HTTP 204"),
        ("/200/0", {"expect_text": "all well"}, UP, ""),
        ("/200/0", {"expect_text": "signed in"}, DOWN, "expected text missing"),
        ("/200/3", {"timeout": 0.2}, DOWN, "no answer in time"),
        ("/200/0.2", {"slow_after": 0.05}, DEGRADED, "slow"),
    ],
)
def test_a_probe_records_what_one_request_finds_for_the_whole_interval(site, path, config, state, seen):
    source = probe(site + path, **config)
    source_fetch(source_id=source.pk, now=NOW + timedelta(seconds=7))
    fact = Fact.objects.get()
    assert (fact.state, fact.reference) == (state, seen)
    assert (fact.start, fact.end) == (NOW, NOW + timedelta(seconds=60))
    source.refresh_from_db()
    assert (source.failures, source.leased_until) == (0, None)
    assert NOW + timedelta(seconds=60) <= source.next_due_at < NOW + timedelta(seconds=108)  # at its own second


def test_a_closed_port_is_down(settings):
    settings.PROBE_ALLOW_NETWORKS = "127.0.0.0/8"
    with served() as address:
        pass
    source = probe(address + "/200/0")
    source_fetch(source_id=source.pk, now=NOW)
    assert Fact.objects.get().state == DOWN


@pytest.mark.parametrize(
    "address",
    ["127.0.0.1", "10.1.2.3", "192.168.0.1", "169.254.169.254", "0.0.0.0", "::1", "fe80::1", "::ffff:127.0.0.1",
     "100.64.0.1", "224.0.0.1"],
)  # fmt: skip
def test_addresses_that_are_not_public_are_reached_only_where_the_setting_names_them(settings, address):
    settings.PROBE_ALLOW_NETWORKS = ""
    assert not permitted(address)
    settings.PROBE_ALLOW_NETWORKS = "0.0.0.0/0, ::/0, 169.254.169.254"
    assert permitted(address)


def test_a_probe_into_a_private_network_fails_and_says_so_on_the_source(settings):
    settings.PROBE_ALLOW_NETWORKS = ""
    source = probe("http://127.0.0.1:9/health/")
    assert source_fetch(source_id=source.pk, now=NOW) is None
    source.refresh_from_db()
    assert "may not reach" in source.last_error
    assert (source.failures, source.leased_until, source.last_error_at) == (1, None, NOW)
    assert source.next_due_at > NOW + timedelta(minutes=10)
    assert not Fact.objects.exists()


@pytest.mark.parametrize(
    "url", ["", "ftp://host/", "http://", "file:///etc/passwd", "http://a b/", "http://u:p@h/", "x"]
)
def test_an_address_that_can_not_be_asked_is_refused_by_field(url):
    with pytest.raises(ValidationError) as refused:
        probe(url)
    assert set(refused.value.message_dict) == {"url"}


class Moody(Connector):
    """A connector that fails as often as it is told, and remembers what it was asked for."""

    kind, label, form = "moody", "Moody", CONNECTORS["http"].form

    def __init__(self, failures):
        self.failures, self.windows = failures, []

    def fetch(self, config, window, interval):
        self.windows.append(window)
        if len(self.windows) <= self.failures:
            raise ConnectorError("Not now.")
        return []


def moody(monkeypatch, failures):
    connector = Moody(failures)
    monkeypatch.setitem(CONNECTORS, "moody", connector)
    source = probe("http://example.org/")
    Source.objects.update(kind="moody", last_success_at=NOW - timedelta(seconds=60))
    return connector, source


def test_a_window_that_failed_is_part_of_the_next_one(monkeypatch):
    connector, source = moody(monkeypatch, failures=2)
    now = NOW
    for _ in range(3):
        source_fetch(source_id=source.pk, now=now)
        now += timedelta(minutes=30)
    starts = {window.start for window in connector.windows}
    assert starts == {instant_of(NOW)}
    assert [window.end - window.start for window in connector.windows] == [60, 1860, 3660]
    source.refresh_from_db()
    assert window_due(source, now).start == connector.windows[-1].end


def test_failures_are_tried_again_later_and_later_and_are_forgotten_after_a_success(monkeypatch):
    _, source = moody(monkeypatch, failures=3)
    now, waits = NOW, []
    for _ in range(4):
        source_fetch(source_id=source.pk, now=now)
        source.refresh_from_db()
        waits.append((source.next_due_at - now).total_seconds())
        now = source.next_due_at
    assert 48 <= waits[0] <= 72 < 96 <= waits[1] <= 144 < 192 <= waits[2] <= 288
    assert (source.failures, source.last_error) == (0, "")


def letters():
    return Message.objects.filter(kind="source_silent")


def test_a_source_that_fails_for_five_minutes_is_told_of_once_and_again_only_after_it_spoke(monkeypatch):
    connector, source = moody(monkeypatch, failures=100)
    provider, _ = organisations_make()
    watcher, clerk = user_make(provider, "watcher", 3), user_make(provider, "clerk", 2)
    told = []
    for minute in range(12):
        now = NOW + timedelta(minutes=minute)
        Source.objects.update(next_due_at=now)
        source_fetch(source_id=source.pk, now=now)
        told += [minute] * sources_silence_tell(now=now)
    assert told == [6]  # five minutes have passed by then, and one fetch more
    assert letters().get().recipient_ids == [watcher.pk] != [clerk.pk]
    assert letters().get().url == "/operations/sources/probe/"
    assert Entry.objects.filter(action="source_silent").count() == 1
    connector.failures = 0
    Source.objects.update(next_due_at=NOW + timedelta(minutes=12))
    source_fetch(source_id=source.pk, now=NOW + timedelta(minutes=12))
    connector.failures = 100
    source_fetch(source_id=source.pk, now=NOW + timedelta(minutes=20))
    assert sources_silence_tell(now=NOW + timedelta(minutes=20)) == 1
    assert letters().count() == 2


def test_a_source_that_never_spoke_is_told_of_after_five_intervals(monkeypatch):
    monkeypatch.setitem(CONNECTORS, "moody", Moody(100))
    source = probe("http://example.org/")
    Source.objects.update(kind="moody", interval=600)
    source_fetch(source_id=source.pk, now=NOW)
    assert sources_silence_tell(now=NOW + timedelta(minutes=50)) == 0
    assert sources_silence_tell(now=NOW + timedelta(minutes=50, seconds=1)) == 1


def test_a_source_that_the_portal_did_not_ask_or_that_is_switched_off_is_not_told_of(monkeypatch):
    _, source = moody(monkeypatch, failures=100)
    later = NOW + timedelta(hours=1)
    assert sources_silence_tell(now=later) == 0
    source_fetch(source_id=source.pk, now=later)
    source_update(source=source, enabled=False, actor=None, now=later)
    assert sources_silence_tell(now=later + timedelta(hours=1)) == 0


def test_a_source_is_due_until_it_was_fetched_and_not_while_it_is_leased(site):
    source = probe(site + "/200/0")
    assert sources_due(NOW) == [source.pk]
    Source.objects.update(leased_until=NOW + LEASE)
    assert sources_due(NOW) == []
    assert source_fetch(source_id=source.pk, now=NOW) is None
    assert sources_due(NOW + LEASE) == [source.pk]
    source_fetch(source_id=source.pk, now=NOW + LEASE)
    assert sources_due(NOW + LEASE) == []


@pytest.mark.django_db(transaction=True)
def test_two_workers_that_fetch_at_once_ask_once(monkeypatch):
    connector, source = moody(monkeypatch, failures=0)
    barrier = threading.Barrier(2)

    def fetch():
        barrier.wait()
        source_fetch(source_id=source.pk, now=NOW)
        connection.close()

    threads = [threading.Thread(target=fetch) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(connector.windows) == 1


def test_sources_are_set_up_changed_and_removed_by_those_who_may_with_an_audit_entry(site):
    indicator = indicator_make()
    ines, low = user_make(organisations_make()[0], "ines", 4), user_make(organisations_make()[0], "low", 3)
    values = {"slug": "p", "name": "P", "kind": "http", "indicator": indicator, "config": {"url": site}}
    with pytest.raises(Denied):
        source_create(**values, actor=low, now=NOW)
    source = source_create(**values, actor=ines, now=NOW)
    source = source_update(source=source, interval=30, enabled=False, actor=ines, now=NOW)
    assert (source.interval, sources_due(NOW)) == (30, [])
    for wrong in ({"interval": 1}, {"config": {"url": site, "colour": "red"}}):
        with pytest.raises(ValidationError):
            source_update(source=source, actor=ines, now=NOW, **wrong)
    with pytest.raises(TypeError):
        source_update(source=source, actor=ines, now=NOW, slug="q")
    source_delete(source=source, actor=ines, now=NOW)
    actions = Entry.objects.filter(action__startswith="source_").order_by("id").values_list("action", flat=True)
    assert list(actions) == ["source_create", "source_update", "source_delete"]
