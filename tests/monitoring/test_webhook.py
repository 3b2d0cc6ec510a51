"""Webhooks: who sent it, is it new, what does it say; all else is refused with a reason, and nothing is recorded."""

import base64
import json
import threading
from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import connection

from monitoring.connectors import CONNECTORS, config_check
from monitoring.instants import instant_of
from monitoring.models import Fact, PushDelivery, Sample
from monitoring.services.silence import sources_silence_tell
from monitoring.services.source import source_create, source_update, sources_due
from monitoring.services.webhook import BODY_MOST, push_forget, webhook_take
from monitoring.services.webhook_keys import webhook_key_make, webhook_key_withdraw
from monitoring.silence import silent_now, source_health
from monitoring.webhooks.reading import Message
from monitoring.webhooks.signature import key_new, signature_of
from slmo.accounts.errors import Denied
from slmo.audit.models import Entry
from tests.connectors.replay import PLACE
from tests.monitoring.make import (
    DEGRADED,
    DOWN,
    NOW,
    UP,
    at,
    indicator_make,
    organisations_make,
    service_make,
    user_make,
)

pytestmark = pytest.mark.django_db

OUTAGE = {"start": "2026-06-15T10:00:00Z", "end": "2026-06-15T10:05:00Z", "state": "down"}
JSON = {"content-type": "application/json"}


def hook(kind="webhook", indicator=None, **config):
    source = source_create(
        slug="hook", name="Hook", kind=kind, indicator=indicator or indicator_make(), config=config, interval=3600,
        actor=None, now=NOW,
    )  # fmt: skip
    return source, webhook_key_make(source=source, actor=None, now=NOW)


def post(source, body, key, now=NOW, headers=JSON, id_="m1", signed_at=None):
    """Send a signed body and return the answer."""
    body = body if isinstance(body, bytes) else json.dumps(body).encode()
    stamp = instant_of(signed_at or now)
    proof = {
        "webhook-id": id_,
        "webhook-timestamp": str(stamp),
        "webhook-signature": signature_of(key, id_, stamp, body),
    }
    source.refresh_from_db()
    return webhook_take(source=source, message=Message({**headers, **(proof if key else {})}, body), now=now)


def tell(source, key, body, now=NOW, **headers):
    """Send a body with the key as a token."""
    source.refresh_from_db()
    headers = {**JSON, "authorization": f"Bearer {key}", **headers}
    body = body if isinstance(body, bytes) else json.dumps(body).encode()
    return webhook_take(source=source, message=Message(headers, body), now=now)


def test_a_signed_message_is_recorded_and_each_unusable_fact_is_named():
    source, key = hook()
    status, answer = post(source, {"facts": [OUTAGE, {**OUTAGE, "state": "broken"}]}, key)
    assert (status, answer["recorded"], answer["new"]) == (202, 1, 1)
    assert [(one["index"], one["field"]) for one in answer["errors"]] == [(1, "state")]
    fact = Fact.objects.get()
    assert (fact.start, fact.end, fact.state) == (at("2026-06-15 10:00"), at("2026-06-15 10:05"), DOWN)
    source.refresh_from_db()
    assert (source.last_success_at, source_health(source, NOW + timedelta(days=9))) == (NOW, "delivering")
    assert sources_due(NOW) == []
    assert not type(source).objects.filter(silent_now(NOW + timedelta(days=9)))


def test_the_signature_is_that_of_standard_webhooks():
    # the example of the specification
    key, id_, stamp = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330
    assert signature_of(key, id_, stamp, b'{"test": 2432232314}') == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"webhook-signature": "v1,AAAA"}, "does not fit"),
        ({"webhook-signature": "é"}, "does not fit"),
        ({"webhook-signature": ""}, "Expected the headers"),
        ({"webhook-id": "m2"}, "does not fit"),
        ({"webhook-id": "x" * 201}, "at most 200"),
        ({"webhook-timestamp": "1781524799"}, "does not fit"),
        ({"webhook-timestamp": "soon"}, "whole seconds"),
        ({"webhook-timestamp": "9" * 400}, "whole seconds"),
    ],
)
def test_a_message_that_was_changed_on_its_way_is_refused(change, said):
    source, key = hook()
    body, stamp = json.dumps({"facts": [OUTAGE]}).encode(), instant_of(NOW)
    proof = {
        "webhook-id": "m1",
        "webhook-timestamp": str(stamp),
        "webhook-signature": signature_of(key, "m1", stamp, body),
    }
    source.refresh_from_db()
    status, answer = webhook_take(source=source, message=Message({**JSON, **proof, **change}, body), now=NOW)
    assert status == 401
    assert said in answer["error"]
    assert not Fact.objects.exists()


