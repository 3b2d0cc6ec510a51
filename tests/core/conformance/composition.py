"""Composition, downtime that a target allows, and budgets in minutes."""

from fractions import Fraction

from slmo.core.budget import Budget
from slmo.core.composite import KOutOfN, Recorded, Redundant, Serial, bound, measured
from slmo.core.intervals import Intervals
from slmo.core.judgement import judge
from slmo.core.partition import Class
from slmo.core.units import DAY
from tests.core.conformance.harness import adapter
from tests.core.conformance.terms import agreement


def exact(number):
    return Fraction(repr(number))


def structure_of(given, shares):
    """A structure whose parts get names of their own; `shares` is filled with their availabilities."""
    if isinstance(given, int | float):
        name = f"part {len(shares)}"
        shares[name] = exact(given)
        return name
    (kind, parts), = given.items()  # fmt: skip
    if kind == "k_of_n":
        inner = tuple(structure_of(parts["each"], shares) for _ in range(parts["n"]))
        return KOutOfN(parts["k"], inner)
    return {"series": Serial, "parallel": Redundant}[kind](tuple(structure_of(one, shares) for one in parts))


@adapter("composite_availability")
def availability(vector):
    shares = {}
    structure = structure_of(vector["input"]["structure"], shares)
    if vector["portal"] == "reject":
        structure = once_each(vector["input"]["structure"], shares)
    found = bound(structure, shares)
    percent = vector["expected"].get("published_percent")
    figures = {"availability": found, "downtime_min_per_30d": (1 - found) * 30 * DAY / 60}
    return figures | ({"published_percent": found * 100} if percent is not None else {})


def once_each(given, shares):
    """The peer counts the shared services in both regions again: here each of them is one part."""
    shares.clear()
    *shared, regions = given["series"]
    outer = tuple(structure_of(one, shares) for one in shared)
    inner = [
        tuple(structure_of(one, shares) for one in region["series"][len(shared) :]) for region in regions["parallel"]
    ]
    return Serial((*outer, Redundant(tuple(Serial((*outer, *region)) for region in inner))))


@adapter("measured_vs_product")
def measured_beside(vector):
    given = vector["input"]
    counted = Intervals.of([(0, given["window_s"])])
    records = {name: Recorded(Intervals.of(given[f"{name}_down"]), Intervals.empty()) for name in "ab"}
    shares = {name: 1 - Fraction(one.down.seconds, given["window_s"]) for name, one in records.items()}
    series, parallel = (measured(kind(("a", "b")), records, counted) for kind in (Serial, Redundant))
    return {
        "any_down_s": series.down.seconds, "both_down_s": parallel.down.seconds,
        "series_measured": series.availability, "parallel_measured": parallel.availability,
        "series_product": bound(Serial(("a", "b")), shares), "parallel_product": bound(Redundant(("a", "b")), shares),
    }  # fmt: skip


def judged(target_percent, window_days, bad=Fraction(0)):
    """The engine's judgement on a window of so many days, of which `bad` seconds were bad."""
    terms = agreement(target=f">= {target_percent}%", degraded="down").versions[0].objectives["one"]
    seconds = dict.fromkeys(Class, 0) | {Class.UP: window_days * DAY - int(bad), Class.DOWN: int(bad)}
    return judge(terms, seconds, closed=True)


@adapter("allowed_downtime")
def allowed(vector):
    given = vector["input"]
    return {"seconds": judged(given["target_percent"], given["window_days"]).budget.allowed}


@adapter("budget_minutes")
def minutes(vector):
    given = vector["input"]
    allowed_seconds = judged(given["target_percent"], given["window_days"]).budget.allowed
    consumed = (1 - exact(given["sli_percent"]) / 100) * given["window_days"] * DAY
    budget = Budget.of(allowed_seconds, consumed)
    return {"spent_min": budget.consumed / 60, "left_min": budget.remaining / 60}
