"""Service credits and the figures that earn them."""

import functools
from fractions import Fraction

from slmo.core.compliance import assess
from slmo.core.credits import tier_percent
from slmo.core.facts import Facts, Samples, States
from slmo.core.partition import Class, partition
from slmo.core.units import DAY, Window
from tests.core.conformance.harness import adapter, vectors
from tests.core.conformance.terms import agreement

NOON = 1_700_000_000 // DAY * DAY


def credit_terms(tiers):
    """The terms of a schedule as an agreement has them: a lowest tier needs no lower bound."""
    written = [
        {"below": f"{one['below_percent']}%", "percent": one["credit_percent"],
         **({"at_least": f"{one['at_least_percent']}%"} if one["at_least_percent"] else {})} for one in tiers
    ]  # fmt: skip
    terms = agreement(credits={"of": "monthly charge", "charge": 100, "tiers": written})
    return terms.versions[0].objectives["one"].credits


@functools.cache
def schedules():
    found = [one for one in vectors("service_credits") if one["op"] == "credit_schedule"]
    return {(one["input"]["provider"], one["input"]["service"]): one["expected"]["tiers"] for one in found}


@adapter("credit_schedule")
def schedule(vector):
    terms = credit_terms(vector["expected"]["tiers"])
    tiers = [
        {"below_percent": tier.below * 100, "at_least_percent": (tier.at_least or Fraction(0)) * 100,
         "credit_percent": tier.percent} for tier in sorted(terms.tiers, key=lambda tier: -tier.below)
    ]  # fmt: skip
    return {"tiers": tiers, "metric": vector["expected"].get("metric")}


@adapter("credit_for_uptime")
def earned(vector):
    given = vector["input"]
    terms = credit_terms(schedules()[given["provider"], given["service"]])
    return {"credit_percent": tier_percent(terms, Fraction(repr(given["uptime_percent"])) / 100)}


@adapter("monthly_uptime")
def uptime(vector):
    """Read by the engine from recorded states, in seconds."""
    given = vector["input"]
    window = Window(NOON - given["max_available_min"] * 60, NOON)
    rows = [
        (window.start, None, "up", "", 0, True),
        (window.end - given["downtime_min"] * 60, None, "down", "", 1, True),
    ]
    terms = agreement(period=f"rolling {window.seconds}s")
    (result,) = assess(terms, "one", States.from_rows(rows), window, window.end)
    return {"uptime_percent": result.achieved * 100}


@adapter("downtime_minutes")
def whole_minutes(vector):
    """The term `whole_minutes`: of each outage only complete minutes count."""
    rows, at = [], NOON
    for seconds in vector["input"]["outages_s"]:
        rows.append((at, at + seconds, "down", "", len(rows), False))
        at += seconds + 600
    terms = agreement(whole_minutes=True)
    found = partition(terms, "one", States.from_rows(rows, "up"), Window(NOON, at), at)
    return {"minutes": Fraction(found.seconds()[Class.DOWN], 60)}


@adapter("average_slice_error")
def slice_errors(vector):
    """The mean of a sample for each slice, 0 for one without requests: `value` with `reduce: mean`."""
    given = vector["input"]
    error, count = given["nonzero"]
    rows = [(NOON + n, error if n < count else 0, "", n) for n in range(given["slices"])]
    terms = agreement(indicator="value", reduce="mean", target="<= 0.001", period="day")
    facts = Facts(samples=Samples.from_rows([(at, decimal(value), scope, n) for at, value, scope, n in rows]))
    window = Window(NOON, NOON + DAY)
    (result,) = assess(terms, "one", facts, window, window.end)
    return {"uptime_percent": (1 - result.value) * 100}


def decimal(value):
    from decimal import Decimal

    return Decimal(str(value))
