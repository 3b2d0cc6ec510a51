"""Every kind of indicator from facts to figure: results, ledger, breach, and what the passing of time changes."""

from datetime import timedelta

import pytest

from monitoring.models import Breach, LedgerDay, PeriodResult
from monitoring.services.assessment import objective_assess, objectives_due
from monitoring.services.facts import facts_record
from monitoring.services.ledger import ledger_differences, ledger_rebuild
from tests.monitoring.kind_stories import (
    STORIES,
    bucket,
    each_story,
    engine_tells,
    objective_of,
    record_facts,
    sample,
    statement,
    task,
    told,
)  # fmt: skip
from tests.monitoring.make import NOW, agreement_make, at, indicator_make

pytestmark = [pytest.mark.django_db, pytest.mark.wide]


@each_story
def test_facts_become_results_that_are_the_engine_s(story):
    objective = objective_of(story)
    record_facts(objective, STORIES[story][1])
    objective_assess(objective_id=objective.pk, now=NOW)
    assert told(objective) == STORIES[story][2] == engine_tells(objective, NOW)
    assert ledger_differences(objective=objective, now=NOW) == []


@each_story
def test_the_order_of_arrival_does_not_matter(story):
    objective = objective_of(story)
    rows = list(reversed(STORIES[story][1]))
    if story in ("outages counted", "mean time to repair"):
        rows = [rows[-1], *rows[:-1]]  # before the first fact nothing is recorded at all
    for number, row in enumerate(rows):
        record_facts(objective, [row], NOW - timedelta(hours=len(rows) - number))
        objective_assess(objective_id=objective.pk, now=NOW - timedelta(hours=len(rows) - number))
    objective_assess(objective_id=objective.pk, now=NOW)
    assert told(objective) == STORIES[story][2]
    assert ledger_differences(objective=objective, now=NOW) == []
    bit_by_bit = list(LedgerDay.objects.filter(objective=objective).order_by("day").values_list("tally", "up", "down"))
    LedgerDay.objects.filter(objective=objective).delete()
    objective.status.delete()
    objective_assess(objective_id=objective.pk, now=NOW)
    again = LedgerDay.objects.filter(objective=objective).order_by("day").values_list("tally", "up", "down")
    assert (told(objective), list(again)) == (STORIES[story][2], bit_by_bit)


@each_story
def test_a_breach_opens_once_for_each_period_that_missed_its_target(story):
    objective = objective_of(story)
    record_facts(objective, STORIES[story][1])
    for hours in range(3):
        objective_assess(objective_id=objective.pk, now=NOW + timedelta(hours=hours))
    missed = [start for start, verdict, *_ in STORIES[story][2] if verdict == "breached"]
    breaches = Breach.objects.filter(objective=objective)
    assert [f"{one.period_start:%Y-%m-%d}" for one in breaches] == missed
    assert all(one.period_start < one.breached_at <= one.period_end for one in breaches)


def test_a_breach_says_when_the_period_could_no_longer_be_saved():
    objective = objective_of("outages counted")
    record_facts(objective, STORIES["outages counted"][1])
    objective_assess(objective_id=objective.pk, now=NOW)
    # the second outage of five minutes, after five of its ten minutes in the month
    assert Breach.objects.get().breached_at == at("2026-05-31 23:55")


@each_story
def test_a_ledger_of_any_kind_that_was_tampered_with_is_found_and_mended(story):
    objective = objective_of(story)
    record_facts(objective, STORIES[story][1])
    objective_assess(objective_id=objective.pk, now=NOW)
    day = LedgerDay.objects.filter(objective=objective).first()
    LedgerDay.objects.filter(pk=day.pk).update(tally={"good": "7", "total": "9"})
    [difference] = ledger_differences(objective=objective, now=NOW)
    assert difference.ledger["tally"] == {"good": "7", "total": "9"}
    ledger_rebuild(objective=objective, now=NOW)
    objective_assess(objective_id=objective.pk, now=NOW)
    assert ledger_differences(objective=objective, now=NOW) == []


