"""Events counted day by day, and tasks against their limit."""

from collections.abc import Mapping, Sequence
from math import ceil
from typing import Any

from slmo.web import words
from slmo.web.charts.base import (
    frame,
    label_room,
    limit_line,
    plain_axis,
    share_lost,
    tone_style,
    value_axis,
    wall_clock,
)
from slmo.web.charts.periods import hanging_bar, lost_axis, tip_text


def ratio_days(
    days: Sequence[Mapping[str, Any]], target: words.Exact, *, target_label: str, labels: dict[str, str]
) -> dict[str, Any]:
    """Return the share of good events of each day above, hanging from 100 %, and how many events there were below.

    `days`: as in `achieved_bars`, and "total": the number of events. `labels`: "total", the name of the lower bars.
    """
    limit = share_lost(target) or 0.0
    room = label_room(target_label)
    top = {**room, "height": "46%"}
    bottom = {**room, "top": "66%"}
    names = [str(day["label"]) for day in days]
    bars = [hanging_bar(day, tone_style(day["verdict"])) | {"name": tip_text(day)} for day in days]
    volume = [{"value": float(words.fraction_of(day["total"])), "name": tip_text(day)} for day in days]
    look = {"type": "bar", "barMaxWidth": 26, "barMinHeight": 1}
    return frame(
        grid=[top, bottom],
        tooltip={**frame()["tooltip"], "formatter": "{b}"},
        xAxis=[
            plain_axis("category", position="top", data=names),
            plain_axis("category", gridIndex=1, data=names, axisLabel={"show": False}),
        ],
        yAxis=[
            {**lost_axis([share_lost(day.get("achieved")) for day in days], [limit]), "splitNumber": 3},
            value_axis(gridIndex=1, name=labels["total"], nameLocation="end", splitNumber=2,
                       nameTextStyle={"color": "$ink-3", "align": "left", "fontSize": 12},
                       axisLabel={"color": "$ink-3", "formatter": "@plain"}),
        ],
        series=[
            {
                **look,
                "data": bars,
                "itemStyle": {"borderRadius": [0, 0, 3, 3]},
                "markLine": {"symbol": "none", "silent": True, "data": [limit_line(limit, target_label)]},
            },
            {**look, "data": volume, "xAxisIndex": 1, "yAxisIndex": 1, "itemStyle": {"color": "$info-solid"}},
        ],
    )  # fmt: skip


def task_dots(
    points: Sequence[Mapping[str, Any]], *, start: int, end: int, zone: str, limit_label: str
) -> dict[str, Any]:
    """Return each task as a dot: when it was opened, and which share of its limit it used.

    `points`: `{"at": instant, "used": share of the limit, "verdict": …, "text": tooltip, "url": …}`. Dots above the
    line came too late; far ones stand at the upper edge with their true figure in the tooltip.
    """
    top = ceil(max([1.25, *(min(float(point["used"]), 3.0) for point in points)]) * 4) * 25
    dots = [
        {
            "value": [wall_clock(point["at"], zone), min(float(point["used"]) * 100, top)],
            "name": str(point["text"]),
            "itemStyle": tone_style(point["verdict"]),
            "symbol": SYMBOLS.get(str(point["verdict"]), "circle"),
            **({"url": point["url"]} if point.get("url") else {}),
        }
        for point in points
    ]
    first, last = min([start, *(point["at"] for point in points)]), end
    return frame(
        useUTC=True,
        grid=label_room(limit_label),
        tooltip={**frame()["tooltip"], "formatter": "{b}"},
        xAxis=plain_axis("time", min=wall_clock(first, zone), max=wall_clock(last, zone)),
        yAxis=value_axis(min=0, max=top, interval=50, axisLabel={"color": "$ink-3", "formatter": "@percent"}),
        series=[
            {
                "type": "scatter",
                "data": dots,
                "symbolSize": 11,
                "itemStyle": {"opacity": 0.9},
                "markLine": {"symbol": "none", "silent": True, "data": [limit_line(100, limit_label)]},
            }
        ],
    )


SYMBOLS = {"met": "circle", "breached": "diamond", "future": "emptyCircle"}  # shape says it as well as colour
