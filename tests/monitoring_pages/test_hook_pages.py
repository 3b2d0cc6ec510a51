"""Pages of webhooks and of comparisons: a key is shown once, messages with their answers, differences with reasons."""

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from monitoring.comparison import clock_change, source_compared
from monitoring.models import Source
from monitoring.services.assessment import objective_assess
from monitoring.services.facts import facts_record
from monitoring.services.source import source_create
from monitoring.services.webhook import webhook_take
from monitoring.services.webhook_keys import KEY
from monitoring.webhooks.reading import Message
from slmo.accounts.models import User
from slmo.accounts.vault import Secret
from slmo.audit.models import Entry
from tests.connectors.replay import zabbix_says
from tests.connectors.serving import Script, served
from tests.governance.world import World
from tests.monitoring.make import DOWN, UP, at, row
from tests.monitoring_pages.test_ops_facts import login
from tests.peers.outages import MONTHS, local

pytestmark = pytest.mark.django_db


def webhook(world: World, kind: str = "webhook", **config: str) -> Source:
    """Return a webhook that feeds the world's indicator."""
    return source_create(
        slug="hook", name="Hook", kind=kind, indicator=world.indicator, config=config, interval=3600, actor=None,
        now=timezone.now(),
    )  # fmt: skip


@pytest.mark.parametrize("kind", ["webhook", "alertmanager"])
def test_a_key_is_shown_once_with_how_it_is_used_and_never_again(client: Client, world: World, kind: str) -> None:
    source = webhook(world, kind)
    login(client, world, "analyst")
    before = client.get(reverse("source", args=["hook"])).content.decode()
    assert "No key yet" in before
    shown = client.post(reverse("hook_key", args=["hook"]))
    source.refresh_from_db()
    key = shown.context["key"]
    assert shown["Cache-Control"].startswith("max-age=0")
    assert shown.content.decode().count(key) >= 3
    after = client.get(reverse("source", args=["hook"])).content.decode()
    assert key not in after
    assert "whsec_…" in after
    assert key not in str(source.secrets[KEY])
    assert Entry.objects.filter(action="webhook_key_make").count() == 1


def test_last_messages_stand_on_the_page_with_their_answers(client: Client, world: World) -> None:
    source = webhook(world, proof="token")
    login(client, world, "analyst")
    key = client.post(reverse("hook_key", args=["hook"])).context["key"]
    source.refresh_from_db()
    facts = b'{"facts": [{"at": "2026-02-01T00:00:00Z", "state": "up"}, {}, {}]}'
    for token in (key, "nonsense"):
        message = Message({"authorization": f"Bearer {token}"}, facts)
        webhook_take(source=source, message=message, now=timezone.now())
    page = client.get(reverse("source", args=["hook"])).content.decode()
    assert all(word in page for word in ("Taken in part", "and 1 error more", "HTTP 202", "HTTP 401", "Refused"))
    User.objects.update(language="ru")
    russian = client.get(reverse("source", args=["hook"])).content.decode()
    assert "Ожидался заголовок Authorization" in russian
    assert "Expected" not in russian.partition("<main")[2]
    assert client.post(reverse("hook_key_withdraw", args=["hook"]), follow=True).status_code == 200


def test_only_who_may_edit_the_source_makes_keys_and_compares(client: Client, world: World) -> None:
    webhook(world)
    login(client, world, "operator")
    assert client.post(reverse("hook_key", args=["hook"])).status_code == 403
    assert client.get(reverse("source_comparison", args=["hook"])).status_code == 403
    assert client.get(reverse("hook_key", args=["hook"])).status_code == 405


def compared(world: World, url: str) -> Source:
    """Return a source that asks a Zabbix, with a service and an SLA to compare."""
    config = {"url": url, "token": Secret("t"), "trigger": 1, "service": 3, "sla": 4}
    return source_create(
        slug="z", name="Z", kind="zabbix", indicator=world.indicator, config=config, actor=None, now=timezone.now()
    )


def answers(down: int, **sla: object) -> dict[str, object]:
    """Return what a Zabbix says of March 2026."""
    start, end = MONTHS["2026-03"]
    described = {"name": "Office", "timezone": "Europe/Berlin", "schedule": [], "excluded_downtimes": [], **sla}
    cell = {"uptime": end - start - down, "downtime": down}
    said = {"periods": [{"period_from": start, "period_to": end}], "serviceids": [3], "sli": [[cell]]}
    return {"sla_get": [described], "sla_getsli": said}


def test_differences_between_their_figures_and_ours_have_reasons(
    client: Client, world: World, settings: object
) -> None:
    settings.PROBE_ALLOW_NETWORKS = "127.0.0.0/8"
    rows = [
        row("2026-02-20 00:00", "2026-03-10 10:00", UP),
        row("2026-03-10 10:00", "2026-03-10 10:01", DOWN),
        row("2026-03-10 10:05", "2026-04-10 00:00", UP),
    ]
    facts_record(indicator=world.indicator, rows=rows, origin="test", actor=None, now=at("2026-04-19 00:00"))
    objective_assess(objective_id=world.objective.pk, now=at("2026-04-20 00:00"))
    hours = [{"period_from": 1, "period_to": 2}]
    with served(zabbix_says(**answers(90, schedule=hours, excluded_downtimes=[{}]))) as server:
        source = compared(world, server.url)
        (found,) = source_compared(source, world.people["analyst"], timezone.now())["rows"]
        login(client, world, "analyst")
        page = client.get(reverse("source_comparison", args=["z"])).content.decode()
    assert (found.theirs_down, found.ours_down, found.difference) == (90, 60, 30)
    told = ("change of clocks on 29 Mar", "excluded downtimes", "min are unknown", "as service hours")
    assert [word for word in told if not any(word in sentence for sentence in found.why)] == [], found.why
    assert all(word in page for word in ("Office", "+30\xa0s", "1\xa0min\xa030\xa0s", *told[1:]))


def test_a_period_that_no_objective_of_ours_has_is_named(world: World, settings: object) -> None:
    settings.PROBE_ALLOW_NETWORKS = "127.0.0.0/8"
    with served(zabbix_says(**answers(90))) as server:
        (found,) = source_compared(compared(world, server.url), world.people["analyst"], timezone.now())["rows"]
    assert (found.ours, found.why) == (None, ["No objective that it feeds has a period with these bounds."])


def test_a_comparison_that_cannot_be_read_is_told(client: Client, world: World, settings: object) -> None:
    settings.PROBE_ALLOW_NETWORKS = "127.0.0.0/8"
    with served(Script(503)) as server:
        compared(world, server.url)
        login(client, world, "analyst")
        page = client.get(reverse("source_comparison", args=["z"])).content.decode()
    assert "cannot be read" in page
    assert 'hx-get="/operations/sources/z/comparison/"' in client.get(reverse("source", args=["z"])).content.decode()


def test_the_change_of_clocks_is_found_to_the_second() -> None:
    assert clock_change("Europe/Berlin", *MONTHS["2026-03"]) == local("2026-03-29 03:00")
    assert clock_change("Europe/Berlin", *MONTHS["2025-10"]) == local("2025-10-26 02:00", fold=1)
    assert clock_change("Europe/Berlin", local("2026-01-01"), local("2026-02-01")) is None
    assert clock_change("Nowhere", 0, 10**9) is None
