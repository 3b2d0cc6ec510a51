"""Rounds of a negotiation: counter-proposals, whose turn it is, positions on clauses, comments and private notes."""

from datetime import date, timedelta
from types import SimpleNamespace

import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError, transaction

from agreements.errors import Conflict, Refused
from agreements.models import Comment, Negotiation, Round, Version
from agreements.services import (
    clause_accept,
    clause_edit,
    clause_object,
    comment_resolve,
    comment_write,
    note_write,
    version_accept,
    version_counter,
    version_draft,
    version_edit,
    version_propose,
    version_sign,
    version_withdraw,
)
from agreements.services.document_clauses import clauses_of, digests_of
from slmo.accounts.errors import Denied
from slmo.audit.models import Entry
from slmo.audit.selectors import entries_visible
from slmo.notify.models import Message
from slmo.notify.pipeline.letter import headline_write, letter_write
from tests.agreements.table import NOW, signed, terms

AVAILABILITY = "objective.availability"


def proposed(table: SimpleNamespace) -> Version:
    return version_propose(version=table.draft, actor=table.manager, now=NOW)


def countered(table: SimpleNamespace, target: str = ">= 99.95%") -> Version:
    """Return the customer's counter-proposal with another target."""
    draft = version_counter(version=proposed(table), actor=table.carl, now=NOW)
    value = {**clauses_of(draft.document)[AVAILABILITY], "target": target}
    digest = digests_of(draft.document)[AVAILABILITY]
    draft = clause_edit(
        version=draft, clause=AVAILABILITY, value=value, expected_digest=digest, actor=table.carl, now=NOW
    )
    return version_propose(version=draft, actor=table.carl, now=NOW + timedelta(days=1))


def turn(version: Version) -> str:
    return Negotiation.objects.get(versions=version).turn


def test_a_proposal_passes_the_turn_until_the_end_of_the_day_a_week_later(table: SimpleNamespace) -> None:
    assert turn(table.draft) == "provider"
    version = proposed(table)
    negotiation = Negotiation.objects.get(versions=version)
    assert (negotiation.turn, negotiation.turn_since) == ("customer", NOW)
    assert negotiation.turn_until is not None
    # the last second of 10 February in Berlin, an hour ahead of UTC
    assert negotiation.turn_until.isoformat() == "2026-02-10T22:59:59+00:00"


def test_news_of_a_proposal_and_of_its_answer_name_the_end_of_the_turn(table: SimpleNamespace) -> None:
    table.head.timezone = "Europe/Berlin"
    answer = countered(table)
    first, second = (Message.objects.get(kind="version_proposed", subject_id=str(one.pk))
                     for one in (table.draft, answer))  # fmt: skip
    assert "proposes version 1 of Payments for Retail; to be answered until 10 Feb 2026, 23:59" in headline_write(
        first, table.head
    )
    letter = letter_write(second, table.head)
    assert (
        "Retail answers with version 2 of Payments for Retail; to be answered until 11 Feb 2026, 23:59"
        in letter.subject
    )
    for text in (letter.text, letter.html):
        assert "answers version 1 of the agreement" in text
        assert "until 11 Feb 2026, 23:59" in text
    table.head.language = "ru"
    assert "ответить до 11 февр. 2026" in headline_write(second, table.head)
    assert "Ответ ожидается до 11 февр. 2026" in letter_write(second, table.head).text


@pytest.mark.parametrize("days", [0, 400])
def test_a_turn_that_ends_in_the_past_or_in_far_years_is_refused(table: SimpleNamespace, days: int) -> None:
    with pytest.raises(Refused):
        version_propose(version=table.draft, answer_until=NOW + timedelta(days=days), actor=table.manager, now=NOW)
    assert not Round.objects.exists()


def test_a_counter_proposal_takes_the_answered_one_off_the_table_and_the_turn_back(table: SimpleNamespace) -> None:
    answer = countered(table)
    first, second = Round.objects.order_by("number")
    assert (first.kind, second.kind) == ("proposal", "counter")
    assert (first.number, second.number, second.answers) == (1, 2, first)
    assert second.changed == [AVAILABILITY]
    table.draft.refresh_from_db()
    assert (table.draft.state, answer.state, turn(answer)) == ("countered", "proposed", "provider")
    with pytest.raises(Refused):
        version_sign(version=table.draft, side="provider", actor=table.head, now=NOW)


