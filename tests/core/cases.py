"""Agreements, facts and windows for the property tests, drawn around the moments at which clocks change."""

import datetime as dt
import random
from dataclasses import dataclass

from hypothesis import strategies as st

from slmo.core.units import format_instant, parse_instant

ANCHORS = [  # zone and the instant at which something happens to its clocks (or nothing ever does)
    ("Europe/Berlin", "2026-03-29T01:00:00Z"),
    ("Europe/Berlin", "2026-10-25T01:00:00Z"),
    ("America/New_York", "2026-03-08T07:00:00Z"),
    ("America/New_York", "2026-11-01T06:00:00Z"),
    ("Australia/Lord_Howe", "2026-04-04T15:00:00Z"),  # half an hour back
    ("Australia/Lord_Howe", "2026-10-03T15:30:00Z"),  # half an hour forward
    ("America/Santiago", "2026-04-05T03:00:00Z"),  # back at midnight
    ("America/Santiago", "2026-09-06T04:00:00Z"),  # forward at midnight: the day begins at 01:00
    ("Asia/Kolkata", "2026-06-14T18:30:00Z"),
    ("Africa/Casablanca", "2026-02-15T02:00:00Z"),  # back for Ramadan
    ("Africa/Casablanca", "2026-03-22T02:00:00Z"),  # and forward after it
    ("Pacific/Apia", "2011-12-30T10:00:00Z"),  # the whole of 30 December is skipped
    ("America/St_Johns", "2006-10-29T02:31:00Z"),  # back at one minute past midnight, into yesterday
    ("UTC", "2026-07-01T00:00:00Z"),
]
STATES = ["up", "up", "degraded", "unknown", "down", "down"]
DAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
FULL = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
MARGIN = 1500  # seconds around the window in which facts lie


@dataclass
class Case:
    """Everything that a partition is asked for."""

    zone: str
    anchor: int
    documents: list
    rows: list
    gaps: str
    window: tuple
    as_of: int
    approved: list


# Cases are thrown with even dice from a seed that hypothesis draws. Its own draws lean to the simplest values, of which
# a case needs dozens: most would have no downtime in sight, and 200 of them would hold nothing.
def _integers(low, high):
    return lambda rng: rng.randint(low, high)


def _one_of(choices):
    return lambda rng: rng.choice(choices)


COIN, DIE = _one_of([False, True]), _integers(0, 5)
NEAR, MINUTE = _integers(-150, 150), _integers(0, 1439)
DATE_OFFSET, DAYS_BACK = _integers(-1, 1), _integers(0, 9)
SECONDS, SHORT, LONG = _integers(0, 9800), _integers(1, 3000), _integers(-100_000, 100_000)
FACT_COUNT, FACT_STATE = _integers(0, 12), _one_of(STATES)
FACT_SCOPE = _one_of(["", "", "north", "south"])
FACT_SHAPE = _one_of(["changes", "intervals", "both"])
FACT_LENGTH = _one_of([0, 1, 30, 59, 60, 61, 90, 119, 120, 299, 300, 301, 900, 1500, 3000])
ANCHOR, DAY_NAME, FULL_NAME = _one_of(ANCHORS), _one_of(DAYS), _one_of(FULL)
LENGTH = _one_of(["30m", "1h", "90m", "7h"])
GAPS = _one_of(["unknown", "up"])
OPTIONAL = {
    "unite": ["worst", "best"],
    "scope": [["north"], ["north", "south"], ["south", "west"], ["north", "south", "west"]],
    "degraded": ["up", "down", 0.5, 0.25],
    "unknown": [{"counts_as": "up"}, {"counts_as": "down", "last_for": "59s"}, {"last_for": "5m"}, {"last_for": "20m"}],
    "minimum_outage": ["0s", "60s", "300s", "15m"],
    "whole_minutes": [True],
    "maintenance": ["excluded", "counted"],
}


def optional_terms(draw):
    """Some of the terms that an objective may leave out."""
    return {key: draw(_one_of(values)) for key, values in OPTIONAL.items() if draw(COIN)}


def clock_time(draw, near):
    """A time of day: often close to the minute `near` at which clocks change, else on the half hour or any minute."""
    kind = draw(DIE)
    minute = (near + draw(NEAR)) % 1440 if kind < 3 else draw(MINUTE)
    minute -= minute % 30 if kind in (2, 3, 4) else 0
    return f"{minute // 60:02d}:{minute % 60:02d}"


