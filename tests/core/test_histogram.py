"""Histograms: exact at their bounds, honest elsewhere; checked against the values themselves."""

import math
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slmo.core.errors import EngineError
from slmo.core.histogram import Histogram, merged

BOUNDS = (Fraction(1), Fraction(2), Fraction(5), Fraction(10))
VALUES = st.lists(st.integers(0, 120).map(lambda n: Fraction(n, 10)), max_size=60)
LIMITS = st.integers(-10, 130).map(lambda n: Fraction(n, 10))


def counted(values, bounds=BOUNDS):
    return Histogram.of([(bound, Fraction(sum(one <= bound for one in values))) for bound in bounds], len(values))


def true_share(values, limit):
    return Fraction(sum(one <= limit for one in values), len(values))


def nearest_rank(values, q):
    return sorted(values)[max(1, math.ceil(q * len(values))) - 1]


@given(VALUES, LIMITS)
def test_a_share_that_is_called_exact_is_the_true_one_and_any_other_is_enclosed(values, limit):
    said = counted(values).share_at_most(limit)
    if not values:
        assert said is None
        return
    truth = true_share(values, limit)
    if limit >= 0:  # a first bound above 0 says that there are no values below 0
        assert said.low <= truth <= said.high
        assert not said.exact or said.value == truth
    assert said.exact or limit not in BOUNDS
    assert said.low <= said.value <= said.high
    assert said.certain == (said.value if said.exact else None)


@given(VALUES.filter(bool), st.integers(0, 100).map(lambda n: Fraction(n, 100)))
def test_a_quantile_is_never_called_exact_and_its_bucket_holds_the_true_one(values, q):
    said = counted(values).quantile(q)
    assert not said.exact
    if q > 0:
        truth = nearest_rank(values, q)
        assert said.low <= truth
        assert said.high is None or truth <= said.high


@given(VALUES.filter(bool), st.integers(1, 100).map(lambda n: Fraction(n, 100)), LIMITS.filter(lambda one: one >= 0))
def test_whether_a_quantile_keeps_a_limit_is_answered_truly_or_not_at_all(values, q, limit):
    said = counted(values).quantile_within(q, limit)
    assert said is None or said is (nearest_rank(values, q) <= limit)
    assert said is not None or limit not in BOUNDS


@given(st.lists(st.tuples(VALUES, st.sets(st.sampled_from(BOUNDS), min_size=1)), min_size=1, max_size=4))
def test_merging_gives_the_histogram_of_all_values_at_the_bounds_that_all_have(parts):
    common = sorted(set.intersection(*(bounds for _, bounds in parts)))
    together = [value for values, _ in parts for value in values]
    assert merged([counted(values, sorted(bounds)) for values, bounds in parts]) == counted(together, common)


def test_merging_nothing_gives_no_values():
    assert merged([]).share_at_most(Fraction(1)) is None
    assert merged([]).quantile(Fraction(1, 2)) is None


def test_the_share_between_two_bounds_is_exact_and_never_below_zero():
    histogram = counted([Fraction(n) for n in (1, 2, 3, 4, 11)])
    between = histogram.share_between(Fraction(2), Fraction(5))
    assert (between.value, between.exact) == (Fraction(2, 5), True)
    assert histogram.share_between(Fraction(5), Fraction(2)).value == 0
    assert histogram.share_between(None, None).value == 1
    assert not histogram.share_between(Fraction(3), None).exact
    assert counted([]).share_between(None, None) is None


def test_a_value_above_the_last_bound_is_never_taken_to_be_within_a_limit_there():
    histogram = counted([Fraction(11)])
    said = histogram.share_at_most(Fraction(1000))
    assert (said.value, said.exact, said.low, said.high) == (0, False, 0, 1)
    assert histogram.quantile(Fraction(1)).high is None
    assert histogram.quantile_within(Fraction(1), Fraction(1000)) is None


@pytest.mark.parametrize("counts", [(3, 2, 5, 5), (-1, 2, 3, 4), (1, 2, 3, 9)])
def test_counts_that_fall_or_pass_the_total_are_refused(counts):
    with pytest.raises(EngineError, match="never fall"):
        Histogram.of(zip(BOUNDS, map(Fraction, counts), strict=True), 8)


def test_counts_that_fall_are_raised_where_that_is_asked_for():
    repaired = Histogram.of([(Fraction(1), Fraction(3)), (Fraction(2), Fraction(2))], 1, repair=True)
    assert (repaired.counts, repaired.total) == ((3, 3), 3)


@pytest.mark.parametrize("q", [Fraction(-1, 10), Fraction(11, 10)])
def test_a_quantile_outside_0_to_1_is_refused(q):
    with pytest.raises(EngineError, match="from 0 to 1"):
        counted([Fraction(1)]).quantile(q)
