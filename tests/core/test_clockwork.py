"""Openings, working days, anchored windows, stopwatches: each against an oracle that looks at every hour or day."""

import datetime as dt
import itertools
import random
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from slmo.core.anchored import UNITS, anchored_window, rolling_window
from slmo.core.business_days import (
    is_working_day,
    rolled,
    working_day_instant,
    working_day_later,
    working_days,
    working_days_between,
)
from slmo.core.calendar import CLOSED, Calendar, is_open
from slmo.core.due import (
    next_closing,
    next_opening,
    overrun,
    roll_backward,
    roll_forward,
    stopwatch,
    threshold_at,
    windows_after,
    windows_before,
    working_instant,
)
from slmo.core.errors import EngineError
from slmo.core.intervals import Intervals
from slmo.core.units import DAY, parse_instant

ZONE = "Europe/Berlin"
HOUR = 3600
START = parse_instant("2026-03-27T00:00:00Z")  # a Friday, two days before the clocks go forward


def spans(dice):
    """Up to two spans of a day in whole hours, the last of which may run into the next day."""
    pairs = [sorted((dice.randint(0, 23), dice.randint(0, 30))) for _ in range(dice.randint(0, 2))]
    return tuple(sorted((a * HOUR, b * HOUR) for a, b in pairs if a < min(b, 24)))


def calendar_of(seed):
    """Service hours that open on some day, and up to three exceptions, thrown with even dice from a seed."""
    dice = random.Random(seed)
    week = tuple(spans(dice) for _ in range(7))
    dates = [dt.date(2026, 3, 27) + dt.timedelta(days=dice.randint(-8, 8)) for _ in range(dice.randint(0, 3))]
    exceptions = {one: dice.choice([CLOSED, spans(dice)]) for one in dates}
    return Calendar(ZONE, week if any(week) else (((9 * HOUR, 17 * HOUR),), *week[1:]), exceptions)


DATES = st.integers(-8, 8).map(lambda n: dt.date(2026, 3, 27) + dt.timedelta(days=n))
CALENDARS = st.integers(0, 2**32 - 1).map(calendar_of)
INSTANTS = st.integers(-60, 60).map(lambda n: START + n * HOUR)


@given(CALENDARS, INSTANTS, st.integers(-40, 40))
def test_working_seconds_lead_to_the_instant_that_a_walk_by_hours_finds(calendar, start, hours):
    step = HOUR if hours > 0 else -HOUR
    at, left = start, abs(hours)
    while left:
        left -= is_open(calendar, at if step > 0 else at - HOUR)
        at += step
    if hours:
        assert working_instant(calendar, start, hours * HOUR) == at


@given(CALENDARS, INSTANTS, st.integers(1, 40))
def test_there_and_back_ends_where_it_began_or_at_the_same_working_second(calendar, start, hours):
    start = roll_forward(calendar, start)
    there = working_instant(calendar, start, hours * HOUR)
    assert working_instant(calendar, there, -hours * HOUR) == start


@given(CALENDARS, INSTANTS)
def test_rolling_and_openings_agree_with_every_hour(calendar, at):
    later, earlier = (at + n * HOUR for n in range(24 * 20)), (at - n * HOUR for n in range(24 * 20))
    assert roll_forward(calendar, at) == next(one for one in later if is_open(calendar, one))
    assert roll_backward(calendar, at) == next(one for one in earlier if is_open(calendar, one - HOUR))
    opening = next_opening(calendar, at)
    assert opening > at
    assert is_open(calendar, opening)
    assert not is_open(calendar, opening - 1)
    closing = next_closing(calendar, at)
    assert closing > at
    assert is_open(calendar, closing - 1)
    assert not is_open(calendar, closing)


@given(CALENDARS, INSTANTS)
def test_windows_forward_and_backward_are_the_open_time(calendar, at):
    forward = list(itertools.islice(windows_after(calendar, at), 8))
    backward = list(itertools.islice(windows_before(calendar, at), 8))
    for found in (forward, backward[::-1]):
        assert all(a.end < b.start for a, b in itertools.pairwise(found))
        assert all(one.seconds for one in found)
    assert forward[0].start >= at >= backward[0].end


def test_a_calendar_that_is_always_open_has_no_closing_soon():
    always = Calendar.always("UTC")
    assert next(windows_after(always, START)).start == START
    assert working_instant(always, START, 3 * 365 * DAY) == START + 3 * 365 * DAY
    assert working_instant(always, START, -3 * 365 * DAY) == START - 3 * 365 * DAY


def test_hours_that_span_a_years_end_are_one_window_in_both_directions():
    nights = Calendar("UTC", tuple(((20 * HOUR, 28 * HOUR),) for _ in range(7)))
    at = parse_instant("2027-01-01T01:00:00Z")
    whole = (parse_instant("2026-12-31T20:00:00Z"), parse_instant("2027-01-01T04:00:00Z"))
    assert next(windows_after(nights, at - 2 * HOUR)) == (at - 2 * HOUR, whole[1])
    assert next(windows_before(nights, at)) == (whole[0], at)


@pytest.mark.parametrize("walk", [windows_after, windows_before])
def test_a_calendar_that_never_opens_is_refused(walk):
    with pytest.raises(EngineError, match="within a year"):
        next(walk(Calendar("UTC", (CLOSED,) * 7), START))


def test_nothing_to_work_backward_leads_to_the_closing_before():
    office = Calendar("UTC", (((9 * HOUR, 17 * HOUR),),) * 5 + (CLOSED,) * 2)
    sunday = parse_instant("2026-03-29T12:00:00Z")
    assert working_instant(office, sunday, 0) == parse_instant("2026-03-30T09:00:00Z")
    assert working_instant(office, sunday, 0, backward=True) == parse_instant("2026-03-27T17:00:00Z")


