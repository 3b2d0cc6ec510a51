"""The two charts of a backtest: bars of the periods, and what each target would have meant."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from monitoring.figures.numbers import target_of, target_text
from slmo.core.terms.model import Target
from slmo.web import words
from slmo.web.charts import backtest_bars, backtest_values, sensitivity
from slmo.web.charts.base import unit_of
from slmo.web.charts.periods import ticks


def bars_of(figures: Mapping[str, Any], rows: Sequence[Mapping[str, Any]]) -> dict[str, Any] | None:
    """Return the bars of the periods under both terms; None where nothing has a figure."""
    target = target_of(figures["target"])
    if target is None or all(row["drafted"]["exact"] is None for row in rows):
        return None
    labels = {
        "drafted": _("as drafted"),
        "agreed": _("in force"),
        "target": _("target %(target)s") % {"target": target_text(figures["target"])},
    }
    drafted, agreed = (_bars(rows, which) for which in ("drafted", "agreed"))
    if target.unit == "%" and target.op in (">=", ">"):
        return backtest_bars(drafted, agreed, target=target.value, labels=labels)
    size, unit, factor = _scale(target, rows)
    for bar in [*drafted, *(agreed or ())]:
        bar["value"] = None if bar["achieved"] is None else float(bar["achieved"] / size * factor)
    limit = float(target.value / size * factor)
    return backtest_values(drafted, agreed, target=limit, labels=labels, unit=unit)


def _scale(target: Target, rows: Sequence[Mapping[str, Any]]) -> tuple[int, str, int]:
    """Return the length of the axis' unit, its name, and what values are multiplied with."""
    if target.unit == "%":
        return 1, "%", 100
    if target.unit != "seconds":
        return 1, "", 1
    known = [Fraction(row["drafted"]["exact"]) for row in rows if row["drafted"]["exact"] is not None]
    size, unit = unit_of(max([target.value, *known]))
    return size, unit, 1


def _bars(rows: Sequence[Mapping[str, Any]], which: str) -> list[dict[str, Any]]:
    """Return the bars of one judgement; none where some period has none."""
    if any(row[which] is None for row in rows):
        return []
    months = ticks([row["first"] for row in rows]) if _monthly(rows) else [row["short"] for row in rows]
    return [
        {
            "label": row["short"],
            "tick": tick,
            "achieved": None if row[which]["exact"] is None else Fraction(row[which]["exact"]),
            "verdict": row[which]["verdict"],
            "text": f"{row['label']}: {row[which]['figure']}",
        }
        for row, tick in zip(rows, months, strict=True)
    ]


def _monthly(rows: Sequence[Mapping[str, Any]]) -> bool:
    """Tell whether every period begins with a month of its own."""
    firsts = [row["first"] for row in rows]
    return all(one.day == 1 for one in firsts) and len({(one.year, one.month) for one in firsts}) == len(firsts)


def curve_of(figures: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return the curve of targets: its chart, its table, and the finding as a sentence; None without a target."""
    points = figures["curve"]
    if not points or not figures["drafted"]["judged"]:
        return None
    here = next(n for n, one in enumerate(points) if one["here"])
    even = max((n for n, one in enumerate(points) if not one["missed"]), default=None)
    money = figures["drafted"]["credit"] is not None and any(Decimal(one["credit"]) for one in points)
    labels = {
        "missed": _("Periods missed"),
        "credit": _("Credits"),
        "here": target_text(points[here]["target"]),
        "even": _("misses nothing"),
    }
    rows = [_point(one, figures["currency"], money) for one in points]
    return {
        "options": sensitivity(rows, labels=labels, here=here, even=even, money=money),
        "rows": rows[::-1],
        "money": money,
        "finding": _finding(points, here),
    }


def _point(point: Mapping[str, Any], currency: str, money: bool) -> dict[str, Any]:
    target = target_text(point["target"])
    missed = ngettext("%(missed)s missed", "%(missed)s missed", point["missed"]) % {"missed": point["missed"]}
    credit = words.number(Decimal(point["credit"]), 2)
    parts = [target, missed, *([f"{credit} {currency}"] if money else [])]
    return {
        "tick": target,
        "target": target,
        "missed": point["missed"],
        "credit": float(point["credit"]),
        "credit_text": credit,
        "here": point["here"],
        "text": " · ".join(parts),
    }


def _finding(points: Sequence[Mapping[str, Any]], here: int) -> str:
    """Say what a little more and a little less would change."""
    missed = points[here]["missed"]
    stricter = next((one for one in points[here + 1 :] if one["missed"] > missed), None)
    lenient = next((one for one in reversed(points[:here]) if one["missed"] < missed), None)
    values = {
        "stricter": target_text(stricter["target"]) if stricter else "",
        "more": stricter["missed"] if stricter else 0,
        "lenient": target_text(lenient["target"]) if lenient else "",
        "fewer": lenient["missed"] if lenient else 0,
    }
    if stricter and lenient:
        return _("%(lenient)s would have missed %(fewer)s, %(stricter)s would have missed %(more)s.") % values
    if stricter:
        return _("From %(stricter)s on it would have missed %(more)s.") % values
    if lenient:
        return _("%(lenient)s would have missed only %(fewer)s.") % values
    return _("No target near it would change the outcome.")
