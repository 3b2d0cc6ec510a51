"""Slices: every second looks up its slice, and every slice the facts that start in it in counted time."""

from fractions import Fraction

from tests.core import oracle
from tests.core.oracles import frame as frames
from tests.core.oracles import ratio, value

DAY = 86400


def read(case):
    """The class of each second; good, bad, unknown and coming slices."""
    length = oracle.length_of(case.documents[0]["spec"]["objectives"][0]["slice"])
    frame = frames.Frame(case, length)
    terms, kept = frame.terms, {}
    samples = value.known(case, terms) if case.shape == "samples" else []
    buckets = ratio.known(case, terms) if case.shape == "buckets" else []

    def slice_at(second):
        first, after = days[second]
        start = first + (second - first) // length * length
        return start, min(start + length, after)

    def what(start, end):
        if (start, end) not in kept:
            kept[start, end] = judged(frame, terms, start, end, samples, buckets)
        return kept[start, end]

    days = day_of_each(frame)
    listed = frame.painted(lambda second: what(*slice_at(second)))
    counts = {"up": 0, "down": 0, "unknown": 0, "future": 0}
    for second in range(frame.start, frame.end):
        start, end = slice_at(second)
        if start == second and frame.eligible(start):
            counts[what(start, end)] += 1
    return listed, counts["up"], counts["down"], counts["unknown"], counts["future"]


def day_of_each(frame):
    """For each second of the window the local day's first second and the next day's."""
    found, second = {}, frame.start
    while second < frame.end:
        first, after = frame.day_start(second), frame.day_end(second)
        for each in range(second, min(after, frame.end)):
            found[each] = (first, after)
        second = after
    return found


def judged(frame, terms, start, end, samples, buckets):
    if end > frame.case.as_of:
        return "future"
    values = [Fraction(row[1]) for row in samples if start <= row[0] < end and frame.counts(row[0])]
    events = [row for row in buckets if start <= row[0] < end and frame.counts(row[0])]
    if values:
        figure = value.figure(values, terms.get("reduce", "mean"), terms.get("method"))
        return "up" if frames.keeps(figure, terms["good_when"]) else "down"
    total = sum((Fraction(row[3]) for row in events), Fraction(0))
    if total:
        good = sum((Fraction(row[2]) for row in events), Fraction(0))
        return "up" if frames.keeps(good / total, terms["good_when"]) else "down"
    return "up" if events and terms.get("no_traffic") == "met" else "unknown"


def figures(good, bad, unknown, terms):
    """Good and counted slices, and the bounds."""
    counts_as = terms.get("unknown", {}).get("counts_as", "excluded")
    seen = good + bad + unknown
    bounds = (Fraction(good, seen), Fraction(good + unknown, seen)) if seen else (None, None)
    return {
        "up": (good + unknown, seen),
        "down": (good, seen),
        "excluded": (good, good + bad),
    }[counts_as] + bounds


def verdict(listed, good, total, ahead, terms, closed):
    if not frames.anything_counts(listed) or (total == 0 and terms.get("no_traffic") != "met"):
        return "no_data"
    if frames.too_unknown(listed, terms):
        return "indeterminate"
    if total == 0:
        return frames.idle(terms, closed)
    if closed:
        return "met" if frames.keeps(Fraction(good, total), terms["target"]) else "breached"
    if not any(frames.keeps(Fraction(good + more, total + ahead), terms["target"]) for more in range(ahead + 1)):
        return "breached"
    bad, allowed = total - good, (1 - frames.share_of(terms["target"])) * (total + ahead)
    pace = Fraction(bad, total) * (total + ahead)
    return "at_risk" if bad and (pace > allowed or bad >= Fraction(3, 4) * allowed) else "on_track"