def test_a_changed_fact_changes_only_its_own_days_and_period():
    objective = objective_of("value")
    record_facts(objective, [sample("2026-04-02 08:00", "0.1"), *STORIES["value"][1]])
    objective_assess(objective_id=objective.pk, now=NOW)
    before = dict(PeriodResult.objects.values_list("start", "assessed_at"))
    later = NOW + timedelta(minutes=5)
    record_facts(objective, [sample("2026-05-02 09:00", "0.9")], later)
    objective_assess(objective_id=objective.pk, now=later)
    assert told(objective)[1] == ("2026-05-01", "breached", "0.5", 1, 2)
    ended = PeriodResult.objects.filter(end__lte=NOW)
    assert {row.start for row in ended if row.assessed_at != before[row.start]} == {at("2026-05-01 00:00")}


def test_an_open_task_fails_when_its_limit_passes_and_somebody_looks_at_it_then():
    objective = objective_of("tasks")
    record_facts(objective, [task("first", "2026-06-15 11:00")])
    status = objective_assess(objective_id=objective.pk, now=NOW)
    assert (status.verdict, status.look_at) == ("no_data", at("2026-06-15 15:00") + timedelta(seconds=1))
    assert objectives_due(status.look_at - timedelta(seconds=1)) == []
    assert objectives_due(status.look_at) == [objective.pk]
    status = objective_assess(objective_id=objective.pk, now=status.look_at)
    assert told(objective) == [("2026-06-01", "at_risk", "0.000000000", 0, 1)]
    assert ledger_differences(objective=objective, now=status.look_at) == []


def test_a_task_that_counts_when_it_was_opened_changes_its_day_long_after():
    indicator = indicator_make(kind="tasks")
    objective = agreement_make(
        indicator, indicator="tasks", clock="resolved", limit="10d", target=">= 90%", period="week"
    ).objectives.get()  # fmt: skip
    record_facts(objective, [task("first", "2026-06-03 11:00")])
    objective_assess(objective_id=objective.pk, now=at("2026-06-12 12:00"))
    assert told(objective)[0] == ("2026-06-01", "no_data", "", 0, 0)
    objective_assess(objective_id=objective.pk, now=at("2026-06-13 12:00"))
    assert told(objective)[0] == ("2026-06-01", "breached", "0.000000000", 0, 1)
    assert ledger_differences(objective=objective, now=at("2026-06-13 12:00")) == []
    record_facts(objective, [task("first", "2026-06-03 11:00", "2026-06-13 11:00")], at("2026-06-13 13:00"))
    objective_assess(objective_id=objective.pk, now=at("2026-06-13 13:00"))
    assert told(objective)[0] == ("2026-06-01", "met", "1.000000000", 1, 1)
    assert Breach.objects.get().state == "withdrawn"


def test_a_statement_that_ends_is_looked_at_just_after():
    objective = objective_of("attested")
    record_facts(objective, [statement("2026-06-15 00:00", "2026-06-15 18:00", True)])
    status = objective_assess(objective_id=objective.pk, now=NOW)
    assert (status.verdict, status.look_at) == ("on_track", at("2026-06-15 18:00") + timedelta(seconds=1))
    assert status.now_state is None


def test_a_correction_wins_and_the_unadjusted_figure_stands_beside_it():
    objective = objective_of("ratio")
    record_facts(objective, [bucket("2026-05-02 08:00", "90", "100")])
    corrected = bucket("2026-05-02 08:00", "100", "100")._replace(key="c1", override=True)
    facts_record(indicator=objective.indicator, rows=[corrected], origin="correction", now=NOW)
    objective_assess(objective_id=objective.pk, now=NOW)
    may = PeriodResult.objects.get(start=at("2026-05-01 00:00"))
    assert (may.verdict, may.achieved, may.unadjusted) == ("met", "1.000000000", "0.900000000")
    assert ledger_differences(objective=objective, now=NOW) == []
