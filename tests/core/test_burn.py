"""Burn windows as data, and recurrences as lines of iCalendar: read, checked, refused."""

import datetime as dt
from fractions import Fraction

import pytest

from slmo.core.budget import BURN_WINDOWS
from slmo.core.burn import (
    burn_windows_plain,
    burn_windows_read,
    detection_seconds,
    exhaustion_seconds,
    highest_burn,
    reopens,
    windows_scaled,
)
from slmo.core.errors import EngineError, TermError
from slmo.core.icalendar import recurrence_read
from slmo.core.units import DAY

MONTH = 30 * DAY
ROW = {"severity": "page", "long": "1h", "short": "5m", "share": "2%"}


def test_the_usual_table_survives_being_written_and_read():
    assert burn_windows_read(burn_windows_plain(BURN_WINDOWS), MONTH) == BURN_WINDOWS


def test_a_share_and_a_factor_say_the_same_of_one_period():
    (by_share,), (by_factor,) = (
        burn_windows_read([row], MONTH) for row in (ROW, {**ROW, "share": None, "factor": 14.4})
    )
    assert by_share == by_factor
    assert by_share.factor(28 * DAY) == Fraction("13.44")


@pytest.mark.parametrize(
    ("changes", "key"),
    [
        ({"long": "31d"}, "[0].long"), ({"long": "0s"}, "[0].long"), ({"short": "1h"}, "[0].short"),
        ({"short": "0s"}, "[0].short"), ({"share": "0%"}, "[0].share"), ({"share": "101%"}, "[0].share"),
        ({"share": None}, "[0]"), ({"factor": 2}, "[0]"), ({"share": None, "factor": 0}, "[0].factor"),
        ({"share": None, "factor": 721}, "[0].factor"), ({"severity": "mail"}, "[0].severity"),
        ({"window": "1h"}, "[0].window"),
    ],
)  # fmt: skip
def test_a_row_that_cannot_be_used_is_refused_with_its_key(changes, key):
    with pytest.raises(TermError) as refused:
        burn_windows_read([{**ROW, **changes}], MONTH)
    assert refused.value.key == key


@pytest.mark.parametrize("rows", [[], [ROW] * 17, [ROW, {**ROW, "severity": "ticket"}]])
def test_an_empty_a_too_long_or_a_double_table_is_refused(rows):
    with pytest.raises(TermError):
        burn_windows_read(rows, MONTH)


def test_windows_that_follow_the_period_keep_their_factors_and_whole_minutes():
    scaled = windows_scaled(BURN_WINDOWS, MONTH, 7 * DAY)
    assert [(row.long, row.short) for row in scaled] == [(840, 60), (5040, 420), (20160, 1680), (60480, 5040)]
    assert [row.factor(7 * DAY) for row in scaled] == [row.factor(MONTH) for row in BURN_WINDOWS]


def test_what_a_factor_means():
    target = Fraction(999, 1000)
    assert detection_seconds(Fraction("14.4"), 3600, target) == Fraction("51.84")
    assert detection_seconds(Fraction("14.4"), 3600, target, Fraction("0.0144")) is None
    assert exhaustion_seconds(Fraction("14.4"), MONTH) == 180_000
    assert exhaustion_seconds(Fraction(0), MONTH) is None
    assert (highest_burn(target), highest_burn(Fraction(1))) == (1000, None)
    assert [reopens(100, resolved, 60) for resolved in (None, 40, 41)] == [True, True, False]


# ---- recurrences


FIRST = "DTSTART:20260105T090000\n"


def starts(text, count=20):
    return list(recurrence_read(text).starts(dt.datetime(2026, 1, count)))


def test_rules_and_dates_are_united_and_skipped_ones_taken_out_last():
    text = FIRST + "RRULE:FREQ=DAILY;COUNT=3\nRDATE:20260107T090000,20260109T090000\nEXDATE:20260106T090000\n"
    assert [one.day for one in starts(text)] == [5, 7, 9]


def test_a_whole_day_a_zone_and_a_folded_line_are_read():
    found = recurrence_read("DTSTART;TZID=Europe/Berlin:20260105T090000\r\nRRULE:FREQ=DAI\r\n LY;COUNT=2")
    assert (found.zone, [one.day for one in found.starts(dt.datetime(2027, 1, 1))]) == ("Europe/Berlin", [5, 6])
    assert recurrence_read("DTSTART;VALUE=DATE:20260105\nRDATE:20260110").first == dt.datetime(2026, 1, 5)


@pytest.mark.parametrize(
    "text",
    [
        "", FIRST, "RRULE:FREQ=DAILY", FIRST + FIRST + "RRULE:FREQ=DAILY", FIRST + "RRULE:FREQ=NEVER",
        FIRST + "EXRULE:FREQ=DAILY", FIRST + "SUMMARY:x", FIRST + "RDATE;X=1:20260110",
        "DTSTART;X=1:20260105\nRDATE:20260110", "DTSTART:20260231\nRDATE:20260110", "DTSTART:today\nRDATE:20260110",
        "DTSTART;TZID=Mars:20260105\nRDATE:20260110",
        "DTSTART;TZID=UTC:20260105T090000Z\nRRULE:FREQ=DAILY",
        "DTSTART;TZID=Europe/Berlin:20260105T090000\nRRULE:FREQ=DAILY;UNTIL=20260110T090000",
    ],
)  # fmt: skip
def test_lines_that_rfc_5545_does_not_allow_are_refused(text):
    with pytest.raises(EngineError):
        recurrence_read(text)
