"""Corrections: proposed by one person, approved by another, recomputed at once, never an edit."""

from collections.abc import Iterable
from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, transaction

from agreements.errors import Refused
from monitoring.models import Breach, Correction, Evidence, Fact, FactBatch, LedgerDay, PeriodResult
from monitoring.services import correction as verbs
from monitoring.services import ledger
from monitoring.services.correction import (
    correction_approve,
    correction_decline,
    correction_propose,
    correction_rehearse,
    correction_withdraw,
)
from slmo.accounts.errors import Denied
from slmo.audit.models import Entry
from slmo.notify.models import Message
from tests.monitoring.desk import LATER, OUTAGE, WORDS, Desk, close, desk_make
from tests.reports.story import Story


@pytest.fixture
def desk(story: Story) -> Desk:
    return desk_make(story)


def test_one_proposes_another_approves_and_the_figure_is_recomputed_in_the_same_transaction(desk: Desk) -> None:
    before = desk.february()
    assert (before.verdict, before.achieved) == ("breached", "0.998759920")
    correction = desk.proposed()
    assert desk.february().achieved == before.achieved
    correction_approve(correction=correction, word="Seen the log.", actor=desk.head, now=LATER)
    after = desk.february()
    assert (after.verdict, after.good - before.good, after.unadjusted) == ("met", 1200, before.achieved)
    fresh = Correction.objects.get(pk=correction.pk)
    assert (fresh.state, fresh.decided_by, fresh.decision) == ("approved", desk.head, "Seen the log.")
    assert (fresh.batch.new, fresh.batch.recorded_by) == (1, desk.head)
    row = Fact.objects.get(batch=fresh.batch)
    assert (row.override, row.recorded_at, row.origin) == (True, LATER, "correction")


def test_facts_that_were_recorded_before_stay_as_they_are(desk: Desk) -> None:
    before = list(Fact.objects.order_by("pk").values())
    desk.corrected()
    assert list(Fact.objects.order_by("pk").values())[: len(before)] == before


def test_whoever_proposes_does_not_approve_whatever_the_level(desk: Desk) -> None:
    correction = desk.proposed(actor=desk.head)
    for step in (correction_approve, correction_decline):
        with pytest.raises(Denied, match="Another person"):
            step(correction=correction, word="Me.", actor=desk.head, now=LATER)
    assert desk.february().verdict == "breached"
    correction_approve(correction=correction, actor=desk.other, now=LATER)
    assert desk.february().verdict == "met"


def test_the_database_itself_refuses_one_person_in_both_parts(desk: Desk) -> None:
    correction = desk.proposed(actor=desk.head)
    with pytest.raises(DatabaseError, match="correction_two_people"), transaction.atomic():
        Correction.objects.filter(pk=correction.pk).update(state="approved", decided_by=desk.head, decided_at=LATER)


@pytest.mark.parametrize(
    ("who", "proposes", "approves"),
    [("operator", True, False), ("manager", True, False), ("head", True, True), ("buyer", False, False)],
)
def test_who_may_propose_and_who_may_approve(desk: Desk, who: str, proposes: bool, approves: bool) -> None:
    people = {"operator": desk.operator, "head": desk.head, "manager": desk.story.manager, "buyer": desk.story.buyer}
    if proposes:
        assert desk.proposed(actor=people[who]).pk
    else:
        with pytest.raises(Denied):
            desk.proposed(actor=people[who])
    waiting = desk.proposed(actor=desk.other)
    if approves:
        correction_approve(correction=waiting, actor=people[who], now=LATER)
    else:
        with pytest.raises(Denied):
            correction_approve(correction=waiting, actor=people[who], now=LATER)


def test_a_decision_is_taken_once(desk: Desk) -> None:
    correction = desk.corrected()
    with pytest.raises(Refused, match="approved already"):
        correction_approve(correction=correction, actor=desk.other, now=LATER)
    with pytest.raises(Refused):
        correction_withdraw(correction=correction, actor=desk.operator, now=LATER)
    assert FactBatch.objects.filter(origin="correction").count() == 1