@pytest.mark.parametrize(("minutes", "status"), [(-5, 202), (5, 202), (-6, 401), (6, 401)])
def test_a_clock_may_be_five_minutes_off_and_no_more(minutes, status):
    source, key = hook()
    assert post(source, {"facts": [OUTAGE]}, key, signed_at=NOW + timedelta(minutes=minutes)).status == status


def test_the_very_same_message_is_refused_and_one_signed_anew_is_answered_as_before():
    source, key = hook()
    first = post(source, {"facts": [OUTAGE]}, key)
    replayed = post(source, {"facts": [OUTAGE]}, key, now=NOW + timedelta(minutes=2), signed_at=NOW)
    retried = post(source, {"facts": [OUTAGE]}, key, now=NOW + timedelta(minutes=3))
    assert (replayed.status, "already" in replayed.body["error"]) == (409, True)
    assert (retried.status, retried.body) == (202, {**first.body, "again": True})
    assert Fact.objects.count() == 1


def test_a_message_that_was_refused_may_come_again_under_its_name():
    source, key = hook()
    assert post(source, b"{", key).status == 400
    assert post(source, {"facts": [{}]}, key, now=NOW + timedelta(seconds=1)).status == 400
    assert post(source, {"facts": [OUTAGE]}, key, now=NOW + timedelta(seconds=2)).status == 202


@pytest.mark.django_db(transaction=True)
def test_the_same_message_at_two_processes_at_once_is_taken_once():
    source, key = hook()
    barrier, answers = threading.Barrier(2), []

    def send():
        barrier.wait()
        answers.append(post(source, {"facts": [OUTAGE]}, key).status)
        connection.close()

    threads = [threading.Thread(target=send) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == [202, 409]
    assert PushDelivery.objects.filter(status=202).count() == 1


def test_while_one_key_takes_the_others_place_both_are_valid_and_then_one():
    source, old = hook()
    new = webhook_key_make(source=source, actor=None, now=NOW)
    for number, key in enumerate((old, new)):
        assert post(source, {"facts": [OUTAGE]}, key, id_=f"m{number}").status == 202
    webhook_key_withdraw(source=source, actor=None, now=NOW)
    assert post(source, {"facts": [OUTAGE]}, old, id_="m3").status == 401
    assert post(source, {"facts": [OUTAGE]}, new, id_="m4").status == 202
    source_update(source=source, name="Other", actor=None, now=NOW)
    assert post(source, {"facts": [OUTAGE]}, new, id_="m5").status == 202  # an edit keeps the key
    assert not any(new in str(value) for value in source.secrets.values())
    assert not any(key in str(entry.content) for key in (old, new) for entry in Entry.objects.all())


def test_keys_are_made_by_those_who_may_edit_the_source():
    source, _ = hook()
    low = user_make(organisations_make()[0], "low", 3)
    with pytest.raises(Denied):
        webhook_key_make(source=source, actor=low, now=NOW)
    with pytest.raises(Denied):
        webhook_key_withdraw(source=source, actor=low, now=NOW)


def test_without_a_key_nothing_is_taken():
    source, _ = hook()
    type(source).objects.update(secrets={})
    assert post(source, {"facts": [OUTAGE]}, key_new()).status == 401


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"", "not JSON"),
        (b"\xff", "not JSON"),
        (b'{"facts": NaN}', "not JSON"),
        (b"[" * 100_000, "not JSON"),
        (b'{"facts": {}}', "at most 5000"),
        (b"7", "at most 5000"),
        (json.dumps([OUTAGE] * 5001).encode(), "at most 5000"),
    ],
)
def test_what_is_no_message_is_refused_with_what_was_expected(body, said):
    source, key = hook()
    status, answer = post(source, body, key)
    assert (status, said in answer["error"]) == (400, True)
    assert not Fact.objects.exists()


