"""Days as a calendar, outages along time."""

from collections.abc import Mapping, Sequence
from typing import Any

from slmo.web.charts.base import frame, plain_axis, tone_colour, tone_style, wall_clock
from slmo.web.signs import STATES, VERDICTS, key_of, sign_of

CALENDAR_TALL = 150  # seven rows of 16 pixels, and the names of the months
LEGEND_TALL = 34


def calendar_heatmap(days: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return one square a day, a calendar for each year, the latest on top.

    `days`: `{"date": datetime.date, "verdict": …, "label": "3 March 2026: 99.90 %", "url": …}`. A day that is not given
    stays empty. Use `calendar_height` for the chart's height.
    """
    years = sorted({item["date"].year for item in days}, reverse=True)
    given = {key_of(item["verdict"]) for item in days}
    kinds = [kind for kind in {**VERDICTS, **STATES} if kind in given]
    return frame(
        tooltip={**frame()["tooltip"], "formatter": "{b}"},
        visualMap={
            "type": "piecewise",
            "dimension": 1,
            "left": "left",
            "bottom": 0,
            "orient": "horizontal",
            "itemWidth": 13,
            "itemHeight": 13,
            "itemGap": 16,
            "textStyle": {"color": "$ink-2"},
            "selectedMode": False,
            "pieces": [
                {"value": place, "label": str(sign_of(kind).label), "color": tone_colour(kind)}
                for place, kind in enumerate(kinds)
            ],
        },
        calendar=[calendar_of(year, place) for place, year in enumerate(years)],
        series=[
            {
                "type": "heatmap",
                "coordinateSystem": "calendar",
                "calendarIndex": place,
                "data": [day_cell(item, kinds) for item in days if item["date"].year == year],
            }
            for place, year in enumerate(years)
        ],
    )


def calendar_height(days: Sequence[Mapping[str, Any]]) -> int:
    """Return the height in pixels that the calendars of these days need."""
    return CALENDAR_TALL * max(1, len({item["date"].year for item in days})) + LEGEND_TALL


def calendar_of(year: int, place: int) -> dict[str, Any]:
    """Return the calendar of one year, `place` counted from the top."""
    return {
        "range": str(year),
        "top": place * CALENDAR_TALL + 24,
        "left": 74,
        "right": 4,
        "cellSize": ["auto", 16],
        "splitLine": {"lineStyle": {"color": "$line-2", "width": 1}},
        "itemStyle": {"color": "$sunken", "borderColor": "$surface", "borderWidth": 2},
        "dayLabel": {"firstDay": 1, "color": "$ink-3", "fontSize": 11, "nameMap": "@days"},
        "monthLabel": {"color": "$ink-3", "fontSize": 12, "nameMap": "@months"},
        "yearLabel": {"color": "$ink-2", "fontSize": 14, "margin": 38, "fontWeight": 600},
    }


def day_cell(item: Mapping[str, Any], kinds: Sequence[str]) -> dict[str, Any]:
    """Return one day's square."""
    kind = key_of(item["verdict"])
    cell: dict[str, Any] = {"value": [item["date"].isoformat(), kinds.index(kind)], "name": str(item["label"])}
    style = tone_style(kind)
    if "decal" in style:
        cell["itemStyle"] = {"decal": style["decal"]}
    return cell | ({"url": item["url"]} if item.get("url") else {})


def outage_timeline(rows: Sequence[Mapping[str, Any]], *, start: int, end: int, zone: str) -> dict[str, Any]:
    """Return outages and other states along time, one line for each row.

    `rows`: `{"name": …, "spans": [{"start": instant, "end": instant, "state": "down", "label": …, "url": …}]}`,
    the first on top. The axis shows the wall clock of `zone` over `[start, end)`.
    """
    spans = [
        {
            "name": str(span["label"]),
            "value": [place, wall_clock(span["start"], zone), wall_clock(span["end"], zone)],
            "itemStyle": tone_style(span["state"]),
            **({"url": span["url"]} if span.get("url") else {}),
        }
        for place, row in enumerate(rows)
        for span in row["spans"]
    ]
    return frame(
        useUTC=True,
        tooltip={**frame()["tooltip"], "formatter": "{b}"},
        grid={"left": 12, "right": 30, "top": 4, "bottom": 4, "containLabel": True},  # room for half of the last label
        xAxis=plain_axis(
            "time",
            min=wall_clock(start, zone),
            max=wall_clock(end, zone),
            splitLine={"show": True, "lineStyle": {"color": "$line"}},
        ),
        yAxis=plain_axis(
            "category",
            data=[str(row["name"]) for row in rows],
            inverse=True,
            axisLine={"show": False},
            axisLabel={"color": "$ink-2", "width": 180, "overflow": "truncate"},
        ),
        series=[
            {"type": "custom", "renderItem": "@span", "encode": {"x": [1, 2], "y": 0}, "data": spans, "clip": True}
        ],
    )
