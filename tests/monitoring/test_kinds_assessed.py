"""Every kind of indicator from facts to figure: results, ledger, breach, and what the passing of time changes."""

from datetime import timedelta
from decimal import Decimal

import pytest

from monitoring.instants import instant_of, moment_of
from monitoring.kinds.buckets import BucketRow
from monitoring.kinds.samples import SampleRow
from monitoring.kinds.statements import StatementRow, statement_key
from monitoring.kinds.tasks import TaskRow
from monitoring.models import Breach, LedgerDay, PeriodResult
from monitoring.record import record_read
from monitoring.rows import FactRow, row_key
from monitoring.services.assessment import objective_assess, objectives_due
from monitoring.services.facts import facts_record
from monitoring.services.ledger import ledger_differences, ledger_rebuild
from slmo.core.compliance import assess
from tests.monitoring.make import DOWN, NOW, UP, agreement_make, at, indicator_make

pytestmark = pytest.mark.django_db
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


@each_story
def test_facts_become_results_that_are_the_engine_s(story):
    objective = objective_of(story)
    record_facts(objective, STORIES[story][1])
    objective_assess(objective_id=objective.pk, now=NOW)
    assert told(objective) == STORIES[story][2] == engine_tells(objective, NOW)
    assert ledger_differences(objective=objective, now=NOW) == []


@each_story
def test_the_order_of_arrival_does_not_matter(story):
    objective = objective_of(story)
    rows = list(reversed(STORIES[story][1]))
    if story in ("outages counted", "mean time to repair"):
        rows = [rows[-1], *rows[:-1]]  # before the first fact nothing is recorded at all
    for number, row in enumerate(rows):
        record_facts(objective, [row], NOW - timedelta(hours=len(rows) - number))
        objective_assess(objective_id=objective.pk, now=NOW - timedelta(hours=len(rows) - number))
    objective_assess(objective_id=objective.pk, now=NOW)
    assert told(objective) == STORIES[story][2]
    assert ledger_differences(objective=objective, now=NOW) == []
    bit_by_bit = list(LedgerDay.objects.filter(objective=objective).order_by("day").values_list("tally", "up", "down"))
    LedgerDay.objects.filter(objective=objective).delete()
    objective.status.delete()
    objective_assess(objective_id=objective.pk, now=NOW)
    again = LedgerDay.objects.filter(objective=objective).order_by("day").values_list("tally", "up", "down")
    assert (told(objective), list(again)) == (STORIES[story][2], bit_by_bit)


@each_story
def test_a_breach_opens_once_for_each_period_that_missed_its_target(story):
    objective = objective_of(story)
    record_facts(objective, STORIES[story][1])
    for hours in range(3):
        objective_assess(objective_id=objective.pk, now=NOW + timedelta(hours=hours))
    missed = [start for start, verdict, *_ in STORIES[story][2] if verdict == "breached"]
    breaches = Breach.objects.filter(objective=objective)
    assert [f"{one.period_start:%Y-%m-%d}" for one in breaches] == missed
    assert all(one.period_start < one.breached_at <= one.period_end for one in breaches)


def test_a_breach_says_when_the_period_could_no_longer_be_saved():
    objective = objective_of("outages counted")
    record_facts(objective, STORIES["outages counted"][1])
    objective_assess(objective_id=objective.pk, now=NOW)
    # the second outage of five minutes, after five of its ten minutes in the month
    assert Breach.objects.get().breached_at == at("2026-05-31 23:55")


@each_story
def test_a_ledger_of_any_kind_that_was_tampered_with_is_found_and_mended(story):
    objective = objective_of(story)
    record_facts(objective, STORIES[story][1])
    objective_assess(objective_id=objective.pk, now=NOW)
    day = LedgerDay.objects.filter(objective=objective).first()
    LedgerDay.objects.filter(pk=day.pk).update(tally={"good": "7", "total": "9"})
    [difference] = ledger_differences(objective=objective, now=NOW)
    assert difference.ledger["tally"] == {"good": "7", "total": "9"}
    ledger_rebuild(objective=objective, now=NOW)
    objective_assess(objective_id=objective.pk, now=NOW)
    assert ledger_differences(objective=objective, now=NOW) == []


