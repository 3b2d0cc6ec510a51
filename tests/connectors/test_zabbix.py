"""The connector for Zabbix, on the real server's answers, and on such as no server should give."""

import itertools
import json

import pytest
from django.core.exceptions import ValidationError

from monitoring.connectors import CONNECTORS, ConnectorError, config_check
from monitoring.connectors.zabbix.timeline import Change, pieces
from monitoring.instants import moment_of
from monitoring.models import Fact, FactState
from monitoring.services.source import source_create, source_fetch
from slmo.accounts.vault import Secret
from slmo.core.units import Window
from tests.connectors.replay import PLACE, replayed, zabbix_says
from tests.connectors.serving import Script, served
from tests.monitoring.make import indicator_make
from tests.peers.outages import OUTAGES, local

UP, DOWN = FactState.UP, FactState.DOWN
SPAN = Window(local("2026-03-30 08:50"), local("2026-03-30 09:40"))
OUTAGE = next(one for one in OUTAGES if SPAN.start <= one.start < SPAN.end)
NUMBERS = {
    key: json.loads((PLACE / f"zabbix_{scene}.json").read_text())[1]["asked"]["params"][ids][0]
    for key, scene, ids in (("trigger", "trigger", "triggerids"), ("item", "item", "itemids"))
}

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def loopback(settings):
    settings.PROBE_ALLOW_NETWORKS = "127.0.0.0/8"


def config_of(url, **config):
    given = {"url": url, "token": Secret("t0ken"), "silent": 0, **NUMBERS, **config}
    checked = config_check(CONNECTORS["zabbix"], given)
    return {**checked.settings, **checked.secrets}


def fetch(url, **config):
    return list(CONNECTORS["zabbix"].fetch(config_of(url, **config), SPAN, 600))


@pytest.mark.parametrize(("scene", "records"), [("zabbix_trigger", "trigger"), ("zabbix_item", "item")])
def test_events_and_values_become_states_that_are_cut_at_the_intervals_of_the_source(scene, records):
    # the recorded item is 1 while it is down
    states = {UP: DOWN, DOWN: UP} if records == "item" else {UP: UP, DOWN: DOWN}
    with replayed(scene) as server:
        rows = fetch(server.url, records=records)
    assert [(row.start, row.end) for row in rows if states[row.state] == DOWN] == [
        (OUTAGE.start, OUTAGE.start + 600), (OUTAGE.start + 600, OUTAGE.start + 1200), (OUTAGE.start + 1200, OUTAGE.end)
    ]  # fmt: skip
    assert rows[0].start == SPAN.start - 600
    assert rows[-1].end == SPAN.end
    assert all(row.end == following.start for row, following in itertools.pairwise(rows))


def test_a_new_source_brings_the_past_that_was_chosen_and_then_goes_on():
    now = moment_of(SPAN.end - 1)
    with replayed("zabbix_trigger") as server:
        given = {"url": server.url, "token": "t0ken", "silent": 0, "records": "trigger", **NUMBERS}
        source = source_create(
            slug="z", name="Z", kind="zabbix", indicator=indicator_make(), config=given, interval=600,
            since=moment_of(SPAN.start), actor=None, now=now,
        )  # fmt: skip
        source_fetch(source_id=source.pk, now=now)
    source.refresh_from_db()
    assert source.last_error == ""
    down = Fact.objects.filter(state=DOWN).order_by("start")
    assert (down.first().start, down.last().end) == (moment_of(OUTAGE.start), moment_of(OUTAGE.end))
    assert source.covered_until == now


def test_values_of_an_item_are_samples_with_names_of_their_own():
    with replayed("zabbix_values") as server:
        rows = fetch(server.url, records="values")
    assert [(row.at, row.value) for row in rows] == [(OUTAGE.start, 1), (OUTAGE.end, 0)]


@pytest.mark.parametrize(
    ("scene", "config", "said"),
    [
        ("zabbix_no_trigger", {"trigger": 999_999}, "no trigger 999999"),
        ("zabbix_wrong_token", {}, "refuses trigger.get"),
    ],
)
def test_what_zabbix_refuses_is_a_sentence_and_not_tried_again(scene, config, said):
    with replayed(scene) as server, pytest.raises(ConnectorError, match=said) as refused:
        fetch(server.url, **config)
    assert not refused.value.again


def test_zabbix_own_figures_are_read_with_what_they_rest_on():
    asked = json.loads((PLACE / "zabbix_sla.json").read_text())[-1]["asked"]["params"]
    with replayed("zabbix_sla") as server:
        config = config_of(server.url, service=asked["serviceids"][0], sla=asked["slaid"])
        told = CONNECTORS["zabbix"].compare(config, SPAN)
    assert (told.name, told.zone, told.hours, told.excluded) == ("office", "Europe/Berlin", True, 0)
    assert [(one.start, one.end) for one in told.figures] == [(local("2026-03-01 00:00"), local("2026-04-01 00:00"))]
    assert CONNECTORS["zabbix"].compare(config_of("http://h/"), SPAN) is None


