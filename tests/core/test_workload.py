"""Workload limits: a target that is suspended, or another one, when more comes in than was agreed."""

import functools
import itertools
import json
from collections import Counter
from datetime import UTC, date, datetime
from fractions import Fraction
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slmo.core.backtest.document import agreement_alone
from slmo.core.compliance import assess
from slmo.core.errors import EngineError, TermError
from slmo.core.facts import Buckets, Facts, Samples, States, Task, Tasks
from slmo.core.ledger import days, period_from_days
from slmo.core.report_json import report_json
from slmo.core.report_table import report_table
from slmo.core.terms import agreement_parse
from slmo.core.units import Window, format_instant, parse_instant
from slmo.core.whatif import replay

from .cases import ANCHORS

ZONE = "Europe/Berlin"
ORDERS = {"name": "orders", "indicator": "ratio", "target": ">= 90%", "period": "month"}
MARCH = Window(parse_instant("2026-03-01T00:00:00+01:00"), parse_instant("2026-04-01T00:00:00+02:00"))


def agreement(*objectives, zone=ZONE, exclusions=()):
    """Return an agreement of these objectives."""
    spec = {"timezone": zone, "effective": {"from": "2000-01-01"}, "objectives": list(objectives)}
    spec |= {"exclusions": list(exclusions)} if exclusions else {}
    return agreement_parse([
        {"apiVersion": "slmo/v1", "kind": "Agreement", "metadata": {"name": "shop"}, "spec": spec}
    ])  # fmt: skip


def limited(**workload):
    """Return an objective of availability whose target holds up to a volume of orders."""
    return {
        "name": "up", "indicator": "availability", "target": ">= 99.9%", "period": "month",
        "workload": {"objective": "orders", **workload},
    }  # fmt: skip


def facts(*orders, down=("2026-03-06T10:00:00Z", "2026-03-06T12:00:00Z")):
    """Return March up but for one outage, and orders as (start, number)."""
    states = [
        (MARCH.start, MARCH.end, "up", "", 0, False, False, "up"),
        (*map(parse_instant, down), "down", "", 1, False, False, "up"),
    ]
    rows = [
        (parse_instant(at), parse_instant(at) + 3600, n, n, "", number, False, "orders")
        for number, (at, n) in enumerate(orders)
    ]
    return Facts(states=States.from_rows(states), buckets=Buckets.from_rows(rows))


BUSY = (("2026-03-05T10:00:00Z", 600), ("2026-03-06T09:00:00Z", 500), ("2026-03-06T23:30:00Z", 101))


def judged(workload, *orders, as_of=MARCH.end):
    """Return what is said of March."""
    [result] = assess(agreement(limited(**workload), ORDERS), "up", facts(*(orders or BUSY)), MARCH, as_of)
    return result


def test_a_period_with_more_than_the_limit_is_suspended_and_all_its_time_excluded():
    result = judged({"limit": "<= 1200"})
    assert (result.verdict, result.achieved, result.unadjusted) == ("no_data", None, 1 - Fraction(7200, MARCH.seconds))
    assert result.seconds["excluded"] == MARCH.seconds
    assert (result.load.volume, result.load.exceeded) == (1201, 1)
    assert {name for _, _, name in result.partition.intervals()} == {"excluded"}


REPLAYED = [  # what is agreed: up to 1 200 orders; 1 201 came
    ({}, "no_data", ""),
    ({"target": ">= 99%"}, "no_data", ""),
    ({"workload": None}, "breached", ">= 99.9%"),
    ({"workload": None, "target": ">= 99%"}, "met", ">= 99%"),
    ({"workload": {"objective": "orders", "limit": "<= 1201"}}, "breached", ">= 99.9%"),
    ({"workload": {"objective": "orders", "limit": "<= 1200", "beyond": ">= 99.5%"}}, "met", ">= 99.5%"),
    ({"workload": {"objective": "orders", "limit": "<= 499", "per": "day"}}, "met", ">= 99.9%"),  # the outage's day
]