def test_a_changed_fact_changes_only_its_own_days_and_period():
    objective = objective_of("value")
    record_facts(objective, [sample("2026-04-02 08:00", "0.1"), *STORIES["value"][1]])
    objective_assess(objective_id=objective.pk, now=NOW)
    before = dict(PeriodResult.objects.values_list("start", "assessed_at"))
    later = NOW + timedelta(minutes=5)
    record_facts(objective, [sample("2026-05-02 09:00", "0.9")], later)
    objective_assess(objective_id=objective.pk, now=later)
    assert told(objective)[1] == ("2026-05-01", "breached", "0.5", 1, 2)
    ended = PeriodResult.objects.filter(end__lte=NOW)
    assert {row.start for row in ended if row.assessed_at != before[row.start]} == {at("2026-05-01 00:00")}


def test_an_open_task_fails_when_its_limit_passes_and_somebody_looks_at_it_then():
    objective = objective_of("tasks")
    record_facts(objective, [task("first", "2026-06-15 11:00")])
    status = objective_assess(objective_id=objective.pk, now=NOW)
    assert (status.verdict, status.look_at) == ("no_data", at("2026-06-15 15:00") + timedelta(seconds=1))
    assert objectives_due(status.look_at - timedelta(seconds=1)) == []
    assert objectives_due(status.look_at) == [objective.pk]
    status = objective_assess(objective_id=objective.pk, now=status.look_at)
    assert told(objective) == [("2026-06-01", "at_risk", "0.000000000", 0, 1)]
    assert ledger_differences(objective=objective, now=status.look_at) == []


def test_a_task_that_counts_when_it_was_opened_changes_its_day_long_after():
    indicator = indicator_make(kind="tasks")
    objective = agreement_make(
        indicator, indicator="tasks", clock="resolved", limit="10d", target=">= 90%", period="week"
    ).objectives.get()  # fmt: skip
    record_facts(objective, [task("first", "2026-06-03 11:00")])
    objective_assess(objective_id=objective.pk, now=at("2026-06-12 12:00"))
    assert told(objective)[0] == ("2026-06-01", "no_data", "", 0, 0)
    objective_assess(objective_id=objective.pk, now=at("2026-06-13 12:00"))
    assert told(objective)[0] == ("2026-06-01", "breached", "0.000000000", 0, 1)
    assert ledger_differences(objective=objective, now=at("2026-06-13 12:00")) == []
    record_facts(objective, [task("first", "2026-06-03 11:00", "2026-06-13 11:00")], at("2026-06-13 13:00"))
    objective_assess(objective_id=objective.pk, now=at("2026-06-13 13:00"))
    assert told(objective)[0] == ("2026-06-01", "met", "1.000000000", 1, 1)
    assert Breach.objects.get().state == "withdrawn"


def test_a_statement_that_ends_is_looked_at_just_after():
    objective = objective_of("attested")
    record_facts(objective, [statement("2026-06-15 00:00", "2026-06-15 18:00", True)])
    status = objective_assess(objective_id=objective.pk, now=NOW)
    assert (status.verdict, status.look_at) == ("on_track", at("2026-06-15 18:00") + timedelta(seconds=1))
    assert status.now_state is None


def test_a_correction_wins_and_the_unadjusted_figure_stands_beside_it():
    objective = objective_of("ratio")
    record_facts(objective, [bucket("2026-05-02 08:00", "90", "100")])
    corrected = bucket("2026-05-02 08:00", "100", "100")._replace(key="c1", override=True)
    facts_record(indicator=objective.indicator, rows=[corrected], origin="correction", now=NOW)
    objective_assess(objective_id=objective.pk, now=NOW)
    may = PeriodResult.objects.get(start=at("2026-05-01 00:00"))
    assert (may.verdict, may.achieved, may.unadjusted) == ("met", "1.000000000", "0.900000000")
    assert ledger_differences(objective=objective, now=NOW) == []
