"""Assessment: facts in, ledger, results, breaches and status out."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, transaction

from agreements.models import Objective
from monitoring.models import Breach, LedgerDay, ObjectiveStatus, PeriodResult
from monitoring.services.assessment import objective_assess, objectives_due, objectives_sweep
from monitoring.services.facts import facts_record
from slmo.audit.models import Entry
from slmo.notify.models import Message
from tests.monitoring.make import (
    DEGRADED,
    DOWN,
    NOW,
    UNKNOWN,
    UP,
    agreement_make,
    amend,
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


def deliver(indicator, *rows, now=NOW):
    return facts_record(indicator=indicator, rows=rows, origin="file", now=now)


def assess(objective, now=NOW):
    return objective_assess(objective_id=objective.pk, now=now)


def verdicts(objective):
    results = PeriodResult.objects.filter(objective=objective, current=True).order_by("start")
    return {f"{result.start:%Y-%m}": result.verdict for result in results}


def close(result):
    """Freeze a result as the publication of a report does."""
    result.state, result.closed_at = "closed", NOW
    result.save()


def test_every_month_back_to_the_first_record_gets_a_result(indicator, objective):
    deliver(indicator, APRIL)
    status = assess(objective)
    assert verdicts(objective) == {"2026-03": "met", "2026-04": "breached", "2026-05": "met", "2026-06": "on_track"}
    april = PeriodResult.objects.get(start=at("2026-04-01 00:00"))
    assert (april.good, april.total) == (2592000 - 7200, 2592000)
    assert (april.achieved, april.target, april.outages, april.longest_outage) == ("0.997222222", ">= 99.9%", 1, 7200)
    assert april.seconds["down"] == 7200
    assert (status.verdict, status.result.start) == ("on_track", at("2026-06-01 00:00"))


def test_without_silence_meaning_up_the_record_begins_with_the_first_fact():
    indicator = indicator_make()
    objective = agreement_make(indicator).objectives.get()
    deliver(indicator, row("2026-05-10 00:00", "2026-06-15 12:00", UP))
    assess(objective)
    assert verdicts(objective) == {"2026-05": "met", "2026-06": "on_track"}
    may = PeriodResult.objects.get(start=at("2026-05-01 00:00"))
    assert (may.seconds["unknown"], may.lower) == (9 * 86400, "0.709677419")


def test_the_record_ends_with_the_indicators_record_and_the_objective_then_stands_without_data(indicator):
    indicator.recorded_until = at("2026-04-15 00:00")
    indicator.save()
    objective = agreement_make(indicator).objectives.get()
    status = assess(objective)
    assert verdicts(objective) == {"2026-03": "met", "2026-04": "met"}
    assert PeriodResult.objects.get(start=at("2026-04-01 00:00")).seconds["unknown"] == 16 * 86400
    assert (status.verdict, status.result, status.look_at) == ("no_data", None, None)


def test_an_objective_that_nothing_measures_has_no_data():
    objective = agreement_make(indicator_make()).objectives.get()
    Objective.objects.update(indicator=None)
    status = assess(objective)
    assert (status.verdict, status.due_from) == ("no_data", None)
    assert not PeriodResult.objects.exists()
    assert objective.pk not in objectives_due(NOW)


def test_where_every_figure_came_from_is_stored_with_it(indicator, objective):
    batch = deliver(indicator, APRIL)
    assess(objective)
    april = PeriodResult.objects.get(start=at("2026-04-01 00:00"))
    version = objective.agreement.versions.get()
    assert april.version == version
    assert april.provenance["versions"] == {"2026-01-01": version.digest}
    assert april.provenance["facts_highest"] == batch.facts.get().pk
    assert april.provenance["facts_recorded_at"] == NOW.isoformat()
    assert april.provenance["as_of"] == NOW.isoformat()
    assert len(april.provenance["facts_sha256"]) == 64
    may = PeriodResult.objects.get(start=at("2026-05-01 00:00"))
    assert may.provenance["facts_sha256"] != april.provenance["facts_sha256"]


def test_assessing_again_changes_no_row_of_a_period_that_has_ended(indicator, objective):
    deliver(indicator, APRIL)
    assess(objective)
    before = list(PeriodResult.objects.filter(end__lte=NOW).values().order_by("pk"))
    entries = Entry.objects.count()
    assess(objective, NOW + timedelta(minutes=5))
    assert list(PeriodResult.objects.filter(end__lte=NOW).values().order_by("pk")) == before
    assert Entry.objects.count() == entries


def test_only_the_touched_days_are_computed_again(indicator, objective):
    deliver(indicator, APRIL)
    assess(objective)
    LedgerDay.objects.update(outages=77)  # a mark that a computed day loses
    deliver(indicator, row("2026-05-10 10:00", "2026-05-10 10:01", DOWN), now=NOW + timedelta(minutes=1))
    assess(objective, NOW + timedelta(minutes=2))
    computed = LedgerDay.objects.exclude(outages=77).values_list("day", flat=True)
    assert sorted(f"{day:%m-%d}" for day in computed) == ["05-10", "06-15"]


def test_a_late_fact_reopens_the_figure_of_a_past_month(indicator, objective):
    assess(objective)
    assert verdicts(objective)["2026-04"] == "met"
    deliver(indicator, APRIL)
    assess(objective, NOW + timedelta(minutes=1))
    assert verdicts(objective)["2026-04"] == "breached"
    assert Breach.objects.get().result == PeriodResult.objects.get(start=at("2026-04-01 00:00"))


def test_a_fact_before_the_first_one_adds_the_periods_before_it():
    indicator = indicator_make()
    objective = agreement_make(indicator).objectives.get()
    deliver(indicator, row("2026-05-10 00:00", None, UP))
    assess(objective)
    deliver(indicator, row("2026-03-05 00:00", "2026-03-06 00:00", UP))
    assess(objective, NOW + timedelta(minutes=1))
    assert list(verdicts(objective)) == ["2026-03", "2026-04", "2026-05", "2026-06"]
    assert LedgerDay.objects.count() == 31 + 30 + 31 + 15


def test_midnight_brings_the_next_day_and_the_next_month(indicator, objective):
    status = assess(objective)
    assert status.look_at == at("2026-06-16 00:00") + timedelta(seconds=1)
    assert objectives_due(NOW) == []
    assert objectives_due(status.look_at) == [objective.pk]
    assess(objective, at("2026-07-01 00:00") + timedelta(seconds=1))
    assert verdicts(objective)["2026-06"] == "met"
    assert verdicts(objective)["2026-07"] == "on_track"
    assert LedgerDay.objects.get(day="2026-06-30").up == 86400


def test_an_amendment_has_the_whole_history_assessed_again(indicator, objective):
    deliver(indicator, APRIL)
    assess(objective)
    amend(objective.agreement, "2026-04-01", target=">= 99%")
    assert objectives_due(NOW) == [objective.pk]
    assess(objective, NOW + timedelta(minutes=1))
    assert verdicts(objective)["2026-04"] == "met"
    assert PeriodResult.objects.get(start=at("2026-04-01 00:00")).target == ">= 99%"
    assert Breach.objects.get().state == "withdrawn"


def test_another_way_to_read_silence_has_the_whole_history_assessed_again(indicator, objective):
    assess(objective)
    indicator.gaps_up = False
    indicator.save()
    assert objectives_due(NOW) == [objective.pk]
    assess(objective)
    assert verdicts(objective) == {}
    assert not LedgerDay.objects.exists()


def test_an_objective_measured_by_another_indicator_is_due(indicator, objective):
    assess(objective)
    other = indicator_make(indicator.service, "other")
    Objective.objects.update(indicator=other)
    assert objectives_due(NOW) == [objective.pk]


def test_a_period_that_an_amendment_cuts_shows_both_parts(indicator, objective):
    amend(objective.agreement, "2026-04-16", target=">= 99.99%")
    deliver(indicator, row("2026-04-20 10:00", "2026-04-20 10:30", DOWN))
    assess(objective)
    april = PeriodResult.objects.get(start=at("2026-04-01 00:00"))
    assert [(part["version"], part["verdict"], part["target"]) for part in april.parts] == [
        ("2026-01-01", "met", ">= 99.9%"),
        ("2026-04-16", "breached", ">= 99.99%"),
    ]
    assert april.verdict == "breached"


def test_a_rolling_objective_keeps_one_row_that_moves_and_opens_one_breach(indicator):
    objective = agreement_make(indicator, slug="rolling", period="rolling 28d").objectives.get()
    deliver(indicator, row("2026-06-10 10:00", "2026-06-10 12:00", DOWN))
    for minutes in range(3):
        assess(objective, NOW + timedelta(minutes=minutes))
    result = PeriodResult.objects.get(objective=objective)
    assert (result.end, result.verdict) == (NOW + timedelta(minutes=2), "breached")
    assert result.end - result.start == timedelta(days=28)
    assert Breach.objects.count() == 1
    assess(objective, NOW + timedelta(days=40))
    assert PeriodResult.objects.get(objective=objective).verdict == "met"
    assert Breach.objects.get().state == "open"


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


def test_the_present_state_is_what_the_facts_say_even_where_terms_forgive_it(indicator):
    objective = agreement_make(indicator, slug="lenient", minimum_outage="10m").objectives.get()
    deliver(indicator, row("2026-06-15 11:58", None, DOWN))
    status = assess(objective)
    assert (status.now_state, status.verdict) == (DOWN, "on_track")
    assert status.look_at == NOW + timedelta(minutes=1)
    status = assess(objective, NOW + timedelta(minutes=9))
    assert PeriodResult.objects.get(start=at("2026-06-01 00:00")).seconds["down"] == 11 * 60


def test_degraded_and_unknown_time_is_read_by_the_terms(indicator):
    half = agreement_make(indicator, slug="half", degraded=0.5).objectives.get()
    strict = agreement_make(indicator, slug="strict", unknown={"counts_as": "down"}).objectives.get()
    deliver(
        indicator,
        row("2026-05-10 00:00", "2026-05-10 01:00", DEGRADED),
        row("2026-05-11 00:00", "2026-05-11 01:00", UNKNOWN),
    )
    for objective in (half, strict):
        assess(objective)
    may = {result.objective_id: result for result in PeriodResult.objects.filter(start=at("2026-05-01 00:00"))}
    assert (may[half.pk].good, may[half.pk].total) == (31 * 86400 - 3600 - 1800, 31 * 86400 - 3600)
    assert (may[strict.pk].good, may[strict.pk].total) == (31 * 86400 - 3600, 31 * 86400)
    assert may[strict.pk].verdict == "breached"


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
    with django_assert_max_num_queries(45):
        assess(objective, NOW + timedelta(minutes=1))


def test_due_objectives_are_found_in_one_query(indicator, objective, django_assert_num_queries):
    with django_assert_num_queries(1):
        assert objectives_due(NOW) == [objective.pk]
