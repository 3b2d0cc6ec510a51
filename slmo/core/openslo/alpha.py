"""The SLO of the first version, openslo/v1alpha, which names other things than its successors."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from slmo.core.openslo.kinds import calendar_check, described
from slmo.core.openslo.node import Node
from slmo.core.openslo.words import OPERATORS, Dialect

UNITS = ("Second", "Day", "Week", "Month", "Quarter")


def slo_check(spec: Node, dialect: Dialect) -> None:
    """Check the spec of an SLO."""
    described(spec, "timeWindows", "budgetingMethod", "indicator", "service", "objectives")
    spec.text("service", needed=True)
    spec.choice("budgetingMethod", ("Occurrences", "Timeslices"))
    objectives = spec.children("objectives")
    ratios = any(one.has("ratioMetrics") for one in objectives)
    if ratios == spec.has("indicator"):
        spec.refuse("", None, "an indicator, or ratioMetrics in the objectives")
    for indicator in spec.child("indicator"):
        indicator.known("thresholdMetric")
        for metric in indicator.child("thresholdMetric", needed=True):
            _metric_check(metric)
    for window in spec.children("timeWindows", least=1, most=1):
        _window_check(window)
    for one in objectives:
        _objective_check(one, spec.value.get("budgetingMethod") == "Timeslices")


def _metric_check(metric: Node) -> None:
    metric.known("source", "queryType", "query")
    for key in ("source", "queryType", "query"):
        metric.text(key, needed=True)


def _window_check(window: Node) -> None:
    window.known("unit", "count", "isRolling", "calendar")
    window.choice("unit", UNITS)
    window.number("count", lambda number: number >= 1 and number == int(number), "a whole number from 1", needed=True)
    window.flag("isRolling")
    calendar_check(window)


def _objective_check(one: Node, sliced: bool) -> None:
    one.known("displayName", "value", "ratioMetrics", "target", "timeSliceTarget", "op")
    one.text("displayName", most=1050)
    one.number("value", lambda number: True, "a number", needed=True)
    one.number("target", lambda number: 0 <= number < 1, "a share from 0, below 1", needed=True)
    one.number("timeSliceTarget", lambda number: 0 <= number <= 1, "a share from 0 to 1", needed=sliced)
    for ratio in one.child("ratioMetrics"):
        ratio.known("good", "total", "incremental")
        for key in ("good", "total"):
            for metric in ratio.child(key, needed=True):
                _metric_check(metric)
    if one.has("ratioMetrics"):
        if one.has("op"):
            one.refuse("op", one.value["op"], "nothing, because the indicator is a ratio")
        return
    one.choice("op", OPERATORS)


_LETTERS = {"Day": "d", "Week": "w", "Month": "M", "Quarter": "Q"}


def slo_renamed(spec: Mapping[str, Any]) -> dict[str, Any]:
    """Return a checked spec in the words of openslo/v1; it gives no length of a slice."""
    ratios = [one["ratioMetrics"] for one in spec["objectives"] if one.get("ratioMetrics")]
    inner = {"ratioMetric": ratios[0]} if ratios else {"thresholdMetric": spec["indicator"]["thresholdMetric"]}
    return {
        **{key: spec[key] for key in ("description", "service", "budgetingMethod", "objectives") if key in spec},
        "indicator": {"spec": inner},
        "timeWindow": [_window(one) for one in spec["timeWindows"]],
    }


def _window(window: Mapping[str, Any]) -> dict[str, Any]:
    """Return a window with a duration; seconds become whole minutes, at least one."""
    count, unit = int(window["count"]), window["unit"]
    duration = f"{count}{_LETTERS[unit]}" if unit in _LETTERS else f"{max(1, count // 60)}m"
    return {"duration": duration, **{key: window[key] for key in ("isRolling", "calendar") if key in window}}
