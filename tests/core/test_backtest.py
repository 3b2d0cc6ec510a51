"""The backtest of a draft: figures of the engine, targets tried on them, and the events that decide."""

import datetime as dt
import random
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from slmo.core.backtest import (
    Replay,
    agreement_alone,
    credit_sum,
    curve,
    deciding,
    document_alone,
    periods_back,
    terms_at,
)
from slmo.core.compliance import assess
from slmo.core.errors import TermError
from slmo.core.exclusions import Recurring
from slmo.core.facts import Buckets, Facts, States
from slmo.core.facts.packing import states_packed
from slmo.core.judgement import Verdict
from slmo.core.partition import partition
from slmo.core.terms import agreement_parse
from slmo.core.units import DAY, Window, exact_decimal, parse_instant
from tests.core.builders import document, outages
from tests.core.cases import cases
from tests.core.kind_cases import kind_cases

KINDS = ["ratio", "value", "slices", "tasks", "outages", "attested"]
STEPS = (("99.9", 10), ("99.5", 25), ("95", 90))  # credit tiers: below so many percent so many percent
PERIODS = ["day", "week", "contract-month", "rolling 2d"]
FEW = settings(max_examples=25)
SINCE, ANCHOR = dt.date(2005, 1, 1), dt.date(2004, 3, 31)
YEAR = Window(parse_instant("2025-01-01T00:00Z"), parse_instant("2026-01-01T00:00Z"))


def case_replayed(case, period="day"):
    """A case as a backtest of its last document: the draft alone, and its replay over three closed periods."""
    text = case.documents[-1]
    text["spec"]["objectives"][0] |= {"period": period}
    alone = agreement_alone(text, "availability", SINCE, ANCHOR)
    until = (case.window[1] + DAY) // DAY * DAY + DAY
    windows = periods_back(alone, "availability", until, 3)
    facts = case.facts() if hasattr(case, "facts") else Facts(states=States.from_rows(case.rows, case.gaps))
    return alone, Replay(alone, "availability", facts, windows, until), facts, until


def told(result):
    return result.to_json("UTC", with_partition=True), result.unadjusted, result.credit


def engine(alone, facts, windows, until, period):
    """What `assess` says of each window on the same document."""
    rolls = period.startswith("rolling")
    found = []
    for window in windows:
        results = assess(alone, "availability", facts, window, window.end if rolls else until)
        found += [one for one in results if one.window == window]
    return [told(one) for one in found]


@FEW
@given(cases(), st.sampled_from(PERIODS))
def test_a_replay_of_availability_is_what_the_engine_says(case, period):
    alone, replay, facts, until = case_replayed(case, period)
    assert [told(one) for one in replay.results] == engine(alone, facts, replay.periods, until, period)


@pytest.mark.parametrize("kind", KINDS)
def test_a_replay_of_every_kind_is_what_the_engine_says(kind):
    @settings(max_examples=6)
    @given(kind_cases(kind))
    def check(case):
        alone, replay, facts, until = case_replayed(case)
        assert [told(one) for one in replay.results] == engine(alone, facts, replay.periods, until, "day")

    check()


@settings(max_examples=60)
@given(cases())
def test_packed_states_read_like_the_states_themselves(case):
    states = States.from_rows(case.rows, case.gaps)
    made, window = agreement_parse(case.documents), Window(*case.window)
    every = partition(made, "availability", states, window, case.as_of)
    packed = partition(made, "availability", states_packed(states), window, case.as_of)
    assert packed.intervals() == every.intervals()


def year_of(rng, **terms):
    """A year in which every month lost something, and terms with credits, caps and a target somewhere among it."""
    rows = []
    for month in range(1, 13):
        begun = dt.datetime(2025, month, rng.randint(1, 27), rng.randint(0, 23), tzinfo=dt.UTC)
        ended = begun + dt.timedelta(seconds=rng.choice([0, 600, 2500, 2700, 9000, 40000]))
        rows.append((begun.strftime("%Y-%m-%dT%H:%MZ"), ended.strftime("%Y-%m-%dT%H:%M:%SZ")))
    credits = {
        "of": "charge", "charge": 1000, "cap_year": rng.choice([None, 250, 700]), "cap_month": rng.choice([None, 150]),
        "tiers": [{"below": f"{below}%", "percent": share} for below, share in STEPS],
    }  # fmt: skip
    credits = {key: value for key, value in credits.items() if value is not None}
    text = document(since="2025-01-01", period="month", credits=credits, **terms)
    return text, Facts(states=outages(*rows))


