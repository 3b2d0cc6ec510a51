"""Charts are values: they survive JSON, keep gaps as gaps, and cut no axis."""

import json
from datetime import date
from fractions import Fraction
from typing import Any

import pytest

from slmo.web import charts, gallery
from slmo.web.charts.base import DECALS, tone_style, wall_clock
from slmo.web.charts.days import calendar_height
from slmo.web.signs import PATTERNS

PERIODS = [
    {"label": "Jan 2026", "achieved": Fraction(9_985, 10_000), "verdict": "breached", "url": "/why/1/"},
    {"label": "Feb 2026", "achieved": None, "verdict": "no_data"},
    {"label": "Mar 2026", "achieved": Fraction(1), "verdict": "met"},
]


@pytest.mark.parametrize("name", ["bars", "budget", "timeline", "whatif", "calendar"])
def test_options_are_plain_json(name: str) -> None:
    options = gallery.samples()[name]
    assert json.loads(json.dumps(options)) == options


def test_a_bar_hangs_from_100_percent_by_what_was_lost_and_a_gap_stays_a_gap() -> None:
    options = charts.achieved_bars(PERIODS, Fraction(999, 1000), target_label="99.9 %")
    assert [bar["value"] for bar in options["series"][0]["data"]] == [pytest.approx(0.15), None, 0.0]
    assert options["yAxis"]["min"] == 0
    assert options["yAxis"]["inverse"] is True
    assert options["series"][0]["markLine"]["data"][0]["yAxis"] == pytest.approx(0.1)


def test_the_axis_holds_the_target_even_where_every_bar_is_shorter() -> None:
    options = charts.achieved_bars(PERIODS[2:], Fraction(99, 100), target_label="99 %")
    assert options["yAxis"]["max"] > 1


def test_a_bar_leads_to_why() -> None:
    assert charts.achieved_bars(PERIODS, 0.999, target_label="")["series"][0]["data"][0]["url"] == "/why/1/"


def test_a_missing_stretch_of_the_budget_line_is_a_hole() -> None:
    options = charts.budget_line(
        [(0, 600), (3600, None), (7200, Fraction(-60))],
        600,
        start=0,
        end=86_400,
        zone="UTC",
        labels={"left": "Left", "pace": "Pace", "empty": "Empty"},
    )
    line = options["series"][0]
    assert [value for _at, value in line["data"]] == [10.0, None, -1.0]
    assert line["connectNulls"] is False


def test_time_axes_show_the_wall_clock_of_the_agreement() -> None:
    summer = 1_774_742_400  # 2026-03-29T00:00:00Z, an hour before clocks change in Berlin
    assert wall_clock(summer, "Europe/Berlin") == (summer + 3_600) * 1000
    assert wall_clock(summer + 3_600, "Europe/Berlin") == (summer + 3_600 + 7_200) * 1000


def test_a_calendar_has_a_row_for_each_year_the_latest_on_top() -> None:
    days: list[dict[str, Any]] = [
        {"date": date(2025, 12, 31), "verdict": "met", "label": "a"},
        {"date": date(2026, 1, 1), "verdict": "no_data", "label": "b"},
    ]
    options = charts.calendar_heatmap(days)
    assert [one["range"] for one in options["calendar"]] == ["2026", "2025"]
    assert options["series"][0]["data"][0]["itemStyle"]["decal"] == DECALS["dots"]
    assert calendar_height(days) > calendar_height(days[:1])


def test_charts_repeat_the_patterns_of_the_signs() -> None:
    assert set(PATTERNS.values()) == set(DECALS)
    assert "decal" in tone_style("indeterminate")
    assert "decal" not in tone_style("met")


def test_a_sparkline_always_shows_the_line_at_one() -> None:
    assert charts.burn_sparkline([0.1, None, 0.2])["yAxis"]["max"] > 1


def test_an_overspent_budget_is_drawn_in_the_unit_of_what_was_lost() -> None:
    options = charts.budget_line(
        [(0, 600), (7200, -24_000)],
        600,
        start=0,
        end=86_400,
        zone="UTC",
        labels={"left": "Left", "pace": "Pace", "empty": "Empty"},
    )
    assert options["yAxis"]["axisLabel"]["formatter"] == "{value} h"
    assert [round(value, 2) for _at, value in options["series"][0]["data"]] == [0.17, -6.67]


def test_values_stand_from_zero_under_a_round_end_and_a_missing_one_stays_a_gap():
    bars = [{"label": "Q1", "value": 5, "verdict": "breached"}, {"label": "Q2", "value": None, "verdict": "no_data"}]
    options = charts.value_periods(bars, 2, limit_label="limit")
    assert (options["yAxis"]["min"], options["yAxis"]["max"]) == (0, 6)
    assert [bar["value"] for bar in options["series"][0]["data"]] == [5, None]
    assert options["series"][0]["markLine"]["data"][0]["yAxis"] == 2
    assert "markLine" not in charts.value_periods(bars, None, limit_label="")["series"][0]


def test_a_day_of_samples_is_a_box_with_its_own_figure_and_a_day_without_any_is_empty():
    full = {"label": "1", "spread": (1, 2, 3, 4, 9), "value": 4.5, "verdict": "met", "text": "1"}
    empty = {"label": "2", "spread": None, "value": None, "verdict": "no_data", "text": "2"}
    options = charts.value_days([full, empty], 5, limit_label="limit", labels={"spread": "s", "value": "v"}, unit="s")
    assert [box["value"] for box in options["series"][0]["data"]] == [[1, 2, 3, 4, 9], []]
    assert [dot["value"] for dot in options["series"][1]["data"]] == [4.5, None]


def test_a_late_task_is_a_diamond_above_the_line_and_a_far_one_stays_on_the_paper():
    points = [
        {"at": 0, "used": 0.5, "verdict": "met", "text": "T-1"},
        {"at": 3600, "used": 40, "verdict": "breached", "text": "T-2"},
    ]
    options = charts.task_dots(points, start=0, end=86_400, zone="UTC", limit_label="limit")
    dots = options["series"][0]["data"]
    assert [dot["symbol"] for dot in dots] == ["circle", "diamond"]
    assert [dot["value"][1] for dot in dots] == [50, options["yAxis"]["max"]]


def test_parts_of_days_show_their_state_by_colour_and_pattern():
    cells = [
        {"day": 0, "hour": 1, "state": "down", "label": "bad"},
        {"day": 0, "hour": 0, "state": "unknown", "label": "?"},
    ]
    labels = {"down": "Bad", "unknown": "No data"}
    options = charts.slice_heat(cells, days=["1"], hours=["00:00", "00:30"], labels=labels)
    assert {piece["label"] for piece in options["visualMap"]["pieces"]} == {"Bad", "No data"}
    assert "decal" in options["series"][0]["data"][1]["itemStyle"]


def test_fuller_fifths_of_forecasts_are_larger_points():
    bins = [
        {"said": 0.1, "happened": 0.0, "forecasts": 30, "text": "a"},
        {"said": 0.9, "happened": 1.0, "forecasts": 3, "text": "b"},
    ]
    labels = {"said": "said", "happened": "came true", "ideal": "as said"}
    points = charts.calibration_points(bins, labels=labels)["series"][1]["data"]
    assert [point["value"] for point in points] == [[10, 0], [90, 100]]
    assert points[0]["symbolSize"] > points[1]["symbolSize"]
