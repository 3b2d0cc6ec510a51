"""Recording facts: idempotent, append-only, all or nothing."""

import threading
from datetime import timedelta

import pytest
from celery import Celery, current_app
from django.db import DatabaseError, connection, transaction

from monitoring import tasks
from monitoring.models import Fact, FactBatch, ObjectiveStatus
from monitoring.rows import ERRORS_MOST, FactRow, FactsRefused
from monitoring.services.assessment import objectives_due
from monitoring.services.facts import facts_record
from monitoring.services.status import ASSESS_TASK
from slmo.accounts.errors import Denied
from slmo.audit.models import Entry
from tests.monitoring.make import (
    DOWN,
    NOW,
    UP,
    agreement_make,
    at,
    indicator_make,
    organisations_make,
    row,
    user_make,
)

pytestmark = pytest.mark.django_db

OUTAGE = row("2026-03-02 10:00", "2026-03-02 10:05", DOWN, key="INC1")
LATER = NOW + timedelta(hours=1)


def current(indicator):
    """Return the current facts as start, end, state."""
    facts = Fact.objects.filter(indicator=indicator, superseded_at=None).order_by("start", "id")
    return [(fact.start, fact.end, fact.state) for fact in facts]


def test_a_delivery_is_recorded_with_who_brought_it_and_when():
    indicator = indicator_make()
    batch = facts_record(indicator=indicator, rows=[OUTAGE], origin="file", now=NOW, file_name="march.csv")
    assert (batch.rows, batch.new, batch.replaced, batch.file_name) == (1, 1, 0, "march.csv")
    fact = Fact.objects.get()
    assert (fact.start, fact.end, fact.state) == (at("2026-03-02 10:00"), at("2026-03-02 10:05"), DOWN)
    assert (fact.key, fact.origin, fact.recorded_at, fact.superseded_at) == ("INC1", "file", NOW, None)


def test_the_same_delivery_twice_records_nothing_new():
    indicator = indicator_make()
    rows = [OUTAGE, row("2026-03-03 10:00", None, UP)]
    facts_record(indicator=indicator, rows=rows, origin="file", now=NOW)
    again = facts_record(indicator=indicator, rows=rows, origin="file", now=LATER)
    assert (again.rows, again.new, again.replaced) == (2, 0, 0)
    assert Fact.objects.count() == 2


def test_another_statement_under_the_same_key_supersedes_the_earlier_row_and_keeps_it():
    indicator = indicator_make()
    facts_record(indicator=indicator, rows=[OUTAGE], origin="file", now=NOW)
    longer = OUTAGE._replace(end=OUTAGE.end + 60)
    batch = facts_record(indicator=indicator, rows=[longer], origin="file", now=LATER)
    assert (batch.new, batch.replaced) == (1, 1)
    assert current(indicator) == [(at("2026-03-02 10:00"), at("2026-03-02 10:06"), DOWN)]
    assert Fact.objects.get(superseded_at=LATER).end == at("2026-03-02 10:05")


def test_of_two_rows_with_one_key_in_a_delivery_the_last_holds():
    indicator = indicator_make()
    batch = facts_record(indicator=indicator, rows=[OUTAGE, OUTAGE._replace(state=UP)], origin="file", now=NOW)
    assert (batch.rows, batch.new) == (2, 1)
    assert current(indicator)[0][2] == UP


def test_the_same_key_of_another_origin_is_another_fact():
    indicator = indicator_make()
    for origin in ("file", "api"):
        facts_record(indicator=indicator, rows=[OUTAGE], origin=origin, now=NOW)
    assert len(current(indicator)) == 2


def test_facts_are_numbered_in_the_order_of_their_arrival():
    indicator = indicator_make()
    rows = [row(f"2026-03-{day:02d} 10:00", None, UP) for day in (9, 3, 7, 1)]
    facts_record(indicator=indicator, rows=rows, origin="file", now=NOW)
    assert list(Fact.objects.order_by("id").values_list("start__day", flat=True)) == [9, 3, 7, 1]