@FEW
@given(st.integers(0, 10_000))
def test_each_point_of_a_curve_is_what_the_engine_says_of_a_document_with_that_target(seed):
    text, facts = year_of(random.Random(seed))
    alone = agreement_alone(text, "availability", dt.date(2024, 1, 1), dt.date(2024, 5, 5))
    replay = Replay(alone, "availability", facts, periods_back(alone, "availability", YEAR.end, 12), YEAR.end)
    points = curve(replay)
    assert sum(one.here for one in points) == 1
    assert [one.missed for one in points] == sorted(one.missed for one in points)
    for point in (points[seed % len(points)], points[-1]):
        assert (point.missed, point.credit) == engine_at(text, facts, replay, point.target)


def engine_at(text, facts, replay, target):
    """Missed periods and credits by `assess` on the document, written out with that target and tiers that follow it."""
    terms = terms_at(replay.terms, target)
    objective = dict(text["spec"]["objectives"][0]) | {"target": f">= {exact_decimal(target.value * 100)}%"}
    tiers = [
        {"percent": int(one.percent)}
        | {key: f"{exact_decimal(bound * 100)}%" for key, bound in (("below", one.below), ("at_least", one.at_least))
           if bound is not None}
        for one in terms.credits.tiers
    ]  # fmt: skip
    objective["credits"] = {**objective["credits"], "tiers": tiers}
    changed = {**text, "spec": {**text["spec"], "objectives": [objective]}}
    alone = agreement_alone(changed, "availability", dt.date(2024, 1, 1), dt.date(2024, 5, 5))
    results = assess(alone, "availability", facts, YEAR, YEAR.end)
    return sum(one.verdict is Verdict.BREACHED for one in results), credit_sum(results)


@FEW
@given(st.integers(0, 10_000))
def test_without_the_events_that_decide_a_period_is_met(seed):
    text, facts = year_of(random.Random(seed))
    alone = agreement_alone(text, "availability", dt.date(2024, 1, 1), ANCHOR)
    replay = Replay(alone, "availability", facts, periods_back(alone, "availability", YEAR.end, 12), YEAR.end)
    for one in deciding(replay):
        gone = [(a, b, "up", "", 1000 + n, False, True) for n, (a, b) in enumerate(e.window for e in one.events)]
        corrected = Facts(states=facts.states.joined(States.from_rows(gone)))
        (judged,) = assess(alone, "availability", corrected, one.period.window, YEAR.end)
        assert (judged.verdict, judged.figure) == (one.without.verdict, one.without.figure)
        assert not one.turns or (one.period.verdict, judged.verdict) == (Verdict.BREACHED, Verdict.MET)


def test_an_outage_over_closed_nights_is_one_event():
    office = {"office": {"weekly": {"mon-fri": ["09:00-17:00"]}}}
    text = document(period="month", hours="office", calendars=office)
    alone = agreement_alone(text, "availability", dt.date(2026, 1, 1), ANCHOR)
    facts = Facts(states=outages(("2026-02-03T16:00Z", "2026-02-05T10:00Z")))
    month = Window(parse_instant("2026-02-01T00:00Z"), parse_instant("2026-03-01T00:00Z"))
    (one,) = deciding(Replay(alone, "availability", facts, [month], month.end))
    assert (one.events[0].lost, one.events[0].window.seconds, one.turns) == (10 * 3600, 42 * 3600, True)


def test_two_events_decide_together_where_neither_does_alone():
    facts = Facts(
        states=outages(("2026-02-03T10:00Z", "2026-02-03T11:00Z"), ("2026-02-09T10:00Z", "2026-02-09T11:00Z"))
    )
    alone = agreement_alone(document(period="month"), "availability", dt.date(2026, 1, 1), ANCHOR)
    month = Window(parse_instant("2026-02-01T00:00Z"), parse_instant("2026-03-01T00:00Z"))
    (one,) = deciding(Replay(alone, "availability", facts, [month], month.end))
    assert (len(one.events), one.turns, one.without.figure) == (2, True, Fraction(1))


