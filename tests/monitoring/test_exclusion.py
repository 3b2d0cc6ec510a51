"""Exclusions: asked for by one person, approved by another, and then left out of every figure that they concern."""

import json
import subprocess
import sys
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError, transaction

from agreements.errors import Refused
from monitoring.exclusions import exclusions_load
from monitoring.figures.cut import cut_of, exclusions_of
from monitoring.figures.verify import figure_verify
from monitoring.models import Exclusion, PeriodResult
from monitoring.services.exclusion import (
    exclusion_approve,
    exclusion_decline,
    exclusion_rehearse,
    exclusion_revoke,
    exclusion_withdraw,
)
from monitoring.services.ledger import ledger_differences
from reports.services.whatif import span_known, whatif_run
from slmo.accounts.errors import Denied
from slmo.notify.models import Message
from tests.monitoring.desk import LATER, OUTAGE, Desk, desk_make
from tests.reports.story import Story, agreed, assess, terms


@pytest.fixture
def desk(story: Story) -> Desk:
    return desk_make(story)


def test_approved_time_does_not_count_any_more_and_both_figures_stay_visible(desk: Desk) -> None:
    before = desk.february()
    desk.excluded()
    after = desk.february()
    assert (after.verdict, after.achieved, after.unadjusted) == ("met", "1.000000000", before.achieved)
    assert (after.seconds["excluded"], after.seconds["down"]) == (3000, 0)
    assert after.total == before.total - 3000


def test_an_exclusion_that_nobody_has_approved_changes_nothing(desk: Desk) -> None:
    desk.asked()
    assess(desk.story.retail_sla, now=LATER)
    assert desk.february().verdict == "breached"


def test_an_exclusion_reaches_what_it_is_about_and_nothing_else(desk: Desk) -> None:
    story = desk.story
    other = agreed("payments-both", story.indicator, story.retail, objectives=[terms(), terms(name="again")])
    assess(other, now=LATER)
    desk.excluded(objective=other.objectives.get(name="again"))
    verdicts = {
        (row.objective.agreement.slug, row.objective.name): row.verdict
        for row in PeriodResult.objects.filter(current=True, start=desk.february().start).select_related("objective")
        if row.objective.agreement_id != story.contract.pk
    }
    assert verdicts == {
        ("payments-both", "again"): "met",
        ("payments-both", "availability"): "breached",
        ("payments-retail", "availability"): "breached",
        ("payments-clinic", "availability"): "breached",
    }


def test_an_exclusion_for_a_service_reaches_every_agreement_about_it(desk: Desk) -> None:
    desk.excluded(service=desk.story.indicator.service)
    assert desk.february().verdict == "met"
    assert desk.story.result(2, desk.story.clinic_sla).verdict == "met"


def test_maintenance_is_not_excluded_where_the_agreement_counts_it(desk: Desk) -> None:
    story = desk.story
    counting = agreed("payments-counting", story.indicator, story.retail, maintenance="counted")
    assess(counting, now=LATER)
    desk.excluded(service=story.indicator.service, kind="maintenance")
    assert story.result(2, counting).verdict == "breached"
    assert desk.february().verdict == "met"
    desk.excluded(agreement=counting, kind="force_majeure", now=LATER + timedelta(minutes=1))
    assert story.result(2, counting).verdict == "met"


def test_the_ledger_is_what_the_engine_makes_of_facts_and_exclusions(desk: Desk) -> None:
    desk.excluded()
    assert ledger_differences(objective=desk.objective, now=LATER) == []
    assert figure_verify(desk.february(), LATER).equal


def test_what_an_exclusion_would_change_is_known_before_it_is_asked_for(desk: Desk) -> None:
    exclusion = desk.asked()
    effects, _left = exclusion_rehearse(exclusion=exclusion, start=exclusion.start, end=exclusion.end, now=LATER)
    assert [(one["agreement"], one["before"]["verdict"], one["after"]["verdict"]) for one in effects] == [
        ("payments-retail", "breached", "met")
    ]
    assert desk.february().verdict == "breached"
    assert Exclusion.objects.get().state == "proposed"
    assert exclusion_approve(exclusion=exclusion, actor=desk.head, now=LATER).effects == effects


def test_time_to_come_can_be_excluded_and_shrinks_the_budget_of_the_running_period(desk: Desk) -> None:
    before = desk.story.result(6)
    desk.excluded("2026-06-20T00:00:00Z", "2026-06-21T00:00:00Z", kind="maintenance")
    after = desk.story.result(6)
    assert after.seconds["excluded"] == 86400
    assert before.budget_allowed - after.budget_allowed == Decimal("86.4")


