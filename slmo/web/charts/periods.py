"""Achieved figures per period, as bars that hang from 100 %: their length is what was lost, so no axis is cut."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from slmo.web import words
from slmo.web.charts.base import frame, label_room, limit_line, plain_axis, share_lost, tone_style, value_axis

HEADROOM = 1.18


def lost_axis(lost: Sequence[float | None], targets: Sequence[float]) -> dict[str, Any]:
    """Return the axis of lost shares, labelled from 100 % downwards, long enough for all bars and limits."""
    most = max([value for value in lost if value is not None] + list(targets) + [0.001])
    return value_axis(
        inverse=True,
        min=0,
        max=most * HEADROOM,
        axisLabel={"color": "$ink-3", "formatter": "@from100", "showMaxLabel": False},
    )


def hanging_bar(item: Mapping[str, Any], style: dict[str, Any]) -> dict[str, Any]:
    """Return one period's bar; a missing figure stays a gap."""
    bar: dict[str, Any] = {"value": share_lost(item.get("achieved")), "name": str(item["label"]), "itemStyle": style}
    if item.get("url"):
        bar["url"] = item["url"]
    return bar


def ticks(months: Sequence[date]) -> list[str]:
    """Return short axis labels for months: the year only where it begins."""
    return [words.month_tick(one, place == 0 or one.month == 1) for place, one in enumerate(months)]


def tip_text(item: Mapping[str, Any]) -> str:
    """Return what the tooltip says of a period."""
    return str(item.get("text") or f"{item['label']}: {words.percent(item.get('achieved'))}")


def achieved_bars(periods: Sequence[Mapping[str, Any]], target: words.Exact, *, target_label: str) -> dict[str, Any]:
    """Return the achieved share of each period against the target.

    `periods`: `{"label": "Mar 2026", "achieved": Fraction or None, "verdict": …, "text": tooltip,
    "tick": axis label, "url": …}`, oldest first; `tick` is "label" if unsaid, see `ticks`.
    A bar that reaches below the target's line is a breach.
    """
    lost = [share_lost(item.get("achieved")) for item in periods]
    limit = share_lost(target) or 0.0
    bars = [hanging_bar(item, tone_style(item["verdict"])) | {"name": tip_text(item)} for item in periods]
    return frame(
        grid=label_room(target_label),
        tooltip={**frame()["tooltip"], "formatter": "{b}"},
        xAxis=plain_axis("category", position="top", data=[str(item.get("tick", item["label"])) for item in periods]),
        yAxis=lost_axis(lost, [limit]),
        series=[
            {
                "type": "bar",
                "data": bars,
                "barMaxWidth": 34,
                "barMinHeight": 2,
                "itemStyle": {"borderRadius": [0, 0, 3, 3]},
                "markLine": {"symbol": "none", "silent": True, "data": [limit_line(limit, target_label)]},
            }
        ],
    )


def whatif_bars(
    before: Sequence[Mapping[str, Any]],
    after: Sequence[Mapping[str, Any]],
    *,
    before_target: words.Exact,
    after_target: words.Exact,
    labels: dict[str, str],
) -> dict[str, Any]:
    """Return each period under the agreed terms and under the draft's, side by side.

    `before` and `after`: as in `achieved_bars`, the same periods in the same order. `labels`: "before", "after",
    "before_target", "after_target".
    """
    lost = [share_lost(item.get("achieved")) for item in [*before, *after]]
    limits = [share_lost(before_target) or 0.0, share_lost(after_target) or 0.0]
    pale = [
        hanging_bar(item, {**tone_style(item["verdict"]), "opacity": 0.4}) | {"name": tip_text(item)} for item in before
    ]
    full = [hanging_bar(item, tone_style(item["verdict"])) | {"name": tip_text(item)} for item in after]
    lines = [limit_line(limits[1], labels["after_target"])]
    if limits[0] != limits[1]:  # else both labels would stand on one another
        lines.insert(0, limit_line(limits[0], labels["before_target"], "$ink-3"))
    bar = {
        "type": "bar",
        "barMaxWidth": 20,
        "barMinHeight": 2,
        "barGap": "8%",
        "itemStyle": {"borderRadius": [0, 0, 3, 3]},
    }
    return frame(
        grid=label_room(labels["before_target"], labels["after_target"]),
        tooltip={**frame()["tooltip"], "formatter": "{b}"},
        xAxis=plain_axis("category", position="top", data=[str(item.get("tick", item["label"])) for item in before]),
        yAxis=lost_axis(lost, limits),
        series=[
            {**bar, "name": labels["before"], "data": pale},
            {
                **bar,
                "name": labels["after"],
                "data": full,
                "markLine": {"symbol": "none", "silent": True, "data": lines},
            },
        ],
    )