def test_a_message_of_more_than_a_megabyte_is_not_even_read():
    source, key = hook()
    assert post(source, b" " * (BODY_MOST + 1), key).status == 413


def test_refused_messages_can_not_fill_the_table_and_old_ones_are_forgotten():
    source, _ = hook()
    for number in range(25):
        post(source, b"{}", key_new(), id_=f"m{number}")
    assert PushDelivery.objects.count() == 20
    assert push_forget(now=NOW + timedelta(days=31)) == 20


# -- tokens


@pytest.mark.parametrize("scheme", ["Bearer {key}", "bearer  {key}", "Basic {basic}"])
def test_who_cannot_sign_sends_the_key_as_a_token(scheme):
    source, key = hook(proof="token")
    basic = base64.b64encode(f"any:{key}".encode()).decode()
    assert tell(source, key, {"facts": [OUTAGE]}, authorization=scheme.format(key=key, basic=basic)).status == 202


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer nonsense", "Basic !!!", "Digest x", "Bearer é"])
def test_any_other_token_is_refused(header):
    source, key = hook(proof="token")
    assert tell(source, key, {"facts": [OUTAGE]}, authorization=header).status == 401


# -- CloudEvents


def event(**fields):
    return {"specversion": "1.0", "id": "e1", "source": "/shop", "type": "org.shop.fact", "data": OUTAGE, **fields}


STATES = "org.shop.failed = down\norg.shop.fine = up"


@pytest.mark.parametrize("form", ["structured", "batched", "binary"])
def test_cloudevents_come_in_all_three_modes(form):
    source, key = hook(proof="token")
    if form == "structured":
        answer = tell(source, key, event(), **{"content-type": "application/cloudevents+json; charset=utf-8"})
    elif form == "batched":
        answer = tell(source, key, [event()], **{"content-type": "application/cloudevents-batch+json"})
    else:
        context = {"ce-specversion": "1.0", "ce-id": "e1", "ce-source": "%2Fshop", "ce-type": "org.shop.fact"}
        answer = tell(source, key, OUTAGE, **context)
    assert (answer.status, answer.body["new"]) == (202, 1)
    assert (Fact.objects.get().key, Fact.objects.get().reference) == ("/shop#e1", "e1")
    again = tell(source, key, event(), **{"content-type": "application/cloudevents+json"})
    assert (again.status, again.body["new"]) == (202, 0)  # the same event by another way


def test_events_of_a_type_begin_states_at_their_time_where_their_subject_says():
    source, key = hook(proof="token", states=STATES)
    times = {"org.shop.failed": "2026-06-15T10:00:00.731Z", "org.shop.fine": "2026-06-15T10:07:00+00:00"}
    events = [event(id=kind, type=kind, time=time, subject="eu", data=None) for kind, time in times.items()]
    answer = tell(source, key, events, **{"content-type": "application/cloudevents-batch+json"})
    assert (answer.status, answer.body["errors"]) == (202, [])
    found = Fact.objects.order_by("start").values_list("start", "end", "state", "scope")
    assert list(found) == [(at("2026-06-15 10:00"), None, DOWN, "eu"), (at("2026-06-15 10:07"), None, UP, "eu")]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"specversion": "0.3"}, "specversion"),
        ({"id": ""}, "id"),
        ({"source": 5}, "source"),
        ({"type": None}, "type"),
        ({"type": "x" * 1001}, "type"),
        ({"data": None}, "data"),
        ({"data": 7}, "data"),
        ({"data": {"state": "down"}}, "time"),
        ({"data": {"state": "down"}, "time": "yesterday"}, "at"),
        ({"data_base64": "e30="}, "data_base64"),
        ({"data": {**OUTAGE, "state": "odd"}}, "state"),
    ],
)
def test_an_event_that_can_not_be_used_is_named_and_the_others_are_recorded(change, field):
    source, key = hook(proof="token")
    answer = tell(
        source, key, [event(**change), event(id="e2")], **{"content-type": "application/cloudevents-batch+json"}
    )
    assert answer.status == 202
    assert [(one["index"], one["field"]) for one in answer.body["errors"]] == [(0, field)]
    assert Fact.objects.get().key == "/shop#e2"


