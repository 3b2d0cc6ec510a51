"""Windows, zones, periods, calendars and recurrences, in sentences."""

import datetime as dt
import itertools
from fractions import Fraction

import pytest

from slmo.core.calendar import (
    CLOSED,
    Calendar,
    WorksAs,
    add_working_seconds,
    exception_strongest,
    is_open,
    working_seconds,
)
from slmo.core.errors import EngineError
from slmo.core.exclusions import Recurring
from slmo.core.periods import local_days, period_containing, period_windows
from slmo.core.recurrence import starts_until
from slmo.core.units import DAY, Window, format_instant, parse_duration, parse_instant, truncate
from slmo.core.zones import wall_closing, wall_opening, wall_recurrence
from tests.core.builders import at, window

OFFICE = ((9 * 3600, 13 * 3600), (14 * 3600, 18 * 3600))
WEEK = (OFFICE,) * 5 + (CLOSED,) * 2


def wall(text):
    return dt.datetime.fromisoformat(text)


@pytest.mark.parametrize(
    ("zone", "date", "hours"),
    [
        ("Europe/Berlin", "2026-03-29", 23),
        ("Europe/Berlin", "2026-10-25", 25),
        ("America/New_York", "2026-03-08", 23),
        ("Australia/Lord_Howe", "2026-04-05", 24.5),
        ("Australia/Lord_Howe", "2026-10-04", 23.5),
        ("America/Santiago", "2026-09-06", 23),
        ("Africa/Casablanca", "2026-03-22", 23),
        ("Asia/Kolkata", "2026-03-29", 24),
        ("Pacific/Apia", "2011-12-29", 24),
        ("Pacific/Apia", "2011-12-31", 24),
        ("UTC", "2026-03-29", 24),
    ],
)
def test_a_local_day_is_as_long_as_the_clocks_make_it(zone, date, hours):
    start = wall_opening(zone, wall(date))
    ((found, day),) = local_days(zone, Window(start, start + 1))
    assert (found.isoformat(), day.seconds / 3600) == (date, hours)


def test_the_day_that_samoa_skipped_is_no_day():
    days = local_days("Pacific/Apia", window("2011-12-29T10:00:00", "2012-01-01T00:00:00"))
    assert [date.day for date, _ in days] == [29, 31, 1]
    assert days[0][1].end == days[1][1].start


def test_a_skipped_time_means_the_first_instant_after_the_gap_and_a_recurrence_moves_by_the_gap():
    skipped = wall("2026-03-29T02:30")
    assert wall_opening("Europe/Berlin", skipped) == wall_closing("Europe/Berlin", skipped) == at("2026-03-29T01:00:00")
    assert wall_recurrence("Europe/Berlin", skipped) == at("2026-03-29T01:30:00")


def test_of_a_repeated_time_an_opening_takes_the_first_and_a_closing_the_second():
    repeated = wall("2026-10-25T02:30")
    assert wall_opening("Europe/Berlin", repeated) == at("2026-10-25T00:30:00")
    assert wall_closing("Europe/Berlin", repeated) == at("2026-10-25T01:30:00")
    assert wall_recurrence("Europe/Berlin", repeated) == at("2026-10-25T00:30:00")


def test_a_contract_month_from_the_31st_ends_on_the_last_day_of_short_months_and_never_drifts():
    found = period_windows(
        "contract-month", "UTC", window("2025-01-31T00:00:00", "2025-06-30T00:00:00"), dt.date(2025, 1, 31)
    )
    assert [format_instant(one.start)[5:10] for one in found] == ["01-31", "02-28", "03-31", "04-30", "05-31"]
    assert all(a.end == b.start for a, b in itertools.pairwise(found))


