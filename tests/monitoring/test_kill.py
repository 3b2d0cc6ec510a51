"""A real worker is killed with SIGKILL in the middle of assessments: nothing is lost, nothing happens twice."""

import os
import random
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote, urlencode

import pytest
from celery import Celery
from django.conf import settings
from django.db import connection
from django.utils import timezone

from monitoring.instants import instant_of
from monitoring.models import Breach, Fact, ObjectiveStatus, PeriodResult
from monitoring.rows import FactRow
from monitoring.services.assessment import objectives_due
from monitoring.services.facts import facts_record
from monitoring.services.ledger import ledger_differences
from slmo.audit.models import Entry
from slmo.notify.models import Message
from tests.monitoring.make import DOWN, agreement_make, at, indicator_make, organisations_make, user_make
from tests.monitoring.test_ledger_equals_engine import engine_says, stored

KILLS = 20
PATIENCE = 60  # seconds for a worker to come up, or to finish; only a broken one takes that long
NAME = "killed-worker"
FIRST = at("2024-01-01 00:00")

# The transactions of the worker that hold the status row of an objective: an assessment is under way in each.
UNDER_WAY = """
SELECT count(*) FROM pg_stat_activity JOIN pg_locks USING (pid)
WHERE application_name = %s AND relation = 'monitoring_objectivestatus'::regclass AND mode = 'RowShareLock' AND granted
"""


class Worker:
    """A Celery worker in processes of its own, on this test's database and a queue of its own."""

    def __init__(self, prefix: str) -> None:
        self.prefix = prefix
        self.app = Celery(broker=settings.REDIS_URL)
        self.app.conf.broker_transport_options = {"global_keyprefix": prefix}

    def start(self) -> None:
        database = connection.settings_dict
        host = (
            f"{database['HOST']}:{database['PORT']}" if not database["HOST"].startswith("/") else f":{database['PORT']}"
        )
        login = quote(database["USER"]) + (f":{quote(database['PASSWORD'])}" if database["PASSWORD"] else "")
        options = {"application_name": NAME} | ({"host": database["HOST"]} if database["HOST"].startswith("/") else {})
        url = f"postgresql://{login}@{host}/{quote(database['NAME'])}?{urlencode(options)}"
        command = "-m celery -A slmo.celery worker --pool=prefork --concurrency=1 --loglevel=ERROR"
        quiet = "--without-gossip --without-mingle --without-heartbeat"
        self.process = subprocess.Popen(
            [sys.executable, *command.split(), *quiet.split()],
            env={**os.environ, "DATABASE_URL": url, "REDIS_URL": settings.REDIS_URL, "CELERY_PREFIX": self.prefix},
            cwd=settings.BASE_DIR,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )

    def sweep(self) -> None:
        """Do what the timetable does every few seconds."""
        self.app.send_task("monitoring.tasks.assess_due")

    def kill_task_process(self) -> bool:
        """Kill the process that runs the tasks; the worker starts another. Return whether there was one."""
        pid = self.process.pid
        for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
            os.kill(int(child), signal.SIGKILL)
            return True
        return False

    def kill_all(self) -> None:
        """Kill the worker with everything that belongs to it."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


@contextmanager
def running():
    """Give a started worker; kill it in the end and remove its queue."""
    worker = Worker(f"kill-{os.getpid()}:")
    worker.start()
    try:
        yield worker
    finally:
        if worker.process.poll() is None:
            worker.kill_all()
        with worker.app.connection_for_write() as broker:
            broker.default_channel.queue_purge("celery")


def assessments_under_way() -> int:
    """Return how many assessments the worker is in the middle of."""
    with connection.cursor() as cursor:
        cursor.execute(UNDER_WAY, [NAME])
        return cursor.fetchone()[0]


def until(condition, worker) -> None:
    """Wait for the condition, sweeping once a second."""
    deadline, swept = time.monotonic() + PATIENCE, 0.0
    while not condition():
        assert time.monotonic() < deadline, "the worker did not get there"
        if time.monotonic() - swept > 1:
            worker.sweep()
            swept = time.monotonic()
        time.sleep(0.005)


def delivery(number: int) -> list[FactRow]:
    """Return facts all over the record: an outage in each third month, and one that reaches the present month."""
    start = instant_of(FIRST) + 86_400 * (number + 1)
    outages = [start + 86_400 * 30 * month for month in range(0, 30, 3)]
    rows = [FactRow(at_, at_ + 1800, int(DOWN), "", f"{number}/{at_}", "") for at_ in outages]
    now = instant_of(timezone.now())
    return [*rows, FactRow(now - 7200, now - 7140 + number, int(DOWN), "", f"{number}/now", "")]


@pytest.mark.django_db(transaction=True)
def test_a_worker_killed_twenty_times_in_mid_assessment_loses_nothing_and_repeats_nothing():
    chance = random.Random(20)
    indicator = indicator_make(gaps_up=True, recorded_from=FIRST)
    spec = {"effective": {"from": "2024-01-01"}}
    objectives = [agreement_make(indicator, slug=f"a{n}", spec=spec).objectives.get() for n in range(3)]
    user_make(organisations_make()[0], "olga", 3)
    sent = {}
    with running() as worker:
        for kill in range(KILLS):
            rows = delivery(kill)
            facts_record(indicator=indicator, rows=rows, origin="api", now=timezone.now())
            sent |= {row.key: row for row in rows}
            until(assessments_under_way, worker)
            time.sleep(chance.uniform(0, 0.15))
            until(assessments_under_way, worker)
            if kill % 7 == 6:
                worker.kill_all()
                worker.start()
            else:
                assert worker.kill_task_process()
            assert objectives_due(timezone.now()), "the assessment that was killed is still to be done"
        until(lambda: not objectives_due(timezone.now()), worker)
    assert {fact.key: instant_of(fact.end) for fact in Fact.objects.filter(superseded_at=None)} == {
        key: row.end for key, row in sent.items()
    }
    breached = 0
    for objective in objectives:
        status = ObjectiveStatus.objects.get(objective=objective)
        assert status.facts_seen == Fact.objects.latest("id").pk
        assert stored(objective) == engine_says(objective, status.assessed_at)
        assert ledger_differences(objective=objective, now=timezone.now()) == []
        missed = PeriodResult.objects.filter(objective=objective, current=True, verdict="breached")
        breaches = Breach.objects.filter(objective=objective, state="open")
        assert sorted(breaches.values_list("period_start", flat=True)) == sorted(missed.values_list("start", flat=True))
        breached += missed.count()
    assert breached >= 3 * 10
    assert Breach.objects.count() == Entry.objects.filter(action="breach_open").count() == breached
    alerts = Message.objects.filter(kind="breach_opened")
    assert alerts.count() == Breach.objects.filter(historic=False).count()
    assert alerts.values("subject_id").distinct().count() == alerts.count()