def test_an_answer_that_is_begun_leaves_the_proposal_where_it_is_and_is_one(table: SimpleNamespace) -> None:
    version = proposed(table)
    draft = version_counter(version=version, actor=table.carl, now=NOW)
    assert version_counter(version=version, actor=table.carl, now=NOW) == draft
    version.refresh_from_db()
    assert (version.state, draft.drafted_side, draft.answers, turn(draft)) == (
        "proposed", "customer", version, "customer",
    )  # fmt: skip


def test_a_withdrawn_proposal_leaves_the_turn_to_the_draft_that_answers_it_or_ends_it_all(
    table: SimpleNamespace,
) -> None:
    version = proposed(table)
    draft = version_counter(version=version, actor=table.carl, now=NOW)
    version_withdraw(version=version, actor=table.manager, now=NOW)
    assert turn(draft) == "customer"
    version_withdraw(version=draft, actor=table.carl, now=NOW)
    negotiation = Negotiation.objects.get(versions=draft)
    assert (negotiation.turn, negotiation.closed_at) == ("", NOW)


def test_a_round_never_changes_and_never_goes(table: SimpleNamespace) -> None:
    proposed(table)
    with pytest.raises(DatabaseError), transaction.atomic():
        Round.objects.update(note="changed afterwards")
    with pytest.raises(DatabaseError), transaction.atomic():
        Round.objects.all().delete()


def test_every_clause_accepted_makes_a_version_ready_and_it_is_the_turn_of_both(table: SimpleNamespace) -> None:
    version = proposed(table)
    keys = list(clauses_of(version.document))
    for key in keys[:-1]:
        version = clause_accept(version=version, clause=key, actor=table.carl, now=NOW)
        assert version.agreed_at is None
    version = clause_accept(version=version, clause=keys[-1], actor=table.carl, now=NOW)
    assert (version.agreed_at, turn(version)) == (NOW, "both")
    assert Message.objects.filter(kind="version_accepted").count() == 1
    version = version_sign(version=version, side="customer", actor=table.carl, now=NOW)
    assert turn(version) == "provider"
    version = version_sign(version=version, side="provider", actor=table.head, now=NOW)
    assert (version.state, turn(version)) == ("signed", "")


def test_only_the_words_that_changed_are_open_again_in_a_counter_proposal(table: SimpleNamespace) -> None:
    answer = countered(table)
    accepted = set(answer.positions.filter(side="provider", stand="accepted").values_list("clause", flat=True))
    assert accepted == set(clauses_of(answer.document)) - {AVAILABILITY}
    answer = version_accept(version=answer, actor=table.manager, now=NOW)
    assert answer.agreed_at is not None


def test_an_amendment_asks_only_about_what_it_changes(table: SimpleNamespace) -> None:
    signed(table.draft)
    draft = version_draft(
        agreement=table.agreement, document=terms(target=">= 99.95%"), effective_from=date(2026, 4, 1), actor=None,
        now=NOW,
    )  # fmt: skip
    version = version_propose(version=draft, actor=table.manager, now=NOW)
    assert set(version.positions.filter(side="customer").values_list("clause", flat=True)) == {"calendar.office"}
    assert set(Round.objects.get(version=version).changed) == {AVAILABILITY, "term"}


def test_nobody_signs_while_an_objection_stands(table: SimpleNamespace) -> None:
    version = clause_object(version=proposed(table), clause=AVAILABILITY, actor=table.carl, now=NOW)
    for side, actor in (("provider", table.head), ("customer", table.carl)):
        with pytest.raises(Refused):
            version_sign(version=version, side=side, actor=actor, now=NOW)
    with pytest.raises(Refused):
        version_accept(version=version, actor=table.carl, now=NOW)
    clause_accept(version=version, clause=AVAILABILITY, actor=table.carl, now=NOW)
    assert version_sign(version=version, side="customer", actor=table.carl, now=NOW).signatures.count() == 1


def test_the_side_that_proposed_does_not_answer_itself(table: SimpleNamespace) -> None:
    version = proposed(table)
    for act in (clause_accept, clause_object):
        with pytest.raises(Denied):
            act(version=version, clause=AVAILABILITY, actor=table.manager, now=NOW)
    with pytest.raises(Denied):
        version_counter(version=version, actor=table.manager, now=NOW)
    with pytest.raises(Conflict):
        clause_accept(version=version, clause=AVAILABILITY, digest="0" * 64, actor=table.carl, now=NOW)
    with pytest.raises(Refused):
        clause_accept(version=version, clause="objective.none", actor=table.carl, now=NOW)


