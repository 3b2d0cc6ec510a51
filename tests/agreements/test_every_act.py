"""Every transition of a version × every role × both sides: done, refused (403), or not there (404).

The acts come from the table of transitions, the addresses from the table of addresses: what is new in either fails here
until it is said who may do it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import transaction
from django.urls import reverse

from agreements import urls
from agreements.models import Comment, Side, Version, VersionState
from agreements.services import (
    agreement_create,
    comment_write,
    document_write,
    version_counter,
    version_draft,
    version_propose,
)
from agreements.services.document_clauses import clauses_of
from agreements.services.version import TRANSITIONS
from slmo.accounts.policy import can
from slmo.audit.models import Entry
from tests.agreements.hall import Role
from tests.agreements.table import NOW, PASSWORD, TERMS

CLAUSE = "objective.availability"
BOTH, OWN, OTHER = "both sides", "the side that drafted", "the side that is asked"


@dataclass(frozen=True)
class Act:
    """Who does an act by which address: the action of the policy, which side, what is sent."""

    url: str
    action: str
    who: str
    data: Callable[[Version], Mapping[str, Any]] = lambda version: {}
    side: bool = False


def text_of(version: Version) -> Mapping[str, Any]:
    return {
        "mode": "text", "changed_at": version.changed_at.isoformat(), "note": "again",
        "text": document_write(version.document),
    }  # fmt: skip


ACTS: Mapping[str, Act] = {
    "edit": Act("version_edit", "version_draft", OWN, text_of),
    "propose": Act("version_propose", "version_propose", OWN),
    "withdraw": Act("version_withdraw", "version_withdraw", OWN),
    "note": Act("room_note", "note_write", BOTH, lambda v: {"clause": CLAUSE, "text": "ours"}),
    "comment": Act("room_comment", "comment_write", BOTH, lambda v: {"clause": CLAUSE, "text": "said"}),
    "accept": Act("room_accept", "version_accept", OTHER, lambda v: {"clause": CLAUSE}),
    "object": Act("room_object", "version_accept", OTHER, lambda v: {"clause": CLAUSE}),
    "counter": Act("room_counter", "version_draft", OTHER),
    "sign": Act(
        "version_sign", "version_sign", BOTH,
        lambda v: {"digest": v.digest, "confirm": "on", "password": PASSWORD}, side=True,
    ),
}  # fmt: skip
BY_ITSELF = {"answer"}  # follows from proposing a counter-proposal; the last test below
# Addresses of the negotiation beside those: further ways of the same acts, and what begins before there is a version
ALSO = {
    "room_resolve": "comment",
    "version_sign_recorded": "sign",
    "version_new": "draft",
}


def test_every_transition_and_every_address_of_the_negotiation_is_walked_here() -> None:
    assert {act for _state, act in TRANSITIONS} == set(ACTS) | BY_ITSELF
    modules = ("agreements.views.negotiation", "agreements.views.room.acts")
    found = {one.name for one in urls.urlpatterns if one.callback.__module__ in modules}  # type: ignore[union-attr]
    assert found == {act.url for act in ACTS.values()} | set(ALSO)


def version_of(hall: SimpleNamespace, state: str, drafted: str) -> Version:
    """Return a version that a side drafted, in a state; the portal itself acts, so that anybody may sign."""
    table = hall.table
    version = version_draft(agreement=table.agreement, document=TERMS, side=drafted, actor=None, now=NOW)
    return version_propose(version=version, actor=None, now=NOW) if state == VersionState.PROPOSED else version


def expected(role: Role, act: Act, version: Version, drafted: str) -> int:
    """Return the answer that the tables promise."""
    if not role.side or (version.state == VersionState.DRAFT and role.side != drafted):
        return 404
    if (act.who == OWN and role.side != drafted) or (act.who == OTHER and role.side == drafted):
        return 403
    return 302 if can(role.user, act.action, version.agreement.organisation_of(role.side)) else 403


def answered(hall: SimpleNamespace, role: Role, act: Act, version: Version) -> tuple[int, bool]:
    """Do an act, take it back, and return the answer's status and whether anything was written down."""
    args = [version.agreement.slug, version.number, *([role.side or "provider"] if act.side else [])]
    point, before = transaction.savepoint(), Entry.objects.count()
    try:
        answer = hall.clients[role.name].post(reverse(act.url, args=args), act.data(version))
        return answer.status_code, Entry.objects.count() > before
    finally:
        transaction.savepoint_rollback(point)


