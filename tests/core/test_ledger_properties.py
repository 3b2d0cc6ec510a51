"""Sums of ledger days, replays and parts against figures computed from the facts."""

import datetime as dt
import itertools

from hypothesis import given
from hypothesis import strategies as st

from slmo.core.compliance import assess
from slmo.core.facts import ExclusionWindow, States
from slmo.core.governing import periods_of
from slmo.core.ledger import days, period_from_days, total
from slmo.core.partition import Class, partition
from slmo.core.terms import agreement_parse
from slmo.core.units import DAY, Window
from slmo.core.whatif import break_even, replay
from tests.core.cases import cases

FIGURES = (
    "window", "version", "verdict", "achieved", "unadjusted", "lower", "upper", "good", "total", "seconds", "budget",
    "credit", "closed",
)  # fmt: skip
COUNTED = (Class.UP, Class.DEGRADED, Class.DOWN, Class.UNKNOWN)
CREDITS = {"charge": 1000, "tiers": [{"below": "99.9%", "percent": 10}, {"below": "50%", "percent": 33}]}
PERIODS = st.sampled_from(["day", "week", "month", "contract-month", "quarter"])


def asked(case, period, amendment="split"):
    """The agreement with another period, its facts, its approved exclusions, and a window of a few days."""
    for document in case.documents:
        terms = document["spec"]["objectives"][0]
        terms |= {"period": period, "amendment": amendment, "credits": CREDITS}
    agreement = agreement_parse(case.documents)
    approved = [ExclusionWindow(*one) for one in case.approved]
    window = Window(case.window[0] - DAY, case.window[1] + DAY)
    return agreement, States.from_rows(case.rows, case.gaps), approved, window


def figures(result):
    return [getattr(result, name) for name in FIGURES]


@given(cases(versions=2), PERIODS, st.sampled_from(["split", "start-of-period"]))
def test_a_period_summed_from_its_ledger_is_the_period_assessed(case, period, amendment):
    agreement, states, approved, window = asked(case, period, amendment)
    results = assess(agreement, "availability", states, window, case.as_of, approved)
    reach = Window(results[0].window.start, results[-1].window.end)
    ledger = days(agreement, "availability", states, reach, case.as_of, approved)
    for result in results[:4]:
        summed = period_from_days(agreement, "availability", ledger, result.window, case.as_of)
        assert figures(summed) == figures(result)
        assert [figures(part) for part in summed.parts] == [figures(part) for part in result.parts]


@given(cases(versions=2), PERIODS)
def test_a_period_is_the_same_whatever_else_was_asked_for(case, period):
    agreement, states, approved, window = asked(case, period)
    results = assess(agreement, "availability", states, window, case.as_of, approved)
    for result in results[1:3]:
        inside = Window(result.window.start, result.window.start + 1)
        (alone,) = assess(agreement, "availability", states, inside, case.as_of, approved)
        assert figures(alone) == figures(result)
        assert alone.partition.intervals() == result.partition.intervals()
        whole = partition(agreement, "availability", states, result.window, case.as_of, approved)
        assert whole.seconds() == result.seconds


@given(cases(versions=2), PERIODS)
def test_periods_adjoin_and_parts_cover_their_period(case, period):
    agreement, states, approved, window = asked(case, period)
    results = assess(agreement, "availability", states, window, case.as_of, approved)
    assert all(a.window.end == b.window.start for a, b in itertools.pairwise(results))
    assert results[0].window.start <= window.start < window.end <= results[-1].window.end
    for result in results:
        assert sum(result.seconds.values()) == result.window.seconds
        parts = result.parts or (result,)
        assert (parts[0].window.start, parts[-1].window.end) == result.window
        assert total(part.seconds for part in parts) == result.seconds
        past = min(case.as_of, result.window.end) - result.window.start
        assert sum(result.seconds[one] for one in COUNTED) <= max(0, past)
        assert result.seconds[Class.FUTURE] == 0 or not result.closed


@given(cases(), PERIODS)
def test_a_replay_without_changes_changes_nothing_and_its_break_even_is_just_met(case, period):
    agreement, states, approved, window = asked(case, period)
    results = assess(agreement, "availability", states, window, window.end + 99 * DAY, approved)
    same = replay(agreement, "availability", states, window, window.end + 99 * DAY, {}, approved)
    assert [figures(one) for one in same] == [figures(one) for one in results]
    strictest = break_even(results)
    if strictest is not None:
        terms = agreement.versions[0].objectives["availability"]
        assert all(
            one.achieved is None or one.achieved >= strictest for one in results if one.verdict != "indeterminate"
        )
        assert any(one.achieved == strictest for one in results)
        assert terms.target is not None


@given(cases(versions=2))
def test_every_local_day_stands_once_in_the_ledger_in_order(case):
    agreement, states, approved, window = asked(case, "day")
    ledger = days(agreement, "availability", states, window, case.as_of, approved)
    assert [day.date for day in ledger] == sorted({day.date for day in ledger})
    assert all(a.window.end == b.window.start for a, b in itertools.pairwise(ledger))
    assert sum(day.window.seconds for day in ledger) == window.seconds
    whole = partition(agreement, "availability", states, window, case.as_of, approved)
    assert sum(day.outages for day in ledger) == len(whole.outages())
    longest = max((outage.seconds for outage in whole.outages()), default=0)
    assert max(day.longest_outage for day in ledger) <= longest
    assert isinstance(ledger[0].date, dt.date)


@given(cases(), st.sampled_from(["rolling 1d", "rolling 28d", "rolling 12h"]))
def test_a_rolling_period_has_its_exact_length_and_ends_at_the_moment_asked_about(case, period):
    agreement, states, approved, window = asked(case, period)
    moment = min(case.as_of, window.end)
    results = assess(agreement, "availability", states, window, case.as_of, approved)
    assert periods_of(agreement, "availability", window, case.as_of) == [one.window for one in results]
    for result in results:
        assert result.window.end == moment
        assert result.window.seconds in (DAY, 28 * DAY, DAY // 2)
        assert result.closed
