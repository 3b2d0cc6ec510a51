"""The negotiation room: what it shows to each side, what is done in it, and how it stays fresh."""

import re
from types import SimpleNamespace

import pytest
from django.test import Client
from django.urls import reverse

from agreements.models import Comment, Negotiation, PrivateNote, Version
from agreements.services import clause_accept, comment_write, note_write, version_counter, version_propose
from agreements.services.document_clauses import clauses_of
from slmo.accounts.models import User
from tests.agreements.table import NOW, SLUG, text_of

AVAILABILITY = "objective.availability"


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def at(name: str, number: int = 1) -> str:
    return reverse(name, args=[SLUG, number])


@pytest.fixture
def proposed(table: SimpleNamespace) -> Version:
    return version_propose(version=table.draft, actor=table.manager, now=NOW)


def test_the_room_shows_outline_clause_turn_and_acts_to_the_side_that_is_asked(
    table: SimpleNamespace, proposed: Version
) -> None:
    page = text_of(client_of(table.carl).get(at("room"), {"clause": AVAILABILITY}))
    assert "It is your move." in page
    assert page.count('class="outline-link') == len(clauses_of(proposed.document))
    for word in ("Accept this clause", "Object", "Counter", "Accept all", "At least 99.9 %"):
        assert word in page
    assert "Edit" not in re.findall(r'data-key="e"', page)
    other = text_of(client_of(table.manager).get(at("room")))
    assert "<strong>Retail</strong> has the move." in other
    assert "Accept this clause" not in other


def test_accepting_every_clause_in_the_room_makes_the_version_ready(table: SimpleNamespace, proposed: Version) -> None:
    client = client_of(table.carl)
    for clause in clauses_of(proposed.document):
        answer = client.post(at("room_accept"), {"clause": clause})
        assert answer.status_code == 302
    proposed.refresh_from_db()
    assert proposed.agreed_at is not None
    assert "Every clause is agreed" in text_of(client.get(at("room")))


def test_an_objection_holds_the_version_until_it_is_taken_back(table: SimpleNamespace, proposed: Version) -> None:
    client = client_of(table.carl)
    client.post(at("room_object"), {"clause": AVAILABILITY})
    page = text_of(client.get(at("room"), {"clause": AVAILABILITY}))
    assert "objects to this clause" in page
    assert "Accept all" not in page
    told = client.post(at("room_accept"), {"clause": AVAILABILITY, "all": "1"}, follow=True)
    assert "An objection still stands" in text_of(told)


def test_a_counter_is_begun_in_the_room_and_edited_clause_by_clause(table: SimpleNamespace, proposed: Version) -> None:
    client = client_of(table.carl)
    answer = client.post(at("room_counter"), {"clause": AVAILABILITY}, follow=True)
    assert "This is your draft." in text_of(answer)
    edit = f"{at('room_edit', 2)}?clause={AVAILABILITY}"
    page = client.get(edit).content.decode()
    fields = dict(re.findall(r'name="(changed_at|name|title)"[^>]*value="([^"]*)"', page))
    given = {**fields, "target": "99.95", "period": "month", "hours": "24x7", "degraded": "up", "unknown_counts_as": ""}
    answer = client.post(edit, {**given, "preview": "1"})
    assert "21 min 54 s instead of 43 min 48 s" in text_of(answer)
    assert client.post(edit, given).status_code == 302
    target = clauses_of(Version.objects.get(number=2).document)[AVAILABILITY]["target"]
    assert target == ">= 99.95%"
    page = text_of(client.get(at("room", 2), {"clause": AVAILABILITY}))
    assert "changed by us" in page
    assert "<ins>" in page


def test_comments_and_notes_are_written_at_the_clause(table: SimpleNamespace, proposed: Version) -> None:
    client = client_of(table.carl)
    client.post(at("room_comment"), {"clause": AVAILABILITY, "text": "Why not 99.95?"})
    thread = Comment.objects.get()
    client_of(table.manager).post(at("room_comment"), {"thread": thread.pk, "text": "The supplier gives 99.9."})
    client.post(at("room_note"), {"clause": AVAILABILITY, "text": "Our limit is 99.92."})
    page = text_of(client.get(at("room"), {"clause": AVAILABILITY}))
    for said in ("Why not 99.95?", "The supplier gives 99.9.", "Our limit is 99.92."):
        assert said in page
    client.post(at("room_resolve"), {"thread": thread.pk})
    assert "Settled by Carl" in text_of(client.get(at("room"), {"clause": AVAILABILITY}))
    assert PrivateNote.objects.get().side == "customer"
    told = client.post(at("room_comment"), {"clause": AVAILABILITY, "text": " "}, follow=True)
    assert "Write something first." in text_of(told)


def pulse_url(page: str) -> str:
    found = re.search(r'id="room-pulse"[^>]*hx-get="([^"]+)"', page)
    assert found
    return found[1].replace("&amp;", "&")


def test_the_pulse_is_empty_and_costs_one_query_until_something_changes(
    table: SimpleNamespace, proposed: Version, django_assert_num_queries: object
) -> None:
    client = client_of(table.manager)
    url = pulse_url(client.get(at("room"), {"clause": AVAILABILITY}).content.decode())
    # the session, the person, their assignments: what every request reads; and one for the room
    with django_assert_num_queries(4):  # type: ignore[operator]
        assert client.get(url).status_code == 204
    clause_accept(version=proposed, clause=AVAILABILITY, actor=table.carl, now=NOW)
    answer = client.get(url)
    page = text_of(answer)
    assert answer.status_code == 200
    assert 'id="room-outline"' in page
    assert "agreed" in page
    assert "There is news" in page
    assert client.get(pulse_url(page)).status_code == 204


def test_the_room_costs_the_same_queries_however_much_was_said(
    table: SimpleNamespace, proposed: Version, django_assert_max_num_queries: object
) -> None:
    for number in range(6):
        note_write(version=proposed, clause="term", side="provider", text=f"{number}", actor=table.manager, now=NOW)
        comment_write(version=proposed, clause="term", side="provider", text="?", actor=table.manager, now=NOW)
    client = client_of(table.manager)
    client.get(at("room"), {"clause": "term"})
    with django_assert_max_num_queries(32):  # type: ignore[operator]
        assert client.get(at("room"), {"clause": "term"}).status_code == 200


def test_what_a_side_does_alone_leaves_the_other_sides_pulse_empty(table: SimpleNamespace, proposed: Version) -> None:
    client = client_of(table.manager)
    url = pulse_url(client.get(at("room")).content.decode())
    draft = version_counter(version=proposed, actor=table.carl, now=NOW)
    note_write(version=draft, clause="term", side="customer", text="Secret.", actor=table.carl, now=NOW)
    assert client.get(url).status_code == 204


def test_who_is_in_the_room_is_seen_and_where_they_edit_by_their_own_side_alone(
    table: SimpleNamespace, proposed: Version
) -> None:
    version_counter(version=proposed, actor=table.carl, now=NOW)
    client_of(table.carl).get(at("room_edit", 2), {"clause": AVAILABILITY})
    seen = text_of(client_of(table.manager).get(at("room")))
    assert "Carl is here" in seen
    assert "Carl edits" not in seen


def test_people_of_nowhere_and_of_other_customers_find_no_room(table: SimpleNamespace, proposed: Version) -> None:
    for name in ("room", "room_pulse", "room_edit"):
        assert client_of(table.bella).get(at(name)).status_code == 404
    assert Negotiation.objects.count() == 1