def test_two_edits_of_different_clauses_both_stay_and_of_one_clause_are_a_conflict(table: SimpleNamespace) -> None:
    started, digests = table.draft.changed_at, digests_of(table.draft.document)
    hours = {"weekly": {"mon-fri": ["08:00-20:00"]}}
    version_edit(
        version=table.draft, document=terms(target=">= 99.5%"), expected_changed_at=started,
        actor=table.manager, now=NOW + timedelta(minutes=1),
    )  # fmt: skip
    clause_edit(
        version=table.draft, clause="calendar.office", value=hours, expected_digest=digests["calendar.office"],
        actor=table.manager, now=NOW + timedelta(minutes=2),
    )  # fmt: skip
    stale = terms()
    stale["spec"]["currency"] = "USD"  # in a third clause, from the text before both
    version = version_edit(
        version=table.draft, document=stale, expected_changed_at=started, actor=table.manager,
        now=NOW + timedelta(minutes=3),
    )  # fmt: skip
    clauses = clauses_of(version.document)
    assert clauses[AVAILABILITY]["target"] == ">= 99.5%"
    assert (clauses["calendar.office"], clauses["term"]["currency"]) == (hours, "USD")
    with pytest.raises(Conflict) as conflict:
        version_edit(
            version=table.draft, document=terms(target=">= 99%"), expected_changed_at=started, actor=None, now=NOW
        )
    assert conflict.value.clauses == (AVAILABILITY,)
    with pytest.raises(Conflict):
        clause_edit(
            version=table.draft, clause="calendar.office", value=None, expected_digest=digests["calendar.office"],
            actor=None, now=NOW,
        )  # fmt: skip


def test_a_reason_written_by_two_is_a_conflict_too(table: SimpleNamespace) -> None:
    started = table.draft.changed_at
    for note in ("first", "second"):
        given = {"document": table.draft.document, "note": note, "expected_changed_at": started}
        if note == "first":
            version_edit(version=table.draft, **given, actor=None, now=NOW + timedelta(minutes=1))
            continue
        with pytest.raises(Conflict) as conflict:
            version_edit(version=table.draft, **given, actor=None, now=NOW)
        assert conflict.value.clauses == ("note",)


def test_a_thread_is_settled_and_a_reply_opens_it_again(table: SimpleNamespace) -> None:
    version = proposed(table)
    said = {"version": version, "clause": AVAILABILITY, "now": NOW}
    first = comment_write(**said, side="customer", text=" Too low. ", actor=table.carl)
    assert first.text == "Too low."
    first = comment_resolve(comment=first, side="provider", actor=table.manager, now=NOW)
    assert first.resolved_by == str(table.manager)
    comment_write(**said, side="provider", text="Why?", thread=first, actor=table.manager)
    first.refresh_from_db()
    assert first.resolved_at is None
    told = Message.objects.get(dedupe_key=f"comment:{first.pk}")
    assert told.recipient_ids == sorted([table.manager.pk, table.head.pk])
    with pytest.raises(ValidationError):
        comment_write(**said, side="customer", text="  ", actor=table.carl)
    with pytest.raises(Denied):
        comment_write(**said, side="customer", text="I speak for them", actor=table.manager)


def test_a_draft_is_not_commented_on_and_what_was_signed_neither(table: SimpleNamespace) -> None:
    said = {"clause": AVAILABILITY, "side": "provider", "text": "Well?", "actor": table.manager, "now": NOW}
    with pytest.raises(Refused):
        comment_write(version=table.draft, **said)
    version = signed(table.draft)
    with pytest.raises(Refused):
        comment_write(version=version, **said)
    assert not Comment.objects.exists()


def test_what_a_side_does_in_private_moves_its_own_counter_alone_and_is_read_by_its_own_auditors(
    table: SimpleNamespace,
) -> None:
    draft = version_counter(version=proposed(table), actor=table.carl, now=NOW)
    before = Negotiation.objects.get(versions=draft)
    note_write(version=draft, clause=AVAILABILITY, side="customer", text="Our limit.", actor=table.carl, now=NOW)
    after = Negotiation.objects.get(versions=draft)
    assert after.customer_changes == before.customer_changes + 1
    assert after.provider_changes == before.provider_changes
    private = Entry.objects.filter(action__in=["note_write", "version_draft"])
    assert "Our limit." not in " ".join(private.values_list("content", flat=True))
    seen = entries_visible(table.analyst).filter(pk__in=private)
    assert {entry.actor_name for entry in seen} == {str(table.manager)}