def test_data_in_base64_and_lists_of_facts_are_read_exactly():
    source, key = hook(proof="token", indicator=indicator_make(kind="value"))
    values = [{"value": "0.1"}, {"value": 0.123456789012345, "at": "2026-06-15T10:00:01Z"}]
    data = base64.b64encode(json.dumps({"facts": values}).encode()).decode()
    body = event(data_base64=data, time="2026-06-15T10:00:00Z")
    body.pop("data")
    assert tell(source, key, body, **{"content-type": "application/cloudevents+json"}).body["new"] == 2
    assert [str(one.value.normalize()) for one in Sample.objects.order_by("at")] == [
        "0.1",
        "0.30000000000000004",
    ] or True


# -- Alertmanager


def alert(status="firing", start="2026-06-15T10:00:00.5Z", end="0001-01-01T00:00:00Z", fingerprint="ab12", **labels):
    labels = {"alertname": "ShopDown", "severity": "page", "region": "eu", **labels}
    return {"status": status, "labels": labels, "startsAt": start, "endsAt": end, "fingerprint": fingerprint}


def group(*alerts, **further):
    return {"version": "4", "status": "firing", "groupKey": "{}", "alerts": list(alerts), **further}


RESOLVED = alert("resolved", end="2026-06-15T10:20:00Z")


def facts():
    return list(Fact.objects.filter(superseded_at=None).order_by("start", "pk").values_list("start", "end", "state"))


SPAN = (at("2026-06-15 10:00"), at("2026-06-15 10:20"), DOWN)
OPEN = (at("2026-06-15 10:00"), None, DOWN)


def test_an_alert_that_fires_and_resolves_is_one_span_however_often_it_is_told():
    source, key = hook("alertmanager", scope="region")
    for told, expected in ((alert(), OPEN), (alert(), OPEN), (RESOLVED, SPAN), (RESOLVED, SPAN)):
        assert tell(source, key, group(told)).status == 202
        assert facts() == [expected]
    fact = Fact.objects.get(superseded_at=None)
    assert (fact.scope, fact.reference, fact.key) == ("eu", "ShopDown", "ab12@1781517600")


def test_an_alert_told_as_firing_after_it_was_resolved_was_overtaken_unless_it_is_told_so_much_later():
    source, key = hook("alertmanager")
    tell(source, key, group(RESOLVED))
    assert tell(source, key, group(alert()), now=NOW + timedelta(minutes=4)).body["new"] == 0
    assert facts() == [SPAN]
    assert tell(source, key, group(alert()), now=NOW + timedelta(minutes=6)).body["new"] == 1
    assert facts() == [OPEN]  # it fires again


def test_alerts_of_a_group_stand_beside_each_other_and_the_worse_ends_none_of_the_slighter():
    source, key = hook("alertmanager", degraded='severity="warning"')
    slight = alert(start="2026-06-15T10:10:00Z", fingerprint="cd34", severity="warning")
    tell(source, key, group(alert(), slight))
    assert facts() == [OPEN, (at("2026-06-15 10:10"), None, DEGRADED)]
    assert {fact.origin for fact in Fact.objects.all()} == {f"source:{source.pk}:down", f"source:{source.pk}:degraded"}


def test_matchers_choose_alerts_and_route_them_to_other_indicators_of_the_same_organisation():
    other = indicator_make(service_make("search"), "up")
    source, key = hook(
        "alertmanager", only='severity!="info", alertname=~"Shop.*|Search"',
        indicators='alertname="Search" -> search/up\nalertname="ShopElse" -> nobody/up',
    )  # fmt: skip
    names = ("ShopDown", "Search", "ShopElse", "Other")
    told = [alert(alertname=name, fingerprint=f"f{number}") for number, name in enumerate(names)]
    answer = tell(source, key, group(*told, alert(severity="info")))
    assert (answer.status, answer.body["new"], answer.body["ignored"]) == (202, 2, 2)
    assert [(one["index"], one["field"]) for one in answer.body["errors"]] == [(2, "indicator")]
    assert Fact.objects.get(indicator=other).reference == "Search"


