"""The ledger and the results, however they came about, are what the engine makes of the facts."""

from contextlib import suppress
from datetime import timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from monitoring.instants import instant_of
from monitoring.models import LedgerDay, PeriodResult
from monitoring.reading import states_load
from monitoring.record import record_read
from monitoring.rows import FactRow, row_key
from monitoring.services.assessment import objective_assess
from monitoring.services.facts import facts_record
from monitoring.services.ledger import ledger_differences, ledger_rebuild
from slmo.core.compliance import assess
from slmo.core.facts import OPEN
from slmo.core.intervals import BEGIN
from slmo.core.units import Window
from tests.monitoring.make import NOW, agreement_make, amend, at, indicator_make

pytestmark = pytest.mark.django_db

FIRST, LAST = instant_of(at("2026-03-20 00:00")), instant_of(at("2026-04-12 00:00"))
EXAMPLES = max(4, settings.default.max_examples // 40)  # each is a story of up to twelve deliveries and assessments
PHASES = [Phase.explicit, Phase.reuse, Phase.generate]  # making a failing story shorter takes minutes
OFFICE = {"office": {"weekly": {"mon-fri": ["09:00-13:00", "14:00-18:00"]}}}
NIGHTLY = [{"rrule": "FREQ=WEEKLY;BYDAY=SU", "starting": "2026-01-04", "at": "01:30", "for": "2h", "reason": "patches"}]

# each a way to read facts that makes a day depend on its neighbours, or a period on others
TERMS = {
    "plain": {},
    "short outages forgiven": {"minimum_outage": "3h"},
    "whole minutes, degraded is down": {"whole_minutes": True, "degraded": "down", "minimum_outage": "10m"},
    "unknown lasts": {"unknown": {"counts_as": "down", "last_for": "5h", "indeterminate_above": "60%"}},
    "best of the scopes": {"unite": "best", "degraded": 0.25},
    "one scope": {"scope": ["eu"], "period": "week"},
    "rolling": {"period": "rolling 5d"},
    "contract months with a cap": {
        "period": "contract-month",
        "credits": {"of": "charge", "charge": 1000, "tiers": [{"below": "99.9%", "percent": 40}], "cap_year": 500},
    },
    "office hours": {"hours": "office", "period": "day"},
}

minutes = st.integers(0, (LAST - FIRST) // 60 - 1).map(lambda n: FIRST + 60 * n)
lengths = st.sampled_from([30, 60, 89, 600, 7200, 40_000, 86_400, 300_000])
scopes = st.sampled_from(["", "", "eu", "us"])
states = st.integers(0, 3)


@st.composite
def facts(draw):
    """Draw an interval, a change or a correction; keys repeat, so that rows supersede each other."""
    start, state, scope = draw(minutes), draw(states), draw(scopes)
    kind = draw(st.sampled_from(["interval", "interval", "change", "correction"]))
    key = draw(st.one_of(st.just(row_key(start, scope)), st.sampled_from(["k1", "k2", "k3"])))
    end = None if kind == "change" else start + draw(lengths)
    return draw(st.sampled_from(["file", "probe"])), FactRow(start, end, state, scope, key, "", kind == "correction")


@st.composite
def stories(draw):
    """Draw how facts arrived: deliveries in any order of time, each with whether it is assessed before the next."""
    rows = draw(st.lists(facts(), min_size=1, max_size=12))
    assessed = draw(st.lists(st.booleans(), min_size=len(rows), max_size=len(rows)))
    return list(zip(rows, assessed, strict=True)), draw(st.booleans()), draw(st.booleans())


def zones_and_terms():
    """Return the ways to read facts, each in a zone whose clocks change within the drawn time."""
    zones = ["Europe/Berlin", "America/New_York", "Australia/Lord_Howe"]
    return [(zones[n % 3], terms) for n, terms in enumerate(TERMS.values())]


def kept(objective):
    """Return the ledger and the results as they are stored, without what tells when they were written."""
    days = LedgerDay.objects.filter(objective=objective).order_by("day").values()
    results = PeriodResult.objects.filter(objective=objective, current=True).order_by("start")
    figures = results.values_list(
        "start", "end", "version", "verdict", "target", "achieved", "value", "lower", "upper", "unadjusted", "good",
        "total", "seconds", "budget_allowed", "budget_consumed", "credit_percent", "credit_amount", "outages",
        "longest_outage", "parts", "provenance__facts_sha256",
    )  # fmt: skip
    return [{name: value for name, value in day.items() if name != "id"} for day in days], list(figures)


def engine_says(objective, now):
    """Return what the engine makes of all facts at once, as start, end, verdict, exact figures and seconds."""
    record = record_read(objective, instant_of(now))
    if not record.span.seconds:
        return []
    everything = states_load(objective.indicator, Window(-(2**33), 2**33), record.terms)
    judged = assess(record.terms, record.name, everything, record.span, record.as_of)
    return [
        (one.window, one.verdict.value, one.good, one.total, {k.value: v for k, v in one.seconds.items()}, one.credit)
        for one in judged
    ]


def stored(objective):
    """Return the stored results in the terms of `engine_says`."""
    return [
        (
            Window(instant_of(one.start), instant_of(one.end)),
            one.verdict,
            one.good,
            one.total,
            one.seconds,
            None if one.credit_amount is None else (one.credit_percent, one.credit_amount),
        )
        for one in PeriodResult.objects.filter(objective=objective, current=True).order_by("start")
    ]


class Undo(Exception):
    """Take back what one example has written."""


@pytest.mark.parametrize(("zone", "terms"), zones_and_terms(), ids=TERMS)
def test_ledger_equals_engine_on_the_facts(zone, terms):
    indicator = indicator_make()
    spec = {"calendars": OFFICE, "exclusions": NIGHTLY}
    agreement = agreement_make(indicator, zone=zone, spec=spec, **terms)
    objective = agreement.objectives.get()

    @settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck), phases=PHASES)
    @given(stories())
    def holds(story):
        with suppress(Undo), transaction.atomic():
            play(indicator, agreement, objective, *story)
            raise Undo

    holds()