@pytest.mark.wide
@pytest.mark.parametrize("drafted", Side.values)
@pytest.mark.parametrize(("state", "name"), [pair for pair in TRANSITIONS if pair[1] not in BY_ITSELF])
def test_an_act_is_done_by_whom_the_tables_name_and_by_nobody_else(
    hall: SimpleNamespace, state: str, name: str, drafted: str
) -> None:
    version, act = version_of(hall, state, drafted), ACTS[name]
    wanted = {role.name: expected(role, act, version, drafted) for role in hall.roles}
    found = {role.name: answered(hall, role, act, version) for role in hall.roles}
    assert {who: status for who, (status, _written) in found.items()} == wanted
    assert {who for who, (_status, written) in found.items() if written} == {
        who for who, status in wanted.items() if status == 302
    }
    assert set(wanted.values()) == {302, 403, 404}


def test_a_side_does_not_sign_for_the_other(hall: SimpleNamespace) -> None:
    version = version_of(hall, VersionState.PROPOSED, "provider")
    for role in hall.roles:
        for side in {"provider", "customer"} - {role.side}:
            url = reverse("version_sign", args=[version.agreement.slug, version.number, side])
            status = hall.clients[role.name].post(url, {"password": PASSWORD}).status_code
            assert status == (403 if role.side else 404), role.name


def test_a_thread_is_settled_by_both_sides_and_found_by_nobody_else(hall: SimpleNamespace) -> None:
    version = version_of(hall, VersionState.PROPOSED, "provider")
    author = next(role.user for role in hall.roles if role.name == "customer representative")
    thread = comment_write(version=version, clause=CLAUSE, side="customer", text="Why?", actor=author, now=NOW)
    act = Act("room_resolve", "comment_write", BOTH, lambda v: {"thread": thread.pk})
    found = {role.name: answered(hall, role, act, version)[0] for role in hall.roles}
    assert found == {role.name: expected(role, act, version, "provider") for role in hall.roles}
    assert Comment.objects.get().resolved_at is None  # all of it was taken back


def test_a_thread_of_another_negotiation_is_not_there(hall: SimpleNamespace) -> None:
    table = hall.table
    other = agreement_create(
        slug="payments-bank", title="Payments for the bank", service=table.payments, provider=table.provider,
        customer=table.bank, timezone="UTC", document=TERMS, actor=None, now=NOW,
    )  # fmt: skip
    theirs = version_propose(version=other.versions.get(), actor=None, now=NOW)
    thread = comment_write(version=theirs, clause=CLAUSE, side="customer", text="?", actor=table.bella, now=NOW)
    version = version_of(hall, VersionState.PROPOSED, "provider")
    client = hall.clients["customer representative"]
    for name in ("room_resolve", "room_comment"):
        url = reverse(name, args=[version.agreement.slug, version.number])
        assert client.post(url, {"thread": thread.pk, "text": "mine"}).status_code == 404
    assert Comment.objects.count() == 1


@pytest.mark.parametrize("drafted", Side.values)
def test_what_is_answered_is_countered_once_the_answer_is_proposed(hall: SimpleNamespace, drafted: str) -> None:
    version = version_of(hall, VersionState.PROPOSED, drafted)
    draft = version_counter(version=version, actor=None, now=NOW)
    assert (draft.drafted_side != drafted, clauses_of(draft.document) == clauses_of(version.document)) == (True, True)
    version_propose(version=draft, actor=None, now=NOW)
    version.refresh_from_db()
    assert version.state == TRANSITIONS[VersionState.PROPOSED, "answer"]
