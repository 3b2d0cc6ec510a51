"""OpenSLO objects that exercise what a vector says of a file, with what its errors name put in."""

import copy
import re

from tests.core.conformance.openslo_bases import CALENDAR, CONDITION, METRIC, POLICY, SLO, THRESHOLD


def changed(document, path, value):
    """The document with a value put at a path such as spec.objectives[0].target; None takes the key away."""
    keys = [int(one[1:-1]) if one[0] == "[" else one for one in re.findall(r"[^.\[\]]+|\[[0-9]+\]", path)]
    into = document
    for key in keys[:-1]:
        into = into[key]
    if value is None:
        into.pop(keys[-1], None)
    else:
        into[keys[-1]] = value
    return document


def example(given):
    """One object that exercises what the vector says, with what its errors name put in."""
    alpha, v2 = given["api"] == "openslo/v1alpha", given["api"] == "openslo.com/v2alpha"
    kind, exercises = given["kind"], given["exercises"]
    document = {"apiVersion": given["api"], "kind": kind, "metadata": {"name": given["name"]}}
    makers = {"SLO": slo_alpha if alpha else slo_example, "SLI": sli_example, "AlertPolicy": policy_example}
    document["spec"] = makers.get(kind, lambda _: plain_spec(kind))(exercises)
    if v2:
        document["spec"] = renamed(document["spec"], kind)
    for error in given.get("errors", ()):
        put_in(document, error)
    return document


def plain_spec(kind):
    return copy.deepcopy({
        "Service": {}, "DataSource": {"type": "x", "connectionDetails": {"url": "x"}},
        "AlertNotificationTarget": {"target": "email"}, "AlertCondition": CONDITION,
    }[kind])  # fmt: skip


def slo_example(exercises):
    """Method, window, number of objectives, indicator, alert policies."""
    spec = copy.deepcopy(SLO["spec"])
    says = " | ".join(exercises)
    spec["budgetingMethod"] = next((one for one in exercises if one.endswith(("Occurrences", "slices"))), "Occurrences")
    window = next((one for one in exercises if one.startswith(("rolling", "calendar"))), "rolling 2w").split()
    rolling = window[0] == "rolling"
    spec["timeWindow"] = [{"duration": window[1], "isRolling": rolling, **({} if rolling else {"calendar": CALENDAR})}]
    if "by reference" in says:
        del spec["indicator"]
        spec["indicatorRef"] = "my-sli"
    elif "thresholdMetric" in says:
        spec["indicator"]["spec"] = copy.deepcopy(THRESHOLD)
    one = {"target": 0.9}
    if "thresholdMetric" in says:
        one |= {"op": "lte", "value": 1}
    if "slices" in spec["budgetingMethod"]:
        one |= {"timeSliceWindow": "1m", **({"timeSliceTarget": 0.9} if "timeSliceTarget" in says else {})}
    count = int(re.search(r"([0-9]+) objective", says)[1])
    spec["objectives"] = [dict(one) for _ in range(count)]
    policies = [one for one in exercises if one.startswith("alert policy")]
    spec["alertPolicies"] = [
        {"alertPolicyRef": "policy"} if one.endswith("ref") else copy.deepcopy(
            {"kind": "AlertPolicy", "metadata": {"name": "inline"}, "spec": POLICY}) for one in policies
    ]  # fmt: skip
    return spec


def slo_alpha(exercises):
    says = " | ".join(exercises)
    kind, count, unit = next(one for one in exercises if one.startswith(("rolling", "calendar"))).split()
    metric = {"source": "x", "queryType": "x", "query": "x"}
    window = {"unit": unit, "count": int(count), "isRolling": kind == "rolling"}
    one = {"value": 1, "target": 0.9}
    if "timeSliceTarget" in says:
        one["timeSliceTarget"] = 0.9
    spec = {"service": "s", "budgetingMethod": exercises[0], "objectives": [one],
            "timeWindows": [window if kind == "rolling" else window | {"calendar": CALENDAR}]}  # fmt: skip
    if "thresholdMetric" in says:
        one["op"] = "lt"
        return spec | {"indicator": {"thresholdMetric": metric}}
    one["ratioMetrics"] = {"good": metric, "total": metric, "incremental": True}
    return spec


def sli_example(exercises):
    if "thresholdMetric" in exercises:
        return copy.deepcopy(THRESHOLD)
    ratio = {key: METRIC for key in ("good", "bad", "total", "raw") if key in exercises}
    return {"ratioMetric": ratio | ({"rawType": "success"} if "raw" in exercises else {})}


def policy_example(exercises):
    spec = {"conditions": [], "notificationTargets": []}
    for one in exercises:
        what, how = one.split()
        target = what == "target"
        if how == "ref":
            found = {f"{what}Ref": "other"}
        else:
            kind, inner = ("AlertNotificationTarget", {"target": "mail"}) if target else ("AlertCondition", CONDITION)
            found = {"kind": kind, "metadata": {"name": "inline"}, "spec": inner}
        spec["notificationTargets" if target else "conditions"].append(copy.deepcopy(found))
    return spec


def renamed(spec, kind):
    """The same in the words of the proposed second version."""
    text = {"indicatorRef": "sliRef", "indicator": "sli", **({"service": "serviceRef"} if kind == "SLO" else {})}
    spec = {text.get(key, key): value for key, value in spec.items()}
    return unsourced(spec)


def unsourced(value):
    if isinstance(value, dict):
        if "metricSource" in value:
            return {"dataSourceRef": "source", "spec": {"query": "x"}}
        return {key: unsourced(one) for key, one in value.items()}
    return [unsourced(one) for one in value] if isinstance(value, list) else value


def put_in(document, error):
    """Break the document in the way that the error names."""
    place, _, _ = error.partition(":")
    spec = document["spec"]
    if "op: forbidden" in error:
        spec["objectives"][0]["op"] = "lte"
    elif "unknown field" in error:
        spec["markdown"] = "x"
    elif place == "spec.timeWindow":
        spec["timeWindow"] = []
    elif place == "spec.serviceRef":
        spec["service"] = spec.pop("serviceRef")
    elif place.startswith("spec."):
        changed(document, place, None)
