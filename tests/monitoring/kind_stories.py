"""For each kind of indicator a story: its terms, its facts, and the figures that come of them."""

from decimal import Decimal

import pytest

from monitoring.instants import instant_of, moment_of
from monitoring.kinds.buckets import BucketRow
from monitoring.kinds.samples import SampleRow
from monitoring.kinds.statements import StatementRow, statement_key
from monitoring.kinds.tasks import TaskRow
from monitoring.models import PeriodResult
from monitoring.record import record_read
from monitoring.rows import FactRow, row_key
from monitoring.services.facts import facts_record
from slmo.core.compliance import assess
from tests.monitoring.make import DOWN, NOW, UP, agreement_make, at, indicator_make

OFFICE = {"office": {"weekly": {"mon-fri": ["09:00-17:00"]}}}


def second(text):
    """Return a time such as `2026-03-01 09:00` in epoch seconds."""
    return instant_of(at(text))


def bucket(start, good, total, minutes=60):
    """Return a bucket."""
    begun = second(start)
    return BucketRow(begun, begun + 60 * minutes, Decimal(good), Decimal(total), key=row_key(begun, ""))


def sample(when, value):
    """Return a sample."""
    return SampleRow(second(when), Decimal(value), key=row_key(second(when), ""))


def task(name, opened, resolved=None, priority="P1", pauses=()):
    """Return a task."""
    ended = None if resolved is None else second(resolved)
    paused = tuple((second(start), second(end)) for start, end in pauses)
    return TaskRow(second(opened), None, ended, ((second(opened), priority),), paused, key=name, reference=name)


def statement(start, end, met):
    """Return a statement."""
    span = second(start), second(end)
    return StatementRow(*span, met, "Olga", "protocol 7", key=statement_key(*span, ""))


def state(start, end, value):
    """Return an interval."""
    return FactRow(second(start), second(end), int(value), "", row_key(second(start), ""), "")