@pytest.mark.parametrize(
    ("bad", "field"),
    [
        (OUTAGE._replace(end=OUTAGE.start), "end"),
        (OUTAGE._replace(start="2026-03-02"), "start"),
        (OUTAGE._replace(start=1_772_445_600_000, end=None), "start"),
        (OUTAGE._replace(start=True), "start"),
        (OUTAGE._replace(end=10**30), "end"),
        (OUTAGE._replace(state=4), "state"),
        (OUTAGE._replace(state="down"), "state"),
        (OUTAGE._replace(state=[2]), "state"),
        (OUTAGE._replace(scope="a" * 81), "scope"),
        (OUTAGE._replace(scope="a\x00b"), "scope"),
        (OUTAGE._replace(scope="a\tb\n\\."), "scope"),
        (OUTAGE._replace(key=""), "key"),
        (OUTAGE._replace(key="k" * 201), "key"),
        (OUTAGE._replace(reference=None), "reference"),
        (OUTAGE._replace(override=None), "override"),
        (OUTAGE._replace(end=None, override=True), "override"),
    ],
)
def test_one_hostile_row_is_named_and_nothing_of_its_delivery_is_recorded(bad, field):
    indicator = indicator_make()
    with pytest.raises(FactsRefused) as refused:
        facts_record(indicator=indicator, rows=[OUTAGE, bad], origin="file", now=NOW)
    assert [(error.position, error.field) for error in refused.value.errors] == [(1, field)]
    assert not Fact.objects.exists()
    assert not FactBatch.objects.exists()


def test_texts_that_mean_something_to_copy_or_sql_are_recorded_as_they_are():
    indicator = indicator_make()
    hostile = ["\\N", '"', "'; DROP TABLE monitoring_fact; --", "a,b", "\\.", "ж–×", ""]
    rows = [OUTAGE._replace(scope=text, key=f"k{text}", reference=text) for text in hostile]
    facts_record(indicator=indicator, rows=rows, origin="file", now=NOW)
    assert list(Fact.objects.order_by("id").values_list("scope", "reference")) == [(text, text) for text in hostile]


def test_at_most_a_hundred_errors_are_listed():
    with pytest.raises(FactsRefused) as refused:
        facts_record(indicator=indicator_make(), rows=[FactRow(0, 0, 9, "", "", "")] * 500, origin="file", now=NOW)
    assert len(refused.value.errors) == ERRORS_MOST


def test_recorded_facts_can_neither_be_changed_nor_deleted():
    indicator = indicator_make()
    facts_record(indicator=indicator, rows=[OUTAGE], origin="file", now=NOW)
    for act in (lambda: Fact.objects.update(state=UP), lambda: Fact.objects.all()._raw_delete("default")):
        with pytest.raises(DatabaseError), transaction.atomic():
            act()
    assert current(indicator)[0][2] == DOWN


def test_whoever_may_not_record_facts_records_none():
    indicator = indicator_make()
    stranger = user_make(organisations_make()[1], "rita")
    with pytest.raises(Denied):
        facts_record(indicator=indicator, rows=[OUTAGE], origin="api", actor=stranger, now=NOW)
    assert not FactBatch.objects.exists()


def test_what_a_person_records_stands_in_the_audit_log_once():
    indicator = indicator_make()
    olga = user_make(organisations_make()[0], "olga", 2)
    for _ in range(2):
        facts_record(indicator=indicator, rows=[OUTAGE], origin="manual", actor=olga, now=NOW)
    entry = Entry.objects.get(action="facts_record")
    assert (entry.actor_name, entry.after["new"]) == ("Olga", 1)


def due(objective):
    """Return what is due of an objective."""
    return ObjectiveStatus.objects.filter(objective=objective).values_list("due_from", "due_until").get()


def test_every_objective_that_reads_the_indicator_becomes_due_for_the_time_that_changed():
    indicator = indicator_make()
    objectives = [agreement_make(indicator, slug=slug).objectives.get() for slug in ("one", "two")]
    facts_record(indicator=indicator, rows=[OUTAGE], origin="file", now=NOW)
    for objective in objectives:
        assert due(objective) == (at("2026-03-02 10:00"), at("2026-03-02 10:05"))
    facts_record(indicator=indicator, rows=[row("2026-02-01 00:00", "2026-02-02 00:00", UP)], origin="file", now=NOW)
    assert due(objectives[0]) == (at("2026-02-01 00:00"), at("2026-03-02 10:05"))


def test_a_moved_interval_makes_its_old_place_due_as_well():
    indicator = indicator_make()
    objective = agreement_make(indicator).objectives.get()
    facts_record(indicator=indicator, rows=[OUTAGE], origin="file", now=NOW)
    ObjectiveStatus.objects.update(due_from=None, due_until=None)
    moved = row("2026-03-01 08:00", "2026-03-01 08:01", DOWN, key="INC1")
    facts_record(indicator=indicator, rows=[moved], origin="file", now=LATER)
    assert due(objective) == (at("2026-03-01 08:00"), at("2026-03-02 10:05"))


