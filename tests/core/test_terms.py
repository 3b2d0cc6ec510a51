"""Terms that contradict another, or that nothing could meet, are refused by key and with the reason."""

from fractions import Fraction

import pytest

from slmo.core.credits import tier_percent
from slmo.core.errors import TermError
from slmo.core.terms import OutagesTerms, Reduce, SlicesTerms, TasksTerms, Tier
from tests.core.builders import agreement

RATIO = {"indicator": "ratio"}
SLICES = {"indicator": "slices", "slice": "5m", "good_when": "<= 0.3"}
VALUE = {"indicator": "value", "reduce": "p95", "target": "<= 0.3"}
TASKS = {"indicator": "tasks", "clock": "resolved", "limit": "4h"}
OUTAGES = {"indicator": "outages", "reduce": "count", "target": "<= 2"}
ATTESTED = {"indicator": "attested", "target": None}


def terms(**given):
    return agreement(**given).versions[0].objectives["availability"]


REFUSED = {
    "a target above 100 %": (RATIO | {"target": ">= 101%"}, "target", "up to >= 100%"),
    "more than all": (SLICES | {"target": "> 100%"}, "target", "can be reached"),
    "a most of a share": (TASKS | {"target": "<= 95%"}, "target", "a least share"),
    "a share without its percent sign": (RATIO | {"target": ">= 99.5"}, "target", 'did you mean "%"'),
    "a share as a duration": (TASKS | {"target": ">= 4h"}, "target", "a least share"),
    "a percentile of 120": (VALUE | {"reduce": "p120"}, "reduce", "up to p100"),
    "a percentile of 0": (VALUE | {"reduce": "p0"}, "reduce", "above p0"),
    "linear without a percentile": (VALUE | {"reduce": "mean", "method": "linear"}, "method", "only with a percentile"),
    "an unknown reduction": (VALUE | {"reduce": "average"}, "reduce", "one of mean"),
    "no reduction": (VALUE | {"reduce": None}, "reduce", "one of mean"),
    "slices of nothing": (SLICES | {"slice": "0s"}, "slice", "one second to one day"),
    "slices of two days": (SLICES | {"slice": "2d"}, "slice", "one second to one day"),
    "slices without a limit": (SLICES | {"good_when": None}, "good_when", "an operator and a limit"),
    "slices that last": (SLICES | {"unknown": {"last_for": "5m"}}, "unknown.last_for", "no such term"),
    "a ratio's unknown as up": (RATIO | {"unknown": {"counts_as": "up"}}, "unknown.counts_as", "one of excluded"),
    "the best of buckets": (RATIO | {"unite": "best"}, "unite", "no such term"),
    "no limit": (TASKS | {"limit": None}, "limit", "a duration such as 4h"),
    "a limit of nothing": (TASKS | {"limit": "0m"}, "limit", "at least one second"),
    "no limits": (TASKS | {"limit": {}}, "limit", "one for each priority"),
    "one limit of nothing": (TASKS | {"limit": {"P1": "4h", "P2": "0s"}}, "limit.P2", "at least one second"),
    "a priority without a limit": (TASKS | {"limit": {"P1": "4h"}, "priority": ["P1", "P9"]}, "limit", "priority P9"),
    "a priority twice": (TASKS | {"priority": ["P1", "P1"]}, "priority", "each priority once"),
    "an unknown clock": (TASKS | {"clock": "opened"}, "clock", "one of responded"),
    "a share of outages": (OUTAGES | {"target": "<= 2%"}, "target", "a number of outages"),
    "a count as a duration": (OUTAGES | {"target": "<= 5m"}, "target", "a number of outages"),
    "a longest outage as a share": (OUTAGES | {"reduce": "longest", "target": "<= 5%"}, "target", "a duration"),
    "fewer outages than none": (OUTAGES | {"target": "<= -1"}, "target", "a duration"),
    "a target of a statement": (ATTESTED | {"target": ">= 99%"}, "target", "no target"),
    "credits of a statement": (ATTESTED | {"credits": {"charge": 1, "tiers": []}}, "credits", "no credits"),
    "hours of no calendar": (RATIO | {"hours": "office"}, "hours", "a calendar of this document"),
    "hours that never open": (
        RATIO | {"hours": "never", "calendars": {"never": {"weekly": {"mon": "closed"}}}},
        "spec.calendars.never.weekly", "at least one day with hours",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_a_term_that_cannot_hold_is_refused_by_its_key_with_the_reason(name):
    given, key, reason = REFUSED[name]
    with pytest.raises(TermError) as refused:
        terms(**given)
    assert refused.value.key.endswith(key)
    assert reason in str(refused.value)


def tiers(*listed, **given):
    return {"credits": {"charge": 100, "tiers": list(listed)}} | given


@pytest.mark.parametrize(
    ("listed", "reason"),
    [
        ([{"percent": 10}], "below, at_least, or both"),
        ([{"below": "99%", "percent": 10}, {"below": "99%", "percent": 20}], "its own `below`"),
        ([{"below": "99%", "at_least": "99%", "percent": 10}], "a bound under `below`"),
        ([{"below": "99%", "percent": 101}], "from 0 to 100"),
        ([{"below": "99%", "percent": 10}, {"below": "99.9%", "at_least": "98%", "percent": 5}], "do not overlap"),
        ([{"at_least": "90%", "percent": 1}, {"below": "99%", "percent": 5}], "do not overlap"),
        ([], "at least one tier"),
    ],
)
def test_tiers_that_contradict_each_other_are_refused(listed, reason):
    with pytest.raises(TermError) as refused:
        terms(**tiers(*listed))
    assert refused.value.key.startswith("spec.objectives[0].credits.tiers")
    assert reason in str(refused.value)


def test_overlapping_tiers_are_both_named():
    with pytest.raises(TermError, match=r"\[0\.97, 0\.99\) and \[0\.98, 0\.999\)"):
        terms(
            **tiers(
                {"below": "99%", "at_least": "97%", "percent": 1}, {"below": "99.9%", "at_least": "98%", "percent": 5}
            )
        )


def test_the_open_side_of_a_tier_reaches_to_the_next_one():
    down = terms(**tiers({"below": "99.9%", "percent": 10}, {"below": "99%", "percent": 25})).credits
    assert down.tiers == (
        Tier(Fraction(99, 100), Fraction(25), None),
        Tier(Fraction(999, 1000), Fraction(10), Fraction(99, 100)),
    )
    up = terms(**VALUE, **tiers({"at_least": "1s", "percent": 10}, {"at_least": 5, "percent": 25})).credits
    assert [tier_percent(up, Fraction(one)) for one in ("0.999", "1", "4.999", "5", "1000")] == [0, 10, 10, 25, 25]


def test_terms_of_every_kind_are_values():
    assert terms(**SLICES).own == SlicesTerms(300, terms(**SLICES).own.good_when, Reduce("mean"), False)
    assert terms(**VALUE).own.reduce == Reduce("percentile", Fraction(95, 100))
    linear = terms(**VALUE | {"reduce": "p99.9", "method": "linear"}).own.reduce
    assert linear == Reduce("percentile", Fraction(999, 1000), True)
    assert terms(**OUTAGES | {"at_least": "5m"}).own == OutagesTerms("count", 300)
    assert terms(**RATIO | {"no_traffic": "met"}).own.idle_is_met


def test_limits_by_priority_name_the_priorities_that_belong_to_the_objective():
    own = terms(**TASKS | {"limit": {"P1": "4h", "P2": "1d"}}).own
    assert own == TasksTerms("resolved", (("P1", 14400), ("P2", 86400)), ("P1", "P2"))
    assert (own.limit_of("P2"), own.has("P2"), own.has("P3")) == (86400, True, False)
    plain = terms(**TASKS).own
    assert (plain.limit_of("P7"), plain.has("P7"), plain.has("")) == (14400, True, True)
