"""Figures and times as people read them: exact, and never flattering."""

from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction

import pytest
from django.utils import timezone, translation
from hypothesis import given, settings
from hypothesis import strategies as st

from slmo.web import words
from slmo.web.templatetags.slmo import when

N = "\N{NO-BREAK SPACE}"
AT = datetime(2026, 3, 29, 12, 5, 9, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "places", "shown"),
    [
        (Fraction(99_895, 100_000), 2, f"99.89{N}%"),  # a breach of 99.9 % is not shown as 99.90 %
        (Fraction(618_582, 619_200), 2, f"99.90{N}%"),
        (Decimal("0.9999999"), 2, f"99.99{N}%"),
        (1, 2, f"100.00{N}%"),
        (0, 0, f"0{N}%"),
        (0.999, 1, f"99.9{N}%"),
        (None, 2, "–"),
    ],
)
def test_a_percentage_is_cut_against_the_provider(value: words.Exact | None, places: int, shown: str) -> None:
    assert words.percent(value, places) == shown


@settings(deadline=None)  # how fast a loaded machine is says nothing about the figure
@given(st.fractions(min_value=0, max_value=1), st.integers(0, 6))
def test_a_shown_percentage_never_exceeds_the_exact_one_and_is_less_than_a_step_below_it(value, places) -> None:
    shown = Fraction(words.percent(value, places).removesuffix(f"{N}%"))
    assert shown <= value * 100 < shown + Fraction(1, 10**places)


def test_a_target_is_shown_with_the_decimals_it_has_and_no_more() -> None:
    assert words.percent_exact(Fraction(9_995, 10_000)) == f"99.95{N}%"
    assert words.percent_exact(Decimal("0.9900")) == f"99{N}%"
    assert words.places_for(Fraction(9_995, 10_000)) == 3


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [
        (2592, "43 min 12 s"),
        (0, "0 s"),
        (-618, "−10 min 18 s"),
        (90_061, "1 d 1 h 1 min"),
        (3_600, "1 h"),
        (Fraction(6, 5), "1.2 s"),
        (Fraction("619.2"), "10 min 19 s"),
        (None, "–"),
    ],
)
def test_a_length_is_in_words_that_people_use(seconds: words.Exact | None, shown: str) -> None:
    assert words.duration(seconds).replace(N, " ") == shown


def test_a_length_in_a_sentence_counts_its_units() -> None:
    assert words.duration_words(61) == "1 minute 1 second"
    assert words.duration_words(7_320) == "2 hours 2 minutes"


def test_a_clock_shows_hours_minutes_seconds() -> None:
    assert words.clock(5_025) == "1:23:45"
    assert words.clock(-60) == "−0:01:00"


def test_thousands_are_grouped_and_decimals_follow_the_language() -> None:
    assert words.number(618_582) == f"618{N}582"
    with translation.override("ru"):
        assert words.number(Fraction("1234.56"), 1) == "1234,5"
        assert words.percent(Fraction(999, 1000), 1) == f"99,9{N}%"


def test_months_are_named_in_the_language_of_the_page() -> None:
    assert words.month(date(2026, 3, 1)) == "March 2026"
    with translation.override("ru"):
        assert words.month(date(2026, 3, 1)) == "Март 2026"
        assert words.month_inside(date(2026, 3, 1)) == "март 2026"
        assert words.day(date(2026, 3, 1)).startswith("1 мар")


def test_an_instant_is_shown_in_the_readers_zone_and_in_the_agreements_where_they_differ() -> None:
    with timezone.override("Europe/Berlin"):
        same = str(when(AT, "Europe/Paris"))
        other = str(when(AT, "America/New_York"))
    assert "29 Mar 2026, 14:05" in same
    assert "Paris" not in same
    assert "29 Mar 2026, 14:05" in other
    assert "29 Mar 2026, 08:05 America/New_York" in other


def test_how_long_ago_is_one_sentence_in_the_largest_unit() -> None:
    now = int(AT.timestamp())
    assert words.ago(now - 3 * 3600 - 5, now) == "3 hours ago"
    assert words.ago(now + 86_400, now) == "in 1 day"
    assert words.ago(now - 5, now) == "just now"


def test_a_recorded_figure_is_written_as_the_readers_language_writes_it() -> None:
    assert words.figure("99.89 %") == "99.89\N{NO-BREAK SPACE}%"
    with translation.override("ru"):
        assert words.figure("99.89 %") == "99,89\N{NO-BREAK SPACE}%"
