"""Facts of every kind: recorded once, superseded, never changed, refused with a sentence, read back by the engine."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction

from agreements.models import Service
from monitoring.instants import instant_of
from monitoring.kinds import KINDS, facts_load
from monitoring.kinds.buckets import BucketRow
from monitoring.kinds.samples import SampleRow
from monitoring.kinds.statements import StatementRow, statement_key
from monitoring.kinds.tasks import TaskRow
from monitoring.models import Bucket, FactBatch, ObjectiveStatus, Sample, Statement, Task
from monitoring.rows import FactRow, FactsRefused, row_key
from monitoring.services.facts import facts_record
from slmo.core.facts_csv import KINDS as FILES
from slmo.core.units import Window
from tests.monitoring.make import NOW, agreement_make, at, indicator_make

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(hours=1)
START = instant_of(at("2026-03-02 10:00"))
MARCH = Window(instant_of(at("2026-03-01 00:00")), instant_of(at("2026-04-01 00:00")))
OF_INDICATOR = {"buckets": "ratio", "samples": "value", "tasks": "tasks", "statements": "attested"}


def bucket(start=START, end=None, good="98.5", total="100", **values):
    """Return a bucket of five minutes."""
    key = row_key(start, values.get("scope", ""))
    return BucketRow(start, end or start + 300, Decimal(good), Decimal(total), key=key, **values)


def sample(at=START, value="0.250", **values):
    """Return a sample."""
    return SampleRow(at, Decimal(value), **{"key": row_key(at, values.get("scope", "")), **values})


def task(name="INC-1", opened=START, responded=None, resolved=None, **values):
    """Return a task of priority P2."""
    return TaskRow(opened, responded, resolved, ((opened, "P2"),), key=name, reference=name, **values)


def statement(start=START, end=START + 86_400, met=True, **values):
    """Return a statement about a day."""
    key = statement_key(start, end, "")
    return StatementRow(start, end, met, "Olga Orlova", "protocol 7, page 2", key=key, **values)


# a row of each kind, and the same told otherwise
TOLD = {
    "buckets": (bucket(), bucket(good="97"), Bucket),
    "samples": (sample(), sample(value="0.3"), Sample),
    "tasks": (task(), task(resolved=START + 3600, pauses=((START + 60, START + 90),)), Task),
    "statements": (statement(), statement(met=False), Statement),
}
each_kind = pytest.mark.parametrize("kind", TOLD)


def indicator_of(kind):
    """Return an indicator that has facts of this kind."""
    return indicator_make(kind=OF_INDICATOR[kind])


def test_every_kind_of_file_belongs_to_one_kind_of_facts():
    assert sorted(file for kind in KINDS.values() for file in kind.files) == sorted(FILES)
    assert set(TOLD) == set(KINDS) - {"states"}


@each_kind
def test_the_same_delivery_twice_records_nothing_and_another_text_supersedes(kind):
    row, changed, model = TOLD[kind]
    indicator = indicator_of(kind)
    first = facts_record(indicator=indicator, rows=[row], origin="file", now=NOW)
    again = facts_record(indicator=indicator, rows=[row], origin="file", now=LATER)
    assert [(one.new, one.replaced) for one in (first, again)] == [(1, 0), (0, 0)]
    batch = facts_record(indicator=indicator, rows=[changed], origin="file", now=LATER)
    assert (batch.new, batch.replaced) == (1, 1)
    old, new = model.objects.order_by("pk")
    assert (old.recorded_at, old.superseded_at, new.recorded_at, new.superseded_at) == (NOW, LATER, LATER, None)


@each_kind
def test_what_was_known_at_a_moment_is_read_as_it_was_known(kind):
    row, changed, _model = TOLD[kind]
    indicator = indicator_of(kind)
    facts_record(indicator=indicator, rows=[row], origin="file", now=NOW)
    then = facts_load(indicator, MARCH).digest()
    facts_record(indicator=indicator, rows=[changed], origin="file", now=LATER)
    assert facts_load(indicator, MARCH, known_at=NOW).digest() == then != facts_load(indicator, MARCH).digest()
    assert len(facts_load(indicator, MARCH, known_at=NOW - timedelta(seconds=1))) == 0


@each_kind
def test_a_recorded_fact_of_any_kind_never_changes(kind):
    row, changed, model = TOLD[kind]
    indicator = indicator_of(kind)
    facts_record(indicator=indicator, rows=[row], origin="file", now=NOW)
    facts_record(indicator=indicator, rows=[changed], origin="file", now=LATER)
    table = model._meta.db_table
    for statement_ in (
        f"UPDATE {table} SET scope = 'eu'",
        f"DELETE FROM {table}",
        f"UPDATE {table} SET superseded_at = NULL WHERE superseded_at IS NOT NULL",
    ):
        with pytest.raises(IntegrityError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement_)


@each_kind
def test_new_facts_of_any_kind_mark_what_reads_them_as_due(kind):
    row, _changed, _model = TOLD[kind]
    indicator = indicator_of(kind)
    objective = agreement_make(indicator).objectives.get()
    facts_record(indicator=indicator, rows=[row], origin="file", now=NOW)
    status = ObjectiveStatus.objects.get(objective=objective)
    assert status.due_from == at("2026-03-02 10:00")
    until = {"buckets": "2026-03-02 10:05", "samples": "2026-03-02 10:00", "statements": "2026-03-03 10:00"}.get(kind)
    second = timedelta(seconds=kind == "samples")
    assert status.due_until == (at(until) + second if until else None)


BAD = [
    (bucket(good="101"), "good"),
    (bucket(good="-1"), "good"),
    (bucket(end=START), "end"),
    (bucket(total="NaN"), "total"),
    (bucket(total="1e15"), "total"),
    (bucket(good="1.0000000000000001"), "good"),
    (bucket(start=-5), "start"),
    (sample(value="Infinity"), "value"),
    (sample(at=MARCH.start * 1000), "at"),
    (sample(scope="a\x00"), "scope"),
    (task(resolved=START - 1), "resolved"),
    (task(pauses=((START + 9, START + 5),)), "pauses"),
    (task(pauses=((START + 1, None), (START + 5, START + 9))), "pauses"),
    (task(name=""), "id"),
    (task()._replace(priorities=((START + 5, "P1"),)), "pauses"),
    (statement(end=START), "end"),
    (statement()._replace(by=""), "by"),
    (statement()._replace(evidence=""), "evidence"),
    (statement()._replace(met="yes"), "met"),
    (statement()._replace(key=""), "key"),
]


@pytest.mark.parametrize(("row", "field"), BAD)
def test_one_unusable_row_refuses_the_whole_delivery(row, field):
    kind = next(kind for kind in KINDS.values() if kind.row is type(row))
    good = TOLD[kind.name][0]._replace(key="good", reference="good")
    with pytest.raises(FactsRefused) as refused:
        facts_record(indicator=indicator_of(kind.name), rows=[good, row], origin="file", now=NOW)
    assert {(error.position, error.field) for error in refused.value.errors} >= {(1, field)}
    assert all(error.sentence.endswith(".") for error in refused.value.errors)
    assert not FactBatch.objects.exists()


def test_an_indicator_takes_facts_of_its_kind_only_and_slices_those_that_came_first():
    with pytest.raises(FactsRefused, match="not measured by facts of this kind"):
        facts_record(indicator=indicator_make(kind="ratio"), rows=[sample()], origin="file", now=NOW)
    slices = indicator_make(Service.objects.get(), slug="slices", kind="slices")
    facts_record(indicator=slices, rows=[sample()], origin="file", now=NOW)
    with pytest.raises(FactsRefused, match="facts of another kind already"):
        facts_record(indicator=slices, rows=[bucket()], origin="file", now=NOW)
    with pytest.raises(TypeError):
        facts_record(indicator=slices, rows=[sample(), FactRow(START, None, 0, "", "a", "")], origin="x", now=NOW)


def test_an_empty_delivery_is_one_of_the_indicator_s_own_kind():
    assert facts_record(indicator=indicator_of("tasks"), rows=[], origin="api", now=NOW).new == 0


def test_a_window_reads_every_bucket_that_reaches_into_it_and_no_other():
    indicator = indicator_of("buckets")
    day = 86_400
    spans = [(-40 * day, 1), (-40 * day, -20 * day), (-300, 0), (-299, 1), (0, 300), (MARCH.seconds - 1, 300 * day)]
    rows = [bucket(MARCH.start + start, MARCH.start + end)._replace(key=str(n)) for n, (start, end) in enumerate(spans)]
    after = bucket(MARCH.end, MARCH.end + 300)
    facts_record(indicator=indicator, rows=[*rows, after], origin="file", now=NOW)
    found = facts_load(indicator, MARCH).buckets
    assert sorted(zip(found.start.tolist(), found.end.tolist(), strict=True)) == sorted(
        (rows[n].start, rows[n].end) for n in (0, 3, 4, 5)
    )
    assert (found.good.tolist()[0], found.scale) == (985, 10)


def test_a_window_reads_the_tasks_that_may_bear_on_it():
    indicator = indicator_of("tasks")
    long_ago, before, inside, after = MARCH.start - 90_000, MARCH.start - 100, START, MARCH.end + 10
    rows = [
        task("done before", long_ago, before, before),
        task("open since long", long_ago),
        task("done inside", long_ago, before, inside),
        task("done after", long_ago, inside, after),
        task("opened after", after),
    ]
    facts_record(indicator=indicator, rows=rows, origin="file", now=NOW)
    found = [one.id for one in facts_load(indicator, MARCH).tasks]
    assert found == ["open since long", "done inside", "done after"]


def test_what_several_origins_tell_of_one_task_is_read_together_and_the_last_told_holds():
    indicator = indicator_of("tasks")
    early = MARCH.start - 90_000
    objective = agreement_make(indicator).objectives.get()
    facts_record(indicator=indicator, rows=[task("one", early)], origin="file", now=NOW)
    ObjectiveStatus.objects.filter(objective=objective).update(due_from=None)
    facts_record(indicator=indicator, rows=[task("one", START, resolved=START + 60)], origin="api", now=NOW)
    # what the file said of another day is otherwise now, and is never read without what replaces it
    assert ObjectiveStatus.objects.get(objective=objective).due_from == at("2026-02-27 23:00")
    before = Window(early, early + 3600)
    [one] = facts_load(indicator, before).tasks.current()
    assert (one.opened, one.resolved) == (START, START + 60)


def test_several_samples_of_one_second_in_one_file_are_all_kept():
    indicator = indicator_of("samples")
    rows = [sample(), sample(value="0.5")._replace(key=row_key(START, "") + "#2")]
    batch = facts_record(indicator=indicator, rows=rows, origin="file", now=NOW)
    assert (batch.new, facts_load(indicator, MARCH).samples.value.tolist()) == (2, [25, 50])