@pytest.mark.parametrize(("changes", "verdict", "target"), REPLAYED)
def test_a_replay_under_other_terms_counts_the_volume_as_an_agreement_with_those_terms_does(changes, verdict, target):
    agreed = agreement(limited(limit="<= 1200"), ORDERS)
    [replayed] = replay(agreed, "up", facts(*BUSY), MARCH, MARCH.end, changes)
    assert replayed.verdict == verdict
    assert not target or replayed.target.text == target
    written = {key: one for key, one in {**limited(limit="<= 1200"), **changes}.items() if one is not None}
    [signed] = assess(agreement(written, ORDERS), "up", facts(*BUSY), MARCH, MARCH.end)
    assert (replayed.verdict, replayed.achieved, replayed.load) == (signed.verdict, signed.achieved, signed.load)


def test_a_volume_of_exactly_the_limit_keeps_it_unless_it_is_strict():
    assert judged({"limit": "<= 1201"}).verdict == "breached"
    assert judged({"limit": "< 1201"}).verdict == "no_data"


def test_beyond_the_limit_another_target_may_hold():
    result = judged({"limit": "<= 1200", "beyond": ">= 99.5%"})
    assert (result.verdict, result.target.text) == ("met", ">= 99.5%")
    assert result.budget.allowed == Fraction(5, 1000) * result.total
    below = judged({"limit": "<= 1201", "beyond": ">= 99.5%"})
    assert (below.verdict, below.target.text, below.achieved) == ("breached", ">= 99.9%", result.achieved)


def test_a_local_day_with_more_than_the_limit_does_not_count():
    result = judged({"limit": "<= 500", "per": "day"})  # 600 on the 5th; 500 on the 6th, 101 after its midnight
    assert (result.verdict, result.seconds["excluded"], result.load.exceeded) == ("breached", 86_400, 1)
    result = judged({"limit": "<= 499", "per": "day"})
    assert (result.verdict, result.seconds["excluded"], result.load.exceeded) == ("met", 2 * 86_400, 2)


def test_an_hour_counts_from_local_midnight_on():
    outage = [("2026-03-06T10:00:00Z", 700), ("2026-03-06T11:59:59Z", 701), ("2026-03-06T12:00:00Z", 700)]
    result = judged({"limit": "<= 700", "per": "hour"}, *outage)
    assert (result.seconds["excluded"], result.seconds["down"], result.load.exceeded) == (3600, 3600, 1)


def test_what_comes_at_the_moment_asked_about_or_later_is_not_known():
    moment = parse_instant("2026-03-06T23:30:00Z")
    assert judged({"limit": "<= 1200"}, as_of=moment).verdict == "breached"
    assert judged({"limit": "<= 1200"}, as_of=moment + 1).verdict == "no_data"


def test_the_volume_is_that_of_the_other_objectives_scope_whatever_its_hours():
    orders = ORDERS | {"scope": ["web"], "hours": "closed"}
    spec = {
        "timezone": ZONE, "effective": {"from": "2026-01-01"},
        "calendars": {"closed": {"weekly": {"mon": ["08:00-09:00"]}}},
        "objectives": [limited(limit="<= 10"), orders],
    }  # fmt: skip
    made = agreement_parse([{"apiVersion": "slmo/v1", "kind": "Agreement", "metadata": {"name": "x"}, "spec": spec}])
    rows = [
        (MARCH.start + n, MARCH.start + n + 60, 9, 9, scope, n, False, "orders")
        for n, scope in enumerate(("web", "app"))
    ]
    states = facts().states
    [result] = assess(made, "up", Facts(states=states, buckets=Buckets.from_rows(rows)), MARCH, MARCH.end)
    assert (result.load.volume, result.load.exceeded) == (9, 0)


