"""The rules of docs/arithmetic.md once more, second by second and as simply as possible.

Written independently of the engine, of which it imports nothing: only zoneinfo and arrays with an entry for each
second. It reads the same documents and rows as the engine and is far too slow for anything but short windows.
"""

import datetime as dt
import functools
import zoneinfo
from fractions import Fraction

import numpy as np

REACH = 4 * 86400  # seconds on either side of an anchor that a clock table covers
SEVERITY = ["up", "degraded", "unknown", "down"]  # a state is its place here, so that the worse is the greater one
NOTHING = -1  # said of a second
OTHERS = ["out_of_term", "out_of_hours", "excluded", "future"]  # the classes after the four states
DAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
FULL = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
EPOCH = dt.datetime(1970, 1, 1)


def naive(seconds):
    return EPOCH + dt.timedelta(seconds=seconds)


def plain(moment):
    return int((moment - EPOCH).total_seconds())


class Clock:
    """What the wall clock of a zone shows in each second around an anchor."""

    def __init__(self, zone, anchor):
        self.low = anchor - anchor % 60 - REACH
        info = zoneinfo.ZoneInfo(zone)
        self.wall, self.offsets = [], set()
        for minute in range(self.low, self.low + 2 * REACH, 60):  # no zone of today changes within a minute
            offset = int(dt.datetime.fromtimestamp(minute, info).utcoffset().total_seconds())
            self.wall.extend(range(minute + offset, minute + offset + 60))
            self.offsets.add(offset)

    def showing(self, wall):
        """All seconds whose clock shows `wall`: none in a gap, two in a repeated hour."""
        seconds = sorted(wall - offset - self.low for offset in self.offsets)
        return [self.low + n for n in seconds if 0 <= n < len(self.wall) and self.wall[n] == wall]

    def later(self, wall):
        """The first second whose clock shows more than `wall`."""
        last = next(n for n in range(59, len(self.wall), 60) if self.wall[n] > wall)  # the minute that passes it
        return self.low + next(n for n in range(last - 59, last + 1) if self.wall[n] > wall)

    def opening(self, wall):
        """The first second whose clock shows `wall`; if none does, the first one after the gap in which it lies."""
        return (self.showing(wall) or [self.later(wall)])[0]

    def closing(self, wall):
        """The last second whose clock shows `wall`; if none does, the first one after the gap in which it lies."""
        return (self.showing(wall) or [self.later(wall)])[-1]

    def recurrence(self, wall):
        """The first second whose clock shows `wall`; if none does, as far after the gap as `wall` lies in it."""
        at = self.opening(wall)
        shown = self.wall[at - self.low]
        if shown == wall:
            return at
        before_gap = self.wall[at - self.low - 1] + 1
        return at + wall - before_gap

    def date(self, second):
        return naive(self.wall[second - self.low]).date()


@functools.cache
def clock_of(zone, anchor):
    return Clock(zone, anchor)


def spans_of(text_or_list):
    if text_or_list == "closed":
        return []
    spans = []
    for text in text_or_list:
        opening, closing = ((int(t[:2]) * 60 + int(t[3:])) * 60 for t in text.split("-"))
        spans.append((opening, closing if closing > opening else closing + 86400))
    return spans


def hours_on(calendar, date):
    weekday = date.weekday()
    exception = calendar.get("exceptions", {}).get(date.isoformat())
    if isinstance(exception, str) and exception.startswith("as "):
        weekday = FULL.index(exception[3:])
    elif exception is not None:
        return spans_of(exception)
    if "weekly" not in calendar:
        return [(0, 86400)]
    return spans_of(calendar["weekly"].get(DAYS[weekday], "closed"))


def marked(spans, start, end):
    """Whether each second of [start, end) lies in one of the spans."""
    found = np.zeros(end - start, bool)
    for first, after in spans:
        found[max(first - start, 0) : max(after - start, 0)] = True
    return found


