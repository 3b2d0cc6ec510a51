"""Operations pages: the board, breaches, facts, imports and sources, for every role and with few queries."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from agreements.models import Objective
from monitoring.board import board_rows
from monitoring.models import Breach, BreachState, Fact, LedgerDay, ObjectiveStatus, PeriodResult, Source
from monitoring.silence import source_health, sources_silent
from tests.governance.world import World, world_make

pytestmark = pytest.mark.django_db
INSIDE = ("clerk", "operator", "analyst", "manager", "head", "director")
HTMX = {"HTTP_HX_REQUEST": "true"}


@pytest.fixture
def world(db: None) -> World:
    """Return a provider with two customers, a supplier, people of all levels, and agreements in force."""
    return world_make()


@pytest.fixture(autouse=True)
def _empty_cache() -> Iterator[None]:
    """Leave no uploaded file behind."""
    yield
    cache.clear()


def result_of(objective: Objective, verdict: str, months_ago: int = 0) -> PeriodResult:
    """Return a result of a month of 30 days; the running one ends in ten days."""
    end = timezone.now().replace(microsecond=0) + timedelta(days=10 - 30 * months_ago)
    return PeriodResult.objects.create(
        objective=objective,
        start=end - timedelta(days=30),
        end=end,
        verdict=verdict,
        target=">= 99.9%",
        achieved="0.998000000",
        good=2_586_816,
        total=2_592_000,
        budget_allowed=2592,
        budget_consumed=5184,
        outages=2,
        longest_outage=3000,
        assessed_at=timezone.now(),
    )


def breach_of(objective: Objective, months_ago: int = 0, **more: object) -> Breach:
    """Return an open breach of a month."""
    result = result_of(objective, "breached", months_ago)
    now = timezone.now()
    values = {"result": result, "breached_at": now, "opened_at": now, "period_end": result.end, **more}
    return Breach.objects.create(objective=objective, period_start=result.start, **values)


def login(client: Client, world: World, name: str) -> Client:
    """Log a person of the world in."""
    client.force_login(world.people[name])
    return client


ROUTES = ("operations", "statuses", "breaches", "indicators", "sources")


@pytest.mark.parametrize("route", ROUTES)
@pytest.mark.parametrize("name", [*INSIDE, "buyer", "doctor"])
def test_every_operations_page_opens_for_every_role(client: Client, world: World, route: str, name: str) -> None:
    breach_of(world.objective)
    response = login(client, world, name).get(reverse(route))
    assert response.status_code == 200
    assert b"<h1>" in response.content


@pytest.mark.parametrize("route", ROUTES)
def test_nobody_sees_an_operations_page_without_logging_in(client: Client, route: str, db: None) -> None:
    assert client.get(reverse(route)).status_code == 302


def test_the_board_puts_what_nobody_has_seen_before_what_may_be_saved_and_what_somebody_carries(world: World) -> None:
    seen = breach_of(world.objective, 1, state=BreachState.ACKNOWLEDGED)
    opened = breach_of(world.other.objectives.get())
    risk = ObjectiveStatus.objects.update_or_create(
        objective=world.uc.objectives.get(), defaults={"verdict": "at_risk", "exhausted_at": timezone.now()}
    )[0]
    keys = [row.key for row in board_rows(world.people["operator"], timezone.now())]
    assert keys == [f"b{opened.pk}", f"r{risk.pk}", f"b{seen.pk}"]


def test_the_board_leaves_out_what_was_found_in_old_records(world: World) -> None:
    breach_of(world.objective, historic=True)
    assert board_rows(world.people["operator"], timezone.now()) == []


def test_the_board_says_what_is_left_and_what_was_lost_on_each_day(world: World) -> None:
    breach_of(world.objective)
    LedgerDay.objects.create(objective=world.objective, day=timezone.now().date(), down=600, degraded=60, up=85_740)
    row = board_rows(world.people["operator"], timezone.now())[0]
    assert (row.left, row.over, row.spark[-1], len(row.spark)) == (-2592, 2592, 660, 30)


def test_another_customers_breach_is_neither_on_the_board_nor_a_page(client: Client, world: World) -> None:
    breach = breach_of(world.objective)
    assert board_rows(world.people["doctor"], timezone.now()) == []
    assert login(client, world, "doctor").get(reverse("breach", args=[breach.pk])).status_code == 404


def test_the_board_costs_the_same_queries_however_long_it_is(
    client: Client, world: World, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for months_ago in range(8):
        breach_of(world.objective, months_ago)
    login(client, world, "operator")
    with django_assert_max_num_queries(14):
        client.get(reverse("operations"))


def test_acknowledging_on_the_board_answers_with_the_rows_alone(client: Client, world: World) -> None:
    breach = breach_of(world.objective)
    url = reverse("breach_step", args=[breach.pk, "acknowledge"])
    response = login(client, world, "operator").post(url, **HTMX)
    breach.refresh_from_db()
    assert breach.state == BreachState.ACKNOWLEDGED
    assert b"<html" not in response.content
    assert f'id="b{breach.pk}"'.encode() in response.content


def test_a_breach_walks_from_open_to_closed_through_its_page(client: Client, world: World) -> None:
    breach = breach_of(world.objective)
    login(client, world, "analyst")
    steps = (
        ("acknowledge", {}),
        ("note", {"text": "The disk was full."}),
        ("explain", {"cause": "capacity", "explanation": "The disk was full."}),
        ("close", {"outcome": "The disk is watched now."}),
    )
    for verb, words in steps:
        response = client.post(reverse("breach_step", args=[breach.pk, verb]), words)
        assert response.status_code == 302, verb
    breach.refresh_from_db()
    assert (breach.state, breach.cause, breach.outcome) == ("closed", "capacity", "The disk is watched now.")
    page = client.get(reverse("breach", args=[breach.pk])).content.decode()
    assert page.count("The disk was full.") >= 2


def test_an_explanation_without_a_cause_comes_back_as_it_was_typed(client: Client, world: World) -> None:
    breach = breach_of(world.objective, state=BreachState.ACKNOWLEDGED)
    words = {"cause": "", "explanation": "Long and well written."}
    response = login(client, world, "analyst").post(reverse("breach_step", args=[breach.pk, "explain"]), words)
    assert response.status_code == 422
    assert "Long and well written." in response.content.decode()


@pytest.mark.parametrize(("name", "status"), [("clerk", 403), ("buyer", 403), ("doctor", 404)])
def test_who_may_not_acknowledge_is_refused(client: Client, world: World, name: str, status: int) -> None:
    breach = breach_of(world.objective)
    url = reverse("breach_step", args=[breach.pk, "acknowledge"])
    assert login(client, world, name).post(url).status_code == status
    breach.refresh_from_db()
    assert breach.state == BreachState.OPEN


def test_old_breaches_are_closed_together_with_one_explanation(client: Client, world: World) -> None:
    found = [breach_of(world.objective, ago, historic=True) for ago in (3, 4, 5)]
    words = {"cause": "supplier", "explanation": "Incidents of then.", "outcome": "They are over.", "act": "settle"}
    data = {**words, "pick": [breach.pk for breach in found]}
    response = login(client, world, "analyst").post(reverse("breaches_bulk"), data)
    assert response.status_code == 302
    states = Breach.objects.filter(pk__in=[breach.pk for breach in found]).values_list("state", "explanation")
    assert set(states) == {("closed", "Incidents of then.")}
    assert all(breach.notes.count() == 3 for breach in found)


def test_closing_together_does_nothing_where_the_person_may_only_acknowledge(client: Client, world: World) -> None:
    found = [breach_of(world.objective, ago) for ago in (3, 4)]
    words = {"cause": "supplier", "explanation": "Then.", "outcome": "Over.", "act": "settle"}
    data = {**words, "pick": [breach.pk for breach in found]}
    assert login(client, world, "operator").post(reverse("breaches_bulk"), data).status_code == 403
    assert set(Breach.objects.values_list("state", flat=True)) == {BreachState.OPEN}


def test_the_list_of_breaches_is_filtered_exported_and_cheap(
    client: Client, world: World, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for months_ago in range(6):
        breach_of(world.objective, months_ago, historic=months_ago > 2)
    login(client, world, "operator")
    with django_assert_max_num_queries(12):
        page = client.get(reverse("breaches"), {"found": "record"}).content.decode()
    assert "1–3 of 3" in page
    lines = client.get(reverse("breaches"), {"export": "csv"}).content.decode("utf-8-sig").splitlines()
    assert len(lines) == 1 + 6


CHANGES = b"at,state\n2026-02-01T00:00:00Z,up\n2026-02-03T10:00:00Z,down\n2026-02-03T11:00:00Z,up\n"


def upload(client: Client, world: World, content: bytes) -> str:
    """Send a file to the import page; return the page that comes back."""
    data = {"indicator": world.indicator.pk, "file": SimpleUploadedFile("facts.csv", content)}
    return client.post(reverse("facts_import"), data).content.decode()


def hidden(page: str, name: str) -> str:
    """Return the value of a hidden field."""
    return page.split(f'name="{name}" value="')[1].split('"')[0]


def test_a_file_is_looked_at_first_and_recorded_only_then(client: Client, world: World) -> None:
    login(client, world, "clerk")
    page = upload(client, world, CHANGES)
    assert "Record 3 facts" in page
    assert not Fact.objects.exists()
    data = {"token": hidden(page, "token"), "sha256": hidden(page, "sha256")}
    assert client.post(reverse("facts_import"), data).status_code == 302
    assert Fact.objects.filter(indicator=world.indicator).count() == 3
    assert client.post(reverse("facts_import"), data).url == reverse("facts_import")  # type: ignore[attr-defined]


def test_a_file_with_wrong_lines_names_each_and_records_nothing(client: Client, world: World) -> None:
    login(client, world, "clerk")
    page = upload(client, world, b"at,state\n2026-02-01T00:00:00Z,fine\nnever,up\n")
    assert "Nothing was recorded." in page
    assert 'name="token"' not in page
    assert not Fact.objects.exists()


def test_a_file_looked_at_by_another_person_is_not_recorded(client: Client, world: World) -> None:
    page = upload(login(client, world, "clerk"), world, CHANGES)
    data = {"token": hidden(page, "token"), "sha256": hidden(page, "sha256")}
    login(client, world, "analyst").post(reverse("facts_import"), data)
    assert not Fact.objects.exists()


def test_a_customer_imports_nothing(client: Client, world: World) -> None:
    assert login(client, world, "buyer").get(reverse("facts_import")).status_code == 403


def test_a_fact_entered_by_hand_keeps_its_reason_and_shows_on_the_page(client: Client, world: World) -> None:
    login(client, world, "clerk")
    place = [world.payments.slug, world.indicator.slug]
    data = {"state": "2", "start": "2026-02-03T10:00:00", "end": "2026-02-03T11:00:00", "reason": "Call 17"}
    assert client.post(reverse("fact_new", args=place), data).status_code == 302
    fact = Fact.objects.get()
    assert (fact.reference, fact.state, fact.origin) == ("Call 17", 2, "hand")
    page = client.get(reverse("indicator", args=place), {"until": "2026-03-01"}).content.decode()
    assert "Call 17" in page
    assert "Down, 1" in page


def test_a_fact_that_ends_before_it_starts_is_refused_at_its_field(client: Client, world: World) -> None:
    place = [world.payments.slug, world.indicator.slug]
    data = {"state": "2", "start": "2026-02-03T10:00", "end": "2026-02-03T09:00", "reason": "Call 17"}
    response = login(client, world, "clerk").post(reverse("fact_new", args=place), data)
    assert response.status_code == 422
    assert "The end lies before the start" in response.content.decode()


@pytest.mark.parametrize("until", ["", "yesterday", "2026-02-31", "0001-01-01", "9999-12-31"])
def test_a_strange_end_of_the_strip_does_no_harm(client: Client, world: World, until: str) -> None:
    place = [world.payments.slug, world.indicator.slug]
    response = login(client, world, "clerk").get(reverse("indicator", args=place), {"until": until})
    assert response.status_code == 200


def test_a_probe_is_set_up_changed_and_switched_off(client: Client, world: World) -> None:
    login(client, world, "analyst")
    form = {"name": "Front door", "indicator": world.indicator.pk, "interval": 60, "config-url": "https://example.org/"}
    assert client.post(reverse("source_new"), form).status_code == 302
    source = Source.objects.get()
    assert (source.slug, source.config["url"]) == ("front-door", "https://example.org/")
    change = {"name": "Back door", "interval": 30, "enabled": "on", "config-url": "https://example.org/back"}
    assert client.post(reverse("source_edit", args=[source.slug]), change).status_code == 302
    assert client.post(reverse("source_switch", args=[source.slug])).status_code == 302
    source.refresh_from_db()
    assert (source.name, source.interval, source.enabled) == ("Back door", 30, False)
    assert client.get(reverse("source", args=[source.slug])).status_code == 200


def test_trying_a_probe_out_records_nothing_and_says_why_it_is_refused(client: Client, world: World) -> None:
    login(client, world, "analyst")
    page = client.post(reverse("source_try"), {"config-url": "http://10.0.0.1/"}, **HTMX).content.decode()
    assert "lies in a network" in page
    assert "<html" not in page
    assert not Fact.objects.exists()


def test_a_customer_sees_that_a_source_delivers_but_not_how_it_is_set_up(client: Client, world: World) -> None:
    Source.objects.create(
        slug="door", name="Door", kind="http", indicator=world.indicator, config={"url": "https://inside.example/"}
    )
    page = login(client, world, "buyer").get(reverse("source", args=["door"]))
    assert page.status_code == 200
    assert "inside.example" not in page.content.decode()
    assert client.get(reverse("source_edit", args=["door"])).status_code == 403


def test_a_source_is_silent_after_three_intervals_without_success(world: World) -> None:
    now = timezone.now()
    source = Source.objects.create(
        slug="door", name="Door", kind="http", indicator=world.indicator, interval=60,
        last_success_at=now - timedelta(seconds=179),
    )  # fmt: skip
    analyst = world.people["analyst"]
    assert source_health(source, now) == "delivering"
    assert not sources_silent(analyst, now).exists()
    later = now + timedelta(seconds=5)
    assert source_health(source, later) == "silent"
    assert list(sources_silent(analyst, later)) == [source]
