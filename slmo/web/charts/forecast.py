"""Forecasts beside what happened."""

from collections.abc import Mapping, Sequence
from typing import Any

from slmo.web.charts.base import frame, plain_axis, value_axis

LEAST, MOST = 10, 34  # pixels: the mark of one forecast, and of the fullest fifth


def calibration_points(bins: Sequence[Mapping[str, Any]], *, labels: dict[str, str]) -> dict[str, Any]:
    """Return what was said against what came true: points on the diagonal are forecasts that can be trusted.

    `bins`: `{"said": share, "happened": share, "forecasts": number, "text": tooltip}`; the more forecasts, the larger
    the point. `labels`: "said", "happened" (the axes), "ideal" (the diagonal).
    """
    most = max((one["forecasts"] for one in bins), default=1)
    points = [
        {
            "value": [one["said"] * 100, one["happened"] * 100],
            "name": str(one["text"]),
            "symbolSize": LEAST + round((MOST - LEAST) * one["forecasts"] / most),
        }
        for one in bins
    ]
    axis = {"min": 0, "max": 100, "interval": 25, "axisLabel": {"color": "$ink-3", "formatter": "{value} %"}}
    name = {"nameLocation": "middle", "nameTextStyle": {"color": "$ink-3", "fontSize": 12}}
    return frame(
        grid={"left": 30, "right": 22, "top": 14, "bottom": 34, "containLabel": True},
        tooltip={**frame()["tooltip"], "formatter": "{b}"},
        xAxis=plain_axis("value", **axis, **name, name=labels["said"], nameGap=28),
        yAxis=value_axis(**axis, **name, name=labels["happened"], nameGap=46),
        series=[
            {
                "type": "line",
                "data": [[0, 0], [100, 100]],
                "showSymbol": False,
                "silent": True,
                "lineStyle": {"width": 1.25, "type": "dashed", "color": "$ink-3"},
                "itemStyle": {"color": "$ink-3"},
                "endLabel": {"show": False},
                "name": labels["ideal"],
            },
            {"type": "scatter", "data": points, "itemStyle": {"color": "$info-solid", "opacity": 0.85}},
        ],
    )
