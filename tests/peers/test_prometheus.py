"""What a real Prometheus says of a past that is known to the second, asked by the portal's connector."""

import time
from decimal import Decimal

import pytest

from monitoring.connectors import CONNECTORS, ConnectorError, config_check
from monitoring.models import FactState
from monitoring.services.facts import facts_record
from slmo.core.units import Window
from tests.monitoring.make import NOW, indicator_make
from tests.peers.outages import MONTHS, down_seconds, is_down, local
from tests.peers.prometheus import SERIES, STEP
from tests.peers.running import wait_until
from tests.peers.test_zabbix import assessed

pytestmark = [pytest.mark.peers, pytest.mark.django_db]


@pytest.fixture
def asked(prometheus, settings):
    """Return the configuration of a source as its form takes it."""
    settings.PROBE_ALLOW_NETWORKS = "127.0.0.0/8"

    def make(**config):
        return dict(config_check(CONNECTORS["prometheus"], {"url": prometheus.url, "query": SERIES, **config}).settings)

    return make


def fetched(config, start, end):
    """Return what the connector brings of a span, without what it looks back for."""
    rows = CONNECTORS["prometheus"].fetch(config, Window(start, end), STEP)
    return [row for row in rows if row[0] >= start]


@pytest.mark.parametrize("month", MONTHS)
def test_our_availability_is_avg_over_time_of_the_same_samples(prometheus, asked, month):
    start, end = MONTHS[month]
    rows = fetched(asked(), start, end)
    ours = assessed(rows, month)
    # one sample a minute, each standing for its minute: [start, end) without the sample of the end itself
    theirs = prometheus.number(f"avg_over_time({SERIES}[{end - start}s])", end - 1)
    assert len(rows) == (end - start) // STEP == int(ours.total) // STEP
    assert float(ours.good / ours.total) == pytest.approx(theirs, abs=1e-12)


@pytest.mark.parametrize(("month", "off"), [("2025-10", 41), ("2026-03", 117)])
def test_both_differ_from_the_truth_by_what_sampling_cannot_see(asked, month, off):
    start, end = MONTHS[month]
    down = sum(row.end - row.start for row in fetched(asked(), start, end) if row.state == FactState.DOWN)
    sampled = sum(STEP for moment in range(start, end, STEP) if is_down(moment))
    assert down == sampled
    assert down - down_seconds(start, end) == off  # each outage by less than a minute at either edge


def test_buckets_of_events_add_up_to_what_increase_says_of_the_whole(prometheus, asked):
    start, end = local("2025-10-07 08:00"), local("2025-10-07 14:00")
    good, total = 'requests_total{code="200"}', "requests_total"
    step = {"records": "events", "step": 300}
    queries = {"query": f"sum(increase({good}[$step]))", "total": f"sum(increase({total}[$step]))"}
    rows = [row for row in fetched(asked(**step, **queries), start, end) if row.start >= start]
    share = sum(row.good for row in rows) / sum(row.total for row in rows)
    theirs = [prometheus.number(f"sum(increase({one}[{end - start}s]))", end - 1) for one in (good, total)]
    assert len(rows) == (end - start) // 300
    assert float(share) == pytest.approx(
        theirs[0] / theirs[1], rel=2e-3
    )  # of the changes between two steps it sees none
    assert all(0 <= row.good <= row.total for row in rows)
    facts_record(indicator=indicator_make(kind="ratio"), rows=rows, origin="prometheus", actor=None, now=NOW)


def test_values_are_the_means_of_their_steps(asked):
    start = local("2025-10-07 10:10")
    rows = fetched(asked(records="values", step=600), start, start + 3600)
    minutes = [[not is_down(at) for at in range(row.at, row.at + 600, STEP)] for row in rows]
    assert [row.value for row in rows] == [Decimal(sum(one)) / len(one) for one in minutes]
    assert {0, 1} < {row.value for row in rows}


def test_time_without_samples_is_unknown_not_down(asked):
    end = MONTHS["2025-10"][1]
    rows = fetched(asked(), end - 3600, end + 3600)
    assert max(row.end for row in rows) == end  # no look-back of five minutes makes up what was not sampled


def test_a_live_exporter_that_goes_down_is_seen_down(prometheus, exporter, asked):
    wait_until(lambda: prometheus.query("shop_up", int(time.time())), "the first sample")
    exporter.up = False
    begun = int(time.time())
    try:
        wait_until(lambda: time.time() > begun + 12, "two steps of five seconds")
    finally:
        exporter.up = True
    config = asked(query="shop_up", step=5, delay=0)
    rows = fetched(config, begun // 5 * 5, begun + 10)
    assert FactState.DOWN in {row.state for row in rows}


@pytest.mark.parametrize(
    ("config", "said"),
    [
        ({"query": "sum("}, "parse error"),
        ({"query": "requests_total + on() requests_total"}, "duplicate series"),
        ({"query": "requests_total"}, "more than one series .2."),
    ],
)
def test_what_prometheus_refuses_is_told_in_its_words_and_not_tried_again(asked, config, said):
    start = MONTHS["2026-03"][0]
    with pytest.raises(ConnectorError, match=said) as refused:
        fetched(asked(**config), start, start + 3600)
    assert not refused.value.again