def test_a_decision_never_changes_afterwards(desk: Desk) -> None:
    correction = desk.corrected()
    with pytest.raises(DatabaseError, match="never changes"), transaction.atomic():
        Correction.objects.filter(pk=correction.pk).update(reason="Another one.")
    with pytest.raises(DatabaseError, match="never changes"), transaction.atomic():
        Correction.objects.filter(pk=correction.pk).delete()


def test_a_declined_correction_says_why_and_changes_nothing(desk: Desk) -> None:
    correction = desk.proposed()
    with pytest.raises(ValidationError):
        correction_decline(correction=correction, word="  ", actor=desk.head, now=LATER)
    correction_decline(correction=correction, word="The log shows another day.", actor=desk.head, now=LATER)
    assert desk.february().verdict == "breached"
    assert Correction.objects.get().decision == "The log shows another day."


def test_only_whoever_proposed_it_withdraws_it(desk: Desk) -> None:
    correction = desk.proposed()
    with pytest.raises(Denied):
        correction_withdraw(correction=correction, actor=desk.head, now=LATER)
    correction_withdraw(correction=correction, actor=desk.operator, now=LATER)
    with pytest.raises(Refused, match="withdrawn"):
        correction_approve(correction=correction, actor=desk.head, now=LATER)


def test_the_rehearsal_says_what_will_change_and_keeps_nothing(desk: Desk) -> None:
    rows = [{"start": "2026-02-10T09:30:00Z", "end": OUTAGE[1], "state": "up"}]
    counts = [model.objects.count() for model in (Fact, FactBatch, PeriodResult, LedgerDay, Entry, Message, Breach)]
    effects, left = correction_rehearse(indicator=desk.story.indicator, rows=rows, now=LATER)
    after = [model.objects.count() for model in (Fact, FactBatch, PeriodResult, LedgerDay, Entry, Message, Breach)]
    assert after == counts
    assert (desk.february().verdict, left) == ("breached", 0)
    told = {one["agreement"]: (one["before"]["verdict"], one["after"]["verdict"]) for one in effects}
    assert told == {"payments-retail": ("breached", "met"), "payments-clinic": ("breached", "met")}
    retail = next(one for one in effects if one["agreement"] == "payments-retail")
    assert (retail["before"]["credit_amount"], retail["after"]["credit_amount"]) == ("100", "0")
    assert (retail["before"]["breach"], retail["after"]["breach"]) == ("open", "")


def test_the_effects_that_were_rehearsed_are_those_that_the_approval_keeps(desk: Desk) -> None:
    correction = desk.proposed()
    rehearsed, _left = correction_rehearse(indicator=correction.indicator, rows=correction.rows, now=LATER)
    approved = correction_approve(correction=correction, actor=desk.head, now=LATER)
    assert approved.effects == rehearsed
    assert Correction.objects.get().effects == rehearsed


def test_only_the_days_that_a_correction_touches_are_computed_again(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    written: list[LedgerDay] = []
    upsert = ledger.days_upsert

    def noted(rows: Iterable[LedgerDay]) -> None:
        kept = list(rows)
        written.extend(kept)
        upsert(kept)

    monkeypatch.setattr(ledger, "days_upsert", noted)
    desk.corrected()
    assert {f"{row.day:%m-%d}" for row in written} <= {"02-09", "02-10", "02-11", "06-14", "06-15", "06-16"}
    assert "02-10" in {f"{row.day:%m-%d}" for row in written}


def test_a_breach_that_a_correction_undoes_is_withdrawn(desk: Desk) -> None:
    assert Breach.objects.get(objective=desk.objective).state == "open"
    desk.corrected()
    assert Breach.objects.get(objective=desk.objective).state == "withdrawn"


def test_those_who_may_decide_are_asked_and_whoever_proposed_hears_the_answer(desk: Desk) -> None:
    correction = desk.corrected()
    asked, given = (Message.objects.get(kind=kind) for kind in ("approval_asked", "approval_given"))
    assert asked.recipient_ids == sorted([desk.head.pk, desk.other.pk])
    assert given.recipient_ids == [desk.operator.pk]
    assert given.context["state"] == "approved"
    assert asked.url == f"/operations/corrections/{correction.pk}/"


def test_both_steps_stand_in_the_audit_log(desk: Desk) -> None:
    correction = desk.corrected()
    entries = Entry.objects.filter(subject_type="monitoring.correction", subject_id=str(correction.pk)).order_by("pk")
    assert [(entry.action, entry.actor_id) for entry in entries] == [
        ("correction_propose", desk.operator.pk),
        ("correction_approve", desk.head.pk),
    ]
    assert entries[0].after["reason"] == WORDS["reason"]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"reason": " "}, "reason"),
        ({"evidence": ""}, "evidence"),
        ({"link": "javascript:alert(1)"}, "link"),
        ({"reason": "x" * 5000}, "reason"),
        ({"row": {"state": "broken"}}, "state"),
        ({"row": {"end": "2026-02-10T09:00:00Z"}}, "end"),
        ({"row": {"start": "2024-02-10T09:00:00Z"}}, "end"),
    ],
)
def test_an_unusable_proposal_is_refused_at_the_field_that_is_wrong(desk: Desk, changes: dict, field: str) -> None:
    with pytest.raises(ValidationError) as refused:
        desk.proposed(**changes)
    assert field in refused.value.message_dict
    assert not Correction.objects.exists()


