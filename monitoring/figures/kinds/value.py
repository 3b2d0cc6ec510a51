"""Measured value: how the samples of each day lie against the limit, and the worst ones."""

from datetime import date
from fractions import Fraction
from math import ceil
from typing import Any

import numpy as np
from django.utils.translation import gettext as _

from monitoring.figures.cut import Cut
from monitoring.figures.kinds.base import Figure, KindFigure, Step, count_text, readers_of
from monitoring.figures.numbers import limit_text, target_of, value_text
from slmo.core.kinds.value import Value, reduced
from slmo.core.periods import local_days
from slmo.core.terms import ObjectiveTerms
from slmo.web import words
from slmo.web.charts import value_days

WORST_MOST = 10
QUARTERS = (0, 25, 50, 75, 100)


class ValueFigure(KindFigure):
    """One figure of many samples."""

    name = "value"
    template = "monitoring/kinds/value.html"
    clocked = False

    def fact(self, figure: Figure) -> str:
        """Say which figure of how many samples it is."""
        reduce, method = str(figure.written.get("reduce", "")), str(figure.written.get("method", "nearest-rank"))
        values = {"figure": figure.text, "total": count_text(figure.total), "percent": reduce.removeprefix("p")}
        if reduce.startswith("p") and method == "linear":
            return _("The percentile %(percent)s of %(total)s samples, interpolated, is %(figure)s.") % values
        if reduce.startswith("p"):
            return _("%(percent)s %% of %(total)s samples were at most %(figure)s.") % values
        return {
            "mean": _("The mean of %(total)s samples is %(figure)s."),
            "sum": _("The sum of %(total)s samples is %(figure)s."),
            "min": _("The least of %(total)s samples is %(figure)s."),
            "max": _("The largest of %(total)s samples is %(figure)s."),
            "last": _("The last of %(total)s samples is %(figure)s."),
            "count": _("There are %(total)s samples."),
        }.get(reduce, _("The figure of %(total)s samples is %(figure)s.")) % values

    def note(self, figure: Figure) -> str:
        """Name the figure and the number of samples."""
        values = {"what": reduce_word(str(figure.written.get("reduce", ""))), "total": count_text(figure.total)}
        return _("%(what)s of %(total)s samples") % values

    def steps(self, figure: Figure, terms: ObjectiveTerms | None) -> list[Step]:
        """Count samples, name the rank, compare."""
        reduce, total = str(figure.written.get("reduce", "")), figure.total
        steps = [Step(_("Samples in counted time"), "", count_text(total))]
        if terms is not None and terms.own.reduce.share is not None and not terms.own.reduce.linear and total:
            share = terms.own.reduce.share
            rank = ceil(share * total)
            steps.append(
                Step(
                    _("Rank of the percentile"), f"⌈{count_text(share)} × {count_text(total)}⌉",
                    count_text(Fraction(rank)), _("that many samples, from the smallest on"),
                )
            )  # fmt: skip
        exact = figure.value if len(figure.value) <= 24 else ""
        return [
            *steps,
            Step(reduce_word(reduce).capitalize(), exact and f"= {figure_exact(exact)}", figure.text, strong=True),
            Step(_("Limit"), "", figure.target_text),
            Step(_("Samples within the limit"), "", count_text(figure.good),
                 words.percent(figure.good / total, 2) if total else ""),
        ]  # fmt: skip

    def evidence(self, cut: Cut) -> dict[str, Any]:
        """Return how each day's samples lie, and the worst samples."""
        readers = [one for one in readers_of(cut) if isinstance(one, Value)]
        days = [day for one in readers for day in _days(one, cut)]
        worst = [row for one in readers for row in _worst(one, cut)][:WORST_MOST]
        limit = target_of(cut.result.target)
        chart = None
        if limit is not None and days:
            label = _("limit %(limit)s") % {"limit": limit_text(cut.result.target)}
            labels = {"spread": _("samples of the day"), "value": reduce_word(_reduce_of(cut))}
            unit = {"seconds": words.unit_short("s"), "%": "%"}.get(limit.unit, "")
            scale = 100 if limit.unit == "%" else 1
            drawn = [_scaled(day, scale) for day in days]
            chart = value_days(drawn, float(limit.value * scale), limit_label=label, labels=labels, unit=unit)
        return {"days": days, "chart": chart, "worst": worst, "figure_word": reduce_word(_reduce_of(cut))}


