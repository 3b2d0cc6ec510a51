"""Planned disruptions over HTTP: the same acts, by the same people, as on the pages; what is wrong is said clearly."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.cache import cache
from django.db import transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django.plugin import DjangoDbBlocker
from rest_framework.test import APIClient

from agreements.selectors import services_visible
from monitoring.api.disruptions import DisruptionViewSet
from monitoring.forms.disruption import shown_text
from monitoring.models import Announcement, Disruption, DisruptionMove
from monitoring.services import disruption as verbs
from monitoring.services.disruption import MOST_WINDOWS, TRANSITIONS, Span
from monitoring.views.disruptions import STEPS
from reports.evidence.impact import impacts
from slmo.accounts.models import User
from slmo.accounts.policy import can
from slmo.core.units import Window
from tests.reports.story import story_make
from tests.support.people import organisation, person
from tests.support.worlds import kept

PASSWORD = "correct horse battery staple"
LIST, IMPACT = "/api/v1/disruptions/", "/api/v1/impacts/"


def soon(days: int = 20, hours: int = 2) -> Span:
    """Return a span some days ahead, at eight in the morning."""
    start = datetime.combine(timezone.now().date() + timedelta(days=days), datetime.min.time(), UTC)
    return Span(start + timedelta(hours=8), start + timedelta(hours=8 + hours))


def written(*spans: Span) -> list[dict[str, str]]:
    return [{"start": one.start.isoformat(), "end": one.end.isoformat()} for one in spans]


def hall_make() -> SimpleNamespace:
    """Make the story with people of all ranks on both sides and elsewhere, and one disruption that is asked for."""
    story = story_make()
    people = {f"{where} {level}": person(f"{where}-{level}", getattr(story, where), level)
              for where in ("provider", "retail") for level in (2, 4, 5)}  # fmt: skip
    people |= {"buyer": story.buyer, "another customer": story.doctor, "supplier": person("sue", story.supplier, 7)}
    people["another provider"] = person("olga", organisation("south"), 7)
    for user in people.values():
        user.set_password(PASSWORD)
        user.save()
    clients = {name: Client(raise_request_exception=False) for name in people}
    for name, client in clients.items():
        client.force_login(people[name])
    made = verbs.disruption_announce(
        organisation=story.provider, services=[story.indicator.service], windows=[soon()], title="New database",
        reason="The old one is full.", actor=None, now=timezone.now(),
    )  # fmt: skip
    asked = made.disruptions.get(agreement=story.retail_sla)
    return SimpleNamespace(story=story, people=people, clients=clients, asked=asked)


@pytest.fixture(scope="module")
def hall_kept(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[SimpleNamespace]:
    with kept(hall_make, django_db_blocker) as made:
        yield made


@pytest.fixture
def hall(hall_kept: SimpleNamespace, db: None) -> SimpleNamespace:
    cache.clear()
    return hall_kept


def api(user: User) -> APIClient:
    client = APIClient()
    client.force_authenticate(user)
    return client


def at(hall: SimpleNamespace, act: str = "") -> str:
    return f"{LIST}{hall.asked.pk}/{act + '/' if act else ''}"


def stand(hall: SimpleNamespace, state: str, turn: str) -> None:
    """Bring the disruption into a state, and to the turn of a side."""
    given: dict[str, Any] = {"disruption": hall.asked, "actor": None, "now": timezone.now()}
    if turn == "provider":
        verbs.disruption_counter(side="customer", windows=[soon()], **given)
    if state == "agreed":
        verbs.disruption_consent(side=turn, shown=[soon()], **given)


BODIES: dict[str, dict[str, Any]] = {
    "counter": {"windows": written(soon(21))},
    "consent": {"windows": written(soon()), "password": PASSWORD},
    "decline": {"word": "Our busiest day."},
    "withdraw": {},
    "call_off": {},
}
TYPED: dict[str, dict[str, str]] = {
    "counter": {"start_0": f"{soon(21).start:%Y-%m-%dT%H:%M}", "end_0": f"{soon(21).end:%Y-%m-%dT%H:%M}"},
    "consent": {"shown": shown_text([soon()]), "password": PASSWORD},
    "decline": {"word": "Our busiest day."},
    "withdraw": {},
    "call_off": {},
}


def expected(hall: SimpleNamespace, user: User, act: str, turn: str) -> int:
    """Return what the tables promise to a person: done, refused, or not there."""
    agreement = hall.story.retail_sla
    if not can(user, "agreement_view", agreement.provider, agreement.customer):
        return 404
    if act in ("withdraw", "call_off"):
        return 200 if can(user, "disruption_announce", agreement.provider) else 403
    return 200 if can(user, "disruption_answer", agreement.organisation_of(turn)) else 403


def taken_back(ask: Any) -> tuple[int, int]:
    """Return the status of an answer and how many moves it made, and take both back."""
    point, before = transaction.savepoint(), DisruptionMove.objects.count()
    try:
        return ask().status_code, DisruptionMove.objects.count() - before
    finally:
        transaction.savepoint_rollback(point)


def test_every_move_of_the_table_has_its_address_and_its_page() -> None:
    moves = {act for _state, act in TRANSITIONS}
    assert {one.url_path for one in DisruptionViewSet.get_extra_actions()} == moves == set(STEPS) == set(BODIES)


@pytest.mark.wide
@pytest.mark.parametrize("turn", ["provider", "customer"])
@pytest.mark.parametrize(("state", "act"), list(TRANSITIONS))
def test_a_move_is_made_by_whom_the_tables_name_over_http_and_on_the_page_alike(
    hall: SimpleNamespace, state: str, act: str, turn: str
) -> None:
    stand(hall, state, turn)
    page = reverse("disruption_step", args=[hall.story.retail_sla.slug, hall.asked.pk, act])
    wanted = {name: expected(hall, user, act, turn) for name, user in hall.people.items()}
    over_http = {name: taken_back(lambda who=user: api(who).post(at(hall, act), BODIES[act], format="json"))
                 for name, user in hall.people.items()}  # fmt: skip
    on_page = {name: taken_back(lambda by=client: by.post(page, TYPED[act])) for name, client in hall.clients.items()}
    assert over_http == {name: (status, int(status == 200)) for name, status in wanted.items()}
    assert on_page == {name: (302 if status == 200 else status, int(status == 200)) for name, status in wanted.items()}
    assert set(wanted.values()) == {200, 403, 404}


def test_it_is_announced_by_the_providers_people_from_level_5_for_services_they_see(hall: SimpleNamespace) -> None:
    body = {"services": ["payments"], "windows": written(soon(30), soon(31)), "title": "Move", "reason": "New hall."}
    found = {name: taken_back(lambda who=user: api(who).post(LIST, body, format="json"))
             for name, user in hall.people.items()}  # fmt: skip
    for name, user in hall.people.items():
        if can(user, "disruption_announce", hall.story.provider):
            assert found[name] == (201, 2), name  # both customers are asked
        else:  # of a service that one may not see it is only said that there is no such service
            sees = services_visible(user).filter(slug="payments").exists()
            assert found[name] == (403 if sees else 400, 0), name
    assert {status for status, _moves in found.values()} == {201, 403, 400}


def test_lists_show_what_the_pages_show_and_nothing_else(hall: SimpleNamespace) -> None:
    def shown(name: str, **query: Any) -> list[Any]:
        return [one["id"] for one in api(hall.people[name]).get(LIST, query).json()["results"]]

    clinics = Disruption.objects.get(agreement=hall.story.clinic_sla)
    assert set(shown("provider 2")) == {hall.asked.pk, clinics.pk}
    assert shown("buyer") == [hall.asked.pk]
    assert shown("another customer") == [clinics.pk]
    assert shown("another provider") == shown("supplier") == []
    assert shown("provider 2", agreement=hall.story.clinic_sla.slug) == [clinics.pk]
    assert shown("provider 2", state="agreed") == []
    assert len(shown("provider 2", announcement=hall.asked.announcement_id)) == 2
    assert api(hall.people["another customer"]).get(at(hall)).status_code == 404
    assert APIClient().get(LIST).status_code == 401


def test_one_is_told_with_its_times_moves_and_whose_turn_it_is(hall: SimpleNamespace) -> None:
    said = api(hall.people["buyer"]).get(at(hall)).json()
    assert (said["title"], said["state"], said["turn"], said["services"]) == (
        "New database", "asked", "customer", ["payments"]
    )  # fmt: skip
    assert [datetime.fromisoformat(one["start"]) for one in said["windows"]] == [soon().start]
    assert [(one["act"], one["side"], len(one["windows"])) for one in said["moves"]] == [("ask", "provider", 1)]


def test_what_is_agreed_is_excluded_and_called_off_counts_again(hall: SimpleNamespace) -> None:
    said = api(hall.people["buyer"]).post(at(hall, "consent"), BODIES["consent"], format="json").json()
    assert (said["state"], said["turn"]) == ("agreed", "")
    (exclusion,) = hall.story.retail_sla.exclusions.all()
    assert (said["exclusions"], exclusion.start, exclusion.state) == ([exclusion.pk], soon().start, "approved")
    said = api(hall.people["provider 5"]).post(at(hall, "call_off"), {}, format="json").json()
    exclusion.refresh_from_db()
    assert (said["state"], exclusion.state == "approved") == ("called_off", False)


WRONG: list[tuple[str, dict[str, Any], str]] = [
    ("counter", {}, "windows"),
    ("counter", {"windows": []}, "windows"),
    ("counter", {"windows": [{"start": "soon", "end": "later"}]}, "windows"),
    ("counter", {"windows": [{"start": "2030-01-01T10:00:00Z"}]}, "windows"),
    ("counter", {"windows": written(Span(soon().end, soon().start))}, "windows"),
    ("counter", {"windows": written(soon(), soon())}, "windows"),
    ("counter", {"windows": written(soon(-3))}, "windows"),
    ("counter", {"windows": written(soon(hours=24 * 40))}, "windows"),
    ("counter", {"windows": written(*(soon(day) for day in range(20, 21 + MOST_WINDOWS)))}, "windows"),
    ("counter", {"windows": written(soon(22)), "word": "x" * 5000}, "word"),
    ("consent", {"windows": written(soon())}, "password"),
    ("consent", {"windows": written(soon()), "password": "wrong"}, "password"),
    ("consent", {"windows": written(soon(22)), "password": PASSWORD}, ""),  # others than those on the table
    ("decline", {}, "word"),
    ("decline", {"word": "  "}, "word"),
    ("call_off", {}, ""),  # nothing is agreed yet
]


@pytest.mark.parametrize(("act", "body", "field"), WRONG)
def test_what_cannot_be_is_refused_with_the_field_it_is_about_and_nothing_is_written(
    hall: SimpleNamespace, act: str, body: dict[str, Any], field: str
) -> None:
    who = hall.people["provider 5" if act == "call_off" else "buyer"]
    answer = api(who).post(at(hall, act), body, format="json")
    assert answer.status_code == 400
    assert answer.json()
    assert not field or list(answer.json()) == [field]
    assert DisruptionMove.objects.filter(disruption=hall.asked).count() == 1


ANNOUNCED: list[tuple[dict[str, Any], str]] = [
    ({"services": []}, "services"),
    ({"services": "payments"}, "services"),
    ({"services": ["payments", "nothing"]}, "services"),
    ({"services": ["payments", "compute"]}, "services"),
    ({"title": " "}, "title"),
    ({"title": "x" * 201}, "title"),
    ({"reason": ""}, "reason"),
    ({"windows": written(soon(-1))}, "windows"),
]


@pytest.mark.parametrize(("changed", "field"), ANNOUNCED)
def test_an_announcement_that_cannot_be_is_refused(hall: SimpleNamespace, changed: dict[str, Any], field: str) -> None:
    body = {"services": ["payments"], "windows": written(soon()), "title": "Move", "reason": "New hall.", **changed}
    answer = api(hall.people["provider 5"]).post(LIST, body, format="json")
    assert answer.status_code == 400
    assert list(answer.json()) == [field]
    assert Announcement.objects.count() == 1


def test_a_request_that_is_sent_again_under_its_key_is_answered_as_before(hall: SimpleNamespace) -> None:
    body = {"services": ["payments"], "windows": written(soon(40)), "title": "Move", "reason": "New hall."}
    client, key = api(hall.people["provider 5"]), {"HTTP_IDEMPOTENCY_KEY": "move-1"}
    first, second = (client.post(LIST, body, format="json", **key) for _time in range(2))
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json() == second.json()
    assert second["Idempotency-Replayed"] == "true"
    assert Announcement.objects.count() == 2
    assert client.post(LIST, {**body, "title": "Another"}, format="json", **key).status_code == 422
    buyer, key = api(hall.people["buyer"]), {"HTTP_IDEMPOTENCY_KEY": "yes"}
    wrong = buyer.post(at(hall, "consent"), {**BODIES["consent"], "password": "x"}, format="json", **key)
    assert wrong.status_code == 400  # what was refused leaves its key free
    answers = [buyer.post(at(hall, "consent"), BODIES["consent"], format="json", **key) for _time in range(2)]
    assert [one.status_code for one in answers] == [200, 200]
    assert hall.story.retail_sla.exclusions.count() == 1
    assert buyer.post(at(hall, "consent"), BODIES["consent"], format="json").status_code == 400


def test_the_impact_is_told_for_what_is_on_the_table_and_for_any_span(hall: SimpleNamespace) -> None:
    buyer, span = api(hall.people["buyer"]), soon()
    stored = buyer.get(IMPACT, {"disruption": hall.asked.pk}).json()
    asked = {"agreement": hall.story.retail_sla.slug, "from": span.start.isoformat(), "to": span.end.isoformat()}
    assert buyer.get(IMPACT, asked).json() == stored
    window = Window(int(span.start.timestamp()), int(span.end.timestamp()))
    computed = impacts(hall.story.retail_sla, [window], timezone.now())
    assert [(one["objective"], one["service_seconds"]) for one in stored] == [
        (one.objective.name, one.overlap) for one in computed
    ]
    assert stored[0]["service_seconds"] == 7200
    plain = {**asked, "from": span.start.strftime("%Y-%m-%dT%H:%M"), "to": span.end.strftime("%Y-%m-%dT%H:%M")}
    assert buyer.get(IMPACT, plain).json() == stored  # by the agreement's clocks, which are those of UTC
    for query, field in (
        ({}, "agreement"), ({**asked, "from": "x"}, "from"), ({**asked, "to": asked["from"]}, "to"),
        ({"disruption": "x"}, "disruption"),
    ):  # fmt: skip
        answer = buyer.get(IMPACT, query)
        assert (answer.status_code, field in answer.json()) == (400, True), query
    for query in ({"disruption": hall.asked.pk}, asked):
        assert api(hall.people["another customer"]).get(IMPACT, query).status_code == 404