# ---- stopwatches


@given(st.lists(st.tuples(st.integers(0, 50), st.booleans()), unique_by=lambda one: one[0], max_size=12))
def test_a_stopwatch_runs_in_the_seconds_after_a_start_and_before_a_stop(events):
    running = stopwatch(events, until=60)
    state, expected = False, []
    for at in range(60):
        state = dict(events).get(at, state)
        expected.append(state)
    assert [bool(one) for one in running.contains(np.arange(60))] == expected


def test_overrun_counts_running_time_after_the_deadline_only():
    assert overrun(Intervals.of([(0, 10), (20, 30)]), 5) == 15
    assert overrun(Intervals.of([(0, 10)]), 10) == 0


def test_a_threshold_is_reached_in_the_first_whole_second_that_reaches_it():
    always = Calendar.always("UTC")
    assert threshold_at(always, 14_399, Fraction(3, 4), 0, START) == START + 10_800  # 10 799.25 s
    assert threshold_at(always, 14_400, Fraction(3, 4), 3600, START) == START + 7200
    assert threshold_at(always, 100, Fraction(1, 2), 80, START) == START - 30
    assert threshold_at(always, 100, Fraction(1), 100, START) == START
    assert threshold_at(always, None, Fraction(1), 0, START) is None


# ---- working days


@given(CALENDARS, DATES, st.integers(-9, 9))
def test_working_days_later_are_so_many_working_days_away(calendar, date, days):
    found = working_day_later(calendar, date, days)
    start = rolled(calendar, date, "travel", days)
    assert found == start if days == 0 else is_working_day(calendar, found)
    assert working_days_between(calendar, start, found, last=days > 0) == days or days == 0


@given(CALENDARS, DATES, DATES)
def test_working_days_between_count_the_first_day_or_the_last_and_turn_their_sign(calendar, start, end):
    listed = [one for one in itertools.islice(working_days(calendar, min(start, end)), 40) if one < max(start, end)]
    sign = 1 if end >= start else -1
    assert working_days_between(calendar, start, end) == sign * len(listed)
    shift = is_working_day(calendar, max(start, end)) - is_working_day(calendar, min(start, end))
    assert working_days_between(calendar, start, end, last=True) == sign * (
        len(listed) + (shift if start != end else 0)
    )


def test_a_day_off_rolls_as_it_is_told():
    office = Calendar("UTC", (((9 * HOUR, 17 * HOUR),),) * 5 + (CLOSED,) * 2)
    saturday, sunday = dt.date(2026, 1, 31), dt.date(2026, 3, 1)
    friday, monday = dt.date(2026, 1, 30), dt.date(2026, 3, 2)
    assert [rolled(office, saturday, how) for how in ("backward", "modified-forward", "modified-backward")] == [
        friday
    ] * 3
    assert [rolled(office, sunday, how) for how in ("forward", "modified-backward")] == [monday] * 2
    assert rolled(office, saturday, "travel") == saturday
    assert rolled(office, saturday, "travel", -1) == friday
    with pytest.raises(EngineError, match="a working day"):
        rolled(office, saturday, "refuse")
    with pytest.raises(EngineError, match="within a year"):
        next(working_days(Calendar("UTC", (CLOSED,) * 7), saturday))


def test_a_working_day_later_keeps_the_time_on_the_wall():
    office = Calendar(ZONE, (((9 * HOUR, 17 * HOUR),),) * 5 + (CLOSED,) * 2)
    friday = parse_instant("2026-03-27T10:00:00+01:00")
    assert working_day_instant(office, friday, 1) == parse_instant("2026-03-30T10:00:00+02:00")


# ---- anchored windows


@given(st.sampled_from(UNITS), st.integers(1, 5), st.datetimes(dt.datetime(2000, 1, 1), dt.datetime(2040, 1, 1)),
       st.sampled_from([ZONE, "UTC", "America/St_Johns", "Australia/Lord_Howe"]),
       st.integers(0, 60 * 365))  # fmt: skip
def test_anchored_windows_hold_the_instant_and_adjoin(unit, count, anchor, zone, day):
    at, anchor = day * DAY + 12_345, anchor.replace(microsecond=0)
    found = anchored_window(unit, count, anchor, zone, at)
    assert found.start <= at < found.end
    assert anchored_window(unit, count, anchor, zone, found.end).start == found.end
    assert anchored_window(unit, count, anchor, zone, found.start - 1).end == found.start


def test_months_keep_the_anchors_day_and_never_drift():
    anchor = dt.datetime(2026, 1, 31, 9)
    starts = [anchored_window("month", 1, anchor, "UTC", parse_instant(f"2026-{month:02d}-28T10:00:00Z")).start
              for month in (1, 2, 3, 4)]  # fmt: skip
    expected = ("2025-12-31", "2026-02-28", "2026-02-28", "2026-03-31")
    assert starts == [parse_instant(f"{date}T09:00:00Z") for date in expected]


def test_rolling_windows_end_at_the_instant_and_months_do_not_roll():
    assert rolling_window("hour", 6, START) == (START - 6 * HOUR, START)
    for unit, count in (("month", 1), ("day", 0)):
        with pytest.raises(EngineError, match="at least one"):
            rolling_window(unit, count, START)
    with pytest.raises(EngineError, match="at least one"):
        anchored_window("fortnight", 1, dt.datetime(2026, 1, 1), "UTC", START)
