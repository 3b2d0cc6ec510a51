"""Forecasts: right where the answer is known, silent without enough past, the same for the same seed."""

import numpy as np
import pytest

from slmo.core.calibration import calibration
from slmo.core.forecast import (
    CLOSED_DAY,
    WEEKEND_DAY,
    WORKING_DAY,
    Days,
    Limit,
    day_kind,
    forecast,
    seed_of,
    wilson,
)  # fmt: skip

DAY = 86_400.0
ANY_OUTAGE = Limit(0.0)


def past(periods, bad_days, days=20, kind=WORKING_DAY, bad=60.0):
    """So many periods; in each of them the days with these numbers are bad."""
    return Days.of(
        [(bad if day in bad_days else 0.0, DAY, kind, period) for period in range(periods) for day in range(days)]
    )


def ahead(count, kind=WORKING_DAY, total=DAY):
    return Days.of([(0.0, total, kind, 0)] * count)


def test_below_six_closed_periods_nothing_is_said():
    said = forecast(past(5, {3}), (0.0, 0.0), ahead(5), ANY_OUTAGE, 1)
    assert not said.enough
    assert (said.probability, said.low, said.high, said.figures, said.periods) == (None, None, None, None, 5)


def test_the_probability_is_that_of_drawing_at_least_one_bad_day():
    said = forecast(past(12, {3, 9}), (0.0, 10 * DAY), ahead(5), ANY_OUTAGE, 7)
    assert said.probability == pytest.approx(1 - 0.9**5, abs=0.03)
    assert said.low < 1 - 0.9**5 < said.high


def test_the_same_past_and_seed_give_the_same_answer_and_another_seed_nearly_the_same():
    one, again, other = (forecast(past(9, {1}), (0.0, DAY), ahead(9), ANY_OUTAGE, seed) for seed in (5, 5, 6))
    assert one == again
    assert one != other
    assert one.probability == pytest.approx(other.probability, abs=0.05)


def test_days_are_drawn_from_days_of_the_same_kind_only():
    week = Days.of([(60.0 if kind == WEEKEND_DAY else 0.0, DAY, kind, period)
                    for period in range(8) for kind in [WORKING_DAY] * 5 + [WEEKEND_DAY] * 2])  # fmt: skip
    assert forecast(week, (0.0, DAY), ahead(5), ANY_OUTAGE, 1).probability == 0
    assert forecast(week, (0.0, DAY), ahead(1, WEEKEND_DAY), ANY_OUTAGE, 1).probability == 1


def test_a_past_without_any_breach_still_leaves_doubt_that_shrinks_with_more_past():
    short, long = (forecast(past(count, set()), (0.0, DAY), ahead(10), ANY_OUTAGE, 1) for count in (6, 60))
    assert short.probability == long.probability == 0
    assert short.high > long.high > 0


def test_what_can_no_longer_change_is_certain():
    spent = forecast(past(6, set()), (61.0, DAY), ahead(1), Limit(60 / (2 * DAY)), 1)
    assert (spent.probability, spent.low, spent.high, spent.certain) == (1, 1, 1, True)
    over = forecast(past(6, {1}), (0.0, DAY), ahead(0), ANY_OUTAGE, 1)
    assert (over.probability, over.certain) == (0, True)
    safe = forecast(past(6, {1}), (0.0, 20 * DAY), ahead(1), Limit(0.5), 1)
    assert (safe.probability, safe.certain) == (0, True)


def test_a_budget_that_is_used_up_exactly_is_kept_unless_the_target_is_strict():
    exactly = (np.array([86.4]), np.array([86400.0]))
    assert not Limit(0.001).breached(*exactly)[0]
    assert Limit(0.001, strict=True).breached(*exactly)[0]


def test_a_number_of_outages_is_a_sum_and_not_a_share():
    rows = past(12, {3, 9}, bad=1.0)
    two_more = forecast(rows, (1.0, 10 * DAY), ahead(5), Limit(2, "sum"), 3)
    assert two_more.probability == pytest.approx(1 - 0.9**5 - 5 * 0.1 * 0.9**4, abs=0.03)
    assert forecast(rows, (3.0, DAY), ahead(5), Limit(2, "sum"), 3).certain


def test_a_shorter_day_to_come_takes_a_share_of_the_past_one():
    rows = past(6, set(range(20)), bad=DAY / 10)
    said = forecast(rows, (0.0, 0.0), ahead(1, total=DAY / 2), Limit(0.5), 1)
    assert said.figures == pytest.approx((0.1, 0.1, 0.1))


