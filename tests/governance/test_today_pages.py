"""Today, search, reviews and improvements as pages: for every role, scoped, and with few queries."""

from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from agreements.models import Version
from agreements.services.position import version_accept
from agreements.services.version import version_draft, version_propose
from governance.models import Improvement, Review, ReviewState
from governance.search import ACTS, search
from governance.services.review import review_schedule
from governance.today import changes, overview, record, waiting
from monitoring.models import Breach, PeriodResult
from tests.governance.world import World, first_of

pytestmark = pytest.mark.django_db
EVERYBODY = ("clerk", "operator", "analyst", "manager", "head", "director", "buyer", "doctor")
HTMX = {"HTTP_HX_REQUEST": "true"}


def login(client: Client, world: World, name: str) -> Client:
    """Log a person of the world in."""
    client.force_login(world.people[name])
    return client


def months_of(world: World, verdicts: str, month: int = 1) -> list[PeriodResult]:
    """Record results of the retail agreement's months from January on: m for met, b for breached, i for unclear."""
    names = {"m": "met", "b": "breached", "i": "indeterminate"}
    rows = []
    for number, letter in enumerate(verdicts):
        start = datetime(2026, month + number, 1, tzinfo=UTC)
        end = datetime(2026, month + number + 1, 1, tzinfo=UTC)
        values = {"verdict": names[letter], "target": ">= 99.9%", "achieved": "0.999100000", "assessed_at": end}
        rows.append(PeriodResult.objects.create(objective=world.objective, start=start, end=end, **values))
    return rows


def planned(world: World, **more: object) -> Review:
    """Return a review of the retail agreement over the first quarter, planned for tomorrow."""
    values = {"covers_from": first_of(1), "covers_until": first_of(4), "due_at": timezone.now() + timedelta(days=1)}
    return review_schedule(agreement=world.sla, actor=None, now=timezone.now(), **{**values, **more})  # type: ignore[arg-type]


def kinds(world: World, name: str) -> list[str]:
    """Return the kinds of things that wait for a person."""
    return [str(item.kind) for item in waiting.waiting(world.people[name], timezone.now())]


@pytest.mark.wide
@pytest.mark.parametrize("name", EVERYBODY)
@pytest.mark.parametrize("route", ["today", "search", "improvement", "reviews", "improvements"])
def test_every_page_opens_for_every_role(client: Client, world: World, name: str, route: str) -> None:
    months_of(world, "mbi")
    planned(world)
    assert login(client, world, name).get(reverse(route)).status_code == 200