def test_tasks_opened_on_a_suspended_day_are_not_counted_and_the_clock_runs_on():
    tickets = {
        "name": "tickets", "indicator": "tasks", "clock": "resolved", "limit": "24h", "target": ">= 90%",
        "period": "month", "workload": {"limit": "<= 2", "per": "day"},
    }  # fmt: skip
    opened = ["2026-03-02T09:00:00Z", *(f"2026-03-03T09:0{n}:00Z" for n in range(3)), "2026-03-04T09:00:00Z"]
    tasks = Tasks(tuple(
        Task(str(n), parse_instant(at), None, parse_instant(at) + 25 * 3600, (), (), n) for n, at in enumerate(opened)
    ))  # fmt: skip
    [result] = assess(agreement(tickets), "tickets", Facts(tasks=tasks), MARCH, MARCH.end)
    assert (result.good, result.total, result.load.volume) == (0, 2, 5)


def test_a_task_counts_by_the_priority_that_it_had_when_it_was_opened():
    tickets = {
        "name": "tickets", "indicator": "tasks", "clock": "resolved", "limit": "24h", "priority": ["P1"],
        "target": ">= 90%", "period": "month", "workload": {"limit": "<= 2"},
    }  # fmt: skip
    opened = parse_instant("2026-03-02T09:00:00Z")
    changed = ((opened, "P1"), (opened + 60, "P2")), ((opened, "P1"),), ((opened, "P2"),)
    tasks = Tasks(tuple(Task(str(n), opened, None, opened + 600, one, (), n) for n, one in enumerate(changed)))
    [result] = assess(agreement(tickets), "tickets", Facts(tasks=tasks), MARCH, MARCH.end)
    assert (result.total, result.load.volume) == (1, 2), "one of P1 is left, but two of them came"


def test_a_running_period_beyond_its_limit_has_no_future_that_counts():
    result = judged({"limit": "<= 599"}, as_of=parse_instant("2026-03-10T00:00:00Z"))
    assert (result.verdict, result.seconds["future"], result.seconds["excluded"]) == ("no_data", 0, MARCH.seconds)


def test_the_report_tells_the_volume_and_what_follows():
    made = agreement(limited(limit="<= 1200", beyond=">= 99.5%"), ORDERS)
    results = assess(made, "up", facts(*BUSY), MARCH, MARCH.end)
    [entry] = json.loads(report_json(made, facts(*BUSY), results, "1"))["periods"]
    assert entry["workload"] == {
        "objective": "orders", "volume": 1201, "limit": "<= 1200", "per": "period", "exceeded": 1, "beyond": ">= 99.5%",
    }  # fmt: skip
    assert "    workload of orders: 1201, limit <= 1200 exceeded, judged by >= 99.5%" in report_table(
        made, results, MARCH.end
    )
    [plain] = assess(made, "orders", facts(*BUSY), MARCH, MARCH.end)
    assert "workload" not in plain.to_json(ZONE)


REFUSED = [
    ({"workload": {"objective": "orders"}}, "workload.limit", "the most that may come, such as <= 1000"),
    ({"workload": {"limit": ">= 5"}}, "workload.limit", "the most that may come, such as <= 1000"),
    ({"workload": {"limit": "< 0"}}, "workload.limit", "the most that may come, such as <= 1000"),
    ({"workload": {"limit": "<= 5%"}}, "workload.limit", "the most that may come, such as <= 1000"),
    ({"workload": {"limit": "<= 5", "per": "week"}}, "workload.per", "one of period, day, hour"),
    ({"workload": {"limit": "<= 5", "beyond": ">= 101%"}}, "workload.beyond", "a share that can be reached"),
    ({"workload": {"limit": "<= 5", "beyond": "<= 4h"}}, "workload.beyond", "a least share"),
    (
        {"workload": {"limit": "<= 5", "per": "day", "beyond": ">= 90%"}}, "workload.beyond",
        "suspended, because the limit is for each day",
    ),
    (
        {"workload": {"limit": "<= 5", "objective": "up"}}, "workload.objective",
        "an objective of this document that counts events, samples or tasks (orders)",
    ),
    ({"workload": {"limit": "<= 5", "upto": 3}}, "workload.upto", "one of the keys objective, limit, per, beyond"),
    ({"workload": "<= 5"}, "workload", "a mapping of keys to values"),
]  # fmt: skip


