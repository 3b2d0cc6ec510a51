"""Every kind of source that asks others, against every way of answering wrongly: a sentence, and no invented fact."""

import pytest

from monitoring.connectors import CONNECTORS, ConnectorError
from monitoring.connectors.outbound.client import Client
from monitoring.connectors.outbound.limits import Limits
from monitoring.kinds import rows_errors
from monitoring.models import FactState
from slmo.accounts.vault import Secret
from slmo.core.units import Window
from tests.support.hostile import WAYS, certificate, hostile

WINDOW = Window(1_800_000_000, 1_800_003_600)
SECRET = Secret("s3cr3t-token")
# How each kind asks; the address of the hostile server is put in. Kinds of other files have tests beside theirs.
ASKS = {
    "table": {},
    "json": {"columns": "at = at\nstate = state", "path": ""},
    "statuspage": {},
    "google-status": {"products": "Cloud DNS"},
    "uptime-kuma": {"monitor": "Shop", "page": "public"},
    "jira": {"token": SECRET, "jql": "project = OPS", "edition": "server"},
    "glpi": {"user_token": SECRET, "zone": "Europe/Riga"},
}
# An empty JSON list is an answer: no incident, no row. The server that promises two bytes and sends more has sent it.
HONEST = {("table", "lying_length"), ("json", "lying_length"), ("google-status", "lying_length")}
# What a probe of a page may take for a good answer, if nothing is expected of its content.
GOOD_FOR_A_PROBE = {
    "wrong_charset", "unknown_charset", "page_for_data", "nan", "deep", "digits", "binary", "empty", "lying_length",
    "null", "number", "text", "list_of_numbers", "empty_object", "nested_wrongly", "nulls_inside", "huge", "gzip_bomb",
}  # fmt: skip


@pytest.fixture(scope="module")
def enemy():
    with hostile() as server:
        yield server


SLOW = {"silent", "drip_head", "drip_body"}  # these end by the clock


@pytest.fixture(autouse=True)
def _haste(monkeypatch, request):
    """Wait and read less than in earnest."""
    way = getattr(request.node, "callspec", None) and request.node.callspec.params.get("way")
    limits = Limits(seconds=0.3 if way in SLOW else 20, body=300_000, redirects=3)
    monkeypatch.setitem(Client.__init__.__kwdefaults__, "limits", limits)
    monkeypatch.setattr("monitoring.connectors.google_status.LIMITS", limits)


@pytest.mark.wide
@pytest.mark.parametrize("way", sorted(WAYS))
@pytest.mark.parametrize("kind", sorted(ASKS))
def test_a_wrong_answer_is_an_error_in_one_sentence_and_brings_no_fact(enemy, kind, way):
    enemy.way, config = way, {"url": enemy.url, **ASKS[kind]}
    if (kind, way) in HONEST:
        rows = CONNECTORS[kind].fetch(config, WINDOW, 60)
        assert [row for row in rows if row.state != FactState.UP] == []
        return
    with pytest.raises(ConnectorError) as refused:
        CONNECTORS[kind].fetch(config, WINDOW, 60)
    said = str(refused.value)
    assert said.rstrip().endswith((".", "”", "]", "}", ")"))
    assert "s3cr3t" not in said
    assert "Traceback" not in said


@pytest.mark.parametrize("way", sorted(WAYS))
def test_a_probe_of_a_page_takes_no_broken_answer_for_a_good_one(enemy, way):
    enemy.way = way
    config = {"url": enemy.url, "timeout": 0.3 if way in SLOW else 20, "redirects": True, "expect_status": 200}
    if way == "redirect_inside":
        with pytest.raises(ConnectorError, match="may not reach"):
            CONNECTORS["http"].fetch(config, WINDOW, 60)
        return
    rows = CONNECTORS["http"].fetch(config, WINDOW, 60)
    assert not rows_errors(rows)
    assert rows[0].state == (FactState.UP if way in GOOD_FOR_A_PROBE else FactState.DOWN)


@pytest.mark.parametrize("kind", sorted(ASKS))
def test_a_certificate_that_is_not_trusted_ends_every_kind(kind, tmp_path):
    context, _pem = certificate(tmp_path)
    with hostile(context) as server, pytest.raises(ConnectorError, match="not trusted"):
        CONNECTORS[kind].fetch({"url": server.url, **ASKS[kind]}, WINDOW, 60)


@pytest.mark.wide
@pytest.mark.parametrize("way", ["garbage", "nothing", "silent", "huge"])
def test_what_is_no_database_is_said_to_be_none(enemy, way):
    enemy.way, port = way, enemy.server_address[1]
    config = {
        "host": "127.0.0.1", "port": port, "database": "d", "user": "u", "password": SECRET, "encryption": "disable",
        "query": "SELECT 1", "seconds": 2,
    }  # fmt: skip
    with pytest.raises(ConnectorError) as refused:
        CONNECTORS["sql"].fetch(config, WINDOW, 60)
    assert "s3cr3t" not in str(refused.value)


def test_every_kind_that_asks_by_an_address_is_among_these():
    by_address = {name for name, one in CONNECTORS.items() if one.asked and "url" in one.form.base_fields}
    elsewhere = {"http", "prometheus", "zabbix", "zabbix-sla"}
    assert by_address - set(ASKS) - elsewhere == set()
