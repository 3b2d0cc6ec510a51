"""The engine's partition against the per-second oracle, around clock changes in many zones."""

import itertools
from fractions import Fraction

from hypothesis import given, target
from hypothesis import strategies as st

from slmo.core.facts import ExclusionWindow, States
from slmo.core.judgement import judge
from slmo.core.partition import partition
from slmo.core.terms import agreement_parse
from slmo.core.units import Window
from tests.core import oracle
from tests.core.cases import MARGIN, cases


def engine_classes(case):
    """The class of each second as the engine sees it, and the partition."""
    agreement = agreement_parse(case.documents)
    states = States.from_rows(case.rows, case.gaps)
    approved = [ExclusionWindow(*one) for one in case.approved]
    found = partition(agreement, "availability", states, Window(*case.window), case.as_of, approved)
    listed = []
    for start, end, one in found.intervals():
        listed += [one.value] * (end - start)
    return listed, found, agreement


def oracle_classes(case):
    clock = oracle.clock_of(case.zone, case.anchor)
    return oracle.classes(clock, case.documents, case.rows, case.gaps, case.window, case.as_of, MARGIN, case.approved)


@given(cases())
def test_every_second_has_the_class_that_the_oracle_gives_it(case):
    listed, found, _ = engine_classes(case)
    assert listed == oracle_classes(case)
    assert sum(found.seconds().values()) == case.window[1] - case.window[0]
    spans = found.intervals()
    assert all(start < end for start, end, _ in spans)
    assert all(a[2] != b[2] and a[1] == b[0] for a, b in itertools.pairwise(spans))
    target(float(len(spans)))


@given(cases(versions=3))
def test_every_second_is_judged_by_the_version_in_force(case):
    assert engine_classes(case)[0] == oracle_classes(case)


@given(cases(), st.booleans())
def test_good_total_and_bounds_are_those_that_counting_gives(case, closed):
    listed, found, agreement = engine_classes(case)
    terms = agreement.versions[0].objectives["availability"]
    good, total, lower, upper = oracle.reading(listed, case.documents[0]["spec"]["objectives"][0])
    judged = judge(terms, found.seconds(), closed)
    assert (judged.good, judged.total, judged.lower, judged.upper) == (good, total, lower, upper)
    assert judged.achieved == (Fraction(good) / total if total else None)
    if judged.achieved is not None and judged.lower is not None:
        assert judged.lower <= judged.achieved <= judged.upper


@given(cases())
def test_facts_after_the_moment_asked_about_change_nothing(case):
    _, found, agreement = engine_classes(case)
    known = States.from_rows([row for row in case.rows if row[0] < case.as_of], case.gaps)
    if any(row[0] < case.as_of for row in case.rows) or case.gaps == "unknown":
        approved = [ExclusionWindow(*one) for one in case.approved]
        again = partition(agreement, "availability", known, Window(*case.window), case.as_of, approved)
        assert again.intervals() == found.intervals()


@given(cases(), st.integers(0, 7200), st.integers(1, 7200))
def test_a_window_inside_a_window_has_the_same_classes(case, offset, length):
    _, found, agreement = engine_classes(case)
    start = min(case.window[0] + offset, case.window[1] - 1)
    inner = Window(start, min(start + length, case.window[1]))
    states = States.from_rows(case.rows, case.gaps)
    approved = [ExclusionWindow(*one) for one in case.approved]
    alone = partition(agreement, "availability", states, inner, case.as_of, approved)
    assert alone.intervals() == found.clip(inner).intervals()