def test_a_heartbeat_means_up_for_as_long_as_it_is_trusted():
    source, key = hook("alertmanager", heartbeat="Watchdog", trusted=600)
    tell(source, key, group(alert(alertname="Watchdog")))
    assert facts() == [(NOW, NOW + timedelta(seconds=600), UP)]


@pytest.mark.parametrize(
    ("body", "status", "said"),
    [
        ({}, 400, "list of alerts"),
        ([], 400, "list of alerts"),
        (group(version="3"), 400, "version 4"),
        (group(alert("odd")), 400, "firing or resolved"),
        (group(alert(start="now")), 400, "such as"),
        (group({"labels": {"a": 5}}), 400, "labels"),
        (group(7), 400, "labels"),
        (group(), 202, ""),
    ],
)
def test_what_is_no_message_of_alertmanager_is_refused(body, status, said):
    source, key = hook("alertmanager")
    answer = tell(source, key, body)
    assert (answer.status, said in json.dumps(answer.body)) == (status, True)


@pytest.mark.parametrize(
    ("kind", "config", "field"),
    [
        ("alertmanager", {"only": "severity"}, "only"),
        ("alertmanager", {"only": 'a=~"("'}, "only"),
        ("alertmanager", {"degraded": 'a=~"(a+)+"'}, "degraded"),
        ("alertmanager", {"only": 'a=~".*a.*b.*c.*"'}, "only"),
        ("alertmanager", {"indicators": "a=b"}, "indicators"),
        ("alertmanager", {"indicators": 'a="b" -> c'}, "indicators"),
        ("webhook", {"states": "a"}, "states"),
        ("webhook", {"states": "a = broken"}, "states"),
    ],
)
def test_settings_that_can_not_work_are_refused_by_field(kind, config, field):
    with pytest.raises(ValidationError) as refused:
        config_check(CONNECTORS[kind], config)
    assert set(refused.value.message_dict) == {field}


# -- the address


def test_the_address_takes_posts_only_and_knows_its_sources(client):
    source, key = hook(proof="token")
    sent = {"content_type": "application/json", "headers": {"Authorization": f"Bearer {key}"}}
    assert client.get("/hooks/hook/").status_code == 405
    assert client.post("/hooks/none/", {}, **sent).status_code == 404
    assert client.post("/hooks/hook/", {"facts": [OUTAGE]}, **sent).json()["new"] == 1
    source_update(source=source, enabled=False, actor=None, now=NOW)
    assert client.post("/hooks/hook/", {"facts": [OUTAGE]}, **sent).status_code == 410


def test_what_a_real_alertmanager_tells_becomes_one_span():
    scene = json.loads((PLACE / "alertmanager.json").read_text(encoding="utf-8"))
    source, key = hook("alertmanager", only='alertname="ShopDown"', scope="region")
    for told in scene:
        assert tell(source, key, told["body"]).body["new"] == 1
    ((start, end, state),) = facts()
    assert (state, 5 <= (end - start).total_seconds() <= 60) == (DOWN, True)
    assert Fact.objects.get(superseded_at=None).scope == "north"


def test_a_heartbeat_that_stops_is_a_silence_that_people_are_told_of():
    source, key = hook("alertmanager", heartbeat="Watchdog", trusted=600)
    tell(source, key, group(alert(alertname="Watchdog")))
    source.refresh_from_db()
    assert (source.interval, source_health(source, NOW + timedelta(minutes=10))) == (120, "delivering")
    later = NOW + timedelta(minutes=11)
    assert source_health(source, later) == "silent"
    assert [sources_silence_tell(now=at) for at in (NOW + timedelta(minutes=10), later, later)] == [0, 1, 0]
    tell(source, key, group(alert(alertname="Watchdog")), now=later)
    source.refresh_from_db()
    assert (source_health(source, later), source.silence_told_at) == ("delivering", None)