@pytest.mark.parametrize(
    ("period", "start", "end"),
    [
        ("day", "2026-05-14", "2026-05-15"),
        ("week", "2026-05-11", "2026-05-18"),
        ("month", "2026-05-01", "2026-06-01"),
        ("quarter", "2026-04-01", "2026-07-01"),
        ("half", "2026-01-01", "2026-07-01"),
        ("year", "2026-01-01", "2027-01-01"),
        ("contract-month", "2026-04-15", "2026-05-15"),
        ("contract-year", "2025-11-15", "2026-11-15"),
    ],
)
def test_each_period_has_its_dates(period, start, end):
    found = period_containing(period, "Asia/Kolkata", at("2026-05-14T12:00:00"), dt.date(2025, 11, 15))
    assert (format_instant(found.start, "Asia/Kolkata")[:10], format_instant(found.end, "Asia/Kolkata")[:10]) == (
        start,
        end,
    )


def test_a_rolling_period_is_exact_and_ends_at_the_moment_asked_about():
    asked = window("2026-03-01T00:00:00", "2026-04-01T00:00:00")
    (found,) = period_windows("rolling 28d", "Europe/Berlin", asked, None, at("2026-03-30T12:00:00"))
    assert found == (at("2026-03-02T12:00:00"), at("2026-03-30T12:00:00"))


def test_where_midnight_happens_twice_an_instant_belongs_to_the_day_that_has_begun():
    late = at("2006-10-29T03:00:00")  # the clocks of St John's show 28 October, 23:30, for the second time
    assert format_instant(late, "America/St_Johns")[:10] == "2006-10-28"
    assert period_containing("day", "America/St_Johns", late).start == at("2006-10-29T02:30:00")


def test_a_lunch_break_is_two_intervals_and_a_holiday_none():
    calendar = Calendar("UTC", WEEK, {dt.date(2026, 5, 1): CLOSED, dt.date(2026, 5, 2): WorksAs(0)})
    friday, saturday = (window(f"2026-05-0{n}T00:00:00", f"2026-05-0{n + 1}T00:00:00") for n in (1, 2))
    assert (working_seconds(calendar, friday), working_seconds(calendar, saturday)) == (0, 8 * 3600)
    assert not is_open(calendar, at("2026-05-04T13:00:00"))
    assert is_open(calendar, at("2026-05-04T12:59:59"))


def test_own_hours_are_stronger_than_closed_and_closed_than_works_as():
    own = ((0, 3600),)
    assert exception_strongest(WorksAs(0), CLOSED, own) == own
    assert exception_strongest(WorksAs(0), CLOSED) == CLOSED


def test_overnight_hours_belong_to_the_day_on_which_they_open():
    calendar = Calendar("UTC", (((22 * 3600, 30 * 3600),),) * 7, {dt.date(2026, 5, 2): CLOSED})
    opened = calendar.open(window("2026-05-02T00:00:00", "2026-05-04T00:00:00")).windows()
    assert opened == [
        window("2026-05-02T00:00:00", "2026-05-02T06:00:00"),
        window("2026-05-03T22:00:00", "2026-05-04T00:00:00"),
    ]


def test_work_that_ends_at_closing_time_ends_at_closing_time():
    calendar = Calendar("UTC", WEEK)
    friday = at("2026-05-08T17:58:30")
    assert add_working_seconds(calendar, friday, 90) == at("2026-05-08T18:00:00")
    assert add_working_seconds(calendar, friday, 91) == at("2026-05-11T09:00:01")


def test_a_recurring_window_stays_at_its_local_time_and_has_its_exact_length():
    nightly = Recurring("Europe/Berlin", "FREQ=DAILY;COUNT=3", wall("2024-03-30T01:30"), 7200, "maintenance")
    found = nightly.expand(window("2024-03-01T00:00:00", "2024-05-01T00:00:00")).windows()
    assert [format_instant(one.end, "Europe/Berlin")[11:16] for one in found] == ["03:30", "04:30", "03:30"]
    assert {one.seconds for one in found} == {7200}


