"""What each kind of OpenSLO object may say, by the rules of its own reference implementation."""

from __future__ import annotations

import datetime as dt
from functools import partial

from slmo.core.errors import EngineError
from slmo.core.openslo.node import Node
from slmo.core.openslo.words import (
    ANNOTATION_KEY,
    LABEL_KEY,
    LONGEST_DESCRIPTION,
    LONGEST_DISPLAY_NAME,
    METHODS,
    OPERATORS,
    Dialect,
    parse_duration,
)  # fmt: skip
from slmo.core.zones import zone_get

_EMPTY = "a mapping with at least one key"


def metadata_check(node: Node, dialect: Dialect) -> None:
    """Check names, labels and annotations."""
    for metadata in node.child("metadata", needed=True):
        alpha = dialect.api == "openslo/v1alpha"
        metadata.known("name", "displayName", *(() if alpha else ("labels", "annotations")))
        metadata.name("name")
        metadata.text("displayName", most=LONGEST_DISPLAY_NAME)
        metadata.keys("labels", LABEL_KEY, "letters, digits, hyphens, dots and underscores, at most 63")
        metadata.keys("annotations", ANNOTATION_KEY, "a key such as example.com/name")


def described(spec: Node, *keys: str) -> None:
    """Check a spec's keys and its description."""
    spec.known("description", *keys)
    spec.text("description", most=LONGEST_DESCRIPTION)


def service_check(spec: Node, dialect: Dialect) -> None:
    """Check the spec of a Service."""
    described(spec)


def data_source_check(spec: Node, dialect: Dialect) -> None:
    """Check the spec of a DataSource."""
    described(spec, "type", "connectionDetails")
    spec.text("type", needed=True)
    spec.needs("connectionDetails", _EMPTY)


def target_check(spec: Node, dialect: Dialect) -> None:
    """Check the spec of an AlertNotificationTarget."""
    described(spec, "target")
    spec.text("target", needed=True)


def condition_check(spec: Node, dialect: Dialect) -> None:
    """Check the spec of an AlertCondition."""
    described(spec, "severity", "condition")
    spec.text("severity", needed=True)
    length = partial(parse_duration, units=dialect.units)
    for condition in spec.child("condition", needed=True):
        condition.known("kind", "op", "threshold", "lookbackWindow", "alertAfter")
        condition.choice("kind", ("burnrate",))
        condition.choice("op", OPERATORS)
        condition.number("threshold", lambda number: True, "a number", needed=True)
        condition.parsed("lookbackWindow", length)
        condition.parsed("alertAfter", length, needed=False)


def policy_check(spec: Node, dialect: Dialect) -> None:
    """Check the spec of an AlertPolicy; several conditions are allowed: a burn alert has a long and a short window."""
    flags = ("alertWhenNoData", "alertWhenBreaching", "alertWhenResolved")
    described(spec, *flags, "conditions", "notificationTargets")
    for flag in flags:
        spec.flag(flag)
    for condition in spec.children("conditions", least=1):
        reference_or_inline(condition, "conditionRef", "AlertCondition", dialect)
    for target in spec.children("notificationTargets", least=1):
        reference_or_inline(target, "targetRef", "AlertNotificationTarget", dialect)


def reference_or_inline(node: Node, reference: str, kind: str, dialect: Dialect) -> None:
    """Check a place where an object is named or written out."""
    node.known(reference, "kind", "metadata", "spec", "apiVersion")
    found = node.either(reference, "spec")
    if found == reference:
        node.name(reference)
    elif found == "spec":
        node.choice("kind", (kind,))
        metadata_check(node, dialect)
        for spec in node.child("spec"):
            CHECKS[kind](spec, dialect)


def sli_check(spec: Node, dialect: Dialect) -> None:
    """Check the spec of an SLI."""
    described(spec, "thresholdMetric", "ratioMetric")
    spec.either("thresholdMetric", "ratioMetric")
    for metric in spec.child("thresholdMetric"):
        _metric_check(metric, dialect)
    for ratio in spec.child("ratioMetric"):
        _ratio_check(ratio, dialect)


def _ratio_check(ratio: Node, dialect: Dialect) -> None:
    ratio.known("counter", "good", "bad", "total", "raw", "rawType")
    ratio.flag("counter")
    if ratio.either("total", "raw") == "total":
        ratio.either("good", "bad")
    elif ratio.has("raw"):
        ratio.choice("rawType", ("success", "failure"))
        if ratio.has("good") or ratio.has("bad"):
            ratio.refuse("", "good or bad", "raw alone, or total with good or bad")
    for key in ("good", "bad", "total", "raw"):
        for metric in ratio.child(key):
            _metric_check(metric, dialect)


def _metric_check(metric: Node, dialect: Dialect) -> None:
    if dialect.metric_source:
        metric.known("metricSource")
        for source in metric.child("metricSource", needed=True):
            source.known("metricSourceRef", "type", "spec")
            source.name("metricSourceRef", needed=False)
            source.text("type")
            if source.needs("spec", _EMPTY):
                _filled(source, "spec")
        return
    metric.known("dataSourceRef", "dataSourceSpec", "spec")
    metric.either("dataSourceRef", "dataSourceSpec")
    metric.name("dataSourceRef", needed=False)
    for source in metric.child("dataSourceSpec"):
        data_source_check(source, dialect)


