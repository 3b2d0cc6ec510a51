"""Two measurements of one objective: the term that says which rules, the facts that rule, and where they differ."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from slmo.core.compliance import assess
from slmo.core.errors import TermError
from slmo.core.facts import Buckets, Facts, State, States
from slmo.core.measuring import alone, disagreement, facts_ruling, measures_twice, sides_read, spells, stood_in
from slmo.core.partition import partition
from slmo.core.terms import Measurement, agreement_parse, document_digest
from slmo.core.terms.targets import parse_target
from slmo.core.timeline import timeline
from slmo.core.units import Window, parse_instant

JANUARY = Window(parse_instant("2026-01-01T00:00:00Z"), parse_instant("2026-02-01T00:00:00Z"))
FEBRUARY = Window(JANUARY.end, parse_instant("2026-03-01T00:00:00Z"))
HOUR = 3600
UP = {"name": "up", "indicator": "availability", "target": ">= 99.9%", "period": "month"}
RATIO = {"name": "up", "indicator": "ratio", "target": ">= 99%", "period": "month"}
VALUE = {"name": "up", "indicator": "value", "reduce": "p95", "target": "<= 0.3", "period": "month"}
OUTAGES = {"name": "up", "indicator": "outages", "target": "<= 2", "period": "month"}


def document(objective, since="2026-01-01", **measurement):
    spec = {"timezone": "UTC", "effective": {"from": since}}
    spec["objectives"] = [{**objective, **({"measurement": measurement} if measurement else {})}]
    return {"apiVersion": "slmo/v1", "kind": "Agreement", "metadata": {"name": "shop"}, "spec": spec}


def agreement(**measurement):
    return agreement_parse([document(UP, **measurement)])


def states(*rows, first=0):
    """Return intervals (start hour, end hour, state[, scope]) of January."""
    made = [
        (JANUARY.start + start * HOUR, JANUARY.start + end * HOUR, state, *(scope or [""]), first + n, False)
        for n, (start, end, state, *scope) in enumerate(rows)
    ]
    return Facts(states=States.from_rows(made))


ALL = (0, 31 * 24, "up")
PROVIDER = states(ALL, (100, 101, "down"))
CUSTOMER = states(ALL, (100, 103, "down"), (200, 201, "down"))


def lost(terms, facts):
    (one,) = assess(terms, "up", facts, JANUARY, JANUARY.end)
    return one.total - one.good


def test_the_agreement_says_whose_measurement_rules():
    (terms,) = agreement_parse([document(UP, rules="customer", silent="other", notice_above="0.1%")]).versions
    expected = Measurement("customer", stands_in=True, notice_above=parse_target("> 0.1%"))
    assert terms.objectives["up"].measurement == expected
    assert agreement().versions[0].objectives["up"].measurement is None


@pytest.mark.parametrize(
    ("objective", "said", "key"),
    [
        (UP, {"silent": "other"}, "rules"),
        (UP, {"rules": "both"}, "rules"),
        (UP, {"rules": "provider", "silent": "up"}, "silent"),
        (UP, {"rules": "provider", "loud": "other"}, "loud"),
        (UP, {"rules": "provider", "notice_above": "3h"}, "notice_above"),
        (UP, {"rules": "provider", "notice_above": "101%"}, "notice_above"),
        (RATIO, {"rules": "provider", "silent": "other"}, "silent"),
        (VALUE, {"rules": "provider", "notice_above": "much"}, "notice_above"),
        (VALUE, {"rules": "provider", "notice_above": -1}, "notice_above"),
        ({**OUTAGES, "reduce": "count"}, {"rules": "provider", "notice_above": "30m"}, "notice_above"),
        ({**OUTAGES, "target": "<= 4h", "reduce": "longest"}, {"rules": "provider", "notice_above": 2}, "notice_above"),
    ],
)
def test_what_cannot_be_used_is_refused_by_its_key(objective, said, key):
    with pytest.raises(TermError) as refused:
        agreement_parse([document(objective, **said)])
    assert refused.value.key == f"spec.objectives[0].measurement.{key}"


@pytest.mark.parametrize(
    "objective",
    [
        {"name": "up", "indicator": "tasks", "clock": "resolved", "limit": "4h", "target": ">= 95%", "period": "month"},
        {"name": "up", "indicator": "attested", "period": "month"},
    ],
)
def test_what_nobody_measures_has_no_such_term(objective):
    with pytest.raises(TermError, match="no such term, because the indicator is"):
        agreement_parse([document(objective, rules="customer")])


def test_a_text_without_the_term_keeps_its_digest():
    assert document_digest(document(UP)) == "3befe4e94dde900f53d0b5eecef7b66f902467b236b2f91b833af9c827fe9693"


def test_without_the_term_the_one_measurement_is_taken_as_it_is():
    assert facts_ruling(agreement(), "up", PROVIDER, CUSTOMER) is PROVIDER
    assert not measures_twice(agreement(), "up")
    assert not measures_twice(agreement(rules="provider"), "up")


@pytest.mark.parametrize(("rules", "hours"), [("provider", 1), ("customer", 4)])
def test_the_measurement_that_rules_is_judged(rules, hours):
    terms = agreement(rules=rules)
    assert lost(terms, facts_ruling(terms, "up", PROVIDER, CUSTOMER)) == hours * HOUR


def test_while_it_is_silent_nothing_is_known_or_the_other_stands_in():
    quiet = states((0, 90, "up"), (110, 31 * 24, "up"))
    alone_known, together = (
        assess(terms, "up", facts_ruling(terms, "up", quiet, CUSTOMER), JANUARY, JANUARY.end)[0].seconds
        for terms in (agreement(rules="provider"), agreement(rules="provider", silent="other"))
    )
    assert (alone_known["unknown"], alone_known["down"]) == (20 * HOUR, 0)
    assert (together["unknown"], together["down"]) == (0, 3 * HOUR)


def test_what_one_says_itself_to_be_unknown_is_filled_and_what_neither_knows_stays_unknown():
    found = stood_in(
        states((0, 10, "up"), (5, 20, "unknown"), (20, 30, "up", "eu"), first=7).states,
        states((6, 8, "down"), (25, 40, "down", "eu")).states,
    )
    at = [JANUARY.start + hour * HOUR for hour in (4, 5, 7, 9, 22, 35)]
    assert [State(list(State)[code]) for code in timeline(found, ("eu",)).at(np.array(at))] == [
        "up", "unknown", "down", "unknown", "up", "down",
    ]  # fmt: skip


def test_an_amendment_changes_who_rules_from_its_day_on():
    terms = agreement_parse([document(UP, rules="provider"), document(UP, "2026-01-05", rules="customer")])
    assert [one.rules for one in spells(terms, "up")] == ["provider", "customer"]
    facts = facts_ruling(terms, "up", PROVIDER, CUSTOMER)
    # the fifth of January begins after 96 hours: both outages of the customer's measurement count, and no other
    assert lost(terms, facts) == 4 * HOUR
    late = agreement_parse([document(UP, rules="provider"), document(UP, "2026-01-06", rules="customer")])
    assert lost(late, facts_ruling(late, "up", PROVIDER, CUSTOMER)) == 2 * HOUR
    assert sides_read(late, "up", JANUARY) == {"provider", "customer"}
    assert sides_read(late, "up", FEBRUARY) == {"customer"}


def test_buckets_are_those_of_the_party_in_whose_time_they_begin():
    terms = agreement_parse([document(RATIO, rules="provider"), document(RATIO, "2026-01-02", rules="customer")])
    starts = [JANUARY.start, JANUARY.start + 24 * HOUR]
    mine, theirs = (
        Facts(buckets=Buckets.from_rows([(at, at + HOUR, good, 10, "", n, False) for n, at in enumerate(starts)]))
        for good in (10, 5)
    )
    (one,) = assess(terms, "up", facts_ruling(terms, "up", mine, theirs), JANUARY, JANUARY.end)
    assert (one.good, one.total) == (15, 20)


def test_either_figure_alone_is_that_of_an_agreement_without_the_term():
    terms = agreement(rules="customer", silent="other")
    stripped = alone(terms, "up")
    assert stripped.digest == terms.digest
    assert [lost(stripped, facts) for facts in (PROVIDER, CUSTOMER)] == [HOUR, 4 * HOUR]


def parts(one, two):
    return [partition(agreement(), "up", facts, JANUARY, JANUARY.end) for facts in (one, two)]


def test_the_seconds_of_disagreement_are_told_apart_by_who_says_down():
    found = disagreement(*parts(PROVIDER, states((0, 300, "up"), (200, 201, "down"))))
    assert (found.provider_down.seconds, found.customer_down.seconds) == (HOUR, HOUR)
    assert found.seconds == 2 * HOUR
    assert (found.provider_silent.seconds, found.customer_silent.seconds) == (0, (31 * 24 - 300) * HOUR)
    assert found.agreed == 298 * HOUR
    assert found.customer_down.windows() == [Window(JANUARY.start + 200 * HOUR, JANUARY.start + 201 * HOUR)]


SPANS = st.lists(
    st.tuples(st.integers(0, 740), st.integers(1, 90), st.sampled_from([one.value for one in State])), max_size=8
).map(lambda rows: states(*((start, min(start + length, 744), state) for start, length, state in rows)))


@given(SPANS, SPANS)
def test_the_parts_of_a_comparison_cover_each_counted_second_once(one, two):
    found = disagreement(*parts(one, two))
    told = found.agreed + found.seconds + found.provider_silent.seconds + found.customer_silent.seconds
    neither = JANUARY.seconds - told
    hours = np.arange(JANUARY.start, JANUARY.end, HOUR)
    unknown = [timeline(facts.states).at(hours) == State.UNKNOWN.code for facts in (one, two)]
    assert neither == int((unknown[0] & unknown[1]).sum()) * HOUR


@given(SPANS, SPANS)
def test_the_other_stands_in_exactly_where_nothing_is_known(one, two):
    hours = np.arange(JANUARY.start, JANUARY.end, HOUR)
    mine, theirs, both = (
        timeline(facts).at(hours) for facts in (one.states, two.states, stood_in(one.states, two.states))
    )
    assert (both == np.where(mine == State.UNKNOWN.code, theirs, mine)).all()


def test_changes_hold_until_the_next_one_when_they_are_cut_or_filled():
    changes = States.from_rows([
        (JANUARY.start, None, "up", "", 0, True), (JANUARY.start + 5 * HOUR, None, "unknown", "", 1, True),
        (JANUARY.start + 9 * HOUR, None, "up", "", 2, True),
    ])  # fmt: skip
    filled = timeline(stood_in(changes, states((0, 24, "down")).states))
    at = np.array([JANUARY.start + hour * HOUR for hour in (4, 6, 10)])
    assert [list(State)[code].value for code in filled.at(at)] == ["up", "down", "up"]
