"""Partition, verdicts, budget, credits and versions, in sentences."""

import itertools
import math
from decimal import Decimal
from fractions import Fraction

import pytest

from slmo.core.alerts import alert_state
from slmo.core.budget import BURN_WINDOWS, burn_rate
from slmo.core.credits import credit_for
from slmo.core.errors import TermError
from slmo.core.exclusions import ExclusionWindow
from slmo.core.facts import States
from slmo.core.judgement import Verdict
from slmo.core.terms import agreement_parse, document_digest
from slmo.core.units import Window, truncate
from slmo.core.whatif import break_even, replay
from tests.core.builders import agreement, at, changes, document, outages, results, seconds, window

DAY2 = window("2026-02-02T00:00:00", "2026-02-03T00:00:00")
UP = changes(("2026-01-01T00:00:00", "up"))
TIERS = [{"below": "99.99%", "percent": 10}, {"below": "99%", "percent": 25}, {"below": "95%", "percent": 50}]


def test_time_before_the_first_change_is_unknown_even_where_gaps_mean_up():
    rows = [(at("2026-02-02T06:00:00"), None, "up", "", 0, True)]
    assert seconds(States.from_rows(rows, "up"), DAY2) == {"unknown": 6 * 3600, "up": 18 * 3600}


def test_of_several_states_at_one_instant_the_last_recorded_holds():
    both = changes(("2026-02-02T00:00:00", "down"), ("2026-02-02T00:00:00", "up"))
    assert seconds(both, DAY2) == {"up": 86400}


def test_a_state_at_the_windows_start_counts_and_one_at_its_end_does_not():
    edge = changes(("2026-02-02T00:00:00", "up"), ("2026-02-03T00:00:00", "down"))
    assert seconds(edge, DAY2) == {"up": 86400}


def test_the_worst_of_overlapping_intervals_wins_and_their_time_counts_once():
    over = outages(
        ("2026-02-02T01:00:00", "2026-02-02T03:00:00"), ("2026-02-02T02:00:00", "2026-02-02T04:00:00", "degraded")
    )
    assert seconds(over, DAY2) == {"down": 7200, "degraded": 3600, "up": 86400 - 10800}


def test_an_objective_sees_only_its_scopes_and_facts_without_scope_hold_everywhere():
    facts = outages(
        ("2026-02-02T01:00:00", "2026-02-02T02:00:00", "down", "north"),
        ("2026-02-02T05:00:00", "2026-02-02T06:00:00", "down", "south"),
        ("2026-02-02T08:00:00", "2026-02-02T09:00:00", "down", ""),
    )
    assert seconds(facts, DAY2, scope=["north"])["down"] == 7200
    assert seconds(facts, DAY2)["down"] == 10800
    assert seconds(facts, DAY2, scope=["north", "south"], unite="best")["down"] == 3600


def test_a_correction_wins_over_what_was_recorded_before_it_and_the_unadjusted_figure_shows_both():
    rows = outages(("2026-02-02T01:00:00", "2026-02-02T02:00:00")).rows()
    rows.append((at("2026-02-02T00:30:00"), at("2026-02-02T01:30:00"), "up", "", 9, False, True))
    (found,) = results(States.from_rows(rows, "up"), DAY2)
    assert found.seconds["down"] == 1800
    assert (found.achieved, found.unadjusted) == (Fraction(84600, 86400), Fraction(82800, 86400))


def test_downtime_inside_agreed_maintenance_is_not_counted_unless_the_objective_says_so():
    facts = outages(("2026-02-02T02:00:00", "2026-02-02T03:00:00"))
    agreed = [{"rrule": "FREQ=DAILY", "starting": "2026-01-01", "at": "02:00", "for": "1h"}]
    assert seconds(facts, DAY2) == {"down": 3600, "up": 82800}
    assert seconds(facts, DAY2, made=agreement(exclusions=agreed)) == {"excluded": 3600, "up": 82800}
    assert seconds(facts, DAY2, made=agreement(exclusions=agreed, maintenance="counted")) == {"down": 3600, "up": 82800}


def test_what_is_out_of_hours_stays_so_where_it_is_excluded_as_well():
    early = {"early": {"weekly": {"mon": ["02:30-05:00"]}}}
    agreed = [{"rrule": "FREQ=DAILY", "starting": "2026-01-01", "at": "02:00", "for": "1h"}]
    found = seconds(UP, DAY2, made=agreement(exclusions=agreed, calendars=early, hours="early"))
    assert found == {"out_of_hours": 86400 - 9000, "excluded": 1800, "up": 7200}