def _filled(node: Node, key: str) -> None:
    for inner in node.child(key):
        if not inner.value:
            node.refuse(key, inner.value, _EMPTY)


def slo_check(spec: Node, dialect: Dialect) -> None:
    """Check the spec of an SLO."""
    described(
        spec, dialect.service, dialect.indicator, dialect.indicator_ref, "budgetingMethod", "timeWindow", "objectives",
        "alertPolicies",
    )  # fmt: skip
    spec.text(dialect.service, needed=True)
    spec.choice("budgetingMethod", METHODS)
    for window in spec.children("timeWindow", least=1, most=1):
        _window_check(window, dialect)
    objectives = spec.children("objectives")
    composite = any(one.has(key) for one in objectives for key in (dialect.indicator, dialect.indicator_ref))
    if composite and (spec.has(dialect.indicator) or spec.has(dialect.indicator_ref)):
        spec.refuse("", "indicators at both places", "the indicator of the SLO, or one of each objective")
    if not composite:
        _indicator_check(spec, dialect)
    for one in objectives:
        if composite:
            _indicator_check(one, dialect)
        _objective_check(one, spec, dialect)
    for policy in spec.children("alertPolicies"):
        reference_or_inline(policy, "alertPolicyRef", "AlertPolicy", dialect)


def _indicator_check(node: Node, dialect: Dialect) -> None:
    if node.either(dialect.indicator, dialect.indicator_ref) is None:
        return
    node.name(dialect.indicator_ref, needed=False)
    for inline in node.child(dialect.indicator):
        inline.known("metadata", "spec", "kind", "apiVersion")
        metadata_check(inline, dialect)
        for spec in inline.child("spec", needed=True):
            sli_check(spec, dialect)


def _objective_check(one: Node, slo: Node, dialect: Dialect) -> None:
    one.known(
        "displayName", "op", "value", "target", "targetPercent", "timeSliceTarget", "timeSliceWindow",
        dialect.indicator, dialect.indicator_ref, "compositeWeight",
    )  # fmt: skip
    one.text("displayName")
    one.either("target", "targetPercent")
    one.number("target", lambda number: 0 <= number < 1, "a share from 0, below 1")
    one.number("targetPercent", lambda number: 0 <= number < 100, "a percentage from 0, below 100")
    one.number("value", lambda number: True, "a number")
    one.number("compositeWeight", lambda number: number > 0, "a weight above 0")
    method = slo.value.get("budgetingMethod")
    sliced = method == "Timeslices"
    one.number("timeSliceTarget", lambda number: 0 < number <= 1, "a share above 0, at most 1", needed=sliced)
    length = partial(parse_duration, units=dialect.units)
    one.parsed("timeSliceWindow", length, needed=method in ("Timeslices", "RatioTimeslices"))
    _operator_check(one, slo, dialect)


def _operator_check(one: Node, slo: Node, dialect: Dialect) -> None:
    """Check that an inline threshold has an operator and an inline ratio has none; of a reference nothing is known."""
    inline = one.value.get(dialect.indicator) or slo.value.get(dialect.indicator) or {}
    spec = inline.get("spec") if isinstance(inline, dict) else None
    metrics = spec if isinstance(spec, dict) else {}
    if metrics.get("ratioMetric") is not None:
        for key in ("op", "value"):
            if one.has(key):
                one.refuse(key, one.value[key], "nothing, because the indicator is a ratio")
        return
    one.choice("op", OPERATORS, needed=metrics.get("thresholdMetric") is not None)


def _window_check(window: Node, dialect: Dialect) -> None:
    window.known("duration", "isRolling", "calendar")
    window.flag("isRolling")
    window.parsed("duration", partial(parse_duration, units=dialect.units))
    calendar_check(window)


def calendar_check(window: Node) -> None:
    """Check that a window is either rolling or has a calendar, and that calendar's start and zone."""
    rolling = window.value.get("isRolling") is True
    if rolling == window.has("calendar"):
        expected = "no calendar, because the window is rolling" if rolling else "isRolling: true, or a calendar"
        window.refuse("", "a calendar" if rolling else None, expected)
    for calendar in window.child("calendar"):
        calendar.known("startTime", "timeZone")
        calendar.parsed("startTime", parse_start)
        calendar.parsed("timeZone", zone_get)


def parse_start(text: str) -> dt.datetime:
    """Return a local time written as 2022-01-01 12:00:00; raise EngineError for anything else."""
    try:
        return dt.datetime.strptime(text, "%Y-%m-%d %H:%M:%S")
    except ValueError as error:
        raise EngineError("a local time such as 2022-01-01 00:00:00, in quotes") from error


CHECKS = {
    "AlertCondition": condition_check,
    "AlertNotificationTarget": target_check,
    "AlertPolicy": policy_check,
    "DataSource": data_source_check,
    "SLI": sli_check,
    "SLO": slo_check,
    "Service": service_check,
}