def test_the_first_screen_costs_few_queries(
    client: Client, world: World, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    months_of(world, "mbmb")
    planned(world)
    login(client, world, "director").get(reverse("today"))
    with django_assert_max_num_queries(30):
        client.get(reverse("today"))


def test_a_breach_waits_for_whoever_may_take_its_next_step(world: World) -> None:
    result = months_of(world, "b")[0]
    now = timezone.now()
    breach = Breach.objects.create(
        objective=world.objective, period_start=result.start, period_end=result.end, result=result, breached_at=now,
        opened_at=now,
    )  # fmt: skip
    assert kinds(world, "operator") == ["Breach to acknowledge"]
    assert kinds(world, "clerk") == []
    Breach.objects.filter(pk=breach.pk).update(state="acknowledged", owner=world.people["analyst"])
    assert kinds(world, "operator") == []
    assert kinds(world, "analyst") == ["Breach to explain"]


def test_a_draft_waits_for_its_own_side_and_a_proposal_for_the_side_that_is_asked(world: World) -> None:
    draft = version_draft(agreement=world.sla, actor=world.people["manager"], now=timezone.now())
    assert kinds(world, "manager") == ["Draft to propose"]
    assert kinds(world, "buyer") == []
    version_propose(version=draft, actor=world.people["manager"], now=timezone.now())
    assert kinds(world, "manager") == []
    assert kinds(world, "buyer") == ["Proposal to answer"]
    version_accept(version=draft, actor=world.people["buyer"], now=timezone.now())
    assert kinds(world, "buyer") == ["Version to sign"]
    assert kinds(world, "doctor") == kinds(world, "operator") == []


def test_a_review_waits_from_two_weeks_before_until_it_is_concluded(world: World) -> None:
    far = planned(world, due_at=timezone.now() + timedelta(days=20))
    assert kinds(world, "manager") == []
    Review.objects.filter(pk=far.pk).update(due_at=timezone.now() + timedelta(days=13))
    assert kinds(world, "manager") == ["Review to hold"]
    Review.objects.filter(pk=far.pk).update(state=ReviewState.HELD)
    assert kinds(world, "manager") == ["Review to conclude"]
    Review.objects.filter(pk=far.pk).update(state=ReviewState.CONCLUDED)
    assert kinds(world, "manager") == []


def test_the_story_counts_the_months_on_record_and_no_shorter_period(world: World) -> None:
    months_of(world, "mbib")
    day = datetime(2026, 3, 1, tzinfo=UTC)
    PeriodResult.objects.create(
        objective=world.other.objectives.get(), start=day, end=day + timedelta(days=1), verdict="breached",
        assessed_at=day,
    )  # fmt: skip
    told = overview.story(world.people["manager"])
    assert told is not None
    assert (told.judged, told.missed, told.first.month, told.last.month) == (3, 2, 1, 4)
    assert overview.story(world.people["doctor"]) is None


def test_where_it_hurts_names_the_objectives_that_missed_most(world: World) -> None:
    months_of(world, "mbbm")
    hurt = overview.hurts_record(world.people["manager"])
    assert [(one.service, one.missed, one.judged) for one in hurt] == [("Payments", 2, 4)]


def test_what_others_did_is_told_once_and_ones_own_acts_are_not(world: World) -> None:
    since = timezone.now() - timedelta(minutes=1)
    version_draft(agreement=world.sla, actor=world.people["manager"], now=timezone.now())
    news = changes.changes(world.people["head"], since)
    assert [(line.who, line.subject) for line in news] == [("Manager", "Payments Retail v2")]
    assert news[0].url == reverse("version", args=["payments-retail", 2])
    assert changes.changes(world.people["manager"], since) == []
    assert changes.changes(world.people["doctor"], since) == []


def test_what_is_new_stays_new_for_half_an_hour_of_looking(client: Client, world: World) -> None:
    login(client, world, "head").get(reverse("today"))
    session = client.session
    long_ago = timezone.now() - timedelta(hours=3)
    session["today_seen"] = long_ago.isoformat()
    session.save()
    first = client.get(reverse("today")).context["since"]
    second = client.get(reverse("today")).context["since"]
    assert first == second == long_ago


@pytest.mark.parametrize("text", ["pay", "payments retail", "PAYMENTS"])
def test_search_finds_services_agreements_and_objectives(world: World, text: str) -> None:
    found = {str(group.name) for group in search(world.people["manager"], text)}
    assert "Agreements" in found


def test_search_finds_nothing_of_another_customer(world: World) -> None:
    titles = [hit.title for group in search(world.people["doctor"], "retail") for hit in group.hits]
    assert titles == []


def test_search_offers_only_acts_that_the_person_may_do(world: World) -> None:
    def acts(name: str) -> set[str]:
        return {hit.url for group in search(world.people[name], "") for hit in group.hits}

    assert reverse("review_new") in acts("manager")
    assert reverse("review_new") not in acts("operator") | acts("buyer")
    assert len(acts("director")) == len(ACTS)


@pytest.mark.parametrize("text", ["%", "_", "\x00", "'; --", "а" * 500, "<script>", "\\", "(" * 60])
def test_search_survives_whatever_is_typed(client: Client, world: World, text: str) -> None:
    response = login(client, world, "manager").get(reverse("search"), {"q": text}, **HTMX)
    assert response.status_code == 200
    assert b"<html" not in response.content
    assert b"<script>" not in response.content


def test_a_review_walks_from_plan_to_draft_through_its_pages(client: Client, world: World) -> None:
    months_of(world, "mbm")
    login(client, world, "manager")
    plan = {
        "agreement": "payments-retail", "covers_from": "2026-01-01", "covers_until": "2026-04-01",
        "due_at": "2026-06-20T10:00", "agenda": "The outage of February.",
    }  # fmt: skip
    assert client.post(reverse("review_new"), plan).status_code == 302
    review = Review.objects.get()
    page = client.get(reverse("review", args=[review.pk])).content.decode()
    assert "1 of 3 judged periods missed its target." in page
    assert client.post(reverse("review_hold", args=[review.pk]), {"minutes": "Said."}).status_code == 302
    decision = {"decision": "amend", "reasons": "A second line.", "effective_from": "2026-09-01"}
    response = client.post(reverse("review_conclude", args=[review.pk]), decision)
    draft = Version.objects.get(agreement=world.sla, number=2)
    assert response.url == reverse("version", args=["payments-retail", draft.number])  # type: ignore[attr-defined]


def test_a_conclusion_without_reasons_comes_back_as_it_was_typed(client: Client, world: World) -> None:
    review = planned(world)
    Review.objects.filter(pk=review.pk).update(state=ReviewState.HELD)
    url = reverse("review_conclude", args=[review.pk])
    response = login(client, world, "manager").post(url, {"decision": "end", "reasons": ""})
    assert response.status_code == 422
    assert 'value="end"' in response.content.decode()
    assert Review.objects.get().state == ReviewState.HELD


@pytest.mark.parametrize(("name", "status"), [("manager", 200), ("buyer", 200), ("doctor", 404)])
def test_a_review_is_a_page_for_its_two_sides_alone(client: Client, world: World, name: str, status: int) -> None:
    url = reverse("review", args=[planned(world).pk])
    assert login(client, world, name).get(url).status_code == status


def test_an_improvement_walks_from_proposal_to_effect_through_its_pages(client: Client, world: World) -> None:
    login(client, world, "analyst")
    url = reverse("improvement_new") + f"?review={planned(world).pk}"
    data = {"title": "Add a replica", "reason": "Outages.", "service": "payments", "due_on": "2026-09-01"}
    assert client.post(url, data).status_code == 302
    row = Improvement.objects.get()
    assert row.review is not None
    for verb, words in (("start", {}), ("done", {"effect": "No outage since."})):
        assert client.post(reverse("improvement_step", args=[row.pk, verb]), words).status_code == 302
    row.refresh_from_db()
    assert (row.state, row.effect) == ("done", "No outage since.")
    assert "No outage since." in client.get(reverse("improvement_entry", args=[row.pk])).content.decode()


def test_fragments_for_the_pages_below_are_scoped(client: Client, world: World) -> None:
    planned(world)
    for route, slug in (("agreement_reviews", "payments-retail"), ("service_improvements", "payments")):
        url = reverse(route, args=[slug])
        assert b"<html" not in login(client, world, "buyer").get(url, **HTMX).content
    url = reverse("agreement_reviews", args=["payments-retail"])
    assert login(client, world, "doctor").get(url, **HTMX).status_code == 404


def test_the_record_counts_each_products_months_by_year(client: Client, world: World) -> None:
    months_of(world, "mbbi")
    found = record.record_of(world.people["director"])
    assert found is not None
    assert [(one.name, one.whole.missed, one.whole.judged) for one in found.delivered] == [("Payments", 2, 3)]
    assert (found.years, found.received) == ([2026], [])
    assert found.delivered[0].cells[0].url.endswith("?year=2026&q=Payments")
    assert record.record_of(world.people["doctor"]) is None
    page = login(client, world, "director").get(reverse("today")).content.decode()
    assert "2 of 3" in page
    assert record.last_month(world.people["director"], months_of(world, "b", 6)[0].start.date()).missed == 1


def test_like_acts_of_a_day_are_one_line(world: World) -> None:
    since = timezone.now() - timedelta(minutes=1)
    for agreement in (world.sla, world.other, world.sla):
        version_draft(agreement=agreement, actor=world.people["manager"], now=timezone.now())
    news = changes.changes(world.people["head"], since)
    assert [(line.did, line.more) for line in news] == [("drafted the version", 2)]


def test_a_customer_does_not_hear_of_what_the_provider_still_drafts(world: World) -> None:
    since = timezone.now() - timedelta(minutes=1)
    version_draft(agreement=world.sla, actor=world.people["manager"], now=timezone.now())
    assert [line.who for line in changes.changes(world.people["head"], since)] == ["Manager"]
    assert changes.changes(world.people["buyer"], since) == []


def test_what_is_due_today_is_due_by_the_readers_calendar(world: World) -> None:
    manager, service, evening = world.people["manager"], world.sla.service, datetime(2026, 3, 1, 23, 30, tzinfo=UTC)
    due = {"title": "Second line", "state": "started", "due_on": datetime(2026, 3, 2).date(), "created_at": evening}
    Improvement.objects.create(service=service, owner=manager, **due)
    with timezone.override("UTC"):
        assert "Second line" not in [item.title for item in waiting.waiting(manager, evening)]
    with timezone.override("Europe/Berlin"):  # there it is half past midnight on the 2nd
        assert "Second line" in [item.title for item in waiting.waiting(manager, evening)]