def test_events_to_come_are_drawn_with_their_numbers():
    rows = Days.of([(1.0, total, WORKING_DAY, period) for period in range(6) for total in (10.0, 1000.0)])
    said = forecast(rows, (0.0, 0.0), ahead(1, total=float("nan")), Limit(0.01), 1)
    assert said.probability == pytest.approx(0.5, abs=0.05)
    assert said.figures[0] == pytest.approx(0.001)
    assert said.figures[2] == pytest.approx(0.1)


def test_days_without_service_hours_change_nothing():
    rows = past(6, set())
    closed = forecast(rows, (0.0, DAY), ahead(3, CLOSED_DAY, 0.0), ANY_OUTAGE, 1)
    assert (closed.probability, closed.certain) == (0, True)


@pytest.mark.parametrize(
    ("weekday", "seconds", "kind"), [(0, 1, WORKING_DAY), (4, 1, WORKING_DAY), (5, 1, WEEKEND_DAY), (0, 0, CLOSED_DAY)]
)
def test_the_kind_of_a_day_is_its_weekday_and_whether_it_has_hours(weekday, seconds, kind):
    assert day_kind(weekday, seconds) == kind


def test_a_seed_is_the_same_wherever_it_is_made():
    assert seed_of("facts", "2026-01-01") == seed_of("facts", "2026-01-01") != seed_of("facts", "2026-01-02")


def test_wilsons_interval_is_that_of_the_books():
    low, high = wilson(0.5, 10)  # (0.5 + z²/20 ∓ z·√(0.025 + z²/400)) ÷ (1 + z²/10), z = 1.64485
    assert (low, high) == pytest.approx((0.2692718, 0.7307282))
    assert wilson(0.0, 10)[0] == 0
    assert wilson(1.0, 10)[1] == 1


def test_the_record_holds_every_period_from_the_seventh_on_three_times():
    rows = past(9, {3, 9})
    record = calibration(rows, ANY_OUTAGE, 1)
    assert [(one.period, one.elapsed) for one in record.replayed] == [
        (period, elapsed) for period in (6, 7, 8) for elapsed in (0.25, 0.5, 0.75)
    ]
    assert all(one.breached and one.predicted == 1 for one in record.replayed)  # day 3 of each is bad: known by then
    assert (record.brier, record.reference) == (0, 0)
    assert record.bins[-1] == (9, 1, 1)
    assert record.bins[:-1] == (None,) * 4


def test_a_record_with_fewer_than_seven_periods_is_empty():
    record = calibration(past(6, {3}), ANY_OUTAGE, 1)
    assert (record.replayed, record.brier, record.reference) == ((), None, None)


def test_a_replay_knows_nothing_of_the_period_to_come_nor_of_later_ones():
    calm, wild = past(7, set()), past(8, set(range(20)))
    rows = Days.of([*zip(calm.bad, calm.total, calm.kind, calm.period, strict=True),
                    *((60.0, DAY, WORKING_DAY, 7) for _ in wild.take(wild.period == 7).bad)])  # fmt: skip
    first = [one for one in calibration(rows, ANY_OUTAGE, 1).replayed if one.period == 6]
    assert [(one.predicted, one.breached) for one in first] == [(0, False)] * 3


def test_a_first_breach_on_the_last_day_is_foreseen_by_no_replay():
    rows = past(8, set())
    rows.bad[-1] = 60.0
    last = [one for one in calibration(rows, ANY_OUTAGE, 1).replayed if one.period == 7]
    assert [(one.predicted, one.breached) for one in last] == [(0, True)] * 3


def test_the_brier_score_is_the_mean_squared_error_of_what_was_said():
    rows = past(10, {15})
    record = calibration(rows, ANY_OUTAGE, 1, fractions=(0.5,))
    assert record.brier == pytest.approx(sum((one.predicted - 1) ** 2 for one in record.replayed) / 4)
    assert 0 < record.brier < 1
    assert record.reference == 0  # every earlier period was breached, and so was every later one


def test_a_replay_of_events_draws_their_numbers_too():
    rows = Days.of([(1.0, 10.0 if day % 2 else 1000.0, WORKING_DAY, period) for period in range(8) for day in range(4)])
    planned, unplanned = (calibration(rows, Limit(0.005), 1, planned=one).replayed for one in (True, False))
    assert planned != unplanned