def figure_exact(value: str) -> str:
    """Return a stored value with the decimal sign of the language."""
    return words.figure(value)


def reduce_word(reduce: str) -> str:
    """Return what a reduction is called."""
    if reduce.startswith("p"):
        return _("percentile %(percent)s") % {"percent": reduce.removeprefix("p")}
    return {
        "mean": _("mean"),
        "sum": _("sum"),
        "min": _("least value"),
        "max": _("largest value"),
        "last": _("last value"),
        "count": _("number"),
    }.get(reduce, _("figure"))


def _reduce_of(cut: Cut) -> str:
    return str(cut.objective.written.get("reduce", "")) if cut.objective else ""


def _days(reader: Value, cut: Cut) -> list[dict[str, Any]]:
    """Return each day's samples, sorted into quarters; days without any are gaps."""
    found, samples = [], reader.counted
    for day, window in local_days(cut.terms.timezone, reader.ruling.window):
        first, last = np.searchsorted(samples.at, [window.start, window.end])
        found.append(_day(day, samples.value[first:last], samples.scale, reader, cut))
    while found and not found[-1]["count"]:
        found.pop()
    return found


def _day(day: date, values: Any, scale: int, reader: Value, cut: Cut) -> dict[str, Any]:
    """Return one day as chart and table show it."""
    shown: dict[str, Any] = {"date": day, "label": str(day.day), "count": len(values), "value": None, "spread": None}
    if not len(values):
        return shown | {"verdict": "no_data", "text": f"{words.day(day)}: {words.DASH}"}
    ordered = np.sort(values)
    spread = [_exact(ordered[(len(ordered) - 1) * part // 100], scale) for part in QUARTERS]
    reduce = reader.terms.own.reduce
    value = Fraction(len(values)) if reduce.how == "count" else reduced(values, reduce) / scale
    target = reader.terms.target
    texts = [_text(one, cut) for one in spread]
    told = {"day": words.day(day), "value": _text(value, cut), "least": texts[0], "most": texts[4]}
    return shown | {
        "verdict": "met" if target is None or target.met(value) else "breached",
        "value": float(value),
        "value_text": told["value"],
        "spread": [float(one) for one in spread],
        "spread_texts": texts,
        "text": _("%(day)s: %(value)s, from %(least)s to %(most)s") % told,
    }


def _scaled(day: dict[str, Any], scale: int) -> dict[str, Any]:
    """Return a day with its numbers in the unit of the chart."""
    if day["spread"] is None:
        return day
    return day | {"spread": [one * scale for one in day["spread"]], "value": day["value"] * scale}


def _worst(reader: Value, cut: Cut) -> list[dict[str, Any]]:
    """Return the samples farthest on the wrong side, worst first."""
    samples, target = reader.counted, reader.terms.target
    if target is None or not len(samples.at):
        return []
    order = np.argsort(samples.value, kind="stable")
    order = order[::-1] if target.op in ("<=", "<") else order
    found = []
    for place in order[:WORST_MOST].tolist():
        value = _exact(samples.value[place], samples.scale)
        at = int(samples.at[place])
        found.append({
            "at_text": words.when(at, cut.terms.timezone, seconds=bool(at % 60)),
            "value": _text(value, cut),
            "beyond": not target.met(value),
        })  # fmt: skip
    return found


def _exact(mantissa: Any, scale: int) -> Fraction:
    return Fraction(int(mantissa), scale)


def _text(value: Fraction, cut: Cut) -> str:
    """Return a value in the unit of the target."""
    return value_text(str(value), cut.result.target)