@pytest.mark.parametrize(("terms", "key", "reason"), REFUSED, ids=lambda value: str(value)[:40])
def test_a_limit_that_makes_no_sense_is_refused_with_its_key_and_the_reason(terms, key, reason):
    with pytest.raises(TermError) as refused:
        agreement(ORDERS | terms, limited(limit="<= 5"))
    assert refused.value.key == f"spec.objectives[0].{key}"
    assert reason in refused.value.expected


def test_what_has_no_volume_of_its_own_must_name_whose_is_counted():
    with pytest.raises(TermError) as refused:
        agreement(ORDERS, {**limited(), "workload": {"limit": "<= 5"}})
    assert refused.value.key == "spec.objectives[1].workload.objective"
    statement = {"name": "tested", "indicator": "attested", "period": "month"}
    with pytest.raises(TermError) as refused:
        agreement(ORDERS, statement | {"workload": {"objective": "orders", "limit": "<= 5", "beyond": ">= 1%"}})
    assert refused.value.expected == "suspended, because a statement has no target"


def test_a_draft_that_is_replayed_alone_keeps_the_objective_whose_volume_it_counts():
    document = {
        "apiVersion": "slmo/v1", "kind": "Agreement", "metadata": {"name": "shop"},
        "spec": {"timezone": ZONE, "effective": {"from": "2026-06-01"}, "objectives": [
            {"name": "other", "indicator": "attested", "period": "month"}, ORDERS, limited(limit="<= 1200"),
        ]},
    }  # fmt: skip
    alone = agreement_alone(document, "up", date(2026, 1, 1), date(2026, 6, 1))
    assert sorted(alone.objective_names) == ["orders", "up"]
    [result] = assess(alone, "up", facts(*BUSY), MARCH, MARCH.end)
    assert (result.verdict, result.load.volume) == ("no_data", 1201)
    with pytest.raises(TermError) as refused:
        agreement_alone({**document, "spec": {**document["spec"], "objectives": [limited(limit="<= 5")]}}, "up",
                        date(2026, 1, 1), date(2026, 6, 1))  # fmt: skip
    assert refused.value.key == "terms.workload.objective"


KINDS = {
    "availability": {},
    "ratio": {},
    "slices": {"slice": "1h", "good_when": ">= 50%"},
    "value": {"reduce": "mean", "target": "<= 50"},
    "outages": {"reduce": "count", "target": "<= 1"},
}
SPAN = 3 * 86_400


@st.composite
def stories(draw):
    """Draw a zone, a kind, a limit, and what happens in three days around a moment at which clocks change."""
    zone, written = draw(st.sampled_from(ANCHORS))
    at = parse_instant(written) - SPAN // 2
    moments = st.integers(at, at + SPAN)
    buckets = draw(st.lists(st.tuples(moments, st.integers(0, 4), st.integers(0, 4)), max_size=8))
    samples = draw(st.lists(st.tuples(moments, st.integers(0, 100)), max_size=6))
    outages = draw(st.lists(st.tuples(moments, st.integers(1, 40_000)), max_size=3))
    return {
        "zone": zone, "at": at, "kind": draw(st.sampled_from(sorted(KINDS))), "limit": draw(st.integers(0, 9)),
        "per": draw(st.sampled_from(["period", "day", "hour"])), "as_of": draw(moments), "whose": draw(st.booleans()),
        "buckets": buckets, "samples": samples, "outages": outages,
    }  # fmt: skip


def of_story(story):
    """Return the facts of a story: orders, values, and states of the service."""
    orders = [(at, at + 60, good, good + bad, "", n, False) for n, (at, good, bad) in enumerate(story["buckets"])]
    values = [(at, value, "", n) for n, (at, value) in enumerate(story["samples"])]
    states = [(story["at"] - 86_400, story["at"] + SPAN, "up", "", 0, False, False, "")]
    states += [(at, at + length, "down", "", n, False, False, "") for n, (at, length) in enumerate(story["outages"], 1)]
    return Facts(States.from_rows(states), Buckets.from_rows(orders), Samples.from_rows(values))


