"""Negotiations over HTTP: scoped as the room is, with the same verbs behind them."""

from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client

from agreements.models import Comment, Version
from agreements.services import note_write, version_counter, version_propose
from agreements.services.document_clauses import clauses_of, digests_of
from slmo.accounts.models import User
from tests.agreements.table import NOW, SLUG

CLAUSE = "objective.availability"
ROOT = f"/api/v1/agreements/{SLUG}/"


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def sent(client: Client, path: str, data: dict[str, Any]) -> Any:
    return client.post(ROOT + path, data, content_type="application/json")


@pytest.fixture
def proposed(table: SimpleNamespace) -> Version:
    return version_propose(version=table.draft, actor=table.manager, now=NOW)


def test_rounds_and_turns_are_given_to_both_sides_and_drafts_to_neither_but_ones_own(
    table: SimpleNamespace, proposed: Version
) -> None:
    version_counter(version=proposed, actor=table.carl, now=NOW)
    for user in (table.manager, table.carl):
        (found,) = client_of(user).get(f"{ROOT}negotiations/").json()
        assert found["turn"] == "customer"
        (made,) = found["rounds"]
        assert (made["number"], made["kind"], made["version"]) == (1, "proposal", 1)
        assert set(made["clauses"]) == set(clauses_of(proposed.document))
    assert client_of(table.manager).get(f"{ROOT}versions/2/comments/").status_code == 404
    assert client_of(table.carl).get(f"{ROOT}versions/2/comments/").status_code == 200
    assert client_of(table.bella).get(f"{ROOT}negotiations/").status_code == 404


def test_a_stand_is_taken_for_the_words_that_were_read_and_by_the_side_that_was_asked(
    table: SimpleNamespace, proposed: Version
) -> None:
    stand = {"clause": CLAUSE, "stand": "accepted", "digest": digests_of(proposed.document)[CLAUSE]}
    carl, path = client_of(table.carl), "versions/1/positions/"
    assert sent(carl, path, {**stand, "digest": "0" * 64}).status_code == 409
    assert sent(carl, path, {**stand, "clause": "objective.none"}).status_code == 400
    assert sent(client_of(table.manager), path, stand).status_code == 403
    assert sent(carl, path, {**stand, "stand": "objected"}).status_code == 200
    found = {(one["side"], one["clause"]): one["stand"] for one in sent(carl, path, stand).json()}
    assert found["customer", CLAUSE] == "accepted"


def test_comments_and_notes_are_written_and_notes_read_by_ones_own_side(
    table: SimpleNamespace, proposed: Version
) -> None:
    carl, manager = client_of(table.carl), client_of(table.manager)
    made = sent(carl, "versions/1/comments/", {"clause": CLAUSE, "text": "Too low."})
    assert made.status_code == 201
    answer = {"clause": CLAUSE, "text": "Why?", "thread": made.json()["id"]}
    assert sent(manager, "versions/1/comments/", answer).status_code == 201
    assert Comment.objects.get(thread__isnull=False).thread_id == made.json()["id"]
    assert sent(manager, "versions/1/comments/", {**answer, "thread": 999}).status_code == 404
    assert sent(carl, "versions/1/notes/", {"clause": CLAUSE, "text": "Our limit."}).status_code == 201
    note_write(version=proposed, clause=CLAUSE, side="provider", text="Theirs.", actor=table.manager, now=NOW)
    assert [one["text"] for one in carl.get(f"{ROOT}versions/1/notes/").json()] == ["Our limit."]
    assert [one["text"] for one in manager.get(f"{ROOT}versions/1/notes/").json()] == ["Theirs."]