def test_the_same_person_never_asks_and_approves(desk: Desk) -> None:
    exclusion = desk.asked(actor=desk.head)
    with pytest.raises(Denied, match="Another person"):
        exclusion_approve(exclusion=exclusion, actor=desk.head, now=LATER)
    with pytest.raises(DatabaseError, match="exclusion_two_people"), transaction.atomic():
        Exclusion.objects.update(state="approved", decided_by=desk.head, decided_at=LATER)


def test_a_decision_is_taken_once_and_stays(desk: Desk) -> None:
    exclusion = desk.excluded()
    for step in (exclusion_approve, exclusion_decline):
        with pytest.raises(Refused):
            step(exclusion=exclusion, word="x", actor=desk.other, now=LATER)
    with pytest.raises(Refused):
        exclusion_withdraw(exclusion=exclusion, actor=desk.operator, now=LATER)
    with pytest.raises(DatabaseError, match="never changes"), transaction.atomic():
        Exclusion.objects.update(end=LATER)


def test_revoked_time_counts_again_but_what_was_known_before_stays_known(desk: Desk) -> None:
    exclusion, later = desk.excluded(), LATER + timedelta(hours=2)
    with pytest.raises(Denied):
        exclusion_revoke(exclusion=exclusion, word="Wrong.", actor=desk.head, now=later)
    with pytest.raises(ValidationError):
        exclusion_revoke(exclusion=exclusion, word="", actor=desk.other, now=later)
    exclusion_revoke(exclusion=exclusion, word="The customer disagrees.", actor=desk.other, now=later)
    assert desk.february().verdict == "breached"
    terms_ = cut_of(desk.february()).terms
    held = [
        len(exclusions_load(desk.objective, terms_, LATER + timedelta(minutes=minutes)))
        for minutes in (-1, 0, 119, 120)
    ]
    assert held == [0, 1, 1, 0]
    assert exclusions_load(desk.objective, terms_) == ()


def test_the_customers_whom_it_concerns_are_told_and_no_others(desk: Desk) -> None:
    desk.excluded()
    told = Message.objects.get(kind="time_excluded")
    assert told.recipient_ids == [desk.story.buyer.pk]
    assert Message.objects.get(kind="approval_asked").recipient_ids == sorted([desk.head.pk, desk.other.pk])


def test_the_page_of_a_figure_names_the_reason_and_who_approved_it(desk: Desk) -> None:
    exclusion = desk.excluded()
    [left_out] = exclusions_of(cut_of(desk.february()))
    assert (left_out.reason, left_out.approved) == (exclusion.reason, ((exclusion.pk, "Hans"),))


def test_a_replay_under_other_terms_leaves_the_time_out_too(desk: Desk) -> None:
    desk.excluded()
    window = span_known(desk.objective, LATER)
    replay = whatif_run(objective=desk.objective, changes={}, window=window, actor=None, now=LATER)
    assert [
        line.then.verdict for line in replay.lines if line.window.start == cut_of(desk.february()).window.start
    ] == ["met"]


@pytest.mark.parametrize("changes", [{"kind": "holiday"}, {"agreement": None}, {"end": "2026-02-10T09:00:00Z"}])
def test_an_unusable_exclusion_is_refused(desk: Desk, changes: dict) -> None:
    with pytest.raises(ValidationError):
        desk.asked(**changes)
    assert not Exclusion.objects.exists()


def test_the_exported_files_give_the_same_figure_without_the_portal(desk: Desk, tmp_path: Path) -> None:
    from django.conf import settings

    from monitoring.figures.export import agreement_yaml, command_line, exclusions_csv, facts_csv, file_stem

    desk.excluded()
    cut = cut_of(desk.february())
    stem = file_stem(cut)
    (tmp_path / f"{stem}.yaml").write_text(agreement_yaml(cut))
    (tmp_path / f"{stem}.csv").write_text(facts_csv(cut))
    (tmp_path / f"{stem}-exclusions.csv").write_text(exclusions_csv(cut))
    command = command_line(cut).replace("python", sys.executable, 1)
    done = subprocess.run(
        command, shell=True, cwd=tmp_path, env={"PYTHONPATH": str(settings.BASE_DIR)}, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    [period] = report["periods"]
    stored = desk.february()
    assert (period["verdict"], period["achieved"], period["unadjusted"]) == (
        stored.verdict, stored.achieved, stored.unadjusted,
    )  # fmt: skip
    assert period["seconds"] == stored.seconds
    assert report["exclusions_sha256"] == stored.provenance["exclusions_sha256"]
    assert OUTAGE[0][:16] in exclusions_csv(cut)
