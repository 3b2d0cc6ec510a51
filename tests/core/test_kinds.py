"""Every kind of indicator in sentences: the boundaries that agreements are about."""

from decimal import Decimal
from fractions import Fraction

import pytest

from slmo.core.compliance import assess
from slmo.core.facts import Buckets, Facts, Samples, Statement, Statements, States, Tasks
from slmo.core.percentile import linear, nearest_rank
from slmo.core.report_table import report_table
from slmo.core.whatif import break_even
from tests.core.builders import agreement, at, document, outages, window

DAY = window("2026-02-02T00:00:00", "2026-02-03T00:00:00")
OFFICE = {"office": {"weekly": {"mon-fri": ["09:00-17:00"]}}}


def t(text):
    return at(f"2026-02-02T{text}:00" if len(text) == 5 else f"2026-02-02T{text}")


def judged(facts, as_of=None, span=DAY, made=None, **terms):
    (found,) = assess(made or agreement(**terms), "availability", facts, span, as_of or span.end)
    return found


def buckets(*rows):
    return Facts(
        buckets=Buckets.from_rows([(t(a), t(b), good, total, "", n) for n, (a, b, good, total) in enumerate(rows)])
    )


def samples(*rows):
    return Facts(samples=Samples.from_rows([(t(when), Decimal(str(one)), "", n) for n, (when, one) in enumerate(rows)]))


def tasks(*rows):
    return Facts(tasks=Tasks.of(rows))


def test_a_bucket_belongs_to_the_counted_time_in_which_it_starts():
    facts = buckets(("08:55", "09:05", 0, 10), ("09:05", "09:10", 9, 10), ("16:59", "17:04", 10, 10))
    found = judged(facts, indicator="ratio", target=">= 95%", calendars=OFFICE, hours="office")
    assert (found.good, found.total, found.verdict) == (19, 20, "met")
    assert (found.budget.allowed, found.budget.consumed, found.budget.remaining) == (1, 1, 0)
    assert (found.seconds["down"], found.seconds["degraded"], found.seconds["up"]) == (300, 300, 60)
    assert found.lower is None  # some of the counted time is unknown


def test_a_bucket_is_known_once_it_has_started_and_one_without_events_is_up():
    facts = buckets(("09:00", "09:05", 0, 10), ("09:05", "09:10", 0, 0))
    assert judged(facts, t("09:00"), indicator="ratio").total == 0
    found = judged(facts, t("10:00"), indicator="ratio")
    assert (found.seconds["down"], found.seconds["up"], found.total) == (300, 300, 10)


def test_a_share_of_events_is_never_rounded_into_its_target():
    facts = buckets(("00:00", "23:59", 99_895, 100_000))
    found = judged(facts, indicator="ratio", target=">= 99.9%")
    assert (found.verdict, found.to_json("UTC")["achieved"]) == ("breached", "0.998950000")
    assert judged(buckets(("00:00", "23:59", 999, 1000)), indicator="ratio", target=">= 99.9%").verdict == "met"
    assert judged(buckets(("00:00", "23:59", 999, 1000)), indicator="ratio", target="> 99.9%").verdict == "breached"


@pytest.mark.parametrize(("idle", "verdict"), [("no_data", "no_data"), ("met", "met")])
def test_no_traffic_is_no_data_unless_agreed_otherwise(idle, verdict):
    found = judged(buckets(("00:00", "23:59", 0, 0)), indicator="ratio", no_traffic=idle)
    assert (found.verdict, found.achieved) == (verdict, None)
    for more in ({"indicator": "value", "reduce": "sum", "target": "<= 1"},
                 {"indicator": "tasks", "clock": "resolved", "limit": "1h"}):  # fmt: skip
        assert judged(Facts(), no_traffic=idle, **more).verdict == verdict