def test_count_is_applied_before_exceptions_and_the_31st_skips_short_months():
    monthly = Recurring(
        "UTC", "FREQ=MONTHLY;COUNT=3", wall("2026-01-31T00:00"), 60, "", frozenset({dt.date(2026, 3, 31)})
    )
    found = monthly.expand(window("2026-01-01T00:00:00", "2027-01-01T00:00:00")).windows()
    assert [format_instant(one.start)[:10] for one in found] == ["2026-01-31", "2026-05-31"]


@pytest.mark.parametrize(
    "rule", ["FREQ=DAILY;UNTIL=20260103", "FREQ=DAILY;UNTIL=20260103T020000", "FREQ=DAILY;UNTIL=20260103T010000Z"]
)
def test_until_is_inclusive_as_a_date_a_local_time_and_in_utc(rule):
    found = list(starts_until(rule, wall("2026-01-01T02:00"), wall("2027-01-01"), "Europe/Berlin"))
    assert [one.day for one in found] == [1, 2, 3]


@pytest.mark.parametrize(
    "rule",
    [
        "", "DAILY", "FREQ=NEVER", "FREQ=DAILY;FREQ=DAILY", "FREQ=DAILY;INTERVAL=0", "FREQ=DAILY;COUNT=0",
        "FREQ=WEEKLY;BYDAY=", "FREQ=DAILY;BYDAY=-1OK", "FREQ=DAILY;UNTIL=TheCowsComeHome", "FREQ=DAILY;BYMONTHDAY=0",
        "FREQ=DAILY;BYHOUR=24", "FREQ=DAILY;COUNT=1;UNTIL=20260101", "FREQ=DAILY;X=1",
    ],
)  # fmt: skip
def test_a_rule_that_rfc_5545_does_not_allow_is_refused(rule):
    with pytest.raises(EngineError):
        list(starts_until(rule, wall("2026-01-01T00:00"), wall("2026-02-01")))


@pytest.mark.parametrize(
    "rule",
    [
        "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30",
        "FREQ=DAILY;BYMONTH=2,4;BYMONTHDAY=31,-31",
        "FREQ=YEARLY;BYWEEKNO=20;BYMONTH=1",
    ],
)
def test_a_rule_that_never_happens_ends_quietly(rule):
    assert list(starts_until(rule, wall("2026-01-01T00:00"), wall("2036-01-01"))) == []


@pytest.mark.parametrize("days", ["29", "-29", "29,30"])
def test_the_last_day_of_february_happens_in_leap_years(days):
    rule = f"FREQ=DAILY;BYMONTH=2;BYMONTHDAY={days}"
    found = list(starts_until(rule, wall("2026-01-01T00:00"), wall("2036-01-01")))
    assert [one.year for one in found] == [2028, 2032]


def test_durations_and_figures_are_exact():
    assert (parse_duration("2d"), parse_duration("1h30m")) == (2 * DAY, 5400)
    assert parse_instant("2026-01-01T00:00:00-03:30") == at("2026-01-01T03:30:00")
    assert truncate(Fraction(99_895, 1000), 2) == "99.89"
    assert truncate(Fraction(-1, 3), 2) == "-0.34"


def test_hours_that_end_where_a_repeated_hour_begins_close_with_its_second_beginning():
    evening = Calendar("Europe/Berlin", (((18 * 3600, 26 * 3600),),) * 7)  # 18:00-02:00
    night = window("2026-10-24T12:00:00", "2026-10-25T12:00:00")
    assert evening.open(night).windows() == [window("2026-10-24T16:00:00", "2026-10-25T01:00:00")]


def test_hours_that_begin_where_a_repeated_hour_ends_open_once_it_is_over():
    morning = Calendar("Europe/Berlin", (((3 * 3600, 4 * 3600),),) * 7)  # 03:00-04:00
    night = window("2026-10-24T12:00:00", "2026-10-25T12:00:00")
    assert morning.open(night).windows() == [window("2026-10-25T02:00:00", "2026-10-25T03:00:00")]