@pytest.mark.parametrize(
    ("version", "in_header"), [("5.4.0", False), ("6.0.14", False), ("6.2.9", False), ("6.4.0", True), ("7.4.1", True)]
)
def test_the_token_travels_as_the_version_wants_it(version, in_header):
    with served(zabbix_says(version, trigger_get=[])) as server, pytest.raises(ConnectorError, match="no trigger"):
        fetch(server.url)
    first, second = server.asked
    assert b"t0ken" not in first  # apiinfo.version takes no token
    assert (b"Authorization: Bearer t0ken" in second) is in_header
    assert (b'"auth": "t0ken"' in second) is not in_header


def failed(code, text):
    return Script(json={"jsonrpc": "2.0", "error": {"code": code, "message": text, "data": ""}, "id": 1})


TRIGGER = {
    "triggerid": "5",
    "status": "0",
    "state": "0",
    "error": "",
    "value": "0",
    "items": [{"itemid": "7", "value_type": "3"}],
}
EVENT = {"eventid": "1", "clock": str(SPAN.start + 60), "value": "1", "severity": "2"}


@pytest.mark.parametrize(
    ("answers", "again", "said"),
    [
        ({"version": "5.0.1"}, False, "Zabbix 5.0; expected 5.4"),
        ({"version": "soon"}, True, "not asked for"),
        ({"version": ["7"]}, True, "not asked for"),
        ({"trigger_get": failed(-32500, "Application error.")}, True, "Application error"),
        ({"trigger_get": failed(-32602, "Invalid params.")}, False, "Invalid params"),
        ({"trigger_get": [{**TRIGGER, "state": "1", "error": "no data"}]}, True, "cannot evaluate.*no data"),
        ({"trigger_get": "all"}, True, "not asked for"),
        ({"trigger_get": [TRIGGER], "event_get": [{"clock": "x"}]}, True, "not asked for"),
        ({"trigger_get": [TRIGGER], "event_get": [EVENT], "history_get": [{}]}, True, "not asked for"),
        ({"trigger_get": Script(body=b"<html>")}, True, "not JSON"),
        ({"trigger_get": Script(json=[1])}, False, "not one of Zabbix"),
        ({"trigger_get": Script(412)}, False, "HTTP 412"),
        ({"trigger_get": Script(503)}, True, "HTTP 503"),
    ],
)
def test_every_other_answer_is_an_error_that_says_whether_to_try_again(answers, again, said):
    with served(zabbix_says(**answers)) as server, pytest.raises(ConnectorError, match=said) as refused:
        fetch(server.url)
    assert refused.value.again is again
    assert "t0ken" not in str(refused.value)


def test_without_events_the_present_state_held_all_the_time_and_a_slight_problem_may_be_degraded():
    heard = [{"clock": str(SPAN.end - 5)}]
    with served(zabbix_says(trigger_get=[TRIGGER], event_get=[], history_get=heard)) as server:
        assert {row.state for row in fetch(server.url)} == {UP}
    with served(zabbix_says(trigger_get=[TRIGGER], event_get=[EVENT], history_get=heard)) as server:
        assert {row.state for row in fetch(server.url, degraded=True)} == {FactState.DEGRADED}


def test_a_trigger_whose_item_went_silent_says_nothing_from_then_on():
    heard = [{"clock": str(SPAN.start + 300)}]
    with served(zabbix_says(trigger_get=[TRIGGER], event_get=[], history_get=heard)) as server:
        assert max(row.end for row in fetch(server.url, silent=600)) == SPAN.start + 900
    with served(zabbix_says(trigger_get=[TRIGGER], event_get=[], history_get=[])) as server:
        assert fetch(server.url, silent=600) == []  # it never spoke at all


def test_of_changes_at_one_instant_the_last_holds():
    changes = [Change(10, UP, "a"), Change(10, DOWN, "b"), Change(25, UP, "c")]
    found = [(start, end, change.reference) for start, end, change in pieces(changes, Window(0, 40), 20)]
    assert found == [(10, 20, "b"), (20, 25, "b"), (25, 40, "c")]


@pytest.mark.parametrize(
    ("config", "field"),
    [
        ({"url": "zabbix"}, "url"),
        ({"trigger": None}, "trigger"),
        ({"records": "values", "item": None}, "item"),
        ({"service": 5}, "sla"),
        ({"sla": 5}, "service"),
        ({"token": None}, "token"),
    ],
)
def test_settings_that_can_not_work_are_refused_by_field(config, field):
    with pytest.raises(ValidationError) as refused:
        config_of(**{"url": "http://h/", **config})
    assert set(refused.value.message_dict) == {field}