def test_a_late_change_is_due_up_to_the_next_one_and_the_last_change_up_to_the_present():
    indicator = indicator_make()
    objective = agreement_make(indicator).objectives.get()
    changes = [row("2026-03-01 00:00", None, UP), row("2026-03-05 00:00", None, UP)]
    facts_record(indicator=indicator, rows=changes, origin="file", now=NOW)
    assert due(objective) == (at("2026-03-01 00:00"), None)
    ObjectiveStatus.objects.update(due_from=None, due_until=None)
    facts_record(indicator=indicator, rows=[row("2026-03-02 00:00", None, DOWN)], origin="file", now=LATER)
    assert due(objective) == (at("2026-03-02 00:00"), at("2026-03-05 00:00"))


def test_a_scope_that_was_never_named_before_makes_the_whole_record_due():
    indicator = indicator_make()
    objective = agreement_make(indicator).objectives.get()
    early = row("2026-01-01 00:00", "2026-01-02 00:00", UP, scope="eu")
    facts_record(indicator=indicator, rows=[early], origin="file", now=NOW)
    ObjectiveStatus.objects.update(due_from=None, due_until=None)
    new = row("2026-03-01 00:00", "2026-03-02 00:00", UP, scope="us")
    facts_record(indicator=indicator, rows=[new], origin="file", now=LATER)
    assert due(objective) == (at("2026-01-01 00:00"), None)


def test_what_says_nothing_new_makes_nothing_due():
    indicator = indicator_make()
    objective = agreement_make(indicator).objectives.get()
    facts_record(indicator=indicator, rows=[OUTAGE], origin="file", now=NOW)
    ObjectiveStatus.objects.update(due_from=None, due_until=None)
    facts_record(indicator=indicator, rows=[OUTAGE], origin="file", now=LATER)
    assert due(objective) == (None, None)


def test_a_delivery_takes_the_same_number_of_queries_whatever_its_length(django_assert_max_num_queries):
    indicator = indicator_make()
    rows = [
        FactRow(at("2026-03-01 00:00").timestamp().__int__() + 60 * n, None, UP, "", f"{n}", "") for n in range(3000)
    ]
    with django_assert_max_num_queries(12):
        facts_record(indicator=indicator, rows=rows, origin="file", now=NOW)
    assert Fact.objects.count() == 3000


@pytest.mark.django_db(transaction=True)
def test_two_threads_that_record_one_batch_at_once_record_each_fact_once():
    indicator = indicator_make()
    objective = agreement_make(indicator).objectives.get()
    rows = [FactRow(1_772_000_000 + 60 * n, 1_772_000_060 + 60 * n, n % 3, "", f"k{n}", "") for n in range(500)]
    barrier, batches = threading.Barrier(2), []

    def deliver():
        barrier.wait()
        batches.append(facts_record(indicator=indicator, rows=rows, origin="api", now=NOW))
        connection.close()

    threads = [threading.Thread(target=deliver) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(batch.new for batch in batches) == [0, 500]
    assert Fact.objects.filter(superseded_at=None).count() == Fact.objects.count() == 500
    assert Fact.objects.values("key").distinct().count() == 500
    assert ObjectiveStatus.objects.filter(objective=objective, due_from__isnull=False).count() == 1


@pytest.fixture
def dead_broker():
    """Make the current Celery application one whose broker does not answer."""
    living = current_app._get_current_object()
    Celery("dead", broker="redis://127.0.0.1:1/0").set_current()
    yield
    living.set_current()


@pytest.mark.wide
@pytest.mark.django_db(transaction=True)
def test_a_broker_that_does_not_answer_loses_nothing(dead_broker, caplog):
    indicator = indicator_make()
    objective = agreement_make(indicator).objectives.get()
    facts_record(indicator=indicator, rows=[OUTAGE], origin="file", now=NOW)
    assert "waits for the next sweep" in caplog.text
    assert due(objective)[0] == at("2026-03-02 10:00")
    assert objectives_due(NOW) == [objective.pk]


def test_the_task_that_assesses_is_known_to_the_workers_by_the_name_that_is_sent():
    assert tasks.objective_assess_task.name == ASSESS_TASK