@pytest.mark.parametrize(
    ("rule", "starting"),
    [
        ("FREQ=MONTHLY;BYDAY=1SU", "2026-01-04"),
        ("FREQ=WEEKLY;INTERVAL=3;BYDAY=MO,TH", "2026-03-02"),
        ("FREQ=DAILY;INTERVAL=5", "2026-02-11"),
        ("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29", "2024-02-29"),
        ("FREQ=MONTHLY;INTERVAL=5", "2026-01-31"),
    ],
)
def test_a_window_that_recurs_is_taken_as_agreed_all_along(rule, starting):
    agreed = {"rrule": rule, "starting": starting, "at": "02:00", "for": "2h", "reason": "patches"}
    text = document(exclusions=[agreed])
    alone = agreement_alone(text, "availability", SINCE, ANCHOR).versions[0]
    (before,), (after,) = agreement_parse([text]).versions[0].exclusions, alone.exclusions
    later = Window(parse_instant(f"{starting}T00:00Z"), parse_instant("2033-01-01T00:00Z"))
    assert isinstance(after, Recurring)
    assert after.first.date() <= SINCE
    assert after.expand(later) == before.expand(later)
    assert len(after.expand(Window(parse_instant("2010-01-01T00:00Z"), parse_instant("2014-01-01T00:00Z"))))


def test_a_window_that_counts_its_occurrences_stays_where_it_is():
    agreed = {"rrule": "FREQ=DAILY;COUNT=3", "starting": "2026-01-04", "at": "02:00", "for": "2h", "reason": "x"}
    assert document_alone(document(exclusions=[agreed]), "availability", SINCE)["spec"]["exclusions"] == [agreed]


@pytest.mark.parametrize(
    ("text", "key"),
    [
        (document(target="99.9"), "terms.target"),
        (document(hours="office"), "terms.hours"),
        (document(calendars={"office": {"weekly": {"mon": ["9-18"]}}}), "calendars.office.weekly.mon[0]"),
        (document(exclusions=[{"from": "yesterday"}]), "exclusions[0].from"),
    ],
)
def test_what_cannot_be_used_is_refused_by_the_key_that_its_editor_knows(text, key):
    with pytest.raises(TermError) as refused:
        agreement_alone(text, "availability", SINCE, ANCHOR)
    assert refused.value.key == key


def test_a_document_without_the_objective_is_refused():
    with pytest.raises(TermError, match='terms of the objective "other"'):
        agreement_alone(document(), "other", SINCE, ANCHOR)


def test_no_credit_is_due_for_a_figure_that_meets_a_lower_target():
    text, facts = year_of(random.Random(1))
    alone = agreement_alone(text, "availability", dt.date(2024, 1, 1), ANCHOR)
    replay = Replay(alone, "availability", facts, periods_back(alone, "availability", YEAR.end, 12), YEAR.end)
    lenient = next(one for one in curve(replay) if not one.missed)
    assert lenient.credit == Decimal(0)


def test_the_curve_leaves_alone_what_another_target_judges_beyond_a_workload_limit():
    limit = {"limit": "<= 1000", "beyond": ">= 90%"}
    text = document(period="month", indicator="ratio", target=">= 99%", workload=limit)
    tenths = [parse_instant(f"2026-0{month}-10T00:00Z") for month in (1, 2)]
    rows = [(tenths[0], tenths[0] + 60, 950, 1000, "", 1), (tenths[1], tenths[1] + 60, 1900, 2000, "", 2)]
    facts = Facts(buckets=Buckets.from_rows(rows))
    months = [Window(parse_instant(f"2026-0{n}-01T00:00Z"), parse_instant(f"2026-0{n + 1}-01T00:00Z")) for n in (1, 2)]
    alone = agreement_alone(text, "availability", dt.date(2025, 1, 1), ANCHOR)
    replay = Replay(alone, "availability", facts, months, months[-1].end)
    assert [one.verdict for one in replay.results] == [Verdict.BREACHED, Verdict.MET]  # 95 %: of 99 % and of 90 %
    for point in curve(replay):
        results = replay.judged(terms_at(replay.terms, point.target))
        assert point.missed == sum(one.verdict is Verdict.BREACHED for one in results)
