"""The grid of slices and the figures of many groups, against the plain way of saying the same."""

from datetime import date
from fractions import Fraction

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from slmo.core.grid import Grid
from slmo.core.groups import figures_of, runs_of, sums_of
from slmo.core.intervals import Intervals, times
from slmo.core.kinds.value import reduced
from slmo.core.periods import day_start, local_days
from slmo.core.terms.own import Reduce
from slmo.core.terms.targets import parse_target
from slmo.core.units import Window

from .cases import ANCHORS

LENGTHS = st.integers(97, 86_400)
REDUCTIONS = (
    *(Reduce(how) for how in ("mean", "sum", "min", "max", "count", "last")),
    *(Reduce("percentile", Fraction(share, 100), line) for share in (5, 50, 95, 100) for line in (False, True)),
)
LIMITS = [parse_target(text) for text in (">= 0.3", "> 0.3", "<= 0.3", "< 0.3", "<= -1.25", "> 12")]


@given(st.sampled_from(ANCHORS), st.integers(1, 3), LENGTHS, st.lists(st.integers(-90_000, 400_000), max_size=8))
def test_a_grid_numbers_the_slices_of_its_days_as_if_they_were_listed(anchor, count, length, offsets):
    zone, written = anchor
    at = int(np.datetime64(written.removesuffix("Z"), "s").astype(np.int64))
    days = [day for _, day in local_days(zone, Window(at - 43_200, at - 43_200 + 86_400 * count))]
    grid = Grid.of(days, length)
    starts = np.concatenate([np.arange(day.start, day.end, length) for day in days])
    ends = np.append(starts[1:], days[-1].end)
    numbers = np.arange(len(starts))
    assert len(grid) == len(starts)
    assert grid.starts(numbers).tolist() == starts.tolist()
    assert grid.ends(numbers).tolist() == ends.tolist()
    asked = times([days[0].start + offset for offset in offsets])
    assert grid.before(asked).tolist() == [int((starts < one).sum()) for one in asked.tolist()]
    inside = asked[(asked >= days[0].start) & (asked < days[-1].end)]
    assert grid.holding(inside).tolist() == [int((starts <= one).sum()) - 1 for one in inside.tolist()]
    for one in asked.tolist():
        still = starts[ends > one]
        assert grid.open_from(one) == (int(still[0]) if len(still) else days[-1].end)
    within = Intervals.of(zip(sorted(asked.tolist())[::2], sorted(asked.tolist())[1::2], strict=False))
    assert grid.count(within) == int(within.contains(starts).sum())


NUMBERS = st.one_of(st.integers(-500, 500), st.integers(2**61, 2**63 - 1), st.integers(-(10**25), 10**25))


GROUPS = st.lists(st.lists(NUMBERS, min_size=1, max_size=6), min_size=1, max_size=5)


@given(st.sampled_from(REDUCTIONS), GROUPS, st.sampled_from([1, 100, 10**9]))
def test_the_figures_of_many_groups_are_those_of_each_alone(reduce, groups, scale):
    listed = [value for group in groups for value in group]
    large = any(abs(value) > 2**63 - 1 for value in listed)
    values = np.array(listed, dtype=object if large else np.int64)
    numbers = times([n for n, group in enumerate(groups) for _ in group])
    names, firsts = runs_of(numbers)
    assert names.tolist() == list(range(len(groups)))
    figures = figures_of(values, firsts, reduce)
    alone = [
        Fraction(len(group)) if reduce.how == "count" else reduced(np.array(group, dtype=values.dtype), reduce)
        for group in groups
    ]
    assert [Fraction(int(a), int(b)) for a, b in zip(figures.over, figures.under, strict=True)] == alone
    for limit in LIMITS:
        assert figures.keep(limit, scale).tolist() == [limit.met(figure / scale) for figure in alone]
    assert [int(one) for one in sums_of(values, firsts)] == [sum(group) for group in groups]


def test_a_sum_that_no_64_bits_hold_is_exact():
    values, firsts = np.array([2**62, 2**62, 2**62, 5]), times([0, 3])
    assert [int(one) for one in sums_of(values, firsts)] == [3 * 2**62, 5]
    kept = figures_of(values, firsts, Reduce("mean")).keep(parse_target(f"> {2**62 - 1}"), 1)
    assert kept.tolist() == [True, False]


def test_nothing_has_no_groups():
    names, firsts = runs_of(times([]))
    assert (len(names), len(firsts), len(sums_of(times([]), firsts))) == (0, 0, 0)


def test_a_day_of_25_hours_ends_with_a_whole_slice_where_its_length_fits():
    start = day_start("Europe/Berlin", date(2026, 10, 25))
    (_, day), *_ = local_days("Europe/Berlin", Window(start, start + 1))
    assert len(Grid.of([day], 3600)) == 25