def hours(draw, near):
    """Up to three spans of a day: lunch breaks, overnight hours, whole days."""
    spans = []
    for _ in range(1 + draw(DIE) // 2):
        opening = clock_time(draw, near)
        closing = "24:00" if draw(DIE) == 0 else clock_time(draw, near)
        if opening != closing:
            spans.append(f"{opening}-{closing}")
    return spans or ["00:00-24:00"]


def calendar(draw, date, near):
    """Service hours with exceptions around a date."""
    found = {}
    if draw(DIE) > 1:
        days = {DAYS[date.weekday() - draw(COIN)], draw(DAY_NAME)}
        found["weekly"] = {day: hours(draw, near) for day in sorted(days)}
    if draw(COIN):
        dates = {(date + dt.timedelta(days=draw(DATE_OFFSET))).isoformat() for _ in range(draw(DIE) // 2)}
        kinds = (lambda: "closed", lambda: f"as {draw(FULL_NAME)}", lambda: hours(draw, near))
        found["exceptions"] = {one: kinds[draw(DIE) // 2]() for one in sorted(dates)}
    return found


def exclusion(draw, date, start, near):
    """An agreed exclusion: a single span near the window, or a recurring window."""
    if draw(COIN):
        first = start - 3000 + draw(SECONDS)
        return {"from": format_instant(first), "to": format_instant(first + draw(SHORT)), "reason": "agreed"}
    rule = "FREQ=DAILY" if draw(COIN) else f"FREQ=WEEKLY;BYDAY={DAYS[date.weekday()][:2].upper()}"
    begins = date - dt.timedelta(days=draw(DAYS_BACK))
    one = {"rrule": rule, "starting": begins.isoformat(), "at": clock_time(draw, near), "for": draw(LENGTH)}
    return one | ({"except": [date.isoformat()]} if draw(DIE) == 0 else {})


def facts(draw, start, end):
    """Rows of facts within MARGIN of the window: changes, intervals, corrections, with and without scope."""
    rows, shape = [], draw(FACT_SHAPE)
    for seq in range(draw(FACT_COUNT)):
        change = shape == "changes" or (shape == "both" and draw(COIN))
        first = start - MARGIN + draw(SECONDS) % (end - start + 2 * MARGIN)
        first -= first % 60 if draw(COIN) and first % 60 < first - start + MARGIN else 0
        first = rows[-1][0] + draw(FACT_LENGTH) if rows and draw(COIN) else first  # close to the fact before
        first = min(first, end + MARGIN - 1)
        last = None if change or draw(DIE) == 0 else first + draw(FACT_LENGTH)
        override = last is not None and draw(DIE) == 0
        rows.append((first, last, draw(FACT_STATE), draw(FACT_SCOPE), seq, change, override, ""))
    return rows


def cases(versions=1):
    """Cases, each from a seed that names it: `case_of(seed, versions)` makes it again."""
    return st.integers(0, 2**32 - 1).map(lambda seed: case_of(seed, versions))


def case_of(seed, versions=1):
    """A window of up to 80 minutes near a clock change, with all that is asked about it."""
    rng = random.Random(seed)

    def draw(dice):
        return dice(rng)

    zone, text = draw(ANCHOR)
    anchor = parse_instant(text)
    start = anchor + (draw(LONG) if draw(DIE) == 0 else draw(SECONDS) - 6000)
    window = (start, start + 1 + draw(SECONDS) // (2 * versions))
    date = dt.date.fromisoformat(format_instant(start, zone)[:10])
    shown = format_instant(anchor - 1, zone)
    near = int(shown[11:13]) * 60 + int(shown[14:16])
    documents = [document(draw, zone, date, start, near, n if versions > 1 else None) for n in range(versions)]
    documents = [one for n, one in enumerate(documents) if n == 0 or _from(one) > _from(documents[n - 1])]
    rows = facts(draw, *window)
    as_of = window[1] + MARGIN if draw(COIN) else start - 100 + draw(SECONDS) % (window[1] - start + MARGIN)
    first = start - 500 + draw(SECONDS)
    approved = [(first, first + draw(SHORT), "approved")] if draw(DIE) == 0 else []
    return Case(zone, anchor, documents, rows, draw(GAPS), window, as_of, approved)


def _from(one):
    return one["spec"]["effective"]["from"]


def document(draw, zone, date, start, near, number):
    """One document; those of several versions are numbered and take effect around the window's date."""
    effective = {"from": "2000-01-01"}
    if number is not None:
        begins = date + dt.timedelta(days=number - 1 + draw(COIN))
        effective = {"from": begins.isoformat()}
        if draw(DIE) == 0:
            effective["until"] = (begins + dt.timedelta(days=1)).isoformat()
    spec = {
        "type": "SLA",
        "timezone": zone,
        "effective": effective,
        "calendars": {"office": calendar(draw, date, near)},
    }
    spec["exclusions"] = [exclusion(draw, date, start, near) for _ in range(draw(DIE) // 2)]
    terms = {"name": "availability", "indicator": "availability", "target": ">= 99.9%", "period": "day"}
    spec["objectives"] = [terms | optional_terms(draw) | ({"hours": "office"} if draw(COIN) else {})]
    return {"apiVersion": "slmo/v1", "kind": "Agreement", "metadata": {"name": "drawn"}, "spec": spec}
