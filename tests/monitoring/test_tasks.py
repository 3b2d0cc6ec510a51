"""What the timetable and the command line start."""

import pytest
from celery.fixups.django import DjangoWorkerFixup
from celery.signals import task_postrun, task_prerun
from django.core.management import CommandError, call_command
from django.db import connection

from monitoring import tasks
from monitoring.models import LedgerDay, ObjectiveStatus
from slmo.celery import app
from tests.monitoring.make import agreement_make, at, indicator_make

pytestmark = pytest.mark.django_db


@pytest.fixture
def objective(db):
    return agreement_make(indicator_make(gaps_up=True, recorded_from=at("2026-05-01 00:00"))).objectives.get()


def test_the_sweep_assesses_what_is_due_and_then_finds_nothing(objective):
    assert tasks.assess_due() == 1
    assert ObjectiveStatus.objects.get(objective=objective).assessed_at is not None
    assert tasks.assess_due() == 0
    assert tasks.objective_assess_task(objective.pk) is False


def test_a_task_for_what_is_gone_does_nothing(objective):
    assert tasks.objective_assess_task(10**9) is False
    assert tasks.source_fetch_task(10**9) is False
    assert tasks.sources_sweep() == 0


def test_the_ledger_check_names_the_days_that_differ_and_rebuilds_them(objective, capsys):
    tasks.assess_due()
    call_command("ledger_check")
    assert "1 objectives checked, 0 days differ." in capsys.readouterr().out
    LedgerDay.objects.filter(day="2026-05-03").update(down=5)
    with pytest.raises(CommandError, match="1 days differ"):
        call_command("ledger_check", "payments-retail")
    assert "2026-05-03: down is 5, expected 0" in capsys.readouterr().out
    call_command("ledger_check", "--rebuild")
    call_command("ledger_check")
    assert LedgerDay.objects.get(day="2026-05-03").down == 0


@pytest.mark.django_db(transaction=True)
def test_a_worker_keeps_its_connection_from_task_to_task_and_replaces_one_that_is_cut():
    def session():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid()")
            return cursor.fetchone()[0]

    def task_run():
        for moment in (task_prerun, task_postrun):
            moment.send(sender=tasks.assess_due, task=tasks.assess_due, task_id="1")
            fixup.close_database()  # as Celery does at these moments by itself

    fixup, first = DjangoWorkerFixup(app), session()
    task_run()
    assert session() == first
    with connection.copy().cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s, 5000)", [first])
    task_run()
    assert session() != first
