"""What is left of an error budget, and how fast it goes."""

from collections.abc import Sequence
from typing import Any

from slmo.web import words
from slmo.web.charts.base import frame, limit_line, plain_axis, unit_of, value_axis, wall_clock


def budget_line(
    points: Sequence[tuple[int, words.Exact | None]],
    allowed: words.Exact,
    *,
    start: int,
    end: int,
    zone: str,
    labels: dict[str, str],
) -> dict[str, Any]:
    """Return the line of the budget left over a period.

    `points`: (instant, seconds of bad time left), in order; None is a gap and stays one. `allowed`: seconds of bad time
    that the whole period `[start, end)` may have. `labels`: "left", "pace", "empty" – translated words for the line,
    the even pace, and the limit at zero. The unit is that of the largest value, so that an overspent month reads in
    hours or days where its allowance reads in minutes.
    """
    limit = words.fraction_of(allowed)
    size, unit = unit_of(max([limit, *(abs(words.fraction_of(left)) for _at, left in points if left is not None)]))
    drawn = [
        [wall_clock(at, zone), None if left is None else float(words.fraction_of(left) / size)] for at, left in points
    ]
    pace = [[wall_clock(start, zone), float(limit / size)], [wall_clock(end, zone), 0]]
    return frame(
        useUTC=True,
        tooltip={**frame()["tooltip"], "trigger": "axis", "valueFormatter": f"@number {unit}"},
        xAxis=plain_axis("time", min=wall_clock(start, zone), max=wall_clock(end, zone)),
        yAxis=value_axis(axisLabel={"color": "$ink-3", "formatter": f"{{value}} {unit}"}),
        series=[
            {
                "name": labels["left"],
                "type": "line",
                "step": "end",
                "showSymbol": False,
                "connectNulls": False,
                "data": drawn,
                "lineStyle": {"width": 2.25, "color": "$info-solid"},
                "itemStyle": {"color": "$info-solid"},
                "areaStyle": {"color": "$info-solid", "opacity": 0.12},
                "markLine": {
                    "symbol": "none",
                    "silent": True,
                    "data": [limit_line(0, labels["empty"], "$breach", "insideEndTop")],
                },
            },
            {
                "name": labels["pace"],
                "type": "line",
                "showSymbol": False,
                "data": pace,
                "silent": True,
                "lineStyle": {"width": 1.25, "type": "dashed", "color": "$ink-3"},
                "itemStyle": {"color": "$ink-3"},
            },
        ],
    )


def burn_sparkline(values: Sequence[float | None], *, tone: str = "info") -> dict[str, Any]:
    """Return a bare line of burn rates, oldest first, with the line at 1 (the budget lasts exactly the period)."""
    top = max([value for value in values if value is not None] + [1.2])
    return frame(
        grid={"left": 0, "right": 0, "top": 2, "bottom": 2},
        tooltip={"show": False},
        xAxis={"type": "category", "show": False, "boundaryGap": False, "data": list(range(len(values)))},
        yAxis={"type": "value", "show": False, "min": 0, "max": top},
        series=[
            {
                "type": "line",
                "data": list(values),
                "showSymbol": False,
                "silent": True,
                "connectNulls": False,
                "lineStyle": {"width": 1.5, "color": f"${tone}-solid"},
                "areaStyle": {"color": f"${tone}-solid", "opacity": 0.15},
                "markLine": {
                    "symbol": "none",
                    "silent": True,
                    "label": {"show": False},
                    "data": [{"yAxis": 1, "lineStyle": {"color": "$ink-3", "type": "dotted", "width": 1}}],
                },
            }
        ],
    )
