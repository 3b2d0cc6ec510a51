"""Which seconds count, one by one: what every kind's oracle stands on."""

from functools import cached_property

from tests.core import oracle

FAR = 10**6  # seconds: later than everything that a case knows


class Frame:
    """The seconds of a case: whether one counts, or would once it is past. `documents` have one objective each."""

    def __init__(self, case, reach=0):
        self.case, self.clock = case, oracle.clock_of(case.zone, case.anchor)
        self.start, self.end = case.window
        self.low, self.high = self.start - reach, self.end + reach
        self.terms = case.documents[0]["spec"]["objectives"][0]

    def classes_at(self, as_of):
        window = (self.low, self.high)
        return oracle.classes(self.clock, self.case.documents, [], "unknown", window, as_of, 0, self.case.approved)

    @cached_property
    def ever(self):
        """Each second as if all of it were past: unknown is what counts."""
        return self.classes_at(self.high + FAR)

    def eligible(self, second):
        return self.low <= second < self.high and self.ever[second - self.low] == "unknown"

    def counts(self, second):
        return second < self.case.as_of and self.eligible(second)

    def painted(self, state_of):
        """The class of each second of the window, `state_of` saying what a second that counts is."""
        found = []
        for second in range(self.start, self.end):
            one = self.ever[second - self.low]
            if one == "unknown":
                one = "future" if second >= self.case.as_of else state_of(second)
            found.append(one)
        return found

    def day_start(self, second):
        """The first second of the local day in which a second lies."""
        near = self.clock.date(second)
        dates = [oracle.dt.date.fromordinal(near.toordinal() + n) for n in (-1, 0, 1)]
        return max(at for at in (oracle.midnight(self.clock, one.isoformat()) for one in dates) if at <= second)

    def day_end(self, second):
        """The first second of the next local day."""
        near = self.clock.date(second)
        dates = [oracle.dt.date.fromordinal(near.toordinal() + n) for n in (0, 1, 2)]
        return min(at for at in (oracle.midnight(self.clock, one.isoformat()) for one in dates) if at > second)


def standing(rows, key, seq, override):
    """The rows that a later correction of the same key does not replace."""
    return [
        row
        for row in rows
        if not any(override(other) and key(other) == key(row) and seq(other) > seq(row) for other in rows)
    ]


def in_scope(rows, terms, scope):
    wanted = terms.get("scope")
    return [row for row in rows if not wanted or scope(row) == "" or scope(row) in wanted]


def too_unknown(listed, terms):
    """Whether more of the counted time is unknown than was agreed."""
    share = terms.get("unknown", {}).get("indeterminate_above")
    counted = sum(one in ("up", "degraded", "down", "unknown") for one in listed)
    return share is not None and 100 * listed.count("unknown") > int(share.rstrip("%")) * counted


def anything_counts(listed):
    return any(one in ("up", "degraded", "down", "unknown") for one in listed)


def keeps(value, text):
    """Whether a figure keeps a limit such as `<= 3` or `>= 50%`."""
    op, limit = text.split()
    bound = oracle.Fraction(limit.rstrip("%")) / (100 if limit.endswith("%") else 1)
    return {"<=": value <= bound, "<": value < bound, ">=": value >= bound, ">": value > bound}[op]


def share_of(text):
    return oracle.Fraction(text.split()[1].rstrip("%")) / 100


def events_verdict(good, total, text, closed):
    """A share of events, of which any number may still come."""
    if closed:
        return "met" if keeps(good / total, text) else "breached"
    if good < total and share_of(text) == 1:
        return "breached"
    allowed = (1 - share_of(text)) * total
    used_up = good < total and 4 * (total - good) >= 3 * allowed
    return "at_risk" if used_up or not keeps(good / total, text) else "on_track"


def idle(terms, closed):
    if terms.get("no_traffic") != "met":
        return "no_data"
    return "met" if closed else "on_track"
