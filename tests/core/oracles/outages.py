"""Outages: runs of down before anything is clipped, each as long as its counted seconds in the window."""

from fractions import Fraction

import numpy as np

from tests.core import oracle
from tests.core.cases import MARGIN


def read(case):
    """The class of each second, and the counted seconds of each run."""
    clock = oracle.clock_of(case.zone, case.anchor)
    listed = oracle.classes(
        clock, case.documents, case.rows, case.gaps, case.window, case.as_of, MARGIN, case.approved
    )  # fmt: skip
    terms = case.documents[0]["spec"]["objectives"][0]
    start, end = case.window
    low, high = start - MARGIN, max(min(end + MARGIN, case.as_of), start - MARGIN)
    found = np.isin(oracle.states(case.rows, terms, case.gaps, low, high), oracle.bad_states(terms))
    bad = {oracle.SEVERITY[one] for one in oracle.bad_states(terms)}
    counted = np.array([one in bad for one in listed])
    lengths = []
    for first, after in oracle.runs(found):
        lengths.append(int(counted[max(first + low - start, 0) : max(after + low - start, 0)].sum()))
    return listed, sorted(one for one in lengths if one)


def figure(lengths, listed, terms):
    """The figure that the objective names; None for a mean of none."""
    least = oracle.length_of(terms.get("at_least", "0s"))
    long = [one for one in lengths if one >= least]
    if terms["reduce"] == "count":
        return Fraction(len(long))
    if terms["reduce"] == "longest":
        return Fraction(max(long, default=0))
    if not long:
        return None
    if terms["reduce"] == "mttr":
        return Fraction(sum(long), len(long))
    degraded = terms.get("degraded", "up")
    weight = {"up": Fraction(1), "down": Fraction(0)}.get(degraded)
    weight = Fraction(str(degraded)) if weight is None else weight
    return (listed.count("up") + weight * listed.count("degraded")) / len(long)
