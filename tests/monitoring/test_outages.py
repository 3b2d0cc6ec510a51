"""The database cuts everybody off again and again, the network fails and the broker is gone, while facts arrive."""

import threading
import time
from collections import Counter
from datetime import timedelta

import pytest
from celery import Celery, current_app
from django.db import connection
from django.utils import timezone

from monitoring.collector import Collector
from monitoring.connectors import CONNECTORS, ConnectorError
from monitoring.connectors.base import Connector
from monitoring.instants import instant_of
from monitoring.models import Fact, Source, Stream
from monitoring.rows import FactRow, row_key
from tests.monitoring.make import UP, agreement_make, indicator_make, service_make

SOURCES, CUTS, HOURS = 12, 10, 3
CUT = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid()
"""


class Flaky(Connector):
    """A system that knows every minute, and to which the network fails every third time."""

    kind, label, form, windowed = "flaky", "Flaky", CONNECTORS["http"].form, True

    def __init__(self):
        self.lock, self.asked_times = threading.Lock(), Counter()

    def fetch(self, config, window, interval):
        with self.lock:
            self.asked_times[config["url"]] += 1
            if self.asked_times[config["url"]] % 3 == 1:
                raise ConnectorError("The network is down.")
        time.sleep(0.05)
        minutes = range(-(-window.start // 60) * 60, window.end, 60)
        return [FactRow(at, at + 60, UP, "", row_key(at, ""), "") for at in minutes]


@pytest.fixture
def no_broker():
    living = current_app._get_current_object()
    Celery("dead", broker="redis://127.0.0.1:1/0").set_current()
    yield
    living.set_current()


@pytest.mark.django_db(transaction=True)
def test_every_minute_is_recorded_once_whatever_fails_meanwhile(monkeypatch, no_broker):
    monkeypatch.setitem(CONNECTORS, "flaky", Flaky())
    begun = timezone.now().replace(second=0, microsecond=0) - timedelta(hours=HOURS)
    indicators = [indicator_make(service_make(f"s{n}")) for n in range(SOURCES)]
    agreement_make(indicators[0])
    Source.objects.bulk_create(
        Source(
            slug=f"s{n}", name=f"s{n}", kind="flaky", indicator=one, interval=5, next_due_at=begun, covered_until=begun,
            config={"url": f"http://s{n}.example.org/"},
        )
        for n, one in enumerate(indicators)
    )  # fmt: skip
    collector = Collector(timezone.now, threads=8)
    worker = threading.Thread(target=_work, args=(collector,))
    worker.start()
    for _ in range(CUTS):
        time.sleep(0.3)
        with connection.cursor() as cursor:
            cursor.execute(CUT)
    wanted = begun + timedelta(hours=HOURS)
    deadline = time.monotonic() + 60
    while Source.objects.exclude(covered_until__gte=wanted).exists() and time.monotonic() < deadline:
        time.sleep(0.2)
    collector.stop.set()
    worker.join()
    first = instant_of(begun)
    minutes = set(range(first, first + HOURS * 3600, 60))
    for indicator in indicators:
        facts = Fact.objects.filter(indicator=indicator, superseded_at=None, start__gte=begun)
        starts = facts.values_list("start", flat=True)
        counted = Counter(map(instant_of, starts))
        assert minutes <= set(counted)
        assert set(counted.values()) == {1}
        stream = Stream.objects.get(indicator=indicator)
        assert stream.highest == Fact.objects.filter(indicator=indicator).latest("id").pk


def _work(collector):
    collector.run()
    connection.close()
