"""Fetches: leased in bulk, recorded together, fenced; a window that was missed is asked for again until it came."""

import threading
import time
from collections import Counter
from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from monitoring.collector import HOST_MOST, Collector
from monitoring.connectors import CONNECTORS, ConnectorError
from monitoring.connectors.base import Connector
from monitoring.instants import instant_of
from monitoring.models import Fact, FactBatch, Source, SourceDay
from monitoring.rows import FactRow, row_key
from monitoring.services.fetch import source_ask, window_due
from monitoring.services.fetching import LEASE, outcomes_record, source_fetch, sources_lease
from monitoring.services.source import source_create, source_update
from slmo.core.units import DAY
from tests.monitoring.make import NOW, UP, indicator_make, service_make

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


class Record(Connector):
    """A system that knows every minute up to a moment, and fails when it is told to."""

    kind, label, form, windowed = "record", "Record", CONNECTORS["http"].form, True

    def __init__(self):
        self.knows_until, self.down, self.windows = instant_of(NOW), False, []

    def fetch(self, config, window, interval):
        self.windows.append(window)
        if self.down:
            raise ConnectorError("Not now.")
        minutes = range(-(-window.start // 60) * 60, min(window.end, self.knows_until), 60)
        return [FactRow(at, at + 60, UP, "", row_key(at, ""), "") for at in minutes]


@pytest.fixture
def record(monkeypatch):
    connector = Record()
    monkeypatch.setitem(CONNECTORS, "record", connector)
    return connector


def source_make(name="s", kind="record", **values):
    source = source_create(
        slug=name, name=name, kind="http", indicator=indicator_make(service_make(name)),
        config={"url": f"http://{name}.example.org/"}, interval=60, actor=None, now=NOW,
    )  # fmt: skip
    Source.objects.filter(pk=source.pk).update(kind=kind, **values)
    return source


def test_a_worker_whose_lease_ran_out_writes_nothing(record):
    source_make(covered_until=NOW - 5 * MINUTE)
    (late,) = sources_lease(now=NOW, limit=5)
    outcome = source_ask(late, NOW)
    assert sources_lease(now=NOW, limit=5) == []
    (other,) = sources_lease(now=NOW + LEASE, limit=5)
    assert outcomes_record(outcomes=[outcome], now=NOW + LEASE) == []
    assert not Fact.objects.exists()
    assert Source.objects.get().leased_until is not None
    assert outcomes_record(outcomes=[source_ask(other, NOW + LEASE)], now=NOW + LEASE)
    assert Fact.objects.count() == 15  # five minutes and the overlap of ten


def test_what_was_asked_before_a_source_was_changed_is_dropped(record):
    source = source_make(covered_until=NOW - 5 * MINUTE)
    outcome = source_ask(sources_lease(now=NOW, limit=5)[0], NOW)
    Source.objects.update(kind="http")
    source_update(source=source, config={"url": "http://other.example.org/"}, actor=None, now=NOW)
    assert outcomes_record(outcomes=[outcome], now=NOW) == []
    assert not Fact.objects.exists()


def test_no_minute_is_missing_after_failures_and_dead_workers(record):
    source = source_make(covered_until=NOW)
    now = NOW
    for minute in range(40):
        now = NOW + minute * MINUTE
        record.knows_until, record.down = instant_of(now), 5 <= minute < 12
        if minute in (14, 15, 16):
            sources_lease(now=now, limit=1)  # and the worker dies
        else:
            Source.objects.update(next_due_at=now)
            source_fetch(source_id=source.pk, now=now)
    starts = Fact.objects.filter(superseded_at=None).order_by("start").values_list("start", flat=True)
    assert list(starts) == [NOW + n * MINUTE for n in range(-10, 39)]
    day = SourceDay.objects.get()
    assert (day.covered, day.failed) == (39 * 60, 7)


def test_what_comes_late_is_taken_within_the_overlap(record):
    source = source_make(covered_until=NOW)
    now = NOW + 5 * MINUTE
    source_fetch(source_id=source.pk, now=now)  # it knows nothing newer than NOW yet
    assert Source.objects.get().covered_until == now
    record.knows_until = instant_of(now)
    Source.objects.update(next_due_at=now + MINUTE)
    source_fetch(source_id=source.pk, now=now + MINUTE)
    assert Fact.objects.filter(start__gte=NOW).count() == 5


def test_a_long_absence_is_asked_for_week_by_week_without_a_hole(record):
    source = source_make(covered_until=NOW - timedelta(days=20), interval=60)
    asked = 0
    while (source := Source.objects.get()).next_due_at <= NOW:
        source_fetch(source_id=source.pk, now=NOW)
        asked += 1
    assert asked == 3
    reached = record.windows[0].start
    for window in record.windows:
        assert window.start <= reached < window.end
        assert window.seconds <= 7 * DAY + 600
        reached = window.end
    assert reached >= instant_of(NOW)


def test_a_new_source_is_asked_from_the_day_that_was_chosen_and_not_before_it(record):
    chosen = NOW - timedelta(days=16)
    record.knows_until = instant_of(chosen) + 7200
    values = {"kind": "record", "config": {"url": "http://s.example.org/"}, "interval": 3600, "actor": None, "now": NOW}
    indicator = indicator_make()
    source = source_create(slug="s", name="S", indicator=indicator, since=chosen, **values)
    while Source.objects.get().next_due_at <= NOW:
        source_fetch(source_id=source.pk, now=NOW)
    assert record.windows[0].start == instant_of(chosen)
    assert len(record.windows) == 3
    starts = Fact.objects.filter(superseded_at=None).order_by("start").values_list("start", flat=True)
    assert list(starts) == [chosen + n * MINUTE for n in range(120)]
    for wrong in (NOW + MINUTE, NOW - timedelta(days=401)):
        with pytest.raises(ValidationError, match="Choose a day from"):
            source_create(slug="t", name="T", indicator=indicator, since=wrong, **values)
    with pytest.raises(ValidationError, match="cannot be asked for the past"):
        source_create(slug="t", name="T", indicator=indicator, since=chosen, **{**values, "kind": "http"})


def test_several_sources_are_recorded_together_and_one_that_lies_stands_in_nobodys_way(record, monkeypatch):
    class Liar(Record):
        kind = "liar"

        def fetch(self, config, window, interval):
            return [FactRow(10**12, None, 9, "", "", "")]

    monkeypatch.setitem(CONNECTORS, "liar", Liar())
    for name in ("a", "b", "c"):
        source_make(name, covered_until=NOW - MINUTE)
    source_make("d", kind="liar")
    leased = sources_lease(now=NOW, limit=10)
    batches = outcomes_record(outcomes=[source_ask(one, NOW) for one in leased], now=NOW)
    assert [batch.new for batch in batches] == [11] * 3
    assert Source.objects.get(slug="d").last_error.startswith("The start must be a time")
    assert Source.objects.filter(failures=0, leased_until=None).count() == 3


def test_the_fetches_of_a_day_are_one_batch(record):
    source = source_make(covered_until=NOW - MINUTE)
    for minute in range(3):
        now = NOW + minute * MINUTE
        record.knows_until = instant_of(now)
        Source.objects.update(next_due_at=now)
        source_fetch(source_id=source.pk, now=now)
    assert FactBatch.objects.get().new == 13


def test_sources_of_one_interval_are_spread_over_it(record):
    due = set()
    for name in ("a", "b", "c", "d", "e"):
        source = source_make(name, kind="record")
        source_fetch(source_id=source.pk, now=NOW)
        due.add(Source.objects.get(pk=source.pk).next_due_at)
        assert window_due(Source.objects.get(pk=source.pk), NOW).end == instant_of(NOW) + 60
    assert len(due) == 5


def test_a_collector_leaves_to_others_what_it_cannot_begin_with_soon(record):
    for n in range(12):
        source_make(f"s{n}")
    leased = [Collector(lambda: NOW, threads=2) for _ in range(3)]
    for collector in leased:
        collector._lease()
        collector._pool.shutdown()
    assert [len(collector._waiting) for collector in leased] == [4, 4, 4]


def test_sources_whose_host_is_busy_do_not_keep_a_collector_from_others(record):
    for n in range(20):
        source_make(f"s{n}", next_due_at=NOW - MINUTE, config={"url": "http://busy.example.org/"})
    source_make("free", next_due_at=NOW)
    collector = Collector(lambda: NOW, threads=5)
    collector._hosts["busy.example.org"] = HOST_MOST
    for _ in range(3):
        collector._lease()
    collector._pool.shutdown()
    assert "free" in [source.slug for source in collector._waiting]
    assert len(collector._waiting) == 21


class Busy(Connector):
    """A system that notes how many ask at once, in all and of each host, and whether one source is asked twice."""

    kind, label, form = "busy", "Busy", CONNECTORS["http"].form

    def __init__(self):
        self.lock, self.now, self.most, self.times = threading.Lock(), Counter(), Counter(), Counter()

    def hosts(self, config):
        return (config["url"].split("/")[3],)

    def fetch(self, config, window, interval):
        *_, host, name = config["url"].split("/")
        with self.lock:
            self.times[name] += 1
            self.now.update((host, name, "all"))
            self.most |= self.now
        time.sleep(0.02)
        with self.lock:
            self.now.subtract((host, name, "all"))
        at = instant_of(NOW)
        return [FactRow(at, at + 60, UP, "", row_key(at, ""), "")]


@pytest.mark.django_db(transaction=True)
def test_collectors_share_the_sources_and_keep_to_the_limit_of_each_host(monkeypatch):
    busy = Busy()
    monkeypatch.setitem(CONNECTORS, "busy", busy)
    indicator = indicator_make()
    Source.objects.bulk_create(
        Source(
            slug=f"s{n}", name=f"s{n}", kind="busy", indicator=indicator, interval=3600, next_due_at=NOW,
            config={"url": f"http://example.org/host{n % 2}/s{n}"},
        )
        for n in range(60)
    )  # fmt: skip
    collectors = [Collector(timezone.now, threads=24) for _ in range(2)]

    def work(collector):
        from django.db import connection

        collector.run(until=lambda: not Source.objects.filter(last_success_at=None).exists())
        connection.close()

    threads = [threading.Thread(target=work, args=(one,)) for one in collectors]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(busy.times) == 60
    assert set(busy.times.values()) == {1}
    assert max(busy.most[f"s{n}"] for n in range(60)) == 1
    assert max(busy.most["host0"], busy.most["host1"]) <= 2 * HOST_MOST
    assert busy.most["all"] > 8
    assert Fact.objects.count() == 60
