"""Setting a source up: cards, forms, trying out; and secrets that no page repeats."""

import json
import threading
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from monitoring.connectors import CONNECTORS
from monitoring.models import Fact, Source
from monitoring.services.fetching import source_fetch
from monitoring.services.probe import lane_look, point_create
from monitoring.services.source import source_create
from monitoring.services.source_secrets import config_open
from slmo.audit.models import Entry
from tests.connectors.serving import Script, served
from tests.governance.world import World
from tests.monitoring.make import NOW

pytestmark = pytest.mark.django_db
HTMX = {"HTTP_HX_REQUEST": "true"}
SECRET = "s3cr3t-that-no-page-repeats"
CHECKS = {"checks": [{"at": f"2026-01-14T09:0{n}:00Z", "state": "up" if n % 3 else "down"} for n in range(9)]}


def login(client: Client, world: World, name: str) -> Client:
    """Log a person of the world in."""
    client.force_login(world.people[name])
    return client


@pytest.fixture(autouse=True)
def _loopback(settings):
    settings.PROBE_ALLOW_NETWORKS = "127.0.0.1/32"


@pytest.mark.wide
def test_every_kind_has_a_card_with_what_it_is_for_and_a_form(client: Client, world: World) -> None:
    login(client, world, "analyst")
    cards = client.get(reverse("source_new")).content.decode()
    for kind, connector in CONNECTORS.items():
        assert reverse("source_new_kind", args=[kind]) in cards
        assert str(connector.about) in cards.replace("&#x27;", "'")
        assert client.get(reverse("source_new_kind", args=[kind])).status_code == 200
    assert client.get(reverse("source_new_kind", args=["no-such-kind"])).status_code == 404


def form(server, **more):
    return {
        "name": "Checks",
        "interval": 300,
        "config-url": server.url,
        "config-path": "checks",
        "config-facts": "states",
        **more,
    }


def test_trying_out_shows_the_first_facts_and_saves_nothing(client: Client, world: World) -> None:
    login(client, world, "analyst")
    with served(Script(json=CHECKS)) as server:
        data = form(server, **{"config-password": SECRET})
        shown = client.post(reverse("source_try", args=["json"]), data, **HTMX).content.decode()
        whole = client.post(reverse("source_try", args=["json"]), data).content.decode()
        assert SECRET.encode() in server.asked[0]
    assert "It brings 9 facts" in shown
    assert "<html" not in shown
    assert "It brings 9 facts" in whole
    assert SECRET not in shown + whole
    assert not Source.objects.exists()
    assert not Fact.objects.exists()
    assert not Entry.objects.filter(action__startswith="source").exists()


@pytest.mark.parametrize(
    ("script", "said"),
    [
        (Script(401), "Access is refused"),
        (Script(body=b"<html>"), "not JSON"),
        (Script(json={"checks": [{"at": "x"}]}), "Row 1"),
    ],
)
def test_trying_out_shows_the_exact_error(client: Client, world: World, script: Script, said: str) -> None:
    login(client, world, "analyst")
    with served(script) as server:
        shown = client.post(reverse("source_try", args=["json"]), form(server), **HTMX).content.decode()
    assert said in shown


def russian(client: Client, world: World, url: str) -> str:
    """Return a page as a Russian reader sees it."""
    analyst = world.people["analyst"]
    type(analyst).objects.filter(pk=analyst.pk).update(language="ru")
    try:
        return client.get(url).content.decode()
    finally:
        type(analyst).objects.filter(pk=analyst.pk).update(language="en")


def test_an_error_is_told_in_the_reader_s_language_on_every_page(client: Client, world: World) -> None:
    login(client, world, "analyst")
    with served(Script(json={"checks": [{"at": "x"}]})) as server:
        source_fetch(source_id=saved(world, server.url).pk, now=NOW)
    sources = reverse("sources")
    for url in (reverse("source", args=["checks"]), sources, f"{sources}?export=csv", reverse("today")):
        assert "Строка 1, столбец at: «x» не удалось понять как время." in russian(client, world, url), url
        assert "Row 1, column at: “x” is no time that is understood." in client.get(url).content.decode(), url


def test_what_the_other_system_said_stays_as_it_came_and_does_no_harm(client: Client, world: World) -> None:
    login(client, world, "analyst")
    with served(Script(body=b"<script>alert(1)</script>" + b"x" * 90_000)) as server:
        source_fetch(source_id=saved(world, server.url).pk, now=NOW)
    page = russian(client, world, reverse("source", args=["checks"]))
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "<script>alert(1)" not in page


