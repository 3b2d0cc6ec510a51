"""Agreements, facts and windows for the property tests, drawn around the moments at which clocks change."""

import datetime as dt
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
MARGIN = 2500  # seconds around the window in which facts lie


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


@st.composite
def clock_times(draw, near):
    """A time of day: on the half hour, any minute, or close to the minute `near` at which clocks change."""
    halves = st.integers(0, 47).map(lambda half: half * 30)
    close = st.integers(-150, 150).map(lambda minutes: (near + minutes) % 1440)
    minute = draw(st.one_of(close, halves, close, st.integers(0, 1439)))
    return f"{minute // 60:02d}:{minute % 60:02d}"


@st.composite
def hours(draw, near):
    """Up to three spans of a day: lunch breaks, overnight hours, whole days."""
    spans = []
    for _ in range(draw(st.integers(1, 3))):
        opening = draw(clock_times(near))
        closing = draw(st.one_of(clock_times(near), clock_times(near), st.just("24:00")))
        if opening != closing:
            spans.append(f"{opening}-{closing}")
    return spans or ["00:00-24:00"]


@st.composite
def calendars(draw, date, near):
    """Service hours with exceptions around a date."""
    calendar = {}
    if draw(st.integers(0, 3)):
        days = draw(st.sets(st.sampled_from(DAYS), max_size=3)) | {DAYS[date.weekday() - draw(st.integers(0, 1))]}
        calendar["weekly"] = {day: draw(hours(near)) for day in sorted(days)}
    dates = st.integers(-1, 1).map(lambda days: (date + dt.timedelta(days=days)).isoformat())
    exception = st.one_of(st.just("closed"), st.sampled_from(FULL).map(lambda day: f"as {day}"), hours(near))
    if draw(st.booleans()):
        calendar["exceptions"] = draw(st.dictionaries(dates, exception, max_size=3))
    return calendar


@st.composite
def exclusions(draw, date, start, near):
    """Agreed exclusions: single spans near the window, and recurring windows."""
    found = []
    for _ in range(draw(st.integers(0, 2))):
        if draw(st.booleans()):
            first = start + draw(st.integers(-3000, 9000))
            last = first + draw(st.integers(1, 4000))
            found.append({"from": format_instant(first), "to": format_instant(last), "reason": "agreed"})
        else:
            rule = draw(st.sampled_from(["FREQ=DAILY", f"FREQ=WEEKLY;BYDAY={DAYS[date.weekday()][:2].upper()}"]))
            begins = date - dt.timedelta(days=draw(st.integers(0, 9)))
            one = {"rrule": rule, "starting": begins.isoformat(), "at": draw(clock_times(near)), "reason": "maintenance"}
            one["for"] = draw(st.sampled_from(["30m", "1h", "90m", "7h"]))
            if draw(st.booleans()):
                one["except"] = [date.isoformat()]
            found.append(one)
    return found


@st.composite
def objectives(draw):
    """An availability objective with any of its terms."""
    terms = {"name": "availability", "indicator": "availability", "target": ">= 99.9%", "period": "day"}
    if draw(st.booleans()):
        terms["hours"] = "office"
    optional = {
        "hours": st.just("office"),
        "unite": st.sampled_from(["worst", "best"]),
        "scope": st.lists(st.sampled_from(["north", "south", "west"]), min_size=1, max_size=3, unique=True),
        "degraded": st.sampled_from(["up", "down", 0.5, 0.25]),
        "unknown": st.fixed_dictionaries(
            {"counts_as": st.sampled_from(["up", "down", "excluded"])},
            optional={"last_for": st.sampled_from(["1s", "59s", "5m", "20m"])},
        ),
        "minimum_outage": st.sampled_from(["0s", "60s", "300s", "15m"]),
        "whole_minutes": st.booleans(),
        "maintenance": st.sampled_from(["excluded", "counted"]),
    }
    return terms | draw(st.fixed_dictionaries({}, optional=optional))


@st.composite
def facts(draw, start, end):
    """Rows of facts within MARGIN of the window: changes, intervals, corrections, with and without scope."""
    moment = st.one_of(
        st.integers(start - MARGIN, end + MARGIN - 1),
        st.integers((start - MARGIN) // 60 + 1, (end + MARGIN) // 60 - 1).map(lambda minute: minute * 60),
    )
    rows = []
    shape = draw(st.sampled_from(["changes", "intervals", "both"]))
    for seq in range(draw(st.integers(0, 8))):
        change = shape == "changes" or (shape == "both" and draw(st.booleans()))
        first, state = draw(moment), draw(st.sampled_from(STATES))
        scope = draw(st.sampled_from(["", "", "north", "south"]))
        last = None if change or draw(st.integers(0, 9)) == 0 else first + draw(st.integers(0, 3000))
        override = last is not None and draw(st.integers(0, 4)) == 0
        rows.append((first, last, state, scope, seq, change, override, ""))
    return rows


@st.composite
def cases(draw, versions=1):
    """A window of up to two hours near a clock change, with all that is asked about it."""
    zone, text = draw(st.sampled_from(ANCHORS))
    anchor = parse_instant(text)
    start = anchor + draw(st.one_of(st.integers(-7000, 3600), st.integers(-4800, 0), st.integers(-100_000, 100_000)))
    window = (start, start + draw(st.integers(1, 4800 // versions)))
    date = dt.date.fromisoformat(format_instant(start, zone)[:10])
    shown = format_instant(anchor - 1, zone)
    near = int(shown[11:13]) * 60 + int(shown[14:16])
    documents = [draw(documents_of(zone, date, start, near, n, versions)) for n in range(versions)]
    documents = [one for n, one in enumerate(documents) if n == 0 or _from(one) > _from(documents[n - 1])]
    rows = draw(facts(*window))
    as_of = draw(st.one_of(st.just(window[1] + MARGIN), st.integers(start - 100, window[1] + MARGIN)))
    approved = []
    if draw(st.integers(0, 3)) == 0:
        first = start + draw(st.integers(-500, 7000))
        approved = [(first, first + draw(st.integers(1, 3000)), "approved")]
    return Case(zone, anchor, documents, rows, draw(st.sampled_from(["unknown", "up"])), window, as_of, approved)


def _from(document):
    return document["spec"]["effective"]["from"]


@st.composite
def documents_of(draw, zone, date, start, near, number, versions):
    """One version's document; the versions of a case take effect around the window's date."""
    effective = {"from": "2000-01-01"}
    if versions > 1:
        effective["from"] = (date + dt.timedelta(days=number - 1 + draw(st.integers(0, 1)))).isoformat()
        if draw(st.integers(0, 4)) == 0:
            ends = dt.date.fromisoformat(effective["from"]) + dt.timedelta(days=1)
            effective["until"] = ends.isoformat()
    spec = {"type": "SLA", "timezone": zone, "effective": effective}
    spec["calendars"] = {"office": draw(calendars(date, near))}
    spec["exclusions"] = draw(exclusions(date, start, near))
    spec["objectives"] = [draw(objectives())]
    return {"apiVersion": "slmo/v1", "kind": "Agreement", "metadata": {"name": "drawn"}, "spec": spec}