def opened(clock, calendar, start, end):
    """Whether each second of [start, end) lies in service hours."""
    spans, date = [], clock.date(start) - dt.timedelta(days=2)
    while date <= clock.date(end) + dt.timedelta(days=1):
        midnight = plain(dt.datetime(date.year, date.month, date.day))
        for opening, closing in hours_on(calendar, date):
            spans.append((clock.opening(midnight + opening), clock.closing(midnight + closing)))
        date += dt.timedelta(days=1)
    return marked(spans, start, end)


def excluded(clock, exclusions, approved, start, end):
    """Whether each second of [start, end) is agreed or approved not to count."""
    spans = [one[:2] for one in approved]
    for one in exclusions:
        if "rrule" in one:
            spans += recurring(clock, one, end)
        else:
            spans.append([int(dt.datetime.fromisoformat(one[key]).timestamp()) for key in ("from", "to")])
    return marked(spans, start, end)


def recurring(clock, one, end):
    """The spans of a recurring window; the cases use FREQ=DAILY, or FREQ=WEEKLY with one BYDAY."""
    spans, days = [], [one["rrule"][-2:].lower()] if "BYDAY" in one["rrule"] else [day[:2] for day in DAYS]
    date = dt.date.fromisoformat(one["starting"])
    while date <= clock.date(end) + dt.timedelta(days=1):
        if DAYS[date.weekday()][:2] in days and date.isoformat() not in one.get("except", []):
            hour, minute = one["at"].split(":")
            wall = plain(dt.datetime(date.year, date.month, date.day, int(hour), int(minute)))
            if clock.wall[0] < wall < clock.wall[-1]:
                first = clock.recurrence(wall)
                spans.append((first, first + length_of(one["for"])))
        date += dt.timedelta(days=1)
    return spans


def length_of(text):
    return int(text[:-1]) * {"s": 1, "m": 60, "h": 3600}[text[-1]]


def fill(said, row, until, low, worst=False):
    """Let a row say its state from its start `until` an instant, or where that is worse than what is said."""
    part = said[max(row[0] - low, 0) : max(until - low, 0)]
    part[:] = np.maximum(part, SEVERITY.index(row[2])) if worst else SEVERITY.index(row[2])


def ordinary(rows, low, high):
    """What rows of one scope say in each second."""
    said = np.full(high - low, NOTHING)
    changes = sorted((row for row in rows if row[5]), key=lambda row: (row[0], row[4]))
    for n, row in enumerate(changes):
        fill(said, row, changes[n + 1][0] if n + 1 < len(changes) else high, low)
    for row in rows:
        if not row[5]:
            fill(said, row, high if row[1] is None else row[1], low, worst=True)
    return said


def scope_states(rows, scope, gaps, low, high):
    mine = [row for row in rows if row[3] in ("", scope)]
    plain_rows = [row for row in mine if not row[6]]

    def stated(chosen):
        said = np.full(high - low, NOTHING)
        for name in {row[3] for row in chosen}:
            said = np.maximum(said, ordinary([row for row in chosen if row[3] == name], low, high))
        return said

    said = stated(plain_rows)
    for row in sorted((row for row in mine if row[6]), key=lambda row: row[4]):
        here = slice(max(row[0] - low, 0), max(row[1] - low, 0))
        later = stated([other for other in plain_rows if other[4] > row[4]])
        said[here] = np.maximum(later[here], SEVERITY.index(row[2]))
    only_changes = bool(plain_rows) and all(row[5] for row in plain_rows)
    silent = "up" if gaps == "up" and not only_changes else "unknown"
    said[said == NOTHING] = SEVERITY.index(silent)
    return said


