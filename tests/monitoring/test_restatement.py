"""Restatements: a final figure is never edited; what comes later is a question first and a numbered issue then."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError, transaction

from agreements.errors import Conflict, Refused
from monitoring.figures.verify import figure_verify
from monitoring.models import Breach, PeriodResult, Restatement
from monitoring.services.restatement import restatement_decline, restatement_issue, restatement_mark
from slmo.accounts.errors import Denied
from slmo.audit.models import Entry
from slmo.notify.models import Message
from tests.monitoring.desk import LATER, WORDS, Desk, close, desk_make
from tests.reports.story import DOWN, UP, Story, assess, fact, record

HOUR = timedelta(hours=1)


@pytest.fixture
def desk(story: Story) -> Desk:
    return desk_make(story)


def late(desk: Desk, key: str = "late", hours: int = 2, now: object = LATER) -> Restatement:
    """Let an outage of a final February become known, and return the question that it raises."""
    record(desk.story.indicator, fact("2026-02-20 00:00", f"2026-02-20 0{hours}:00", DOWN, key), now=now)
    assess(desk.story.retail_sla, now=now)
    return Restatement.objects.get(state="waiting")


def test_late_facts_never_move_a_final_figure_and_are_never_lost(desk: Desk) -> None:
    final = close(desk.february())
    question = late(desk)
    assert PeriodResult.objects.get(pk=final.pk).achieved == desk.february().achieved == "0.998759920"
    assert (question.before, question.old["achieved"], question.new["achieved"]) == (
        final,
        "0.998759920",
        "0.995783730",
    )
    assert [cause["what"] for cause in question.causes] == ["facts"]
    assert Message.objects.get(kind="restatement_waiting").recipient_ids == sorted([desk.head.pk, desk.other.pk])
    assert Entry.objects.filter(action="result_differs").count() == 1


def test_the_same_question_is_asked_once_however_often_it_is_assessed(desk: Desk) -> None:
    close(desk.february())
    late(desk)
    for hours in (1, 2, 3):
        assess(desk.story.retail_sla, now=LATER + hours * HOUR)
    assert Restatement.objects.count() == 1
    assert Message.objects.filter(kind="restatement_waiting").count() == 1


def test_a_provisional_figure_just_follows(desk: Desk) -> None:
    record(desk.story.indicator, fact("2026-02-20 00:00", "2026-02-20 02:00", DOWN, "late"), now=LATER)
    assess(desk.story.retail_sla, now=LATER)
    assert desk.february().achieved == "0.995783730"
    assert not Restatement.objects.exists()


def test_an_issued_restatement_has_a_number_both_figures_the_difference_and_who_was_told(desk: Desk) -> None:
    final = close(desk.february())
    issued = restatement_issue(restatement=late(desk), word="INC-99 came late.", actor=desk.head, now=LATER)
    after = desk.february()
    assert (issued.number, issued.before, issued.after) == (1, final, after)
    assert (after.revision, after.state, after.closed_at) == (2, "closed", LATER)
    assert PeriodResult.objects.filter(pk=final.pk, current=False).exists()
    assert issued.credit_difference == Decimal(0)
    people = {one["name"] for one in issued.told}
    assert {"Buyer", "Hans", "Olga"} <= people
    message = Message.objects.get(kind="figure_restated")
    assert message.recipient_ids == sorted(one["id"] for one in issued.told)
    assert message.context["old"] == "99.87 %"
    assert message.context["new"] == "99.57 %"


def test_both_issues_come_out_again_from_what_was_known_at_their_time(desk: Desk) -> None:
    final = close(desk.february())
    restatement_issue(restatement=late(desk), word="Late.", actor=desk.head, now=LATER)
    assert figure_verify(PeriodResult.objects.get(pk=final.pk), LATER).equal
    assert figure_verify(desk.february(), LATER).equal


def test_restatements_of_a_period_are_counted(desk: Desk) -> None:
    close(desk.february())
    restatement_issue(restatement=late(desk), word="Late.", actor=desk.head, now=LATER)
    second = restatement_issue(
        restatement=late(desk, "later", 3, LATER + HOUR), word="Later.", actor=desk.head, now=LATER + HOUR
    )
    assert second.number == 2
    assert desk.february().revision == 3
    assert list(Restatement.objects.order_by("number").values_list("number", flat=True)) == [1, 2]


def test_an_approved_correction_restates_what_was_final_and_names_itself(desk: Desk) -> None:
    close(desk.february())
    correction = desk.corrected()
    issued = Restatement.objects.get()
    assert (issued.state, issued.number, issued.decided_by) == ("issued", 1, desk.head)
    assert [(cause["what"], cause["id"]) for cause in issued.causes] == [("correction", correction.pk)]
    assert issued.decision == WORDS["reason"]
    assert issued.credit_difference == Decimal(-100)
    assert [one["final"] for one in correction.effects] == [False, True]


def test_an_approved_exclusion_restates_what_was_final_and_names_itself(desk: Desk) -> None:
    close(desk.february())
    exclusion = desk.excluded()
    [cause] = Restatement.objects.get(state="issued").causes
    assert (cause["what"], cause["id"], cause["by"]) == ("exclusion", exclusion.pk, "Hans")


def test_late_facts_elsewhere_stay_a_question_when_a_correction_is_approved(desk: Desk) -> None:
    close(desk.february())
    close(desk.story.result(3))
    record(desk.story.indicator, fact("2026-03-20 00:00", "2026-03-20 02:00", DOWN, "late"), now=LATER)
    desk.corrected(now=LATER + HOUR)
    states = dict(Restatement.objects.values_list("period_start__month", "state"))
    assert states == {2: "issued", 3: "waiting"}
    assert desk.story.result(3).revision == 1


def test_a_question_lapses_when_the_facts_give_the_final_figure_again(desk: Desk) -> None:
    close(desk.february())
    question = late(desk)
    row = fact("2026-02-20 00:00", "2026-02-20 02:00", UP, "late", override=True)
    record(desk.story.indicator, row._replace(key="withdrawn"), now=LATER + HOUR)
    assess(desk.story.retail_sla, now=LATER + HOUR)
    question.refresh_from_db()
    assert question.state == "lapsed"
    with pytest.raises(Refused):
        restatement_issue(restatement=question, word="x", actor=desk.head, now=LATER + HOUR)


def test_a_figure_that_is_let_stand_is_asked_about_again_only_when_more_comes(desk: Desk) -> None:
    close(desk.february())
    question = late(desk)
    with pytest.raises(ValidationError):
        restatement_decline(restatement=question, word=" ", actor=desk.head, now=LATER)
    restatement_decline(restatement=question, word="After the time for claims.", actor=desk.head, now=LATER)
    assess(desk.story.retail_sla, now=LATER + HOUR)
    assert not Restatement.objects.filter(state="waiting").exists()
    assert desk.february().revision == 1
    assert late(desk, "more", 3, LATER + HOUR).pk != question.pk


def test_nothing_is_issued_that_moved_since_it_was_read(desk: Desk) -> None:
    close(desk.february())
    question = late(desk)
    seen = restatement_mark(question)
    record(desk.story.indicator, fact("2026-02-21 00:00", "2026-02-21 02:00", DOWN, "more"), now=LATER + HOUR)
    with pytest.raises(Conflict, match="have moved"):
        restatement_issue(restatement=question, word="Late.", seen=seen, actor=desk.head, now=LATER + HOUR)
    assert desk.february().revision == 1


@pytest.mark.parametrize("who", ["operator", "manager", "buyer"])
def test_only_those_who_oversee_the_catalogue_answer(desk: Desk, who: str) -> None:
    close(desk.february())
    question = late(desk)
    person = {"operator": desk.operator, "manager": desk.story.manager, "buyer": desk.story.buyer}[who]
    for step in (restatement_issue, restatement_decline):
        with pytest.raises(Denied):
            step(restatement=question, word="x", actor=person, now=LATER)


def test_an_answer_is_given_once_and_stays(desk: Desk) -> None:
    close(desk.february())
    issued = restatement_issue(restatement=late(desk), word="Late.", actor=desk.head, now=LATER)
    with pytest.raises(Refused):
        restatement_decline(restatement=issued, word="No.", actor=desk.other, now=LATER)
    with pytest.raises(DatabaseError, match="never changes"), transaction.atomic():
        Restatement.objects.update(decision="Another.")


def test_the_breach_of_a_period_follows_the_figure_that_counts(desk: Desk) -> None:
    close(desk.story.result(3))
    record(desk.story.indicator, fact("2026-03-20 00:00", "2026-03-20 02:00", DOWN, "late"), now=LATER)
    assess(desk.story.retail_sla, now=LATER)
    march = desk.story.result(3)
    assert not Breach.objects.filter(objective=desk.objective, period_start=march.start).exists()
    question = Restatement.objects.get(state="waiting")
    restatement_issue(restatement=question, word="Late.", actor=desk.head, now=LATER)
    assert Breach.objects.get(objective=desk.objective, period_start=march.start).state == "open"
