"""Every kind of clause is edited in the room: hours, exclusions, dates, conditions, words, objectives."""

import copy
import html
import json
import re
from collections.abc import Iterator
from datetime import timedelta
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlencode

import pytest
from django.test import Client
from django.urls import reverse

from agreements.models import Version
from agreements.reading.conditions import TITLES
from agreements.services import version_counter, version_draft, version_edit, version_propose
from agreements.services.document_clauses import clauses_of
from agreements.views.room.editors import EDITORS
from slmo.accounts.models import User
from tests.agreements.table import NOW, SLUG, TERMS, signed, table_make, text_of
from tests.agreements.test_editor_hours import MONTHLY, OFFICE, ONCE
from tests.agreements.test_editor_parts import HTMX, sent
from tests.core.test_conditions import FULL
from tests.support.worlds import kept

WEEKLY = {"rrule": "FREQ=WEEKLY;BYDAY=SA", "starting": "2026-04-04", "at": "03:00", "for": "1h", "reason": "patches"}


def desk_make() -> SimpleNamespace:
    """Return the table with a draft that has a clause of every kind."""
    table = table_make()
    signed(table.draft)
    document = copy.deepcopy(TERMS)
    document["spec"] |= {"effective": {"from": "2026-04-01", "until": "2027-04-01"}, **copy.deepcopy(FULL)}
    del document["spec"]["annexes"]  # files have a page of their own
    document["spec"] |= {"calendars": {"office": OFFICE, "shift": OFFICE}, "exclusions": [MONTHLY, ONCE]}
    document["spec"]["objectives"][0]["hours"] = "office"
    table.amendment = version_draft(agreement=table.agreement, document=document, actor=table.manager, now=NOW)
    return table


@pytest.fixture(scope="module")
def desk_kept(django_db_setup: None, django_db_blocker: Any) -> Iterator[SimpleNamespace]:
    with kept(desk_make, django_db_blocker) as made:
        yield made


@pytest.fixture
def desk(desk_kept: SimpleNamespace, db: None) -> SimpleNamespace:
    return copy.deepcopy(desk_kept)


@pytest.fixture
def manager(desk: SimpleNamespace) -> Client:
    return client_of(desk.manager)


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def at(clause: str, number: int = 2, **more: Any) -> str:
    return f"{reverse('room_edit', args=[SLUG, number])}?{urlencode({'clause': clause, **more})}"


def spec(number: int = 2) -> dict[str, Any]:
    found: dict[str, Any] = Version.objects.get(number=number, agreement__slug=SLUG).document["spec"]
    return found


def others(change: dict[str, Any], desk: SimpleNamespace) -> None:
    """Let a colleague save other parts of the draft, a moment after it was opened."""
    document = {**desk.amendment.document, "spec": {**desk.amendment.document["spec"], **change}}
    version_edit(
        version=desk.amendment, document=document, expected_changed_at=None, actor=desk.head,
        now=NOW + timedelta(minutes=1),
    )  # fmt: skip


EDITED = [
    *(at(f"calendar.{name}") for name in ("office", "shift")),
    *(at("exclusions", place=place) for place in (0, 1)),
    at("term"), at("objective.availability"),
    *(at(key) for key in TITLES),
]  # fmt: skip


@pytest.mark.wide
@pytest.mark.parametrize("path", EDITED)
def test_a_clause_that_is_sent_as_it_was_opened_stays_word_for_word(
    desk: SimpleNamespace, manager: Client, path: str
) -> None:
    before = spec()
    answer = manager.post(path, sent(manager, path), headers=HTMX)
    assert answer.status_code == 200, answer.context["form"].errors
    assert answer["HX-Push-Url"].startswith(reverse("room", args=[SLUG, 2]))
    assert spec() == before


def test_every_clause_of_a_full_draft_has_its_editor_in_the_room(desk: SimpleNamespace, manager: Client) -> None:
    for key in clauses_of(desk.amendment.document):
        kind = key.partition(".")[0]
        assert kind in EDITORS or kind in TITLES
        answer = manager.get(at(key))
        assert answer.status_code == 200, key
        assert answer.context["room"].chosen.key == key
        assert "form" in answer.context or key == "exclusions"
    assert manager.get(at("annexes")).status_code == 302


CHANGES: list[tuple[str, dict[str, str], Any]] = [
    (at("calendar.office"), {"fri": "9-15"}, lambda one: "09:00-15:00" in one["calendars"]["office"]["weekly"]["fri"]),
    (at("exclusions", place=1), {"reason": "moved house"}, lambda one: one["exclusions"][1]["reason"] == "moved house"),
    (at("term"), {"effective_until": "2028-04-01"}, lambda one: one["effective"]["until"] == "2028-04-01"),
    (at("term"), {"currency": "CHF"}, lambda one: one["currency"] == "CHF"),
    (at("term"), {"effective_from": "2025-04-01"}, lambda one: one["effective"]["from"] == "2026-04-01"),  # refused
    (at("renewal"), {"renewal_kind": "none"}, lambda one: one["renewal"] == {"automatic": "none"}),
    (at("termination"), {"termination_notice": ""}, lambda one: "termination" in one),  # refused: grounds need it
    (at("claims"), {"claims_within": ""}, lambda one: "claims" not in one),
]  # fmt: skip


