"""What a trial brought, as its table and its small chart show it."""

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from monitoring.models import FactState
from monitoring.rows_shown import labels_shown, row_shown
from monitoring.trial import Trial
from slmo.web.charts.base import frame, plain_axis, tooltip, value_axis, wall_clock

SHOWN, DRAWN = 12, 500


def trial_shown(trial: Trial) -> dict[str, Any]:
    """Return a trial as its fragment shows it."""
    if trial.error:
        return {"refused": trial.error.told(), "again": trial.again}
    rows, kind = list(trial.rows), trial.kind
    return {
        "tried": True,
        "count": len(rows),
        "facts": [row_shown(kind, row) for row in rows[-SHOWN:]] if kind else [],
        "unnamed": max(0, len(rows) - SHOWN),
        "labels": labels_shown(kind),
        "with_end": kind is not None and kind.first != kind.last,
        "with_scope": any(row.scope for row in rows),
        "with_reference": any(row.reference for row in rows),
        "seconds_of": {FactState(state).name.lower(): seconds for state, seconds in trial.states.items() if seconds},
        "chart": _chart(trial),
    }


def _chart(trial: Trial) -> dict[str, Any] | None:
    """Return a small line of what was measured; None where that would say nothing."""
    name = trial.kind.name if trial.kind else ""
    if name == "samples":
        points = [(row.at, float(row.value)) for row in trial.rows]
    elif name == "buckets":
        points = [(row.start, float(row.good / row.total * 100)) for row in trial.rows if row.total]
    else:
        return None
    return _line(points[-DRAWN:], "%" if name == "buckets" else "") if len(points) > 1 else None


def _line(points: list[tuple[int, float]], unit: str) -> dict[str, Any]:
    zone = timezone.get_current_timezone_name()
    data = [[wall_clock(at, zone), value] for at, value in sorted(points)]
    return frame(
        useUTC=True,
        tooltip=tooltip(trigger="axis"),
        xAxis=plain_axis("time"),
        yAxis=value_axis(scale=True, axisLabel={"color": "$ink-3", "fontSize": 12, "formatter": "{value}" + unit}),
        series=[
            {
                "name": _("Measured"),
                "type": "line",
                "data": data,
                "showSymbol": len(data) < 40,
                "symbolSize": 5,
                "lineStyle": {"width": 1.6, "color": "$accent"},
                "itemStyle": {"color": "$accent"},
            }
        ],
    )