def test_an_open_share_of_events_is_lost_only_where_one_bad_event_is_too_many():
    facts, now = buckets(("00:00", "00:05", 1, 4)), t("12:00")
    assert judged(facts, now, indicator="ratio", target=">= 100%").verdict == "breached"
    assert judged(facts, now, indicator="ratio", target=">= 99%").verdict == "at_risk"
    assert judged(buckets(("00:00", "00:05", 4, 4)), now, indicator="ratio", target=">= 99%").verdict == "on_track"
    near = buckets(("00:00", "00:05", 97, 100))
    assert judged(near, now, indicator="ratio", target=">= 96%").verdict == "at_risk"  # 3 of 4 allowed ones are gone
    assert judged(near, now, indicator="ratio", target=">= 95%").verdict == "on_track"


def test_a_correction_replaces_the_bucket_and_the_unadjusted_figure_keeps_it():
    rows = [(t("00:00"), t("01:00"), 1, 10, "", 0), (t("00:00"), t("01:00"), 10, 10, "", 1, True)]
    found = judged(Facts(buckets=Buckets.from_rows(rows)), indicator="ratio")
    assert (found.achieved, found.unadjusted) == (1, Fraction(1, 10))


def test_fractions_of_events_stay_exact():
    facts = buckets(("00:00", "00:05", Decimal("0.1"), Decimal("0.3")), ("00:05", "00:10", Decimal("0.2"), 1))
    found = judged(facts, indicator="ratio", target=">= 20%")
    assert (found.good, found.total, found.to_json("UTC")["total"]) == (Fraction(3, 10), Fraction(13, 10), "1.3")


SLICES = {"indicator": "slices", "target": ">= 50%", "slice": "6h", "good_when": "<= 3"}


def test_a_slice_is_good_by_the_mean_of_its_own_samples():
    facts = samples(("00:00", 2), ("05:59", 4), ("06:00", 3), ("06:01", "3.1"))
    found = judged(facts, **SLICES)
    assert (found.good, found.total, found.lower, found.upper) == (1, 2, Fraction(1, 4), Fraction(3, 4))
    assert found.seconds["up"] == found.seconds["down"] == 6 * 3600
    assert judged(facts, **SLICES, unknown={"counts_as": "down"}).achieved == Fraction(1, 4)
    assert judged(facts, **SLICES, reduce="max").good == 0


def test_a_slice_that_has_not_ended_is_still_to_come():
    facts = samples(("00:00", 4), ("06:00", 4))
    found = judged(facts, t("11:59"), **SLICES)
    assert (found.total, found.seconds["future"], found.verdict) == (1, 18 * 3600, "at_risk")
    assert found.budget.allowed == 2
    assert judged(facts, t("12:00"), **SLICES | {"target": ">= 51%"}).verdict == "breached"


def test_slices_begin_at_local_midnight_and_the_last_of_a_day_may_be_shorter():
    berlin = {"zone": "Europe/Berlin", **SLICES, "slice": "7h"}
    spring = window("2026-03-28T23:00:00", "2026-03-29T22:00:00")  # 23 hours
    rows = [(spring.start + hour * 3600, 1, "", hour) for hour in range(23)]
    found = judged(Facts(samples=Samples.from_rows(rows)), span=spring, **berlin)
    assert (found.total, found.seconds["up"]) == (4, 23 * 3600)


def test_buckets_of_a_slice_are_added_up_before_they_are_judged():
    facts = buckets(("00:00", "00:05", 0, 1), ("00:05", "00:10", 99, 99), ("06:00", "06:05", 0, 0))
    found = judged(facts, **SLICES | {"good_when": ">= 99%"})
    assert (found.good, found.total) == (1, 1)
    assert judged(facts, **SLICES | {"good_when": ">= 99%"}, no_traffic="met").total == 2


@pytest.mark.parametrize(
    ("reduce", "value"),
    [("mean", Fraction(31, 5)), ("sum", 31), ("min", 1), ("max", 15), ("count", 5), ("last", 2), ("p50", 5), ("p80", 8),
     ("p81", 15), ("p100", 15), ("p1", 1)],
)  # fmt: skip
def test_samples_are_reduced_as_agreed(reduce, value):
    facts = samples(("00:00", 15), ("01:00", 1), ("02:00", 8), ("03:00", 5), ("04:00", 2))
    found = judged(facts, indicator="value", reduce=reduce, target="<= 8")
    assert (found.value, found.good, found.total, found.achieved) == (value, 4, 5, None)
    assert found.verdict == ("met" if value <= 8 else "breached")


