"""Assessment: facts in, ledger, results and status out."""

from datetime import timedelta

import pytest

from agreements.models import Objective
from monitoring.models import Breach, LedgerDay, PeriodResult
from monitoring.services.assessment import objectives_due
from slmo.audit.models import Entry
from tests.monitoring.assessing import assess, deliver, verdicts
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
    row,
)

pytestmark = pytest.mark.django_db

APRIL = row("2026-04-10 10:00", "2026-04-10 12:00", DOWN, key="INC-4")


@pytest.fixture
def indicator(db):
    return indicator_make(gaps_up=True, recorded_from=at("2026-03-01 00:00"))


@pytest.fixture
def objective(indicator):
    return agreement_make(indicator).objectives.get()


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
