"""Operations pages: the board, breaches and lists, for every role and with few queries."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from agreements.models import Objective
from monitoring.board import board_rows
from monitoring.models import Breach, BreachState, LedgerDay, ObjectiveStatus, PeriodResult
from tests.governance.world import World

pytestmark = pytest.mark.django_db
INSIDE = ("clerk", "operator", "analyst", "manager", "head", "director")
HTMX = {"HTTP_HX_REQUEST": "true"}


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


@pytest.mark.wide
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


def test_a_board_without_anything_urgent_shows_what_is_watched(client: Client, world: World) -> None:
    result = result_of(world.objective, "on_track")
    ObjectiveStatus.objects.update_or_create(
        objective=world.objective, defaults={"verdict": "on_track", "result": result}
    )
    page = login(client, world, "operator").get(reverse("operations")).content.decode()
    assert "Nothing needs you now" in page
    assert f'id="w{world.objective.pk}"' in page


def test_a_breach_is_muted_from_its_page_and_heard_of_again(client: Client, world: World) -> None:
    breach = breach_of(world.objective)
    url = reverse("breach", args=[breach.pk])
    asked = {"subject_type": "monitoring.breach", "subject_id": breach.pk, "next": url}
    login(client, world, "analyst")
    assert f'name="subject_id" value="{breach.pk}"' in client.get(url).content.decode()
    assert client.post(reverse("mute"), {**asked, "hours": "8"}).url == url  # type: ignore[attr-defined]
    assert "Muted until" in client.get(url).content.decode()
    client.post(reverse("mute"), {**asked, "hours": "0"})
    assert "Muted until" not in client.get(url).content.decode()


def test_the_catalogue_shows_the_own_services_first_with_how_they_stand(client: Client, world: World) -> None:
    result = result_of(world.objective, "breached", 1)
    page = login(client, world, "manager").get(reverse("catalogue")).content.decode()
    assert f'href="{reverse("why", args=[result.pk])}"' in page
    assert world.compute.name not in page
    assert world.compute.name in client.get(reverse("catalogue"), {"scope": "received"}).content.decode()