def test_percentiles_by_rank_and_on_a_line():
    assert [nearest_rank([10, 20, 40], Fraction(p, 100)) for p in (1, 33, 34, 66, 67, 100)] == [10, 10, 20, 20, 40, 40]
    assert [linear([10, 20, 40], Fraction(p, 100)) for p in (0, 25, 50, 75, 100)] == [10, 15, 20, 30, 40]
    facts = samples(("00:00", "0.1"), ("00:01", "0.4"))
    linear_terms = {"indicator": "value", "reduce": "p95", "method": "linear", "target": "<= 0.385"}
    assert (judged(facts, **linear_terms).value, judged(facts, **linear_terms).verdict) == (Fraction(385, 1000), "met")


def test_a_value_that_has_no_end_is_cut_in_the_direction_that_does_not_flatter():
    facts = samples(("00:00", 1), ("00:01", 1), ("00:02", 0))
    most = judged(facts, indicator="value", reduce="mean", target="<= 0.7")
    least = judged(facts, indicator="value", reduce="mean", target=">= 0.6")
    assert most.to_json("UTC")["value"] == "0.666666667"
    assert least.to_json("UTC")["value"] == "0.666666666"
    assert "achieved" not in most.to_json("UTC")


def test_an_open_value_is_lost_where_it_can_only_move_one_way():
    facts, now = samples(("00:00", 5)), t("12:00")
    for reduce, target, verdict in (
        ("max", "<= 4", "breached"), ("max", ">= 6", "at_risk"), ("min", ">= 6", "breached"),
        ("min", "<= 4", "at_risk"),
        ("count", "< 1", "breached"), ("mean", "<= 4", "at_risk"), ("mean", "<= 5", "on_track"),
    ):  # fmt: skip
        assert judged(facts, now, indicator="value", reduce=reduce, target=target).verdict == verdict


def test_a_value_outside_service_hours_or_in_the_future_is_not_read():
    facts = samples(("08:59:59", 9), ("09:00", 1), ("17:00", 9))
    terms = {"indicator": "value", "reduce": "max", "target": "<= 1", "calendars": OFFICE, "hours": "office"}
    assert (judged(facts, **terms).value, judged(facts, **terms).total) == (1, 1)
    assert judged(samples(("09:00", 1)), t("09:00"), **terms).verdict == "no_data"


RUNS = [("01:00", "01:05"), ("02:00", "02:04:59"), ("03:00", "03:30")]


@pytest.mark.parametrize(
    ("reduce", "value"),
    [("count", 2), ("longest", 1800), ("mttr", 1050), ("mtbf", Fraction(86400 - 300 - 299 - 1800, 2))],
)
def test_outages_shorter_than_agreed_are_left_out(reduce, value):
    facts = outages(
        *((f"2026-02-02T{a}" + ":00" * (len(a) == 5), f"2026-02-02T{b}" + ":00" * (len(b) == 5)) for a, b in RUNS)
    )
    found = judged(facts, indicator="outages", reduce=reduce, at_least="5m", target="<= 2")
    assert (found.value, found.total) == (value, 86400)


def test_an_outage_that_service_hours_cut_in_two_is_one_outage():
    facts = outages(("2026-02-02T16:59:00", "2026-02-03T09:01:00"))
    terms = {"indicator": "outages", "reduce": "count", "target": "<= 0", "calendars": OFFICE, "hours": "office"}
    two_days = window("2026-02-02T00:00:00", "2026-02-04T00:00:00")
    days = assess(agreement(**terms), "availability", facts, two_days, two_days.end)
    assert [one.value for one in days] == [1, 1]  # it has counted seconds in both
    (week,) = assess(agreement(**terms | {"period": "week"}), "availability", facts, two_days, two_days.end + 7 * 86400)
    assert (week.value, week.tally.runs[0][1]) == (1, 120)