def test_an_exclusion_approved_later_is_taken_out_and_the_unadjusted_figure_stays():
    approved = [ExclusionWindow(at("2026-02-02T02:00:00"), at("2026-02-02T03:00:00"), "agreed afterwards")]
    (found,) = results(outages(("2026-02-02T02:00:00", "2026-02-02T03:00:00")), DAY2, exclusions=approved)
    assert (found.verdict, found.achieved, found.unadjusted) == ("met", 1, Fraction(23, 24))


def test_a_short_outage_is_measured_before_it_is_clipped_by_hours_or_window():
    long = outages(("2026-02-01T23:58:00", "2026-02-02T00:00:30"))
    assert seconds(long, DAY2, minimum_outage="2m") == {"down": 30, "up": 86370}


def test_only_complete_minutes_of_each_run_count():
    runs = outages(
        *(
            (f"2026-02-02T0{n}:00:00", f"2026-02-02T0{n}:0{s // 60}:{s % 60:02d}")
            for n, s in enumerate((59, 60, 119, 120, 90))
        )
    )
    assert seconds(runs, DAY2, whole_minutes=True)["down"] == 60 + 60 + 120 + 60


def test_unknown_time_counts_as_the_last_state_for_a_while_and_then_as_agreed():
    facts = changes(("2026-02-02T00:00:00", "up"), ("2026-02-02T12:00:00", "unknown"), ("2026-02-02T13:00:00", "down"))
    assert seconds(facts, DAY2, unknown={"last_for": "5m"}) == {"unknown": 3300, "down": 39600, "up": 43500}


@pytest.mark.parametrize(
    ("rule", "verdict", "total"),
    [
        ({"counts_as": "excluded"}, "met", 86400 - 3600),
        ({"counts_as": "up"}, "met", 86400),
        ({"counts_as": "down"}, "breached", 86400),
        ({"indeterminate_above": "4%"}, "indeterminate", 86400 - 3600),
        ({"indeterminate_above": "5%"}, "met", 86400 - 3600),
    ],
)
def test_unknown_time_is_judged_as_the_agreement_says(rule, verdict, total):
    facts = changes(("2026-02-02T00:00:00", "up"), ("2026-02-02T12:00:00", "unknown"), ("2026-02-02T13:00:00", "up"))
    (found,) = results(facts, DAY2, unknown=rule)
    assert (found.verdict, found.total, found.lower, found.upper) == (verdict, total, Fraction(23, 24), 1)


def test_a_share_of_unknown_that_is_exactly_as_agreed_is_not_above_it():
    facts = changes(("2026-02-02T00:00:00", "unknown"), ("2026-02-02T06:00:00", "up"))
    assert results(facts, DAY2, unknown={"indeterminate_above": "25%"})[0].verdict == "met"
    assert results(facts, DAY2, unknown={"indeterminate_above": "24.999%"})[0].verdict == "indeterminate"


def test_nothing_known_is_no_data_and_never_a_number():
    (found,) = results(States.empty(), DAY2)
    assert (found.verdict, found.achieved, found.lower, found.upper) == ("no_data", None, 0, 1)
    assert results(States.empty(), DAY2, unknown={"counts_as": "down"})[0].verdict == "breached"


def test_no_counted_time_is_no_data():
    closed = {"c": {"weekly": {"sun": ["00:00-24:00"]}}}
    (found,) = results(UP, DAY2, calendars=closed, hours="c")
    assert (found.verdict, found.achieved, found.lower, found.budget) == ("no_data", None, None, None)


def test_degraded_counts_by_its_weight():
    half = outages(("2026-02-02T00:00:00", "2026-02-02T12:00:00", "degraded"))
    shares = {weight: results(half, DAY2, degraded=weight)[0].achieved for weight in ("up", "down", 0.5, 0.25)}
    assert shares == {"up": 1, "down": Fraction(1, 2), 0.5: Fraction(3, 4), 0.25: Fraction(5, 8)}


def test_a_figure_that_would_round_up_to_its_target_is_a_breach_and_shown_below_it():
    missed = outages(("2026-02-02T00:00:00", "2026-02-02T00:01:27"))  # 86.4 s are allowed
    (found,) = results(missed, DAY2)
    assert (found.verdict, truncate(found.achieved * 100, 2)) == ("breached", "99.89")


def test_a_target_that_is_just_reached_is_met_but_not_exceeded():
    exact = outages(("2026-02-02T00:00:00", "2026-02-02T02:24:00"))  # a tenth of the day
    assert results(exact, DAY2, target=">= 90%")[0].verdict == "met"
    assert results(exact, DAY2, target="> 90%")[0].verdict == "breached"


