"""Every kind of indicator against an oracle of its own, second by second and task by task."""

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from slmo.core.governing import spans
from slmo.core.judgement import judge
from slmo.core.kinds import Tally
from slmo.core.partition import Span, partition, read
from slmo.core.units import Window
from tests.core.kind_cases import kind_cases
from tests.core.oracles import attested, frame, outages, ratio, slices, tasks, value


def listed(case, asked):
    """The engine's class of each second."""
    found = partition(asked.agreement, "availability", asked.facts, Window(*case.window), case.as_of, asked.exclusions)
    return [one.value for start, end, one in found.intervals() for _ in range(start, end)]


def judged(case, asked, closed):
    """The engine's tally and judgement of the case's window."""
    seconds, tally = read(asked, Window(*case.window))
    return tally, judge(asked.agreement.versions[0].objectives["availability"], seconds, closed, tally)


def closed(case):
    return case.as_of >= case.window[1]


@given(kind_cases("ratio"))
def test_a_ratio_is_that_of_the_events_in_buckets_that_start_in_counted_time(case):
    classes, good, total = ratio.read(case)
    asked = case.asked()
    assert listed(case, asked) == classes
    _, found = judged(case, asked, closed(case))
    assert (found.good, found.total) == (good, total)
    assert found.achieved == (good / total if total else None)
    assert found.lower == found.upper == (None if "unknown" in classes else found.achieved)
    assert found.verdict == ratio.verdict(classes, good, total, case.terms, closed(case))
    assert (found.budget is None) == (total == 0)
    assert found.budget is None or found.budget.consumed == total - good


@given(kind_cases("value"))
def test_a_value_is_that_of_the_samples_in_counted_time(case):
    classes, good, total, figure = value.read(case)
    asked = case.asked()
    assert listed(case, asked) == classes
    _, found = judged(case, asked, closed(case))
    assert (found.good, found.total, found.value, found.achieved) == (good, total, figure, None)
    assert found.verdict == value.verdict(classes, figure, case.terms, closed(case))


@given(kind_cases("slices"))
def test_slices_are_cut_from_local_midnight_and_each_is_good_by_its_own_facts(case):
    classes, good, bad, unknown, ahead = slices.read(case)
    asked = case.asked()
    assert listed(case, asked) == classes
    tally, found = judged(case, asked, closed(case))
    assert (tally.good, tally.total, tally.unknown, tally.ahead) == (good, good + bad, unknown, ahead)
    expected = slices.figures(good, bad, unknown, case.terms)
    assert (found.good, found.total, found.lower, found.upper) == expected
    assert found.verdict == slices.verdict(classes, *expected[:2], ahead, case.terms, closed(case))


@given(kind_cases("attested"))
def test_the_last_statement_about_a_second_says_whether_it_was_met(case):
    classes = attested.read(case)
    asked = case.asked()
    assert listed(case, asked) == classes
    _, found = judged(case, asked, closed(case))
    counted = sum(classes.count(one) for one in ("up", "down", "unknown"))
    assert (found.good, found.total, found.figure) == (classes.count("up"), counted, None)
    assert found.verdict == attested.verdict(classes, closed(case))


@given(kind_cases("outages"))
def test_an_outage_is_a_run_of_down_and_as_long_as_its_counted_seconds(case):
    classes, lengths = outages.read(case)
    asked = case.asked()
    assert listed(case, asked) == classes
    tally, found = judged(case, asked, closed(case))
    assert sorted(length for _, length in tally.runs) == lengths
    known = any(one in classes for one in ("up", "degraded", "down"))
    assert found.value == (outages.figure(lengths, classes, case.terms) if known else None)
    assert found.verdict == outage_verdict(case, classes, found.value, known)


def outage_verdict(case, classes, figure, known):
    if not known:
        return "no_data"
    if frame.too_unknown(classes, case.terms):
        return "indeterminate"
    op, limit = case.terms["target"].split()
    bound = {"5m": 300, "60s": 60, "90s": 90}.get(limit) or int(limit)
    kept = figure is None or frame.keeps(figure, f"{op} {bound}")
    if closed(case):
        return "met" if kept else "breached"
    growing = op in ("<=", "<") and case.terms["reduce"] in ("count", "longest")
    if not kept:
        return "breached" if growing else "at_risk"
    near = growing and case.terms["reduce"] == "count" and figure > 0 and 4 * figure >= 3 * bound
    return "at_risk" if near else "on_track"


@given(kind_cases("tasks"))
def test_a_task_is_in_time_by_the_clock_counted_second_by_second(case):
    classes, good, total = tasks.read(case)
    asked = case.asked()
    assert listed(case, asked) == classes
    _, found = judged(case, asked, closed(case))
    assert (found.good, found.total) == (good, total)
    if total:
        expected = frame.events_verdict(Fraction(good), total, case.terms["target"], closed(case))
    else:
        expected = frame.idle(case.terms, closed(case)) if frame.anything_counts(classes) else "no_data"
    assert found.verdict == expected


@given(st.sampled_from(["ratio", "slices", "tasks", "outages"]).flatmap(kind_cases))
def test_a_window_cut_in_two_counts_the_same_as_the_whole(case):
    asked, whole = case.asked(), Window(*case.window)
    middle = (whole.start + whole.end) // 2
    span = Span(asked, spans(asked.agreement, "availability", whole, asked.as_of)[0])
    summed = Tally.sum([span.tally(Window(whole.start, middle)), span.tally(Window(middle, whole.end))])
    assert summed == span.tally(whole)
    assert Tally.from_json(summed.to_json()) == summed
