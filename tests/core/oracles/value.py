"""Value: the figure of the samples in counted time, straight from its definition."""

import math
from fractions import Fraction

from tests.core.oracles import frame as frames


def known(case, terms):
    rows = frames.in_scope(case.rows, terms, lambda row: row[2])
    rows = frames.standing(rows, lambda row: (row[0], row[2]), lambda row: row[3], lambda row: row[4])
    return sorted((row for row in rows if row[0] < case.as_of), key=lambda row: (row[0], row[3]))


def figure(values, reduce, method):
    """One figure of values in the order in which they were taken."""
    if reduce.startswith("p"):
        ordered, share = sorted(values), Fraction(reduce[1:]) / 100
        if method == "linear":
            place = share * (len(ordered) - 1)
            low = math.floor(place)
            rest = place - low
            return ordered[low] + (rest * (ordered[low + 1] - ordered[low]) if rest else 0)
        return next(one for n, one in enumerate(ordered, 1) if n >= share * len(ordered))
    if reduce == "mean":
        return sum(values) / len(values)
    return {"sum": sum(values), "min": min(values), "max": max(values), "count": Fraction(len(values)),
            "last": values[-1]}[reduce]  # fmt: skip


def read(case):
    """The class of each second, samples within the limit, samples, and their figure."""
    frame = frames.Frame(case)
    terms = frame.terms
    counted = [row for row in known(case, terms) if frame.start <= row[0] < frame.end and frame.counts(row[0])]
    values = [Fraction(row[1]) for row in counted]
    listed = frame.painted(lambda second: "up" if values else "unknown")
    good = sum(frames.keeps(one, terms["target"]) for one in values)
    value = figure(values, terms["reduce"], terms.get("method")) if values else None
    return listed, good, len(values), value


def verdict(listed, value, terms, closed):
    if not frames.anything_counts(listed):
        return "no_data"
    if value is None:
        return frames.idle(terms, closed)
    if frames.keeps(value, terms["target"]):
        return "met" if closed else "on_track"
    op, reduce = terms["target"].split()[0], terms["reduce"]
    lost = (op in ("<=", "<") and reduce in ("max", "count")) or (op in (">=", ">") and reduce == "min")
    return "breached" if closed or lost else "at_risk"