def test_an_open_period_goes_from_on_track_by_at_risk_to_breached():
    facts = changes(("2026-02-02T00:00:00", "up"), ("2026-02-02T12:00:00", "down"))
    verdicts = {
        text: results(facts, DAY2, at(f"2026-02-02T12:{text}"))[0].verdict
        for text in ("00:00", "00:43", "00:44", "01:26", "01:27")
    }
    assert list(verdicts.values()) == ["on_track", "on_track", "at_risk", "at_risk", "breached"]


@pytest.mark.parametrize(("bad", "verdict"), [("01:04", "on_track"), ("01:05", "at_risk")])
def test_three_quarters_of_the_budget_are_a_risk_even_where_the_pace_would_do(bad, verdict):
    facts = changes(("2026-02-02T00:00:00", "up"), ("2026-02-02T12:00:00", "down"), (f"2026-02-02T12:{bad}", "up"))
    (found,) = results(facts, DAY2, at("2026-02-02T23:00:00"))  # 86.4 s are allowed
    assert found.verdict == verdict


def test_the_future_counts_for_the_allowance_and_never_as_good():
    (found,) = results(UP, DAY2, at("2026-02-02T06:00:00"))
    assert (found.good, found.total, found.seconds["future"]) == (6 * 3600, 6 * 3600, 18 * 3600)
    assert found.budget.allowed == Fraction(864, 10)


def test_the_budget_runs_out_at_the_present_burn_within_the_service_hours_ahead():
    facts = changes(("2026-02-02T00:00:00", "down"), ("2026-02-02T00:00:40", "up"))
    (found,) = results(facts, DAY2, at("2026-02-02T06:00:00"))
    # 46.4 s remain; 40 s are burnt in 21 600 s, so that they last for 25 056 s
    assert found.exhaustion() == at("2026-02-02T12:57:36")
    assert results(UP, DAY2, at("2026-02-02T06:00:00"))[0].exhaustion() is None


def test_a_burn_rate_is_bad_over_total_over_the_allowed_share():
    assert burn_rate(72, 3600, Fraction(999, 1000)) == 20
    assert burn_rate(0, 0, Fraction(999, 1000)) is None
    assert burn_rate(1, 10, Fraction(1)) == math.inf
    assert [row.factor(28 * 86400) for row in BURN_WINDOWS][:2] == [Fraction(1344, 100), Fraction(56, 10)]


def test_an_alert_fires_strictly_over_its_factor_and_only_where_facts_cover_the_long_window():
    facts = changes(("2026-02-01T00:00:00", "up"), ("2026-02-02T11:59:00", "down"))
    now = at("2026-02-02T12:00:00")
    fast = alert_state(agreement(), "availability", facts, now, 30 * 86400)[0]
    assert (fast.long_rate, fast.factor, fast.firing) == (Fraction(50, 3), Fraction(72, 5), True)
    late = changes(("2026-02-02T11:30:00", "up"), ("2026-02-02T11:59:00", "down"))
    assert not alert_state(agreement(), "availability", late, now, 30 * 86400)[0].firing


@pytest.mark.parametrize(
    ("achieved", "percent"),
    [("0.9999", 0), ("0.99989999", 10), ("0.99", 10), ("0.98999999", 25), ("0.95", 25), ("0.949999", 50), ("0", 50)],
)
def test_a_tier_is_strictly_below_its_bound_and_reaches_down_to_the_next(achieved, percent):
    terms = agreement(credits={"charge": 1000, "tiers": TIERS}).versions[0].objectives["availability"].credits
    assert credit_for(terms, Fraction(achieved), Verdict.BREACHED) == (percent, Decimal(10 * percent))


def test_credits_keep_their_caps_and_minimum_and_an_indeterminate_period_earns_none():
    def credit(achieved, verdict=Verdict.BREACHED, used=0, **more):
        made = agreement(credits={"charge": 1000, "tiers": TIERS} | more)
        terms = made.versions[0].objectives["availability"].credits
        return credit_for(terms, Fraction(achieved), verdict, used=Decimal(used)).amount

    assert credit("0.9", cap_month=300) == 300
    assert credit("0.9", cap_year=600, used=400) == 200
    assert credit("0.9", minimum=501) == 0
    assert credit("0.9", Verdict.INDETERMINATE) == 0
    assert credit("0.9", Verdict.ON_TRACK) == 0