def test_where_nothing_broke_the_means_are_met_without_a_figure():
    up = outages()
    for reduce, value in (("count", 0), ("longest", 0), ("mttr", None), ("mtbf", None)):
        found = judged(up, indicator="outages", reduce=reduce, target="<= 0")
        assert (found.value, found.verdict) == (value, "met")
    assert judged(States.empty(), indicator="outages", reduce="count", target="<= 0").verdict == "no_data"


def test_an_open_count_warns_at_three_quarters_of_its_limit():
    facts = outages(*((f"2026-02-02T0{n}:00:00", f"2026-02-02T0{n}:05:00") for n in range(1, 5)))
    verdicts = [
        judged(facts, t(f"0{n}:30"), indicator="outages", reduce="count", target="<= 3").verdict for n in range(5)
    ]
    assert verdicts == ["on_track", "on_track", "on_track", "at_risk", "breached"]


def test_a_statement_is_met_breached_or_leaves_time_open():
    def said(*rows):
        return Facts(
            statements=Statements.of(
                Statement(t(a), b, met, "Anna", "minutes", n) for n, (a, b, met) in enumerate(rows)
            )
        )

    terms = {"indicator": "attested", "target": None}
    assert judged(said(("00:00", DAY.end, True)), **terms).verdict == "met"
    assert judged(said(("00:00", t("12:00"), True)), **terms).verdict == "indeterminate"
    assert judged(said(("00:00", DAY.end, True), ("11:00", t("12:00"), False)), **terms).verdict == "breached"
    assert judged(said(("11:00", t("12:00"), False), ("00:00", DAY.end, True)), **terms).verdict == "met"
    assert judged(said(), **terms).verdict == "no_data"
    assert judged(said(("00:00", t("12:00"), True)), t("06:00"), **terms).verdict == "on_track"


def test_credits_of_values_follow_the_unrounded_figure():
    tiers = {"charge": 100, "tiers": [{"at_least": "30m", "percent": 10}, {"at_least": "1h", "percent": 25}]}
    terms = {"indicator": "outages", "reduce": "longest", "target": "< 30m", "credits": tiers}
    amounts = [
        judged(outages(("2026-02-02T01:00:00", f"2026-02-02T{end}")), **terms).credit.amount
        for end in ("01:29:59", "01:30:00", "01:59:59", "02:00:00")
    ]
    assert amounts == [0, 10, 10, 25]


def test_a_value_that_an_amendment_cuts_is_judged_in_its_parts_only():
    terms = {"indicator": "value", "reduce": "max", "period": "month"}
    made = agreement(document(**terms, target="<= 4"), document(since="2026-02-15", **terms, target="<= 9"))
    facts = samples(("00:00", 5), ("00:01", 3))
    february = window("2026-02-01T00:00:00", "2026-03-01T00:00:00")
    found = judged(facts, span=february, made=made)
    assert (found.value, found.good, found.total, found.verdict) == (None, 1, 2, "breached")
    assert [(one.value, one.verdict.value) for one in found.parts] == [(5, "breached"), (None, "no_data")]


def test_the_break_even_of_a_most_is_the_highest_figure():
    facts = samples(("00:00", 5), ("01:00", 3))
    found = [judged(facts, indicator="value", reduce=reduce, target="<= 4") for reduce in ("min", "max")]
    assert break_even(found) == 5


def test_the_table_names_what_was_counted_and_values_in_their_unit():
    made = agreement(indicator="outages", reduce="longest", target="<= 5m")
    down = outages(("2026-02-02T01:00:00", "2026-02-02T01:06:00"))
    line = report_table(made, assess(made, "availability", down, DAY, DAY.end), DAY.end).splitlines()[-1]
    assert "360 s" in line
    ratio = agreement(indicator="ratio")
    events = assess(ratio, "availability", buckets(("00:00", "01:00", 1, 3)), DAY, DAY.end)
    assert "33.3333 %" in report_table(ratio, events, DAY.end)
    assert "1 / 3 events" in report_table(ratio, events, DAY.end)