# per kind of indicator: its terms, the facts, and start, verdict, figure, good, total of each period up to 15 June
STORIES = {
    "ratio": (
        {"indicator": "ratio", "target": ">= 99.5%"},
        [
            bucket("2026-04-10 10:00", "99", "100"),
            bucket("2026-04-10 11:00", "300", "300"),
            bucket("2026-05-02 08:00", "98.5", "100"),
        ],
        [
            ("2026-04-01", "met", "0.997500000", 399, 400),
            ("2026-05-01", "breached", "0.985000000", Decimal("98.5"), 100),
            ("2026-06-01", "no_data", "", 0, 0),
        ],
    ),
    "slices of values": (
        {"indicator": "slices", "target": ">= 50%", "slice": "6h", "good_when": "<= 0.3", "reduce": "mean"},
        [
            sample("2026-06-14 01:00", "0.2"),
            sample("2026-06-14 02:00", "0.4"),
            sample("2026-06-14 07:00", "0.4"),
            sample("2026-06-15 00:00", "0.1"),
            sample("2026-06-15 11:00", "0.9"),
        ],
        [("2026-06-01", "on_track", "0.500000000", 2, 4)],
    ),
    "slices of events": (
        {"indicator": "slices", "target": ">= 90%", "slice": "1h", "good_when": ">= 99%"},
        [bucket("2026-05-02 08:00", "99", "100"), bucket("2026-05-02 09:00", "9", "10")],
        [("2026-05-01", "breached", "0.500000000", 1, 2), ("2026-06-01", "no_data", "", 0, 0)],
    ),
    "value": (
        {"indicator": "value", "reduce": "p50", "method": "linear", "target": "<= 0.25"},
        [
            sample("2026-05-02 08:00", "0.1"),
            sample("2026-05-02 09:00", "0.2"),
            sample("2026-06-02 08:00", "0.2"),
            sample("2026-06-03 08:00", "0.31"),
        ],
        [("2026-05-01", "met", "0.15", 2, 2), ("2026-06-01", "at_risk", "0.255", 1, 2)],
    ),
    "tasks": (
        {
            "indicator": "tasks", "clock": "resolved", "limit": "4h", "priority": ["P1"], "target": ">= 50%",
            "hours": "office", "counts_in": "resolved",
        },
        [
            task("due at closing time", "2026-05-08 13:00", "2026-05-08 17:00"),
            task("over the weekend", "2026-05-08 16:00", "2026-05-11 12:00"),
            task("too late", "2026-05-11 09:00", "2026-05-11 13:01"),
            task("paused", "2026-05-12 09:00", "2026-05-12 14:00", pauses=[("2026-05-12 10:00", "2026-05-12 11:00")]),
            task("not ours", "2026-05-12 09:00", priority="P2"),
            task("open, but within its limit", "2026-06-15 11:00"),
        ],
        [("2026-05-01", "met", "0.750000000", 3, 4), ("2026-06-01", "no_data", "", 0, 0)],
    ),
    "outages counted": (
        {"indicator": "outages", "reduce": "count", "at_least": "5m", "target": "<= 1"},
        [
            state("2026-04-01 00:00", "2026-06-15 12:00", UP),
            state("2026-05-02 08:00", "2026-05-02 08:04", DOWN),
            state("2026-05-03 23:58", "2026-05-04 00:04", DOWN),
            state("2026-05-31 23:50", "2026-06-01 00:10", DOWN),
        ],
        [
            ("2026-04-01", "met", "0", 2592000, 2592000),
            ("2026-05-01", "breached", "2", 2678400 - 1200, 2678400),
            ("2026-06-01", "at_risk", "1", 1252800 - 600, 1252800),
        ],
    ),
    "mean time to repair": (
        {"indicator": "outages", "reduce": "mttr", "target": "<= 10m"},
        [
            state("2026-05-01 00:00", "2026-06-01 00:00", UP),
            state("2026-05-02 08:00", "2026-05-02 08:04", DOWN),
            state("2026-05-03 23:50", "2026-05-04 00:09", DOWN),
        ],
        [("2026-05-01", "breached", "690", 2678400 - 1380, 2678400), ("2026-06-01", "no_data", "", 0, 0)],
    ),
    "attested": (
        {"indicator": "attested", "target": None},
        [
            statement("2026-04-01 00:00", "2026-05-01 00:00", True),
            statement("2026-05-10 00:00", "2026-05-12 00:00", False),
        ],
        [
            ("2026-04-01", "met", "", 2592000, 2592000),
            ("2026-05-01", "breached", "", 0, 2678400),
            ("2026-06-01", "no_data", "", 0, 1252800),
        ],
    ),
}  # fmt: skip
each_story = pytest.mark.parametrize("story", STORIES)


def objective_of(story):
    """Return an objective with the terms of a story, measured by an indicator of its kind."""
    terms = STORIES[story][0]
    indicator = indicator_make(kind=terms["indicator"])
    return agreement_make(indicator, spec={"calendars": OFFICE}, **terms).objectives.get()


def record_facts(objective, rows, now=NOW):
    """Record facts about what measures the objective."""
    return facts_record(indicator=objective.indicator, rows=rows, origin="file", now=now)


def told(objective):
    """Return start, verdict, figure, good and total of the stored results."""
    return [
        (f"{row.start:%Y-%m-%d}", row.verdict, row.value or row.achieved, row.good, row.total)
        for row in PeriodResult.objects.filter(objective=objective, current=True).order_by("start")
    ]


def engine_tells(objective, now):
    """Return what the engine makes of all facts at once."""
    record = record_read(objective, instant_of(now))
    judged = assess(record.terms, record.name, record.facts(record.hull), record.span, record.as_of)
    return [
        (
            f"{moment_of(one.window.start):%Y-%m-%d}", one.verdict.value, one.shown(one.figure) or "", one.good,
            one.total,
        )
        for one in judged
    ]  # fmt: skip