def came(story, key):
    """Return how much came in each span, by a key of its instant: counted one by one."""
    counted = Counter()
    if story["whose"]:
        for at, good, bad in story["buckets"]:
            counted[key(at)] += (good + bad) * (at < story["as_of"])
    else:
        for at, _value in story["samples"]:
            counted[key(at)] += at < story["as_of"]
    return counted


def spans_of(story, day):
    """Return the local days, or their hours, as (start, end)."""
    start, end = day
    if story["per"] == "day":
        return [day]
    return [(at, min(at + 3600, end)) for at in range(start, end, 3600)]


@functools.cache
def local_days_of(name, at):
    """Return the local days around three days, found by the dates of their minutes."""
    zone = ZoneInfo(name)
    begins: dict = {}
    for minute in range(at - 2 * 86_400, at + SPAN + 2 * 86_400, 60):
        begins.setdefault(datetime.fromtimestamp(minute, UTC).astimezone(zone).date(), minute)
    edges = sorted(begins.values())[1:]
    return list(itertools.pairwise(edges))


@given(stories())
def test_a_limit_is_what_excluding_or_repricing_by_hand_would_be(story):
    terms = {"name": "it", "indicator": story["kind"], "target": ">= 90%", "period": "day", **KINDS[story["kind"]]}
    orders = {"name": "orders", "indicator": "ratio", "target": ">= 1%", "period": "day"}
    if not story["whose"]:
        orders |= {"indicator": "value", "reduce": "mean", "target": "<= 1"}
    workload = {"objective": "orders", "limit": f"<= {story['limit']}", "per": story["per"]}
    listed = local_days_of(story["zone"], story["at"])
    spans = [span for day in listed for span in (spans_of(story, day) if story["per"] != "period" else [day])]
    place = lambda at: next((n for n, (start, end) in enumerate(spans) if start <= at < end), -1)  # noqa: E731
    counted = came(story, place)
    beyond = [spans[n] for n, much in counted.items() if n >= 0 and much > story["limit"]]
    left_out = [
        {"from": format_instant(start), "to": format_instant(end), "kind": "other", "reason": "more than agreed"}
        for start, end in beyond
    ]
    window = Window(story["at"], story["at"] + SPAN)
    told = of_story(story)
    found = assess(
        agreement(terms | {"workload": workload}, orders, zone=story["zone"]), "it", told, window, story["as_of"]
    )
    by_hand = assess(
        agreement(terms, orders, zone=story["zone"], exclusions=left_out), "it", told, window, story["as_of"]
    )
    for one, other in zip(found, by_hand, strict=True):
        entry = one.to_json("UTC", with_partition=True)
        load = entry.pop("workload")
        expected = other.to_json("UTC", with_partition=True)
        inside = [n for n, (start, end) in enumerate(spans) if one.window.start <= start and end <= one.window.end]
        assert load["volume"] == sum(counted[n] for n in inside)
        assert load["exceeded"] == sum(counted[n] > story["limit"] for n in inside)
        assert entry == expected


@given(stories())
def test_the_ledger_sums_to_what_is_judged_where_days_or_hours_are_suspended(story):
    terms = {"name": "it", "indicator": story["kind"], "target": ">= 90%", "period": "week", **KINDS[story["kind"]]}
    orders = {"name": "orders", "indicator": "ratio", "target": ">= 1%", "period": "day"}
    workload = {"objective": "orders", "limit": f"<= {story['limit']}", "per": story["per"]}
    made = agreement(terms | {"workload": workload}, orders, zone=story["zone"])
    window = Window(story["at"], story["at"] + SPAN)
    for result in assess(made, "it", of_story(story), window, story["as_of"]):
        listed = days(made, "it", of_story(story), result.window, story["as_of"])
        if story["per"] == "period" or story["kind"] == "value":
            with pytest.raises(EngineError):
                period_from_days(made, "it", listed, result.window, story["as_of"])
        else:
            summed = period_from_days(made, "it", listed, result.window, story["as_of"])
            assert {**result.to_json("UTC"), "workload": None} == {**summed.to_json("UTC"), "workload": None}
