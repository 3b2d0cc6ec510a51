"""What all charts share: axis looks, tones, local time."""

from datetime import UTC, datetime
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

from slmo.web import words
from slmo.web.signs import PATTERNS, sign_of

# The decals repeat the patterns of the signs, so that black-and-white print tells the tones apart.
DECALS: dict[str, dict[str, Any]] = {
    "hatch": {"symbol": "rect", "dashArrayX": [1, 0], "dashArrayY": [2, 3], "rotation": 0.785, "color": "$surface"},
    "hatch-light": {
        "symbol": "rect",
        "dashArrayX": [1, 0],
        "dashArrayY": [1, 5],
        "rotation": 0.785,
        "color": "$surface",
    },
    "dots": {
        "symbol": "circle",
        "symbolSize": 0.6,
        "dashArrayX": [[6, 6], [0, 6, 6, 0]],
        "dashArrayY": [6, 0],
        "color": "$surface",
    },
}


def tone_colour(verdict: Any) -> str:
    """Return the token of the solid colour of a verdict or state."""
    return f"${sign_of(verdict).tone}-solid"


def tone_style(verdict: Any) -> dict[str, Any]:
    """Return the ECharts item style of a verdict or state: its colour, and its pattern where it has one."""
    style: dict[str, Any] = {"color": tone_colour(verdict)}
    pattern = PATTERNS.get(sign_of(verdict).tone)
    if pattern:
        style["decal"] = DECALS[pattern]
    return style


def wall_clock(instant: int, zone: str) -> int:
    """Return epoch milliseconds whose UTC reading is the wall clock of `instant` in `zone`, for a chart's time axis."""
    local = datetime.fromtimestamp(instant, ZoneInfo(zone))
    return int(local.replace(tzinfo=UTC).timestamp()) * 1000


def share_lost(achieved: words.Exact | None) -> float | None:
    """Return 1 − achieved in percent, for drawing only; missing stays missing."""
    return None if achieved is None else float((1 - words.fraction_of(achieved)) * 100)


def value_axis(**more: Any) -> dict[str, Any]:
    """Return a quiet value axis: no line, pale grid."""
    return {
        "type": "value",
        "axisLine": {"show": False},
        "axisTick": {"show": False},
        "axisLabel": {"color": "$ink-3", "fontSize": 12},
        "splitLine": {"lineStyle": {"color": "$line"}},
        **more,
    }


def plain_axis(kind: str, **more: Any) -> dict[str, Any]:
    """Return a quiet category or time axis."""
    return {
        "type": kind,
        "axisLine": {"lineStyle": {"color": "$line-2"}},
        "axisTick": {"show": False},
        "axisLabel": {"color": "$ink-3", "fontSize": 12, "lineHeight": 15, "hideOverlap": True},
        "splitLine": {"show": False},
        **more,
    }


def tooltip(**more: Any) -> dict[str, Any]:
    """Return a tooltip that is drawn, not written as HTML (the Content-Security-Policy forbids inline style)."""
    return {
        "renderMode": "richText",
        "confine": True,
        "backgroundColor": "$tip",
        "borderWidth": 0,
        "padding": [8, 12],
        "textStyle": {"color": "$on-tip", "fontSize": 13},
        **more,
    }


def frame(**more: Any) -> dict[str, Any]:
    """Return the options that every chart starts from."""
    return {
        "animation": False,
        "aria": {"enabled": False},
        "textStyle": {"fontFamily": "$font"},
        "grid": {"left": 4, "right": 22, "top": 14, "bottom": 4, "containLabel": True},
        "tooltip": tooltip(),
        **more,
    }


def limit_line(value: float, label: str, colour: str = "$ink", position: str = "end") -> dict[str, Any]:
    """Return one entry of a mark line's data at `value`, with its label at the right end (see `label_room`)."""
    return {
        "yAxis": value,
        "lineStyle": {"color": colour, "width": 1.5, "type": "solid"},
        "label": {
            "formatter": label,
            "position": position,
            "color": colour,
            "fontSize": 12,
            "fontWeight": 600,
            "backgroundColor": "$surface",
            "padding": [2, 5],
            "borderRadius": 3,
        },
    }


def label_room(*labels: str) -> dict[str, Any]:
    """Return the grid that leaves room at the right for the labels of limit lines (about 7 pixels a character)."""
    return {
        "left": 4,
        "right": 16 + 7 * max(len(label) for label in labels),
        "top": 14,
        "bottom": 4,
        "containLabel": True,
    }


def unit_of(seconds: Fraction) -> tuple[int, str]:
    """Return the unit in which an axis up to `seconds` reads well: its length in seconds and its abbreviation."""
    if seconds >= 2 * words.DAY:
        return words.DAY, words.unit_short("d")
    if seconds >= 3 * words.HOUR:
        return words.HOUR, words.unit_short("h")
    if seconds >= 3 * words.MINUTE:
        return words.MINUTE, words.unit_short("min")
    return 1, words.unit_short("s")