def test_evidence_is_kept_as_it_was_handed_in(desk: Desk) -> None:
    upload = SimpleUploadedFile("../../the log.txt", b"09:31 probe lost its uplink\n", "text/html")
    correction = desk.proposed(upload=upload)
    kept = Evidence.objects.get()
    assert (correction.file, kept.name, kept.content_type) == (kept, "the_log.txt", "text/plain; charset=utf-8")
    assert bytes(kept.content) == b"09:31 probe lost its uplink\n"
    with pytest.raises(DatabaseError, match="kept as it is"), transaction.atomic():
        Evidence.objects.update(name="other")


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("proof.html", b"<script>alert(1)</script>", "of one of these kinds"),
        ("proof.pdf", b"<html>", "not what its name says"),
        ("proof.png", b"", "empty"),
        ("proof.txt", b"\xff\xfe\x00", "not what its name says"),
        ("proof.txt", b"x" * (5 * 1024 * 1024 + 1), "too large"),
    ],
)
def test_a_file_that_is_too_large_or_not_what_it_says_is_refused(
    desk: Desk, name: str, content: bytes, sentence: str
) -> None:
    with pytest.raises(ValidationError, match=sentence):
        desk.proposed(upload=SimpleUploadedFile(name, content))
    assert not Correction.objects.exists()


def test_a_later_correction_corrects_an_earlier_one(desk: Desk) -> None:
    desk.corrected()
    assert desk.february().verdict == "met"
    desk.corrected(now=LATER + timedelta(hours=1), row={"state": "down"})
    assert (desk.february().verdict, desk.february().achieved) == ("breached", "0.998759920")


def test_a_failure_after_the_facts_are_written_leaves_nothing_behind(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("the power fails")

    correction = desk.proposed()
    monkeypatch.setattr(verbs, "decided_news", fail)
    with pytest.raises(RuntimeError, match="power"):
        correction_approve(correction=correction, actor=desk.head, now=LATER)
    assert Correction.objects.get().state == "proposed"
    assert not Fact.objects.filter(origin="correction").exists()
    assert desk.february().verdict == "breached"


def test_an_objective_of_another_service_is_left_alone(desk: Desk) -> None:
    before = PeriodResult.objects.filter(objective__agreement=desk.story.contract).order_by("pk")
    kept = list(before.values_list("pk", "assessed_at"))
    desk.corrected()
    assert list(before.values_list("pk", "assessed_at")) == kept


def test_a_stranger_to_the_rows_of_the_kind_is_refused(desk: Desk) -> None:
    with pytest.raises(ValidationError):
        correction_propose(
            indicator=desk.story.indicator, rows=[{"at": "2026-02-10T09:00:00Z", "state": "up"}], actor=desk.operator,
            now=LATER, **WORDS,
        )  # fmt: skip


def test_a_closed_figure_is_restated_by_the_approval_itself(desk: Desk) -> None:
    final = close(desk.february())
    desk.corrected()
    current = desk.february()
    assert (current.revision, current.state, current.verdict) == (2, "closed", "met")
    assert PeriodResult.objects.get(pk=final.pk).achieved == "0.998759920"