@pytest.mark.wide
@pytest.mark.parametrize(("path", "typed", "holds"), CHANGES)
def test_a_clause_is_changed_in_place_and_everything_else_stays(
    desk: SimpleNamespace, manager: Client, path: str, typed: dict[str, str], holds: Any
) -> None:
    before = clauses_of({"spec": spec()})
    answer = manager.post(path, {**sent(manager, path), **typed}, headers=HTMX)
    after = clauses_of({"spec": spec()})
    assert holds(spec())
    changed = {key for key in {**before, **after} if before.get(key) != after.get(key)}
    if answer.status_code == 422:
        assert list(answer.context["form"].errors) == list(typed)
        assert not changed
    else:
        assert len(changed) == 1
        assert answer.context["room"].version.document["spec"] == spec()


NEW: list[tuple[str, dict[str, str], str]] = [
    (at("calendar"), {"name": "night", "mon": "22-6"}, "calendar.night"),
    (at("clause"), {"title": "Audits", "text": "Once a year."}, "clause.audits"),
    (at("exclusions", sort="once"), {"start": "2026-07-01T02:00", "end": "2026-07-01T04:00", "reason": "move",
                                     "kind": "other"}, "exclusions"),
    (at("exclusions", sort="recurring"), {"frequency": "DAILY", "starting": "2026-05-01", "reason": "nightly"},
     "exclusions"),
    (at("objective", kind="outages"), {"name": "calls", "target": "2", "at_least": "5", "at_least_unit": "m"},
     "objective.calls"),
]  # fmt: skip


@pytest.mark.wide
@pytest.mark.parametrize(("path", "typed", "key"), NEW)
def test_a_clause_is_added_in_the_room_and_shown_there(
    desk: SimpleNamespace, manager: Client, path: str, typed: dict[str, str], key: str
) -> None:
    before = clauses_of({"spec": spec()}).get(key)
    answer = manager.post(path, {**sent(manager, path), **typed}, headers=HTMX)
    assert answer.status_code == 200, answer.context["form"].errors
    assert answer.context["room"].chosen.key == key
    assert clauses_of({"spec": spec()})[key] != before


def test_a_condition_that_was_not_agreed_yet_is_offered_and_written(desk: SimpleNamespace, manager: Client) -> None:
    manager.post(at("reporting"), {"remove": "1", "changed_at": desk.amendment.changed_at.isoformat()})
    page = text_of(manager.get(reverse("room", args=[SLUG, 2])))
    assert f'href="{at("reporting")}"' in page
    assert f'href="{at("renewal")}"' not in page.partition('class="menu outline-add"')[2]
    answer = manager.post(at("reporting"), {**sent(manager, at("reporting")), "reporting_every": "month"})
    assert "reporting_within" in answer.context["form"].errors
    typed = {**sent(manager, at("reporting")), "reporting_every": "month", "reporting_within": "10"}
    assert manager.post(at("reporting"), typed).status_code == 302
    assert spec()["reporting"] == {"every": "month", "within": "10d"}


def test_kinds_and_exclusions_are_chosen_from_before_anything_is_typed(desk: SimpleNamespace, manager: Client) -> None:
    assert at("objective", kind="slices").replace("&", "&amp;") in text_of(manager.get(at("objective")))
    page = text_of(manager.get(at("exclusions")))
    assert all(at("exclusions", place=place).replace("&", "&amp;") in page for place in (0, 1))
    assert manager.get(at("exclusions", place=7)).status_code == 404
    assert manager.get(at("exclusions", sort="never")).status_code == 404
    assert manager.get(at("clause.nothing")).status_code == 404


def test_what_is_removed_is_gone_and_what_is_needed_stays(desk: SimpleNamespace, manager: Client) -> None:
    def remove(clause: str, **more: Any) -> Any:
        changed_at = Version.objects.get(pk=desk.amendment.pk).changed_at.isoformat()
        return manager.post(at(clause), {"remove": "1", "changed_at": changed_at, **more}, headers=HTMX)

    assert "still needed by: availability" in text_of(remove("calendar.office"))
    remove("calendar.shift")
    remove("exclusions", place="0")
    assert list(spec()["calendars"]) == ["office"]
    assert spec()["exclusions"] == [ONCE]
    assert remove("objective.availability").status_code == 200
    assert [one["name"] for one in spec()["objectives"]] == ["availability"]
    for clause, more in (("term", {}), ("claims.nothing", {}), ("exclusions", {"place": "5"}), ("exclusions", {})):
        assert remove(clause, **more).status_code == 404


