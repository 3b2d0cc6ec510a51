"""Slices of time: days across, the time of day down."""

from collections.abc import Mapping, Sequence
from typing import Any

from slmo.web.charts.base import frame, plain_axis, tone_colour, tone_style
from slmo.web.signs import CLASSES


def slice_heat(
    cells: Sequence[Mapping[str, Any]], *, days: Sequence[str], hours: Sequence[str], labels: Mapping[str, str]
) -> dict[str, Any]:
    """Return one cell for each part of a day.

    `cells`: `{"day": index into days, "hour": index into hours, "state": up | down | unknown …, "label", "url"}`; a
    part that is not given stays empty (outside service hours, not yet). `labels`: the words for the states.
    """
    given = {str(cell["state"]) for cell in cells}
    kinds = [kind for kind in CLASSES if kind in given]
    return frame(
        grid={"left": 4, "right": 14, "top": 4, "bottom": 38, "containLabel": True},
        tooltip={**frame()["tooltip"], "formatter": "{b}"},
        xAxis=plain_axis("category", data=list(days), axisLine={"show": False}),
        yAxis=plain_axis("category", data=list(hours), inverse=True, axisLine={"show": False}),
        visualMap={
            "type": "piecewise", "dimension": 2, "left": "left", "bottom": 0, "orient": "horizontal",
            "itemWidth": 13, "itemHeight": 13, "itemGap": 16, "textStyle": {"color": "$ink-2"}, "selectedMode": False,
            "pieces": [
                {"value": place, "label": labels[kind], "color": tone_colour(kind)}
                for place, kind in enumerate(kinds)
            ],
        },
        series=[
            {
                "type": "heatmap",
                "data": [_cell(cell, kinds) for cell in cells],
                "itemStyle": {"borderColor": "$surface", "borderWidth": 1},
            }
        ],
    )  # fmt: skip


def _cell(cell: Mapping[str, Any], kinds: Sequence[str]) -> dict[str, Any]:
    """Return one part of a day."""
    state = str(cell["state"])
    drawn: dict[str, Any] = {"value": [cell["day"], cell["hour"], kinds.index(state)], "name": str(cell["label"])}
    style = tone_style(state)
    if "decal" in style:
        drawn["itemStyle"] = {"decal": style["decal"]}
    return drawn | ({"url": cell["url"]} if cell.get("url") else {})