def test_a_point_that_could_not_look_says_why_on_the_source_s_page(client: Client, world: World, settings) -> None:
    settings.PROBE_ALLOW_NETWORKS = ""
    point = point_create(slug="north", name="North", actor=world.people["analyst"], now=NOW)
    source_create(
        slug="probe", name="Probe", kind="http", indicator=world.indicator, actor=None, now=NOW,
        config={"url": "http://127.0.0.1:9/", "points": ["north"]},
    )  # fmt: skip
    assert lane_look(lane_id=point.lanes.get().pk, now=NOW)
    page = russian(login(client, world, "analyst"), world, reverse("source", args=["probe"]))
    assert "Точка «North» не смогла проверить" in page
    assert "127.0.0.1 lies in" not in page


def test_trying_out_ends_in_time(client: Client, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("monitoring.trial.SECONDS", 0.2)
    login(client, world, "analyst")
    with served(lambda asked: server.gate.wait(5) and Script(json=[])) as server:
        server.gate = threading.Event()
        shown = client.post(reverse("source_try", args=["json"]), form(server), **HTMX).content.decode()
        server.gate.set()
    assert "There was no answer within" in shown


def test_an_incomplete_form_is_said_to_be_one_when_it_is_tried(client: Client, world: World) -> None:
    login(client, world, "analyst")
    shown = client.post(reverse("source_try", args=["json"]), {"config-url": ""}, **HTMX).content.decode()
    assert "This field is required" in shown


def saved(world: World, url: str) -> Source:
    return source_create(
        slug="checks",
        name="Checks",
        kind="json",
        indicator=world.indicator,
        actor=None,
        now=NOW,
        config={"url": url, "path": "checks", "password": SECRET},
    )


def test_no_page_repeats_a_secret_and_an_edit_keeps_it(client: Client, world: World) -> None:
    login(client, world, "analyst")
    with served(Script(json=CHECKS)) as server:
        source = saved(world, server.url)
        pages = [reverse("source", args=["checks"]), reverse("source_edit", args=["checks"]), reverse("sources")]
        change = {
            "name": "Other name",
            "interval": 60,
            "enabled": "on",
            "config-url": server.url,
            "config-facts": "states",
        }
        tried = client.post(reverse("source_try", args=["json"]), {**form(server), "source": "checks"}, **HTMX)
        assert b"It brings 9 facts" in tried.content
        assert SECRET.encode() in server.asked[0]
        assert client.post(pages[1], change).status_code == 302
        refused = client.post(pages[1], {**change, "config-url": "not an address", "config-password": SECRET})
    assert refused.status_code == 422
    source.refresh_from_db()
    assert (source.name, config_open(source)["password"].reveal()) == ("Other name", SECRET)
    shown = [client.get(page).content.decode() for page in pages] + [refused.content.decode(), tried.content.decode()]
    shown.append(client.get(reverse("sources"), {"export": "csv"}).content.decode())
    shown += [json.dumps([entry.before, entry.after]) for entry in Entry.objects.all()]
    assert [text for text in shown if SECRET in text] == []
    assert "Kept as it is" in shown[1]


@pytest.mark.parametrize("path", ["source_try", "source_edit"])
def test_a_kept_secret_is_not_sent_to_another_address(client: Client, world: World, path: str) -> None:
    login(client, world, "analyst")
    with served(Script(json=CHECKS)) as own, served(Script(json=CHECKS)) as other:
        saved(world, own.url)
        data = {**form(other), "source": "checks"}
        name = reverse(path, args=["json" if path == "source_try" else "checks"])
        shown = client.post(name, data).content.decode()
        assert other.asked == []
    assert "type this again" in shown


def test_the_day_from_which_a_new_source_is_asked_is_chosen_on_its_form_in_both_languages(
    client: Client, world: World
) -> None:
    login(client, world, "analyst")
    address = reverse("source_new_kind", args=["prometheus"])
    assert 'name="since"' in client.get(address).content.decode()
    assert 'name="since"' not in client.get(reverse("source_new_kind", args=["http"])).content.decode()
    data = {
        "name": "Metrics", "indicator": world.indicator.pk, "interval": 60, "config-url": "http://127.0.0.1:1/",
        "config-query": "up", "config-records": "states", "config-step": 60,
    }  # fmt: skip
    client.post(reverse("language"), {"language": "ru"})
    refused = client.post(address, {**data, "since": "2019-01-01"})
    assert refused.status_code == 422
    assert "Выберите день с" in refused.content.decode()
    assert 'value="2019-01-01"' in refused.content.decode()
    chosen = timezone.localdate() - timedelta(days=30)
    client.post(address, {**data, "since": chosen.isoformat()})
    source = Source.objects.get()
    begun = source.covered_until - timedelta(seconds=source.overlap)
    zone = ZoneInfo(world.indicator.service.organisation.timezone)
    assert begun == datetime(chosen.year, chosen.month, chosen.day, tzinfo=zone)