def test_two_people_in_two_clauses_lose_nothing(desk: SimpleNamespace, manager: Client) -> None:
    typed = {**sent(manager, at("calendar.office")), "fri": "9-15"}
    others({"renewal": {"automatic": "none"}}, desk)
    assert manager.post(at("calendar.office"), typed, headers=HTMX).status_code == 200
    assert spec()["renewal"] == {"automatic": "none"}
    assert spec()["calendars"]["office"]["weekly"]["fri"] == ["09:00-15:00"]


def test_two_people_in_one_calendar_are_shown_both_texts_and_merge_by_hand(
    desk: SimpleNamespace, manager: Client
) -> None:
    path = at("calendar.office")
    typed = {**sent(manager, path), "fri": "9-15"}
    theirs = {"weekly": {"mon-fri": ["08:00-17:00"]}}
    others({"calendars": {"office": theirs, "shift": OFFICE}}, desk)
    answer = manager.post(path, typed, headers=HTMX)
    page = text_of(answer)
    assert answer.status_code == 422
    assert spec()["calendars"]["office"] == theirs
    assert "What somebody else changed in" in page
    assert "What saving yours would change in that" in page
    again = {bound.html_name: bound.value() or "" for bound in answer.context["form"]}
    assert again["fri"] == "9-15"
    assert manager.post(path, again, headers=HTMX).status_code == 200
    assert spec()["calendars"]["office"]["weekly"]["fri"] == ["09:00-15:00"]


MOVED = [
    ([ONCE], [{**ONCE, "reason": "mine"}]),  # the one before it was removed: mine is found at its new place
    ([MONTHLY], [MONTHLY, {**ONCE, "reason": "mine"}]),  # theirs removed it: mine is added again
    ([MONTHLY, {**ONCE, "reason": "theirs"}], [MONTHLY, {**ONCE, "reason": "mine"}]),  # both changed it
    ([WEEKLY, MONTHLY, ONCE], [WEEKLY, MONTHLY, {**ONCE, "reason": "mine"}]),
]


@pytest.mark.wide
@pytest.mark.parametrize(("theirs", "both"), MOVED)
def test_an_exclusion_is_found_again_after_others_have_changed_the_list(
    desk: SimpleNamespace, manager: Client, theirs: list[dict[str, Any]], both: list[dict[str, Any]]
) -> None:
    path = at("exclusions", place=1)
    typed = {**sent(manager, path), "reason": "mine"}
    others({"exclusions": theirs}, desk)
    answer = manager.post(path, typed, headers=HTMX)
    assert answer.status_code == 422
    form = answer.context["form"]
    again = {bound.html_name: "" if (said := bound.value()) is None else said for bound in form}
    assert manager.post(path, again, headers=HTMX).status_code == 200
    assert [one["reason"] for one in spec()["exclusions"]] == [one["reason"] for one in both]
    assert [one.get("rrule") for one in spec()["exclusions"]] == [one.get("rrule") for one in both]


def test_hours_and_exclusions_bring_their_evidence_along_while_they_are_typed(
    desk: SimpleNamespace, manager: Client
) -> None:
    def asked(path: str, **typed: str) -> dict[str, Any]:
        page = text_of(manager.post(path, {**sent(manager, path), **typed, "preview": "1"}, headers=HTMX))
        found = re.search(r'hx-post="([^"]*)" hx-vals="([^"]*)"', page)
        assert found
        assert found[1] == reverse("evidence", args=[SLUG, 2, "availability"])
        return {key: json.loads(value) for key, value in json.loads(html.unescape(found[2])).items()}

    values = asked(at("calendar.office"), fri="9-15")
    assert values["terms"]["hours"] == "office"
    assert values["calendars"]["office"]["weekly"]["fri"] == ["09:00-15:00"]
    values = asked(at("exclusions", place=0), length="4")
    assert values["exclusions"][0]["for"] == "4h"
    wrong = text_of(manager.post(at("term"), {**sent(manager, at("term")), "effective_from": "x", "preview": "1"}))
    assert "hx-post" not in wrong
    assert "In force from" in wrong


def test_the_other_side_edits_the_same_clauses_and_asks_no_evidence_of_what_it_types(desk: SimpleNamespace) -> None:
    proposal = version_propose(version=desk.amendment, actor=desk.manager, now=NOW)
    version_counter(version=proposal, actor=desk.carl, now=NOW)
    carl = client_of(desk.carl)
    path = at("calendar.office", 3)
    page = text_of(carl.post(path, {**sent(carl, path), "fri": "9-15", "preview": "1"}, headers=HTMX))
    assert "hx-post" not in page
    assert "9:00–15:00" in page
    assert carl.post(path, {**sent(carl, path), "fri": "9-15"}).status_code == 302
    assert spec(3)["calendars"]["office"]["weekly"]["fri"] == ["09:00-15:00"]
    assert client_of(desk.manager).get(path).status_code == 404
    assert client_of(desk.watcher).get(at("term")).status_code == 403
