"""The connector for Prometheus, on the real server's answers, and on such as no server should give."""

from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError

from monitoring.connectors import CONNECTORS, ConnectorError, config_check
from monitoring.connectors.prometheus.connector import steps_due
from monitoring.instants import moment_of
from monitoring.models import FactState
from monitoring.rows import FactRow
from monitoring.services.source import source_create, source_fetch
from slmo.accounts.vault import Secret
from slmo.core.units import Window
from tests.connectors.replay import replayed
from tests.connectors.serving import Script, served
from tests.monitoring.make import indicator_make
from tests.peers.outages import is_down, local
from tests.peers.prometheus import SERIES

HALF = Window(local("2026-03-30 08:50"), local("2026-03-30 09:40"))
START = HALF.start
SUM = "sum(increase({}[$step]))"
EVENTS = {
    "query": SUM.format('requests_total{code="200"}'), "total": SUM.format("requests_total"), "records": "events",
    "step": 600,
}  # fmt: skip

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def loopback(settings):
    settings.PROBE_ALLOW_NETWORKS = "127.0.0.0/8"


def fetch(url, window=HALF, **config):
    checked = config_check(CONNECTORS["prometheus"], {"url": url, "query": SERIES, **config})
    return list(CONNECTORS["prometheus"].fetch({**checked.settings, **checked.secrets}, window, 600))


def matrix(*series, **further):
    return {"status": "success", "data": {"resultType": "matrix", "result": list(series)}, **further}


def series(values, **labels):
    return {"metric": labels, "values": [[at - 0.001, text] for at, text in values]}


def test_each_step_is_up_or_down_by_its_own_samples():
    with replayed("prometheus_states") as server:
        rows = fetch(server.url)
    assert [row.start for row in rows] == list(range(START - 960, HALF.end, 60))
    for row in rows:
        state = FactState.DOWN if is_down(row.start) else FactState.UP
        assert row == FactRow(row.start, row.start + 60, state, "", f"{row.start}|", "")
    assert {row.state for row in rows} == {FactState.UP, FactState.DOWN}


def test_a_new_source_brings_the_past_that_was_chosen_and_then_goes_on():
    indicator, now = indicator_make(), moment_of(HALF.end - 1)
    with replayed("prometheus_states") as server:
        source = source_create(
            slug="p", name="P", kind="prometheus", indicator=indicator, config={"url": server.url, "query": SERIES},
            interval=600, since=moment_of(HALF.start), actor=None, now=now,
        )  # fmt: skip
        batch = source_fetch(source_id=source.pk, now=now)
    source.refresh_from_db()
    assert source.last_error == ""
    assert batch.new == (HALF.end - START + 960) // 60
    assert source.covered_until == now
    assert source.next_due_at > now


def test_events_are_counted_by_the_server_and_kept_exactly():
    with replayed("prometheus_events") as server:
        rows = fetch(server.url, **EVENTS)
    assert [row.start for row in rows] == list(range(START - 1200, HALF.end, 600))
    assert all(0 < row.good <= row.total and isinstance(row.good, Decimal) for row in rows)
    assert min(row.good / row.total for row in rows) < Decimal("0.5") < max(row.good / row.total for row in rows)


@pytest.mark.parametrize("name", ["prometheus_nan", "prometheus_nothing"])
def test_what_is_no_number_and_what_is_missing_are_unknown(name):
    queries = {"prometheus_nan": ("probe_success / 0", "values"), "prometheus_nothing": ("no_such_metric", "states")}
    query, records = queries[name]
    with replayed(name) as server:
        assert fetch(server.url, query=query, records=records) == []


@pytest.mark.parametrize(
    ("name", "query", "said"),
    [
        ("prometheus_parse_error", "sum(", "HTTP 400.*parse error"),
        ("prometheus_many_to_many", "requests_total + on() requests_total", "HTTP 422.*duplicate series"),
    ],
)
def test_a_wrong_query_is_told_in_the_servers_words_and_not_tried_again(name, query, said):
    with replayed(name) as server, pytest.raises(ConnectorError, match=said) as refused:
        fetch(server.url, query=query)
    assert not refused.value.again


def error(kind, status, **headers):
    lines = tuple(f"{name.replace('_', '-')}: {value}" for name, value in headers.items())
    return Script(status, json={"status": "error", "errorType": kind, "error": "so it is"}, lines=lines)


