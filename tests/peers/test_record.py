"""What the fast tests take for answers of the real servers is what these answer; `--record` writes it down anew."""

import json

import pytest

from monitoring.connectors import CONNECTORS, ConnectorError, config_check
from monitoring.connectors.outbound import client
from monitoring.connectors.prometheus import api as prometheus_api
from slmo.core.units import Window
from tests.connectors.replay import PLACE, asked_of
from tests.peers.outages import local
from tests.peers.prometheus import SERIES

pytestmark = [pytest.mark.peers, pytest.mark.django_db]

DAY = Window(local("2026-03-30 08:50"), local("2026-03-30 09:40"))
SUM = "sum(increase({}[$step]))"
QUERIES = {
    "prometheus_states": {"query": SERIES},
    "prometheus_events": {
        "query": SUM.format('requests_total{code="200"}'), "total": SUM.format("requests_total"), "records": "events",
        "step": 600,
    },
    "prometheus_nan": {"query": "probe_success / 0", "records": "values"},
    "prometheus_parse_error": {"query": "sum("},
    "prometheus_many_to_many": {"query": "requests_total + on() requests_total"},
    "prometheus_nothing": {"query": "no_such_metric"},
}  # fmt: skip
ZABBIX = {
    "zabbix_trigger": {},
    "zabbix_item": {"records": "item"},
    "zabbix_values": {"records": "values"},
    "zabbix_no_trigger": {"trigger": 999_999},
    "zabbix_wrong_token": {"token": "0" * 64},
    "zabbix_sla": {},
}


@pytest.fixture
def kept(monkeypatch, settings):
    """Return what was asked and answered from now on, without what names the sender."""
    settings.PROBE_ALLOW_NETWORKS = "127.0.0.0/8"
    found = []
    for module in (client, prometheus_api):

        def through(ask, *arguments, request=module.request):
            answer = request(ask, *arguments)
            found.append({"asked": asked_of(ask.body), "status": answer.status, "body": json.loads(answer.body)})
            return answer

        monkeypatch.setattr(module, "request", through)
    return found


def settled(name, kept, record):
    """Compare with what is written down, or write it."""
    path = PLACE / f"{name}.json"
    if record:
        lines = ",\n".join(json.dumps(one, ensure_ascii=False) for one in kept)
        path.write_text(f"[\n{lines}\n]\n", encoding="utf-8")
    written = json.loads(path.read_text(encoding="utf-8"))
    assert [shape(one) for one in kept] == [shape(one) for one in written]


def shape(value):
    """Return what an answer is made of, apart from its numbers and names."""
    if isinstance(value, dict):
        return {name: shape(one) for name, one in value.items() if name not in ("metric", "query")}
    if isinstance(value, list):
        return [shape(value[0])] if value else []
    return type(value).__name__


@pytest.mark.parametrize("name", QUERIES)
def test_prometheus_answers_as_it_is_written_down(prometheus, kept, request, name):
    config = config_check(CONNECTORS["prometheus"], {"url": prometheus.url, **QUERIES[name]}).settings
    try:
        CONNECTORS["prometheus"].fetch(config, DAY, 600)
    except ConnectorError:
        assert "error" in name or "many" in name
    settled(name, kept, request.config.getoption("--record"))


@pytest.mark.parametrize("name", ZABBIX)
def test_zabbix_answers_as_it_is_written_down(zabbix, kept, request, name):
    given = {
        "url": zabbix.url, "token": zabbix.token(), "trigger": zabbix.trigger, "item": zabbix.item, "silent": 0,
        "service": zabbix.service, "sla": zabbix.slas["office"], **ZABBIX[name],
    }  # fmt: skip
    checked = config_check(CONNECTORS["zabbix"], given)
    config = {**checked.settings, **checked.secrets}
    try:
        asked = CONNECTORS["zabbix"].compare(config, DAY) if name == "zabbix_sla" else None
        assert asked or CONNECTORS["zabbix"].fetch(config, DAY, 600)
    except ConnectorError:
        assert "no" in name or "wrong" in name
    settled(name, kept, request.config.getoption("--record"))
