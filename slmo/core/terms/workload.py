"""Reading the workload limit of an objective: up to which volume its target holds, and what holds beyond it."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from slmo.core.errors import TermError, did_you_mean
from slmo.core.terms.model import ObjectiveTerms, Target, Workload
from slmo.core.terms.reader import Reader
from slmo.core.terms.targets import TARGET_EXPECTED, parse_target, target_check

COUNTABLE = ("ratio", "slices", "value", "tasks")  # indicators whose facts have a volume: events, samples, tasks
PER = ("period", "day", "hour")
SUSPENDED = "suspended"


def workload_read(reader: Reader, name: str, indicator: str) -> Workload | None:
    """Return the workload limit of the objective `name`, None where it has none."""
    if not reader.has("workload"):
        return None
    terms = Reader(reader.value["workload"], reader.at("workload"))
    terms.known("objective", "limit", "per", "beyond")
    counted = terms.text("objective", name) if indicator in COUNTABLE else terms.text("objective")
    per = terms.choice("per", PER, "period")
    outages = reader.value.get("reduce") == "count"
    return Workload(counted, _limit(terms), per, _beyond(terms, indicator, per, outages))


def workloads_check(objectives: Mapping[str, ObjectiveTerms], paths: Mapping[str, str]) -> None:
    """Refuse a limit on the volume of what is no objective of the document, or has no volume; `paths` are by name."""
    known = [name for name, one in objectives.items() if one.indicator in COUNTABLE]
    for name, one in objectives.items():
        if one.workload is not None and one.workload.objective not in known:
            listed = ", ".join(known) or "there is none"
            found = one.workload.objective
            raise TermError(
                f"{paths[name]}.workload.objective", found,
                f"an objective of this document that counts events, samples or tasks ({listed})"
                f"{did_you_mean(found, known)}",
            )  # fmt: skip


def _limit(terms: Reader) -> Target:
    """Return the most that may come; what comes is counted from 0 on, so that a span without any keeps it."""
    expected = "the most that may come, such as <= 1000"
    limit = terms.parsed("limit", parse_target, expected=expected)
    if limit.op not in ("<=", "<") or limit.unit != "number" or not limit.met(Fraction(0)):
        raise TermError(terms.at("limit"), terms.value["limit"], expected)
    return limit


def _beyond(terms: Reader, indicator: str, per: str, outages: bool) -> Target | None:
    """Return the target that holds beyond the limit, None where the target is suspended."""
    found = terms.get("beyond", "suspended, or another target", SUSPENDED)
    if found == SUSPENDED:
        return None
    if indicator == "attested":
        raise TermError(terms.at("beyond"), found, "suspended, because a statement has no target")
    if per != "period":
        raise TermError(terms.at("beyond"), found, f"suspended, because the limit is for each {per}")
    target = terms.parsed("beyond", parse_target, expected=TARGET_EXPECTED)
    target_check(terms, "beyond", target, indicator, counted=outages)
    return target
