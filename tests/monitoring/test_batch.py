"""Many objectives in one stream: what each is told is what the engine makes of its own facts alone."""

import random
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from hypothesis import settings

from agreements.models import Objective
from monitoring.batch import results_differing, stream, verdicts_compute
from monitoring.instants import instant_of, moment_of
from monitoring.models import Exclusion, Fact, PeriodResult
from monitoring.record import record_read
from monitoring.rows import FactRow, row_key
from monitoring.services.assessment import objective_assess
from monitoring.services.facts import facts_record
from slmo.core.compliance import assess
from slmo.core.governing import periods_of
from slmo.core.units import Window
from tests.monitoring.make import NOW, agreement_make, amend, at, indicator_make, service_make, user_make

pytestmark = pytest.mark.django_db

FIRST, LAST = instant_of(at("2026-03-20 00:00")), instant_of(at("2026-04-12 00:00"))
SEEDS = range(max(8, settings.default.max_examples // 20))
OFFICE = {"office": {"weekly": {"mon-fri": ["09:00-13:00", "14:00-18:00"]}}}
TERMS = [
    {},
    {"minimum_outage": "3h"},
    {"whole_minutes": True, "degraded": "down", "minimum_outage": "10m"},
    {"unknown": {"counts_as": "down", "last_for": "5h", "indeterminate_above": "60%"}},
    {"unite": "best", "degraded": 0.25, "period": "week"},
    {"scope": ["eu"], "period": "quarter"},
    {"period": "rolling 5d"},
    {"hours": "office", "period": "day", "unknown": {"counts_as": "up"}},
]
SHAPES = ["changes", "changes", "outages", "outages", "both", "streams", "scopes", "corrected", "nothing"]


def facts(rng, shape):
    """Deliveries of one shape: rows by the stream that brings them."""
    found = {}
    at_once, start = rng.randint(1, 25), FIRST
    for _ in range(at_once if shape != "nothing" else 0):
        start += rng.choice([60, 3600, 40_000, 86_400]) + rng.randint(0, 9000)
        change = shape in ("changes", "streams") or (shape != "outages" and rng.random() < 0.5)
        end = None if change else start + rng.choice([30, 600, 5000, 40_000])
        scope = rng.choice(["", "eu", "us"]) if shape == "scopes" else ""
        state = rng.choice([0, 1, 2, 3]) if change else rng.choice([1, 2, 2, 3])
        override = shape == "corrected" and end is not None and rng.random() < 0.5
        origin = rng.choice(["a", "b"]) if shape == "streams" else "a"
        key = rng.choice([row_key(start, scope), "k"])
        found.setdefault(origin, []).append(FactRow(start, end, state, scope, key, "", override))
    return found


def objective_make(rng, number):
    """An objective of some terms, measured by an indicator of some facts; now and then amended."""
    service = service_make(f"s{number}")
    quiet = {}
    if rng.random() < 0.6:
        quiet = {"gaps_up": True} | (
            {"recorded_from": moment_of(FIRST + rng.randint(-900_000, 900_000))} if rng.random() < 0.7 else {}
        )
    indicator = indicator_make(service, **quiet)
    zone = rng.choice(["UTC", "Europe/Berlin", "America/New_York"])
    agreement = agreement_make(indicator, f"g{number}", zone, {"calendars": OFFICE}, **rng.choice(TERMS))
    if rng.random() < 0.3:
        amend(agreement, "2026-04-01", **{"target": ">= 95%"} | rng.choice(TERMS))
    for origin, rows_given in facts(rng, rng.choice(SHAPES)).items():
        facts_record(indicator=indicator, rows=rows_given, origin=origin, now=NOW)
    return agreement.objectives.get()


def objective_make_plain():
    """An objective whose service is down from the first instant on."""
    indicator = indicator_make()
    agreement = agreement_make(indicator)
    facts_record(indicator=indicator, rows=[FactRow(FIRST, None, 2, "", "k", "", False)], origin="a", now=NOW)
    return agreement.objectives.get()


def alone(objective, window, as_of):
    """What the engine says of one objective, from all that its record reads."""
    record = record_read(objective, as_of)
    periods = periods_of(record.terms, record.name, window, as_of)
    if not periods:
        return []
    hull = Window(min(one.start for one in periods), max(one.end for one in periods))
    results = assess(record.terms, record.name, record.states(hull), window, as_of, record.exclusions)
    return [(one.window, one.verdict, one.good, one.total, dict(one.seconds)) for one in results]


def told(answer):
    """What a batch says, by objective."""
    found = {pk: [] for pk in answer.objectives}
    for row in range(len(answer.verdicts)):
        pk = answer.objectives[int(answer.verdicts.item[row])]
        found[pk].append((answer.verdicts.window_of(row), *answer.verdicts.figures_of(row)))
    return found


@pytest.mark.wide
@pytest.mark.parametrize("seed", SEEDS)
def test_each_objective_is_told_what_the_engine_says_of_it_alone(seed):
    rng = random.Random(seed)
    objectives = [objective_make(rng, number) for number in range(rng.randint(2, 7))]
    shared = objectives[0].indicator
    agreement_make(shared, "second", minimum_outage="1h")
    objectives.append(Objective.objects.get(agreement__slug="second"))
    span = rng.randint(FIRST, LAST - 1)
    window, as_of = Window(span, rng.randint(span + 1, LAST)), rng.choice([LAST, span, LAST + 90 * 86_400])
    found = told(verdicts_compute(Objective.objects.all(), window, as_of))
    assert len(found) == len(objectives)
    for objective in objectives:
        assert found[objective.pk] == alone(objective, window, as_of)
    part = objectives[:: rng.randint(1, 3)]
    some = told(verdicts_compute(Objective.objects.filter(pk__in=[one.pk for one in part]), window, as_of))
    assert some == {one.pk: found[one.pk] for one in part}


def test_the_stream_is_read_in_blocks_and_says_the_same(monkeypatch):
    rng = random.Random(5)
    for number in range(6):
        objective_make(rng, number)
    window, as_of = Window(FIRST, LAST), LAST
    whole = told(verdicts_compute(Objective.objects.all(), window, as_of))
    monkeypatch.setattr(stream, "_BLOCK", 1)
    assert told(verdicts_compute(Objective.objects.all(), window, as_of)) == whole


def test_the_number_of_queries_does_not_grow_with_the_objectives(django_assert_num_queries):
    for number in range(5):
        indicator = indicator_make(service_make(f"s{number}"))
        agreement_make(indicator, f"g{number}")
        facts_record(indicator=indicator, rows=facts(random.Random(number), "changes")["a"], origin="a", now=NOW)
    verdicts_compute(Objective.objects.all(), Window(FIRST, LAST), LAST)
    with django_assert_num_queries(5):  # objectives, agreements, exclusions, what held before, facts
        verdicts_compute(Objective.objects.all(), Window(FIRST, LAST), LAST)


def test_approved_exclusions_are_left_out_in_a_batch_too():
    objective = objective_make_plain()
    proposer, decider = (user_make(objective.agreement.provider, name, 5) for name in ("ann", "bob"))
    common = {
        "start": moment_of(FIRST + 86_400),
        "end": moment_of(FIRST + 200_000),
        "kind": "disruption",
        "reason": "strike",
    }
    approval = {
        "state": "approved",
        "proposed_by": proposer,
        "proposed_at": NOW,
        "decided_by": decider,
        "decided_at": NOW,
    }
    Exclusion.objects.create(agreement=objective.agreement, **common, **approval)
    window = Window(FIRST, LAST)
    (entries,) = told(verdicts_compute(Objective.objects.all(), window, LAST)).values()
    assert entries == alone(objective, window, LAST)
    assert sum(seconds["excluded"] for *_, seconds in entries)


def test_a_fraction_of_a_second_is_left_to_the_engine():
    objective = objective_make_plain()
    Fact.objects.bulk_create(
        Fact(**{name: getattr(one, name) for name in ("indicator_id", "state", "origin", "batch_id", "recorded_at")},
             start=one.start + timedelta(seconds=90, milliseconds=700), key="late")
        for one in Fact.objects.all()
    )  # fmt: skip
    window = Window(FIRST, LAST)
    assert told(verdicts_compute(Objective.objects.all(), window, LAST))[objective.pk] == alone(objective, window, LAST)


def test_results_check_is_silent_until_a_stored_figure_is_not_what_the_facts_say(capsys):
    objective = objective_make_plain()
    objective_assess(objective_id=objective.pk, now=NOW)
    window = Window(FIRST, instant_of(NOW))
    assert list(results_differing(Objective.objects.all(), window, instant_of(NOW))) == []
    result = objective.results.filter(end__lt=NOW).order_by("start").last()
    PeriodResult.objects.filter(pk=result.pk).update(good=1)
    (difference,) = results_differing(Objective.objects.all(), window, instant_of(NOW))
    assert (difference.objective, difference.field, difference.stored) == (objective.pk, "good", 1_000_000)
    with pytest.raises(CommandError, match="1 results differ"):
        call_command("results_check", "--days", "3660")
    assert "good is 1000000" in capsys.readouterr().out