def states(rows, terms, gaps, low, high):
    """The place in SEVERITY of each second of [low, high), terms of unknown time and short outages applied."""
    rows = [row for row in rows if row[0] < high]
    scopes = terms.get("scope") or sorted({row[3] for row in rows if row[3]}) or [""]
    columns = [scope_states(rows, scope, gaps, low, high) for scope in scopes]
    found = (np.max if terms.get("unite", "worst") == "worst" else np.min)(columns, axis=0)
    found = bridge(found, length_of(terms.get("unknown", {}).get("last_for", "0s")))
    return forgive(found, terms)


def runs(flags):
    """Where each run of true seconds begins and ends."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], flags, [False]]).astype(int)))
    return edges.reshape(-1, 2).tolist()


def bridge(found, longest):
    result = found.copy()
    for first, after in runs(found == SEVERITY.index("unknown")):
        if first > 0:
            result[first : min(after, first + longest)] = found[first - 1]
    return result


def forgive(found, terms):
    minimum, result = length_of(terms.get("minimum_outage", "0s")), found.copy()
    for first, after in runs(np.isin(found, bad_states(terms))):
        length = after - first
        kept = 0 if length < minimum else length - length % 60 if terms.get("whole_minutes") else length
        result[first + kept : after] = SEVERITY.index("up")
    return result


def bad_states(terms):
    bad = ("down", "degraded") if terms.get("degraded") == "down" else ("down",)
    return [SEVERITY.index(one) for one in bad]


def classes(clock, documents, rows, gaps, window, as_of, margin, approved=()):
    """The class of each second of the window; every fact must lie within `margin` around it.

    `documents` have one objective each; the one in force in a second judges it.
    """
    start, end = window
    low, high = start - margin, max(min(end + margin, as_of), start - margin)
    listed = np.full(end - start, 4 + OTHERS.index("out_of_term"))
    for n, document in enumerate(documents):
        spec = document["spec"]
        first, until = spec["effective"]["from"], spec["effective"].get("until")
        if n + 1 < len(documents):
            until = min(filter(None, (until, documents[n + 1]["spec"]["effective"]["from"])))
        # A local date begins with its first second, even where the clocks show yesterday once more after it.
        term = midnight(clock, first), midnight(clock, until) if until else end
        terms = spec["objectives"][0]
        mine = np.full(end - start, 4 + OTHERS.index("future"))
        known = states(rows, terms, gaps, low, high)[start - low :][: max(min(end, as_of) - start, 0)]
        mine[: len(known)] = known
        agreed = [] if terms.get("maintenance") == "counted" else spec.get("exclusions", [])
        mine[excluded(clock, agreed, approved, start, end)] = 4 + OTHERS.index("excluded")
        calendar = spec.get("calendars", {}).get(terms.get("hours"), {})
        mine[~opened(clock, calendar, start, end)] = 4 + OTHERS.index("out_of_hours")
        here = marked([term], start, end) & (listed == 4 + OTHERS.index("out_of_term"))
        listed[here] = mine[here]
    names = [*SEVERITY, *OTHERS]
    return [names[place] for place in listed.tolist()]


def midnight(clock, date):
    wall = plain(dt.datetime.fromisoformat(date))
    if wall <= clock.wall[0]:
        return clock.low
    return clock.opening(wall) if wall <= clock.wall[-1] else clock.low + 2 * REACH


def reading(listed, terms):
    """Good and counted seconds, and the lower and upper bound, from a list of classes."""
    count = {one: listed.count(one) for one in ("up", "degraded", "down", "unknown")}
    degraded = terms.get("degraded", "up")
    weight = (
        {"up": Fraction(1), "down": Fraction(0)}.get(degraded) if isinstance(degraded, str) else Fraction(str(degraded))
    )
    counts_as = terms.get("unknown", {}).get("counts_as", "excluded")
    good = count["up"] + weight * count["degraded"]
    known = count["up"] + count["degraded"] + count["down"]
    counted = known + count["unknown"]
    bounds = (good / counted, (good + count["unknown"]) / counted) if counted else (None, None)
    if counts_as == "up":
        good += count["unknown"]
    return good, known if counts_as == "excluded" else counted, *bounds
