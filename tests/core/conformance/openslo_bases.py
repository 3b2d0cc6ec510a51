"""Valid OpenSLO documents, and how the vectors' changes are put into them."""

import copy

METRIC = {"metricSource": {"type": "x", "spec": {"query": "x"}}}
RATIO = {"ratioMetric": {"counter": True, "good": METRIC, "total": METRIC}}
THRESHOLD = {"thresholdMetric": METRIC}
CALENDAR = {"startTime": "2022-01-01 12:00:00", "timeZone": "Europe/Warsaw"}
CONDITION = {"severity": "page", "condition": {"kind": "burnrate", "op": "lte", "threshold": 2, "lookbackWindow": "1h"}}
POLICY = {
    "conditions": [{"kind": "AlertCondition", "metadata": {"name": "c"}, "spec": CONDITION}],
    "notificationTargets": [{"kind": "AlertNotificationTarget", "metadata": {"name": "t"}, "spec": {"target": "mail"}}],
}


def document(kind, spec):
    return {"apiVersion": "openslo/v1", "kind": kind, "metadata": {"name": "name"}, "spec": copy.deepcopy(spec)}


SLO = document("SLO", {
    "service": "s", "budgetingMethod": "Occurrences", "objectives": [{"target": 0.9}],
    "indicator": {"metadata": {"name": "i"}, "spec": RATIO}, "timeWindow": [{"duration": "28d", "isRolling": True}],
})  # fmt: skip


def service(spec):
    """An SLO with a spec of its own to change."""
    return document("SLO", spec)


def threshold_slo(**one):
    found = document("SLO", SLO["spec"])
    found["spec"]["indicator"]["spec"] = copy.deepcopy(THRESHOLD)
    found["spec"]["objectives"] = [
        {key: value for key, value in ({"target": 0.9, "value": 1} | one).items() if value is not None}
    ]
    return found


def service_rule(change):
    """Versions, names, labels: on a Service."""
    if change.get("kind") == "Service":
        return document("Service", change["spec"])
    found = document("Service", {})
    if "apiVersion" in change:
        return found | {"apiVersion": change["apiVersion"]}
    for key in ("label", "annotation"):
        if f"{key} key" in change:
            found["metadata"][f"{key}s"] = {change[f"{key} key"]: "value" if key == "annotation" else ["value"]}
            return found
    for path, value in change.items():
        if path.startswith("metadata."):
            long = value.endswith(" characters")
            found["metadata"][path.removeprefix("metadata.")] = "x" * int(value.split()[0]) if long else value
            return found
    return None


def sli_rule(change):
    """Metrics: on an SLI."""
    if change.get("neither metric"):
        return document("SLI", {})
    if "ratioMetric" not in change:
        return None
    given = change["ratioMetric"]
    if "thresholdMetric" in change:
        return document("SLI", RATIO | THRESHOLD)
    if isinstance(given, dict):
        return document("SLI", {"ratioMetric": {"raw": METRIC, "rawType": given["rawType"]}})
    return document("SLI", {"ratioMetric": dict.fromkeys(given, METRIC)})


def alert_rule(change):
    """Conditions and targets: on an AlertCondition or AlertPolicy."""
    if "condition" in change:
        condition = CONDITION["condition"] | change["condition"]
        spec = CONDITION | {"condition": {key: value for key, value in condition.items() if value is not None}}
        return document("AlertCondition", spec)
    found = document("AlertPolicy", POLICY)
    if change.get("conditions") == "two":
        found["spec"]["conditions"] *= 2
        return found
    if "notificationTargets" in change:
        found["spec"]["notificationTargets"] = change["notificationTargets"]
        return found
    return None


def policies_rule(change):
    """Alert policies of an SLO."""
    found = document("SLO", SLO["spec"])
    if "alertPolicyRef" in change:
        found["spec"]["alertPolicies"] = [{"alertPolicyRef": change["alertPolicyRef"]}]
        return found
    if change.get("alertPolicies[0]") == "ref and inline":
        inline = {"kind": "AlertPolicy", "metadata": {"name": "p"}, "spec": POLICY}
        found["spec"]["alertPolicies"] = [inline | {"alertPolicyRef": "policy"}]
        return found
    return None


def window_rule(change):
    """Windows of an SLO."""
    found = document("SLO", SLO["spec"])
    window = {"duration": "1w", "isRolling": False, "calendar": dict(CALENDAR)}
    for key in ("timeZone", "startTime"):
        if f"calendar.{key}" in change:
            window["calendar"][key] = change[f"calendar.{key}"]
            found["spec"]["timeWindow"] = [window]
            return found
    if "isRolling" in change:
        window["isRolling"] = change["isRolling"]
        if change["calendar"] is None:
            del window["calendar"]
        found["spec"]["timeWindow"] = [window]
        return found
    if change.get("timeWindow") == "two entries":
        found["spec"]["timeWindow"] *= 2
        return found
    return None


def indicator_rule(change):
    """Indicators of an SLO and its objectives."""
    found = document("SLO", SLO["spec"])
    spec = found["spec"]
    if change.get("spec") == "empty":
        return document("SLO", {})
    if "composite" in change:
        indicator = spec.pop("indicator")
        spec["objectives"][0] |= {"indicator": indicator, "compositeWeight": change["compositeWeight"]}
        return found
    if change.get("objectives without indicator"):
        del spec["indicator"]
        return found
    if change.get("indicatorRef on spec"):
        del spec["indicator"]
        spec["indicatorRef"] = "my-sli"
        spec["objectives"][0]["indicatorRef"] = "my-sli"
        return found
    if "indicatorRef" in change:
        if change.get("indicator") != "inline":
            del spec["indicator"]
        spec["indicatorRef"] = change["indicatorRef"]
        return found
    return None


def operator_rule(change):
    """Operators of an objective."""
    found = document("SLO", SLO["spec"])
    if change.get("inline ratioMetric"):
        if change["op"] is not None:
            found["spec"]["objectives"][0]["op"] = change["op"]
        return found
    if change.get("thresholdMetric by reference"):
        found["spec"]["indicatorRef"] = "my-sli"
        del found["spec"]["indicator"]
        return found
    if change.get("inline thresholdMetric") or "op" in change:
        return threshold_slo(op=change["op"])
    return None


def slices_rule(change):
    """Slices: a valid sliced objective with what changes."""
    if change.get("budgetingMethod") not in ("Timeslices", "RatioTimeslices"):
        return None
    found = document("SLO", SLO["spec"] | {"budgetingMethod": change["budgetingMethod"]})
    one = {"target": 0.9, "timeSliceTarget": 0.9, "timeSliceWindow": "1m"} | change
    del one["budgetingMethod"]
    found["spec"]["objectives"] = [{key: value for key, value in one.items() if value is not None}]
    return found


RULES = (service_rule, sli_rule, alert_rule, policies_rule, window_rule, indicator_rule, operator_rule, slices_rule)