@pytest.mark.parametrize(
    ("script", "again", "said", "wait"),
    [
        (error("timeout", 503), True, "so it is", None),
        (error("unavailable", 503, Retry_After="17"), True, "so it is", 17),
        (error("too_many_requests", 429, Retry_After="5"), True, "so it is", 5),
        (error("execution", 422), False, "so it is", None),
        (error("bad_data", 400), False, "so it is", None),
        (error("internal", 500), True, "so it is", None),
        (Script(401, b"no"), False, "Access is refused", None),
        (Script(502, b"<html>"), True, "HTTP 502", None),
        (Script(404, b"<html>"), False, "nothing at this address", None),
        (Script(json=matrix(warnings=["store-2: deadline exceeded"])), True, "partial.*store-2", None),
        (Script(json={"status": "success", "data": {"resultType": "vector", "result": []}}), False, "vector", None),
        (Script(json={"hello": "world"}), False, "not one of Prometheus", None),
        (Script(body=b"<html>"), True, "not JSON", None),
        (Script(json=matrix(series([(START + 61, "1")]))), True, "not asked for", None),
        (Script(json=matrix(series([(HALF.end + 60, "1")]))), True, "not asked for", None),
        (Script(json=matrix({"metric": {}, "values": [["x", 1, 2]]})), True, "not asked for", None),
        (Script(json=matrix({"metric": {}, "values": [[START + 59.999, 1]]})), True, "not asked for", None),
        (Script(json=matrix({"metric": {"a": 5}, "values": []})), True, "not asked for", None),
        (Script(json=matrix({"metric": {}, "histograms": []})), True, "not asked for", None),
        (Script(json=matrix(*(series([], i=str(i)) for i in range(201)))), False, "more than 200 series", None),
        (Script(json=matrix(series([], i="1"), series([], i="2"))), False, "more than one series .2.", None),
    ],
)
def test_every_other_answer_is_an_error_that_says_whether_to_try_again(script, again, said, wait):
    with served(script) as server, pytest.raises(ConnectorError, match=said) as refused:
        fetch(server.url)
    assert (refused.value.again, refused.value.wait) == (again, wait)


def test_degraded_lies_between_the_limits_and_scopes_come_from_a_label():
    values = {"eu": "0.4", "us": "0.7", "as": "1"}
    script = Script(json=matrix(*(series([(START + 60, text)], region=name) for name, text in values.items())))
    with served(script) as server:
        rows = fetch(server.url, scope="region", degraded_from="0.5")
    found = {row.scope: row.state for row in rows}
    assert found == {"eu": FactState.DOWN, "us": FactState.DEGRADED, "as": FactState.UP}


@pytest.mark.parametrize(
    ("good", "total", "said"),
    [(None, "9", "vector"), ("10", "9", "gives 10, that of all events 9"), ("-1", "9", "gives −1,")],
)
def test_good_events_that_do_not_fit_all_events_are_refused_not_mended(good, total, said):
    def answer(asked):
        text = good if b"requests_total%7B" in asked else total
        return Script(json=matrix(*([] if text is None else [series([(START + 600, text)])])))

    with served(answer) as server, pytest.raises(ConnectorError, match=said) as refused:
        fetch(server.url, **EVENTS)
    assert not refused.value.again


def test_noise_of_floats_is_no_error():
    def answer(asked):
        return Script(
            json=matrix(series([(START + 600, "7.000000000000001" if b"requests_total%7B" in asked else "7")]))
        )

    with served(answer) as server:
        assert [(row.good, row.total) for row in fetch(server.url, **EVENTS)] == [(7, 7)]


def test_a_long_window_is_asked_in_parts_that_the_server_gives():
    with served(Script(json=matrix())) as server:
        fetch(server.url, Window(START - 7 * 86_400, START), step=30)
    spans = [asked.count(b"query_range") for asked in server.asked]
    assert len(spans) == 3  # 20,170 steps of at most 10,000 each


@pytest.mark.parametrize(
    ("given", "header"),
    [
        ({"token": Secret("t0ken")}, b"authorization: bearer t0ken"),
        ({"user": "ops", "password": Secret("pw")}, b"authorization: basic b3bzonb3"),
        ({"tenant": "team-1"}, b"x-scope-orgid: team-1"),
    ],
)
def test_credentials_travel_in_headers(given, header):
    with served(Script(json=matrix())) as server:
        fetch(server.url, **given)
    assert header in server.asked[0].lower()
    assert b"$step" not in server.asked[0]


def test_only_steps_that_are_over_are_asked_for():
    assert steps_due(Window(6000, 6060), 60, 30, 6089, 300) == Window(5700, 6000)
    assert steps_due(Window(6000, 6060), 60, 30, 6090, 300) == Window(5700, 6060)
    assert steps_due(Window(6000, 6060), 3600, 30, 6090, 300) == Window(3600, 3600)


@pytest.mark.parametrize(
    ("config", "field"),
    [
        ({"url": "ftp://x"}, "url"),
        ({"url": "http://x/?y"}, "url"),
        ({"records": "events"}, "total"),
        ({"up_from": 1, "degraded_from": 2}, "degraded_from"),
        ({"scope": "a b"}, "scope"),
        ({"tenant": "ü"}, "tenant"),
        ({"step": 1}, "step"),
    ],
)
def test_settings_that_can_not_work_are_refused_by_field(config, field):
    with pytest.raises(ValidationError) as refused:
        config_check(CONNECTORS["prometheus"], {"url": "http://h/api/v1", "query": "up", **config})
    assert set(refused.value.message_dict) == {field}
