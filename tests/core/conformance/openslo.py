"""OpenSLO documents: a valid one of a kind with one change, files by what they exercise, references, budgets."""

import copy
import re
from decimal import Decimal
from fractions import Fraction

from slmo.core.compliance import assess
from slmo.core.composite import Recorded, Serial, measured
from slmo.core.errors import EngineError
from slmo.core.facts import Buckets, Facts
from slmo.core.intervals import Intervals
from slmo.core.openslo import documents_check, references_check
from slmo.core.openslo.objects import items_read
from slmo.core.openslo.words import DIALECTS, parse_duration
from slmo.core.units import DAY, Window
from slmo.core.units import parse_duration as parse_plain
from tests.core.conformance.harness import adapter
from tests.core.conformance.openslo_bases import (
    POLICY,
    RULES,
    SLO,
    service,
)  # fmt: skip
from tests.core.conformance.openslo_examples import changed, example
from tests.core.conformance.terms import agreement

START = 1_700_000_000 // DAY * DAY


def built(change):
    """The base document of the right kind with the change made."""
    for rule in RULES:
        found = rule(copy.deepcopy(change))
        if found is not None:
            return found
    document = copy.deepcopy(SLO)
    for path, value in change.items():
        if path.startswith("spec.objectives[0].target"):
            document["spec"]["objectives"][0].pop("target", None)
        document = changed(document, full(path), spelled(value))
    return document


def full(path):
    """Where a short path stands."""
    if path.startswith(("spec", "metadata")):
        return path
    of_slo = ("budgetingMethod", "timeWindow", "alertPolicies", "indicator", "indicatorRef")
    if path.split("[")[0].split(".")[0] in of_slo:
        return f"spec.{path}"
    return f"spec.objectives[0].{path}"


def spelled(value):
    match = re.fullmatch(r"([0-9]+) characters", str(value))
    return "x" * int(match[1]) if match else value


@adapter("validate_document")
def validated(vector):
    """Accepted or not, and a problem at or within the place that the vector names."""
    problems = documents_check([built(vector["input"]["change"])])
    at = vector["expected"].get("at")
    inside = at is None or any(problem.path.startswith(at) or problem.path.endswith(at) for problem in problems)
    return {"accepted": not problems, "at": at if inside else [str(one) for one in problems]}


@adapter("parse_duration", file="openslo")
def duration(vector):
    given = vector["input"]
    try:
        found = parse_duration(given["text"], DIALECTS[given["api"]].units)
    except EngineError:
        return {"accepted": False}
    return {"accepted": True, "seconds": found.seconds or None, "months": found.months or None}


@adapter("validate_file")
def file_checked(vector):
    if "input" in vector:  # an example of the specification, named by its path: a ratio with an operator, or without
        document = service(SLO["spec"])
        if not vector["expected"]["accepted"]:
            document["spec"]["objectives"][0]["op"] = "gte"
        return {"accepted": not documents_check([document])}
    objects = [
        {"api": one["api"], "kind": one["kind"], "name": one["name"], "exercises": one["exercises"],
         "valid": not problems, **({"errors": one["errors"]} if told(problems, one.get("errors", ())) else {})}
        for one in vector["expected"]["objects"] for problems in [documents_check([example(one)])]
    ]  # fmt: skip
    accepted = not any(documents_check([[example(one) for one in vector["expected"]["objects"]]]))
    return {"accepted": accepted, "objects": objects, "documents": vector["expected"]["documents"]}


def told(problems, errors):
    """Whether each error has a problem at its place."""
    places = [error.replace(" unsupported", "").split(":")[0] for error in errors]
    return bool(errors) and all(any(one.path.startswith(place) for one in problems) for place in places)


@adapter("resolve_references")
def resolved(vector):
    """A document that is valid alone and names an object that is not there."""
    what = vector["input"]["file"].rpartition("_")[2]
    document = service(SLO["spec"])
    policy = {
        "apiVersion": "openslo/v1",
        "kind": "AlertPolicy",
        "metadata": {"name": "p"},
        "spec": copy.deepcopy(POLICY),
    }
    if what == "sli":
        del document["spec"]["indicator"]
        document["spec"]["indicatorRef"] = "missing"
    elif what == "policy":
        document["spec"]["alertPolicies"] = [{"alertPolicyRef": "missing"}]
    else:
        key, ref = {"condition": ("conditions", "conditionRef"), "target": ("notificationTargets", "targetRef")}[what]
        policy["spec"][key] = [{ref: "missing"}]
        document["spec"]["alertPolicies"] = [{"alertPolicyRef": "p"}]
    assert documents_check([document, policy]) == []
    return {"accepted": references_check(items_read([document, policy])) == []}


@adapter("worked_budget")
def worked(vector):
    """The budget of a window in which every slice (or event) counts, as the engine gives it."""
    given = vector["input"]
    window = Window(START - parse_plain(given["window"]), START)
    target = f">= {Decimal(repr(given['target'])) * 100}%"
    period = {"target": target, "period": f"rolling {window.seconds}s"}
    if given["method"] == "Occurrences":
        rows = [(window.start, window.end, 0, given["requests"], "", 0)]
        (result,) = assess(agreement(indicator="ratio", **period), "one", Facts(buckets=Buckets.from_rows(rows)),
                           window, window.end)  # fmt: skip
        return {"claimed_failures_to_exhaust": result.budget.allowed}
    terms = agreement(
        indicator="slices", slice=given["slice"], good_when=">= 95%", unknown={"counts_as": "down"}, **period
    )
    (result,) = assess(terms, "one", Facts(), window, window.end)
    seconds = result.budget.allowed * parse_plain(given["slice"])
    minutes, rest = divmod(seconds, 60)
    hours = f"{minutes // 60} h {minutes % 60} min"
    return {"slices": result.total, "bad_slices_to_exhaust": result.budget.allowed, "duration": hours,
            "budget_minutes": seconds / 60, "budget": f"{minutes} min {float(rest):g} s"}  # fmt: skip


@adapter("ratio_sli")
def ratio(vector):
    given = vector["input"]
    good = given.get("good", given["total"] - given.get("bad", 0))
    facts = Facts(buckets=Buckets.from_rows([(START, START + 60, good, given["total"], "", 0)]))
    (result,) = assess(
        agreement(indicator="ratio", period="day"), "one", facts, Window(START, START + DAY), START + DAY
    )
    return {"sli": result.achieved}


@adapter("composite")
def composite(vector):
    """Slices of several objectives: good where none of them is bad, the union of what was bad."""
    slices = vector["input"]["slices"]
    parts = {
        f"part {n}": Recorded(Intervals.of((k, k + 1) for k, one in enumerate(row) if one == "bad"), Intervals.empty())
        for n, row in enumerate(slices)
    }
    joint = measured(Serial(tuple(parts)), parts, Intervals.of([(0, len(slices[0]))]))
    return {"good_slices": Fraction(joint.counted.seconds - joint.down.seconds)}
