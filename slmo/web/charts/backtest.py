"""A draft on past periods: bars under both terms, and what each target would have meant. Made for a narrow column."""

from collections.abc import Mapping, Sequence
from typing import Any

from slmo.web import words
from slmo.web.charts.base import frame, limit_line, plain_axis, share_lost, tone_style, value_axis
from slmo.web.charts.periods import hanging_bar, lost_axis, tip_text

NARROW = {"left": 2, "right": 8, "top": 22, "bottom": 4, "containLabel": True}
_BAR = {"type": "bar", "barMaxWidth": 16, "barMinHeight": 2, "barGap": "12%", "barCategoryGap": "28%"}


def backtest_bars(
    drafted: Sequence[Mapping[str, Any]],
    agreed: Sequence[Mapping[str, Any]] | None,
    *,
    target: words.Exact,
    labels: dict[str, str],
) -> dict[str, Any]:
    """Return the achieved share of each period, hanging from 100 %, as drafted and (pale) as agreed.

    `drafted`, `agreed`: as in `achieved_bars`, the same periods in the same order. `labels`: "drafted", "agreed",
    "target" (of the line).
    """
    lost = [share_lost(item.get("achieved")) for item in [*drafted, *(agreed or ())]]
    limit = share_lost(target) or 0.0
    return frame(
        grid={**NARROW, "top": 4},
        tooltip={**frame()["tooltip"], "formatter": "{b}"},
        xAxis=_ticks(drafted, position="top"),
        yAxis=lost_axis(lost, [limit]) | {"splitNumber": 3},
        series=_pair(
            [_hanging(item) for item in drafted],
            [_hanging(item, pale=True) for item in agreed or ()],
            limit_line(limit, labels["target"], position="insideEndBottom"),
            labels,
        ),
    )


def backtest_values(
    drafted: Sequence[Mapping[str, Any]],
    agreed: Sequence[Mapping[str, Any]] | None,
    *,
    target: float | None,
    labels: dict[str, str],
    unit: str = "",
) -> dict[str, Any]:
    """Return the value of each period as bars from zero: `value` in place of `achieved`, in `unit`."""
    shown = [item["value"] for item in [*drafted, *(agreed or ())] if item["value"] is not None]
    most = max([*shown, target or 0, 1e-9]) * 1.18
    line = None if target is None else limit_line(target, labels["target"], position="insideEndTop")
    return frame(
        grid=NARROW,
        tooltip={**frame()["tooltip"], "formatter": "{b}"},
        xAxis=_ticks(drafted),
        yAxis=value_axis(
            min=0, max=most, splitNumber=3,
            axisLabel={"color": "$ink-3", "formatter": f"@number {unit}" if unit else "@plain", "showMaxLabel": False},
        ),
        series=_pair(
            [_standing(item) for item in drafted], [_standing(item, pale=True) for item in agreed or ()], line, labels
        ),
    )  # fmt: skip


def _ticks(periods: Sequence[Mapping[str, Any]], **more: Any) -> dict[str, Any]:
    """Return the axis of the periods."""
    return plain_axis("category", data=[str(item.get("tick", item["label"])) for item in periods], **more)


def _pair(
    full: list[dict[str, Any]], pale: list[dict[str, Any]], line: dict[str, Any] | None, labels: dict[str, str]
) -> list[dict[str, Any]]:
    """Return one series, or two side by side where there is something to compare with."""
    marked = {"markLine": {"symbol": "none", "silent": True, "data": [line]}} if line else {}
    before = [{**_BAR, "name": labels["agreed"], "data": pale}] if pale else []
    return [*before, {**_BAR, "name": labels["drafted"], "data": full, **marked}]


def _hanging(item: Mapping[str, Any], *, pale: bool = False) -> dict[str, Any]:
    style = tone_style(item["verdict"]) | ({"opacity": 0.38} if pale else {})
    return hanging_bar(item, style) | {"name": tip_text(item)}


def _standing(item: Mapping[str, Any], *, pale: bool = False) -> dict[str, Any]:
    style = tone_style(item["verdict"]) | ({"opacity": 0.38} if pale else {})
    return {"value": item["value"], "name": str(item["text"]), "itemStyle": style}


def sensitivity(
    points: Sequence[Mapping[str, Any]], *, labels: dict[str, str], here: int, even: int | None, money: bool
) -> dict[str, Any]:
    """Return how many periods each target would have missed and, where there are credits, what they would have cost.

    `points`: `{"tick", "missed", "credit": number, "text": tooltip}`, from the most lenient target on. `here` and
    `even` are the places of the drafted target and of the strictest one that misses nothing. `labels`: "missed",
    "credit", "here", "even".
    """
    missed = [{"value": one["missed"], "name": str(one["text"])} for one in points]
    credit = [{"value": one["credit"], "name": str(one["text"])} for one in points]
    most = max((one["missed"] for one in points), default=0)
    half = len(points) // 2
    marks = [_upright(here, labels["here"], "$ink", left=here < half)]
    if even is not None and abs(even - here) > len(points) * 2 // 5:  # else the labels would stand on one another
        marks.append(_upright(even, labels["even"], "$met", left=even < half))
    look = {"type": "line", "showSymbol": False, "symbolSize": 8, "emphasis": {"scale": False}}
    return frame(
        grid={"left": 2, "right": 4, "top": 26, "bottom": 4, "containLabel": True},
        tooltip={**frame()["tooltip"], "trigger": "axis", "formatter": "{b}"},
        xAxis=plain_axis("category", data=[str(one["tick"]) for one in points], boundaryGap=False),
        yAxis=[
            value_axis(min=0, max=max(1, most), minInterval=1, splitNumber=3),
            value_axis(min=0, splitNumber=3, splitLine={"show": False}, show=money,
                       axisLabel={"color": "$info", "fontSize": 12, "formatter": "@short"}),
        ],
        series=[
            {**look, "name": labels["missed"], "step": "middle", "data": missed,
             "lineStyle": {"width": 2, "color": "$breach-solid"}, "itemStyle": {"color": "$breach-solid"},
             "areaStyle": {"color": "$breach-solid", "opacity": 0.14},
             "markLine": {"symbol": "none", "silent": True, "data": marks}},
            *([{**look, "name": labels["credit"], "data": credit, "yAxisIndex": 1,
                "lineStyle": {"width": 1.75, "color": "$info-solid", "type": "dashed"},
                "itemStyle": {"color": "$info-solid"}}] if money else []),
        ],
    )  # fmt: skip


def _upright(place: int, label: str, colour: str, *, left: bool) -> dict[str, Any]:
    """Return a line that stands at one place of the axis, with its label on top, running towards the middle."""
    return {
        "xAxis": place,
        "lineStyle": {"color": colour, "width": 1.25, "type": "solid"},
        "label": {
            "formatter": label,
            "position": "end",
            "align": "left" if left else "right",
            "color": colour,
            "fontSize": 12,
            "fontWeight": 600,
        },
    }
