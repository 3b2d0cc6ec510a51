"""For every kind: sums of ledger days, answers alone and together, and what was not yet known."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slmo.core.compliance import assess
from slmo.core.errors import EngineError
from slmo.core.ledger import days, period_from_days
from slmo.core.units import DAY, Window
from tests.core.kind_cases import kind_case, kind_cases
from tests.core.test_ledger_properties import figures

ADDITIVE = ["ratio", "slices", "tasks", "outages", "attested"]
PERIODS = st.sampled_from(["day", "week", "month", "contract-month"])
AMENDMENT = st.sampled_from(["split", "start-of-period"])


def two_versions(kinds):
    return st.sampled_from(kinds).flatmap(lambda kind: kind_cases(kind, versions=2))


def asked(case, period, amendment="split"):
    """What is asked about the days around a case; both versions have the same way of counting."""
    first = case.terms
    for document in case.documents:
        terms = document["spec"]["objectives"][0]
        terms |= {"period": period, "amendment": amendment}
        if case.kind == "outages":
            terms |= {key: first[key] for key in ("reduce", "target")}
        if case.kind in ("ratio", "slices", "tasks"):
            terms |= {"credits": {"charge": 500, "tiers": [{"below": "99%", "percent": 10}]}}
    return case.asked(), Window(case.window[0] - DAY, case.window[1] + DAY)


def all_of(question, window):
    return assess(
        question.agreement, "availability", question.facts, window, question.as_of, question.exclusions
    )  # fmt: skip


@given(two_versions(ADDITIVE), PERIODS, AMENDMENT)
def test_a_period_summed_from_its_ledger_is_the_period_assessed(case, period, amendment):
    question, window = asked(case, period, amendment)
    results = all_of(question, window)
    reach = Window(results[0].window.start, results[-1].window.end)
    ledger = days(
        question.agreement, "availability", question.facts, reach, question.as_of, question.exclusions
    )  # fmt: skip
    for result in results[:3]:
        summed = period_from_days(question.agreement, "availability", ledger, result.window, question.as_of)
        assert (figures(summed), summed.value) == (figures(result), result.value)
        assert [figures(part) for part in summed.parts] == [figures(part) for part in result.parts]


@given(two_versions([*ADDITIVE, "value"]), PERIODS, AMENDMENT)
def test_a_period_is_the_same_whatever_else_was_asked_for_and_its_classes_sum_to_it(case, period, amendment):
    question, window = asked(case, period, amendment)
    for result in all_of(question, window)[1:3]:
        (alone,) = all_of(question, Window(result.window.start, result.window.start + 1))
        assert (figures(alone), alone.value, alone.tally) == (figures(result), result.value, result.tally)
        assert sum(result.seconds.values()) == result.window.seconds
        if result.achieved is not None:
            assert 0 <= result.good <= result.total
            assert result.lower is None or result.lower <= result.achieved <= result.upper


def test_the_days_of_samples_never_add_up_to_a_period():
    question, window = asked(kind_case("value", 1), "day")
    (first, *_) = all_of(question, window)
    ledger = days(question.agreement, "availability", question.facts, first.window, question.as_of)
    with pytest.raises(EngineError, match="do not add up"):
        period_from_days(question.agreement, "availability", ledger, first.window, question.as_of)


@given(st.sampled_from([*ADDITIVE, "value"]).flatmap(kind_cases), st.integers(0, 900))
def test_what_happened_after_the_moment_asked_about_changes_nothing(case, before):
    case.as_of -= before
    question, window = asked(case, "day")
    start = {"buckets": 0, "samples": 0, "statements": 0, "states": 0}
    if case.shape in start and (case.rows or case.gaps == "unknown"):
        early = [row for row in case.rows if row[0] < case.as_of]
        if case.shape == "states" and not early and case.gaps == "up":
            return
        known = case.__class__(**{**vars(case), "rows": early})
        results, again = all_of(question, window), all_of(known.asked(), window)
        assert [(figures(one), one.value) for one in results] == [(figures(one), one.value) for one in again]
