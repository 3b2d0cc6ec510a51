"""What an assessment leads to: breaches, closed results, and the sweep over all that is due."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, transaction

from agreements.models import Objective
from monitoring.models import Breach, ObjectiveStatus, PeriodResult
from monitoring.services.assessment import objective_assess, objectives_due, objectives_sweep
from slmo.audit.models import Entry
from slmo.notify.models import Message
from tests.monitoring.assessing import assess, close, deliver
from tests.monitoring.make import (
    DOWN,
    NOW,
    UP,
    agreement_make,
    at,
    indicator_make,
    organisations_make,
    row,
    user_make,
)

pytestmark = pytest.mark.django_db

APRIL = row("2026-04-10 10:00", "2026-04-10 12:00", DOWN, key="INC-4")


@pytest.fixture
def indicator(db):
    return indicator_make(gaps_up=True, recorded_from=at("2026-03-01 00:00"))


@pytest.fixture
def objective(indicator):
    return agreement_make(indicator).objectives.get()


def test_a_breach_is_opened_once_with_the_moment_at_which_the_target_was_lost(indicator, objective):
    down = row("2026-06-10 10:00", "2026-06-10 12:00", DOWN)
    deliver(indicator, down)
    olga = user_make(organisations_make()[0], "olga", 3)
    user_make(organisations_make()[0], "anna", 2)
    for minutes in range(3):
        assess(objective, NOW + timedelta(minutes=minutes))
    breach = Breach.objects.get()
    # June allows 30 × 86 400 × 0.1 % = 2 592 seconds
    assert breach.breached_at == at("2026-06-10 10:00") + timedelta(seconds=2593)
    assert (breach.state, breach.historic, breach.period_end) == ("open", False, at("2026-07-01 00:00"))
    assert Message.objects.get(kind="breach_opened").recipient_ids == [olga.pk]
    assert Entry.objects.filter(action="breach_open").count() == 1
    status = ObjectiveStatus.objects.get()
    assert (status.verdict, status.exhausted_at) == ("breached", breach.breached_at)


def test_a_breach_of_a_period_long_past_is_historic_and_alerts_nobody(indicator, objective):
    user_make(organisations_make()[0], "olga", 3)
    deliver(indicator, APRIL)
    assess(objective)
    assert Breach.objects.get().historic
    assert not Message.objects.filter(kind="breach_opened").exists()


def test_facts_that_take_a_breach_away_withdraw_it_and_those_that_bring_it_back_reopen_it(indicator, objective):
    deliver(indicator, APRIL)
    assess(objective)
    deliver(indicator, APRIL._replace(end=APRIL.start + 60))
    assess(objective, NOW + timedelta(minutes=1))
    breach = Breach.objects.get()
    assert breach.state == "withdrawn"
    deliver(indicator, APRIL)
    assess(objective, NOW + timedelta(minutes=2))
    breach.refresh_from_db()
    assert breach.state == "open"
    assert list(breach.notes.values_list("step", flat=True)) == ["open", "withdrawn", "open"]
    assert breach.notes.get(step="withdrawn").text.endswith("verdict is Met.")


def test_a_closed_result_stays_and_a_differing_figure_is_recorded_once(indicator, objective):
    assess(objective)
    april = PeriodResult.objects.get(start=at("2026-04-01 00:00"))
    close(april)
    deliver(indicator, APRIL)
    for minutes in range(1, 4):
        assess(objective, NOW + timedelta(minutes=minutes))
        deliver(
            indicator, row(f"2026-04-1{minutes} 00:00", f"2026-04-1{minutes} 00:00:00".replace("00:00:00", "06:00"), UP)
        )
    april.refresh_from_db()
    assert (april.verdict, april.state) == ("met", "closed")
    entry = Entry.objects.get(action="result_differs")
    assert (entry.before["verdict"], entry.after["verdict"]) == ("met", "breached")
    assert not Breach.objects.exists()
    with pytest.raises(DatabaseError), transaction.atomic():
        PeriodResult.objects.filter(pk=april.pk).update(verdict="breached")


def test_one_objective_that_can_not_be_assessed_does_not_stop_the_others(indicator, objective, monkeypatch):
    other = agreement_make(indicator, slug="other").objectives.get()
    for number, row_ in enumerate((objective, other)):
        ObjectiveStatus.objects.create(objective=row_, assessed_at=NOW - timedelta(days=2 - number))
    Objective.objects.filter(pk=objective.pk).update(name="renamed-behind-the-portals-back")
    original = objective_assess.__globals__["days_store"]

    def broken(record, spans):
        if record.objective.pk == objective.pk:
            raise ValueError("the terms make no sense")
        return original(record, spans)

    monkeypatch.setitem(objective_assess.__globals__, "days_store", broken)
    assert objectives_sweep(clock=lambda: NOW, budget=timedelta(seconds=30)) == 1
    failed = ObjectiveStatus.objects.get(objective=objective)
    assert failed.error == "ValueError: the terms make no sense"
    assert failed.retry_at == NOW + timedelta(minutes=5)
    assert objectives_due(NOW) == []
    assert objectives_due(failed.retry_at) == [objective.pk]


def test_a_sweep_stops_when_its_time_is_up(indicator, objective):
    agreement_make(indicator, slug="other")
    times = iter([NOW, NOW, NOW, NOW + timedelta(seconds=21), NOW + timedelta(seconds=22)])
    assert objectives_sweep(clock=lambda: next(times), budget=timedelta(seconds=20)) == 1
    assert len(objectives_due(NOW)) == 1


def test_an_assessment_of_one_day_takes_a_bounded_number_of_queries(
    indicator, objective, django_assert_max_num_queries
):
    deliver(indicator, APRIL)
    assess(objective)
    deliver(indicator, row("2026-05-10 10:00", "2026-05-10 10:01", DOWN))
    with django_assert_max_num_queries(32):
        assess(objective, NOW + timedelta(minutes=1))


def test_due_objectives_are_found_in_one_query(indicator, objective, django_assert_num_queries):
    with django_assert_num_queries(1):
        assert objectives_due(NOW) == [objective.pk]
