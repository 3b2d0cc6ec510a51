"""What the tests of outages share: a system that fails, sources that ask it, and the check that nothing is missing."""

import threading
import time
from collections import Counter
from contextlib import contextmanager
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
from tests.monitoring.make import UP, indicator_make, service_make

HOURS = 3


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


def sources_make(kind, count, name, url):
    """Return indicators, each with a source of its own that was covered until some hours ago; `url` takes its name."""
    begun = timezone.now().replace(second=0, microsecond=0) - timedelta(hours=HOURS)
    indicators = [indicator_make(service_make(f"{name}{n}")) for n in range(count)]
    Source.objects.bulk_create(
        Source(
            slug=one.service.slug, name=one.service.slug, kind=kind, indicator=one, interval=5, next_due_at=begun,
            covered_until=begun, config={"url": url.format(one.service.slug)},
        )
        for one in indicators
    )  # fmt: skip
    return begun, indicators


def covered(begun, indicators):
    """Tell whether all these hours are covered for all indicators."""
    sources = Source.objects.filter(indicator__in=indicators)
    return not sources.exclude(covered_until__gte=begun + timedelta(hours=HOURS)).exists()


def wait_covered(begun, indicators, seconds=60):
    """Wait until all these hours are covered."""
    deadline = time.monotonic() + seconds
    while not covered(begun, indicators) and time.monotonic() < deadline:
        time.sleep(0.1)


def every_minute_once(begun, indicators):
    """Assert that every minute of these hours is recorded once, whatever happened."""
    first = instant_of(begun)
    minutes = set(range(first, first + HOURS * 3600, 60))
    for indicator in indicators:
        facts = Fact.objects.filter(indicator=indicator, superseded_at=None, start__gte=begun)
        counted = Counter(map(instant_of, facts.values_list("start", flat=True)))
        assert minutes <= set(counted)
        assert set(counted.values()) == {1}
        stream = Stream.objects.get(indicator=indicator)
        assert stream.highest == Fact.objects.filter(indicator=indicator).latest("id").pk


@contextmanager
def collecting(threads=8):
    """Run a collector in a thread for the length of the block."""
    collector = Collector(timezone.now, threads=threads)

    def work():
        collector.run()
        connection.close()

    worker = threading.Thread(target=work)
    worker.start()
    try:
        yield
    finally:
        collector.stop.set()
        worker.join()