def test_the_cap_of_the_contract_year_is_the_same_whichever_period_is_asked_for():
    terms = {"charge": 1000, "tiers": TIERS, "cap_year": 1200}
    made = agreement(credits=terms, period="month")
    year = window("2026-01-01T00:00:00", "2026-05-01T00:00:00")
    facts = outages(*((f"2026-0{month}-01T00:00:00", f"2026-0{month}-20T00:00:00") for month in range(1, 5)))
    amounts = [one.credit.amount for one in results(facts, year, made=made)]
    assert amounts == [500, 500, 200, 0]
    march = window("2026-03-05T00:00:00", "2026-03-06T00:00:00")
    assert results(facts, march, year.end, made=made)[0].credit.amount == 200


def test_a_period_that_an_amendment_cuts_is_judged_in_parts_with_the_worst_verdict():
    made = agreement(document(period="month"), document(since="2026-02-15", period="month", target=">= 99.99%"))
    facts = outages(("2026-02-20T00:00:00", "2026-02-20T00:10:00"))
    (whole,) = results(facts, window("2026-02-01T00:00:00", "2026-03-01T00:00:00"), made=made)
    assert [(part.version, part.verdict.value) for part in whole.parts] == [
        ("2026-01-01", "met"),
        ("2026-02-15", "breached"),
    ]
    assert (whole.verdict, whole.good, whole.total) == ("breached", 28 * 86400 - 600, 28 * 86400)


def test_the_version_at_the_periods_start_rules_where_the_agreement_says_so():
    first = document(period="month", amendment="start-of-period")
    made = agreement(first, document(since="2026-02-15", period="month", target=">= 99.99%"))
    facts = outages(("2026-02-20T00:00:00", "2026-02-20T00:10:00"))
    months = results(facts, window("2026-02-01T00:00:00", "2026-04-01T00:00:00"), made=made)
    assert [(one.version, one.verdict.value, len(one.parts)) for one in months] == [
        ("2026-01-01", "met", 0),
        ("2026-02-15", "met", 0),
    ]


def test_an_amendment_may_change_the_period_and_the_old_one_ends_where_it_begins():
    made = agreement(document(period="quarter"), document(since="2026-02-10", period="month"))
    found = results(UP, window("2026-01-01T00:00:00", "2026-04-01T00:00:00"), made=made)
    starts = ["2026-01-01T00:00:00", "2026-02-10T00:00:00", "2026-03-01T00:00:00", "2026-04-01T00:00:00"]
    assert [one.window for one in found] == [Window(at(a), at(b)) for a, b in itertools.pairwise(starts)]


def test_time_without_a_version_is_out_of_term_and_no_data():
    made = agreement(document(since="2026-02-02", until="2026-02-03"), document(since="2026-02-04"))
    found = results(UP, window("2026-02-01T00:00:00", "2026-02-05T00:00:00"), made=made)
    assert [(one.version, one.verdict.value) for one in found] == [
        (None, "no_data"), ("2026-02-02", "met"), (None, "no_data"), ("2026-02-04", "met"),
    ]  # fmt: skip


def test_a_replay_judges_the_same_facts_under_other_terms():
    facts = outages(("2026-02-02T02:00:00", "2026-02-02T02:02:00"))
    made, end = agreement(), DAY2.end
    assert replay(made, "availability", facts, DAY2, end, {})[0].verdict == "breached"
    assert replay(made, "availability", facts, DAY2, end, {"minimum_outage": "5m"})[0].verdict == "met"
    assert replay(made, "availability", facts, DAY2, end, {"target": ">= 99%"})[0].verdict == "met"
    assert break_even(replay(made, "availability", facts, DAY2, end, {})) == Fraction(86280, 86400)
    with pytest.raises(TermError):
        replay(made, "availability", facts, DAY2, end, {"target": "good"})


def test_the_digest_is_of_the_terms_and_not_of_the_way_they_are_written():
    one = document(degraded=0.5)
    other = dict(reversed(document(degraded=0.50).items()))
    assert document_digest(one) == document_digest(other) != document_digest(document(degraded=0.51))
    assert agreement_parse([one]).versions[0].digest == document_digest(one)


@pytest.mark.parametrize(("lasted", "down"), [(59, 0), (60, 60), (61, 61)])
def test_an_outage_of_exactly_the_minimum_counts(lasted, down):
    facts = outages(("2026-02-02T02:00:00", f"2026-02-02T02:0{lasted // 60}:{lasted % 60:02d}"))
    assert seconds(facts, DAY2, minimum_outage="60s").get("down", 0) == down