def play(indicator, agreement, objective, deliveries, silence, amended):
    """Let the facts arrive and be assessed bit by bit, then compare with the engine and with a fresh start."""
    now = at("2026-04-01 09:30")
    if silence:
        indicator.gaps_up, indicator.recorded_from = True, at("2026-03-22 05:00")
        indicator.save()
    for number, ((origin, row), assessed) in enumerate(deliveries):
        now += timedelta(hours=7, minutes=number)
        facts_record(indicator=indicator, rows=[row], origin=origin, now=now)
        if amended and number == 2:
            amend(agreement, "2026-03-28", now, target=">= 97%", degraded="down")
        if assessed:
            objective_assess(objective_id=objective.pk, now=now)
    now += timedelta(minutes=1)
    objective_assess(objective_id=objective.pk, now=now)
    objective.refresh_from_db()
    objective.agreement.refresh_from_db()
    assert stored(objective) == engine_says(objective, now)
    assert ledger_differences(objective=objective, now=now) == []
    bit_by_bit = kept(objective)
    LedgerDay.objects.filter(objective=objective).delete()
    objective.status.delete()
    objective_assess(objective_id=objective.pk, now=now)
    assert kept(objective) == bit_by_bit


def test_a_ledger_that_was_tampered_with_is_found_and_mended():
    indicator = indicator_make(gaps_up=True, recorded_from=at("2026-06-01 00:00"))
    objective = agreement_make(indicator).objectives.get()
    objective_assess(objective_id=objective.pk, now=NOW)
    LedgerDay.objects.filter(day="2026-06-03").update(up=86_000, down=400)
    [difference] = ledger_differences(objective=objective, now=NOW)
    assert (difference.ledger["down"], difference.engine["down"]) == (400, 0)
    ledger_rebuild(objective=objective, now=NOW)
    objective_assess(objective_id=objective.pk, now=NOW)
    assert ledger_differences(objective=objective, now=NOW) == []
    assert LedgerDay.objects.get(day="2026-06-03").down == 0


def test_a_window_of_facts_reads_like_the_whole_record():
    indicator = indicator_make()
    rows = [
        FactRow(FIRST, None, 0, "", "a", ""),
        FactRow(FIRST + 500_000, FIRST + 500_060, 2, "eu", "b", ""),
        FactRow(FIRST + 900_000, None, 1, "", "c", ""),
    ]
    facts_record(indicator=indicator, rows=rows, origin="file", now=NOW)
    window = Window(FIRST + 600_000, FIRST + 700_000)
    found = states_load(indicator, window)
    # the scope is named although no fact of it lies in the window, and the change before it is known
    assert found.scopes == ("", "eu")
    covering = [(start, end) for start, end, *_ in found.rows() if end > start]
    assert covering == [(FIRST, OPEN)]
    assert states_load(indicator, Window(BEGIN // 2**30, window.end)).rows()[-1][0] == FIRST + 500_000


def test_what_was_known_at_a_moment_is_read_as_it_was_known():
    indicator = indicator_make()
    row = FactRow(FIRST, FIRST + 60, 2, "", "a", "")
    facts_record(indicator=indicator, rows=[row], origin="file", now=NOW)
    facts_record(indicator=indicator, rows=[row._replace(state=0)], origin="file", now=NOW + timedelta(days=1))
    window = Window(FIRST, FIRST + 60)
    known = [states_load(indicator, window, known_at=NOW + timedelta(hours=h)).rows() for h in (-1, 0, 23, 24)]
    assert [[state for _, _, state, *_ in rows] for rows in known] == [[], ["down"], ["down"], ["up"]]
