"""Measured values and lengths against a limit."""

from collections.abc import Mapping, Sequence
from math import floor, log10
from typing import Any

from slmo.web.charts.base import frame, label_room, limit_line, plain_axis, tone_style, value_axis

HEADROOM = 1.15
STEPS = (1, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10)


def value_days(
    days: Sequence[Mapping[str, Any]], limit: float, *, limit_label: str, labels: dict[str, str], unit: str = ""
) -> dict[str, Any]:
    """Return how the samples of each day lie: a box from the lower to the upper quarter, whiskers to both ends.

    `days`: `{"label", "spread": (min, lower quarter, middle, upper quarter, max) or None, "value": the day's own
    figure or None, "verdict", "text"}`; a day without samples stays a gap. `labels`: "spread", "value".
    """
    boxes = [{"value": list(day["spread"]) if day["spread"] else [], "name": str(day["text"])} for day in days]
    marks = [{"value": day["value"], "name": str(day["text"]), "itemStyle": tone_style(day["verdict"])} for day in days]
    return frame(
        grid=label_room(limit_label),
        tooltip={**frame()["tooltip"], "formatter": "{b}"},
        xAxis=plain_axis("category", data=[str(day["label"]) for day in days]),
        yAxis=value_axis(min=0, max=_top([*(day["spread"][4] for day in days if day["spread"]), limit]),
                         axisLabel=_labelled(unit)),
        series=[
            {
                "name": labels["spread"],
                "type": "boxplot",
                "data": boxes,
                "boxWidth": [5, 20],
                "itemStyle": {"color": "$sunken", "borderColor": "$ink-3", "borderWidth": 1},
            },
            {
                "name": labels["value"],
                "type": "line",
                "data": marks,
                "connectNulls": False,
                "symbol": "circle",
                "symbolSize": 7,
                "lineStyle": {"width": 1.5, "color": "$ink-3"},
                "markLine": _limit(limit, limit_label),
            },
        ],
    )  # fmt: skip


def value_periods(
    periods: Sequence[Mapping[str, Any]],
    limit: float | None,
    *,
    limit_label: str,
    unit: str = "",
    before: Sequence[Mapping[str, Any]] | None = None,
) -> dict[str, Any]:
    """Return the value of each period as a bar from zero, with the limit as a line where there is one.

    `periods`: `{"label", "value": number or None, "verdict", "text", "url"}`, oldest first. `before`: the same periods
    as they were under other terms, pale beside them.
    """
    shown = [one["value"] for one in [*periods, *(before or ())] if one["value"] is not None]
    pale = [_bar(one) | {"itemStyle": {**tone_style(one["verdict"]), "opacity": 0.4}} for one in before or ()]
    look = {"type": "bar", "barMaxWidth": 34, "barMinHeight": 2, "barGap": "8%"}
    return frame(
        grid=label_room(limit_label),
        tooltip={**frame()["tooltip"], "formatter": "{b}"},
        xAxis=plain_axis("category", data=[str(one["label"]) for one in periods]),
        yAxis=value_axis(min=0, max=_top([*shown, *([] if limit is None else [limit])]), axisLabel=_labelled(unit)),
        series=[
            *([{**look, "data": pale}] if pale else []),
            {
                **look,
                "data": [_bar(one) for one in periods],
                "itemStyle": {"borderRadius": [3, 3, 0, 0]},
                **({"markLine": _limit(limit, limit_label)} if limit is not None else {}),
            },
        ],
    )


def _bar(one: Mapping[str, Any]) -> dict[str, Any]:
    """Return one period's bar."""
    return {
        "value": one["value"],
        "name": str(one.get("text") or one["label"]),
        "itemStyle": tone_style(one["verdict"]),
        **({"url": one["url"]} if one.get("url") else {}),
    }


def _limit(limit: float, label: str) -> dict[str, Any]:
    return {"symbol": "none", "silent": True, "data": [limit_line(limit, label)]}


def _top(values: Sequence[float]) -> float:
    """Return the end of an axis that holds the values, with some room above; a round number."""
    most = max([*values, 1e-9]) * HEADROOM
    size = 10.0 ** floor(log10(most))
    return float(next(step for step in STEPS if step * size >= most) * size)


def _labelled(unit: str) -> dict[str, Any]:
    return {"color": "$ink-3", "formatter": f"@number {unit}" if unit else "@plain"}
