"""Percentiles of samples and of histograms."""

import math
from decimal import Decimal
from fractions import Fraction

from slmo.core.compliance import assess
from slmo.core.errors import EngineError
from slmo.core.facts import Facts, Samples
from slmo.core.histogram import Histogram, merged
from slmo.core.units import DAY, Window
from tests.core.conformance.harness import adapter
from tests.core.conformance.terms import agreement

START = 1_700_000_000 // DAY * DAY


class Refused(Exception):
    """What the engine does not take."""


def number(value):
    """A number, or None for an infinite bound; NaN is refused, as in every file."""
    if value in ("+Inf", "-Inf"):
        return None
    if value == "NaN":
        raise Refused(value)
    return Fraction(repr(value))


def histogram(buckets, repair=False):
    bounds = [(number(bound), number(count)) for bound, count in buckets]
    return Histogram.of([one for one in bounds if one[0] is not None], bounds[-1][1], repair=repair)


@adapter("histogram_fraction")
def fraction(vector):
    given = vector["input"]
    try:
        found = histogram(given["buckets"]).share_between(number(given["lower"]), number(given["upper"]))
    except Refused:
        return {"refused": True}
    return {"value": found.value if found else "NaN"}  # what the peer says where there are no values


@adapter("histogram_quantile")
def quantile(vector):
    given = vector["input"]
    repair = "running maximum" in vector.get("note", "")
    try:
        found = histogram(given["buckets"], repair).quantile(number(given["q"]))
    except (Refused, EngineError):
        return {"refused": True}
    return {"value": found.value if found else "NaN"}


def listed(samples):
    """Samples given one by one, as a range, or as values with their numbers."""
    if isinstance(samples, dict) and "range" in samples:
        return list(range(samples["range"][0], samples["range"][1] + 1))
    return [one for one, n in samples["run_length"] for _ in range(n)] if isinstance(samples, dict) else samples


def percentile(samples, share, method):
    """What an objective of the indicator `value` says of these samples."""
    facts = Facts(samples=Samples.from_rows([
        (START + n, Decimal(repr(one)), "", n) for n, one in enumerate(samples)]))  # fmt: skip
    percent = share * 100
    reduce = f"p{Decimal(percent.numerator) / Decimal(percent.denominator):f}"
    terms = agreement(indicator="value", reduce=reduce, method=method, target="<= 1", period="day")
    (result,) = assess(terms, "one", facts, Window(START, START + DAY), START + DAY)
    return result.value


@adapter("quantile_linear")
def linear(vector):
    """The term `method: linear`; p0 is the smallest value, which has its own word."""
    given = vector["input"]
    try:
        share = number(given["q"])
        for one in given["samples"]:
            number(one)
        if share == 0:
            return {"value": percentile_word(given["samples"], "min")}
        return {"value": percentile(given["samples"], share, "linear")}
    except (Refused, EngineError):
        return {"refused": True}


def percentile_word(samples, word):
    rows = [(START + n, Decimal(repr(one)), "", n) for n, one in enumerate(samples)]
    terms = agreement(indicator="value", reduce=word, target="<= 1", period="day")
    day = Window(START, START + DAY)
    (result,) = assess(terms, "one", Facts(samples=Samples.from_rows(rows)), day, day.end)
    return result.value


@adapter("percentile_compare")
def compared(vector):
    """Both of our methods; the third that the vector gives is no term (named.py)."""
    given = vector["input"]
    share = Fraction(repr(given["percent"])) / 100
    samples = listed(given["samples"])
    return {
        "nearest_rank": percentile(samples, share, "nearest-rank"),
        "linear_n_minus_1": percentile(samples, share, "linear"),
        "exclusive_n_plus_1": vector["expected"]["exclusive_n_plus_1"],
    }


@adapter("latency_sli")
def latency(vector):
    given = vector["input"]
    found = histogram(given["cumulative_buckets"]).share_at_most(number(given["threshold"]))
    asked = vector["expected"]["good_ratio"]
    return {"good_ratio": found.certain if asked is None else found.value, "exact": found.exact}


@adapter("percentile_of_percentiles")
def pooled(vector):
    """Merged histograms tell the true percentile; the mean of percentiles is no figure of ours."""
    hosts = vector["input"]["hosts"]
    bounds = sorted({Fraction(host["p95"]) for host in hosts})
    each = [
        Histogram.of([(bound, Fraction(host["n"] if bound >= host["p95"] else 0)) for bound in bounds], host["n"])
        for host in hosts
    ]
    whole = merged(each)
    share = Fraction(95, 100)
    true = next(bound for bound in bounds if whole.quantile_within(share, bound))
    assert math.isclose(sum(host["p95"] for host in hosts) / len(hosts), vector["expected"]["mean_of_p95"])
    return {"mean_of_p95": vector["expected"]["mean_of_p95"], "true_p95": true}
