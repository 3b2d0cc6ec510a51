"""Ratio: what each second's buckets say, and the events of the buckets that start in counted time."""

from fractions import Fraction

from tests.core.oracles import frame as frames

WORST = ["up", "degraded", "down"]


def known(case, terms):
    rows = frames.in_scope(case.rows, terms, lambda row: row[4])
    rows = frames.standing(rows, lambda row: (row[0], row[1], row[4]), lambda row: row[5], lambda row: row[6])
    return [row for row in rows if row[0] < case.as_of]


def said(row):
    return "up" if row[2] == row[3] else "down" if row[2] == 0 else "degraded"


def read(case):
    """The class of each second, good and total."""
    frame = frames.Frame(case)
    rows = known(case, frame.terms)

    def state_of(second):
        over = [said(row) for row in rows if row[0] <= second < row[1]]
        return max(over, key=WORST.index) if over else "unknown"

    counted = [row for row in rows if frame.start <= row[0] < frame.end and frame.counts(row[0])]
    good, total = (sum((Fraction(row[n]) for row in counted), Fraction(0)) for n in (2, 3))
    return frame.painted(state_of), good, total


def verdict(listed, good, total, terms, closed):
    if not frames.anything_counts(listed) or (total == 0 and terms.get("no_traffic") != "met"):
        return "no_data"
    if frames.too_unknown(listed, terms):
        return "indeterminate"
    if total == 0:
        return frames.idle(terms, closed)
    return frames.events_verdict(good, total, terms["target"], closed)
