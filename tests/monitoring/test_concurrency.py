"""Several workers at once: an objective is assessed by one, and what arrives meanwhile is not forgotten."""

import threading

import pytest
from django.db import connection, transaction

from monitoring.models import Breach, ObjectiveStatus
from monitoring.services.assessment import objective_assess, objectives_due
from monitoring.services.facts import facts_record
from tests.monitoring.make import DOWN, NOW, agreement_make, at, indicator_make, row

pytestmark = pytest.mark.django_db(transaction=True)


def in_thread(work):
    """Start the work in a thread with a connection of its own."""

    def run():
        try:
            work()
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    return thread


@pytest.fixture
def objective(db):
    indicator = indicator_make(gaps_up=True, recorded_from=at("2026-01-01 00:00"))
    objective = agreement_make(indicator).objectives.get()
    facts_record(indicator=indicator, rows=[row("2026-02-10 10:00", "2026-02-10 12:00", DOWN)], origin="file", now=NOW)
    return objective


def test_an_objective_that_another_worker_holds_is_left_to_it(objective):
    objective_assess(objective_id=objective.pk, now=NOW)
    found = []
    with transaction.atomic():
        ObjectiveStatus.objects.select_for_update().get(objective=objective)
        thread = in_thread(lambda: found.append(objective_assess(objective_id=objective.pk, now=NOW)))
        thread.join()
    assert found == [None]


def test_facts_that_arrive_during_an_assessment_are_due_after_it(objective):
    late = row("2026-04-10 10:00", "2026-04-10 12:00", DOWN)
    with transaction.atomic():
        objective_assess(objective_id=objective.pk, now=NOW)
        thread = in_thread(lambda: facts_record(indicator=objective.indicator, rows=[late], origin="file", now=NOW))
        thread.join(0.5)
        assert thread.is_alive(), "the delivery waits for the assessment to end before it marks the status"
    thread.join()
    assert objectives_due(NOW) == [objective.pk]
    objective_assess(objective_id=objective.pk, now=NOW)
    assert Breach.objects.count() == 2


def test_four_workers_that_assess_at_once_open_one_breach(objective):
    barrier = threading.Barrier(4)

    def work():
        barrier.wait()
        objective_assess(objective_id=objective.pk, now=NOW)

    for thread in [in_thread(work) for _ in range(4)]:
        thread.join()
    objective_assess(objective_id=objective.pk, now=NOW)
    assert Breach.objects.count() == 1
    assert objective.results.filter(current=True).count() == 6
    assert objectives_due(NOW) == []
