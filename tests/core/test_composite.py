"""Composition: the computed bound against all cases, the measured outages against every second."""

import itertools
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from slmo.core.composite import (
    BestEffort,
    Joint,
    KOutOfN,
    Recorded,
    Redundant,
    ResponseChain,
    Serial,
    bound,
    coverage_gaps,
    measured,
    names_of,
)  # fmt: skip
from slmo.core.errors import EngineError
from slmo.core.intervals import Intervals
from slmo.core.partition import Class, Partition

NAMES = ("a", "b", "c", "d")
WINDOW = 24


def _group(children):
    groups = st.lists(children, min_size=1, max_size=3).map(tuple)
    needed = groups.filter(lambda parts: any(not isinstance(part, BestEffort) for part in parts)).flatmap(
        lambda parts: st.integers(1, sum(not isinstance(part, BestEffort) for part in parts)).map(
            lambda count: KOutOfN(count, parts)
        )
    )
    return st.one_of(groups.map(Serial), groups.map(Redundant), groups.map(BestEffort), needed)


STRUCTURES = st.recursive(st.sampled_from(NAMES), _group, max_leaves=6)
SHARES = st.fixed_dictionaries({name: st.integers(0, 20).map(lambda n: Fraction(n, 20)) for name in NAMES})
SPANS = st.lists(st.tuples(st.integers(0, WINDOW), st.integers(0, WINDOW)), max_size=3).map(Intervals.of)
RECORDS = st.fixed_dictionaries({name: st.builds(Recorded, SPANS, SPANS) for name in NAMES})


def is_up(structure, states):
    """Whether the whole is up for given states of its parts, straight from the definitions."""
    if isinstance(structure, str):
        return states[structure]
    ups = [is_up(part, states) for part in structure.parts if not isinstance(part, BestEffort)]
    if isinstance(structure, BestEffort) or not ups:
        return True
    if isinstance(structure, Serial):
        return all(ups)
    return any(ups) if isinstance(structure, Redundant) else sum(ups) >= structure.needed


@given(STRUCTURES, SHARES)
def test_the_bound_is_the_sum_over_all_cases_of_independent_parts(structure, shares):
    expected = Fraction(0)
    for case in itertools.product((True, False), repeat=len(NAMES)):
        states = dict(zip(NAMES, case, strict=True))
        weight = Fraction(1)
        for name, up in states.items():
            weight *= shares[name] if up else 1 - shares[name]
        expected += weight * is_up(structure, states)
    assert bound(structure, shares) == expected


@given(STRUCTURES, RECORDS)
def test_the_measured_outages_are_right_in_every_second_whatever_the_unknown_was(structure, records):
    counted = Intervals.of([(0, WINDOW)])
    joint = measured(structure, records, counted)
    down, unknown = set(seconds(joint.down)), set(seconds(joint.unknown))
    for at in range(WINDOW):
        outcomes = {is_up(structure, states) for states in possible(records, at, set(names_of(structure)))}
        said = {True, False} if at in unknown else {at not in down}
        assert outcomes == said or (at in unknown and len(outcomes) == 1 and shared(structure))
    assert not down & unknown


def shared(structure):
    """A part in several places may make the whole certain although each place alone is not."""
    return len(set(names_of(structure))) < len(names_of(structure))


def seconds(intervals):
    return [at for window in intervals.windows() for at in range(window.start, window.end)]


def possible(records, at, names):
    """All states that the parts may have had in a second."""
    choices = []
    for name in names:
        record = records[name]
        certainly = at in seconds(record.down)
        choices.append((False,) if certainly else (True, False) if at in seconds(record.unknown) else (True,))
    return [dict(zip(names, case, strict=True)) for case in itertools.product(*choices)]


def test_a_part_in_two_places_is_one_part():
    shares = {"gateway": Fraction(9, 10), "left": Fraction(1, 2), "right": Fraction(1, 2)}
    twice = Redundant((Serial(("gateway", "left")), Serial(("gateway", "right"))))
    once = Serial(("gateway", Redundant(("left", "right"))))
    assert bound(twice, shares) == bound(once, shares) == Fraction(27, 40)


def test_products_and_recorded_outages_stand_side_by_side():
    counted = Intervals.of([(0, 86400)])
    records = {
        "a": Recorded(Intervals.of([(0, 3600)]), Intervals.empty()),
        "b": Recorded(Intervals.of([(1800, 5400)]), Intervals.empty()),
    }
    assert measured(Serial(("a", "b")), records, counted).availability == Fraction(15, 16)
    assert measured(Redundant(("a", "b")), records, counted).availability == Fraction(47, 48)
    assert bound(Serial(("a", "b")), dict.fromkeys("ab", Fraction(23, 24))) == Fraction(529, 576)


def test_a_part_without_a_record_is_unknown_and_never_up():
    joint = measured(Serial(("a", "b")), {"a": Recorded(Intervals.empty(), Intervals.empty())}, Intervals.of([(0, 10)]))
    assert (joint.availability, joint.lower, joint.upper) == (None, 0, 1)
    assert measured(Redundant(("a", "b")), {"a": Recorded(Intervals.empty(), Intervals.empty())},
                    Intervals.of([(0, 10)])).availability == 1  # fmt: skip


def test_nothing_counted_has_no_availability():
    empty = Joint(Intervals.empty(), Intervals.empty(), Intervals.empty())
    assert (empty.availability, empty.lower, empty.upper) == (None, None, None)


def test_a_partition_gives_its_down_time_and_what_it_does_not_know():
    classes = [Class.OUT_OF_HOURS, Class.DOWN, Class.UP, Class.UNKNOWN, Class.FUTURE]
    parts = Partition.joined([Partition(*_arrays(n * 10, list(Class).index(one))) for n, one in enumerate(classes)])
    record = Recorded.of(parts)
    assert record.down == Intervals.of([(10, 20)])
    assert record.unknown == Intervals.of([(30, 50)])


def _arrays(start, code):
    return np.array([start, start + 10]), np.array([code], dtype=np.int8)


@pytest.mark.parametrize("needed", [0, 3])
def test_more_parts_than_there_are_cannot_be_needed(needed):
    with pytest.raises(EngineError, match="from 1 to 2"):
        KOutOfN(needed, ("a", "b", BestEffort(("c",))))


@pytest.mark.parametrize("shares", [{}, {"a": Fraction(-1, 2)}, {"a": Fraction(3, 2)}])
def test_an_availability_that_is_missing_or_none_is_refused(shares):
    with pytest.raises(EngineError, match='of "a"'):
        bound("a", shares)


def test_too_many_parts_in_several_places_are_refused():
    names = tuple(f"part {n}" for n in range(13))
    with pytest.raises(EngineError, match="at most 12"):
        bound(Serial((Redundant(names), Redundant(names))), dict.fromkeys(names, Fraction(1, 2)))


def test_a_response_chain_holds_while_its_limits_fit_into_the_customers():
    assert ResponseChain(14400, (("desk", 3600), ("network", 10800))).holds
    late = ResponseChain(14400, (("desk", 3600), ("network", 10801)))
    assert (late.holds, late.needed, late.spare) == (False, 14401, -1)


def test_a_coverage_gap_is_what_customer_hours_a_party_lacks():
    customer = Intervals.of([(0, 10), (20, 30)])
    parties = {"all day": Intervals.of([(0, 40)]), "late": Intervals.of([(5, 30)]), "none": Intervals.empty()}
    gaps = coverage_gaps(customer, parties)
    assert gaps == {"late": Intervals.of([(0, 5)]), "none": customer}
    assert gaps["none"].seconds == 20
