"""A real worker is killed with SIGKILL in the middle of assessments: nothing is lost, nothing happens twice."""

import os
import random
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
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

pytestmark = pytest.mark.wide

KILLS = 20
APPLICATION = "killed-worker"  # and the process id: the name under which a worker's connections are seen
PATIENCE = 60  # seconds for a worker to come up, or to finish; only a broken one takes that long
FIRST = at("2025-09-01 00:00")

# The transactions of the worker that hold the status row of an objective: an assessment is under way in each.
UNDER_WAY = """
SELECT count(*) FROM pg_stat_activity JOIN pg_locks USING (pid)
WHERE application_name = %s AND relation = 'monitoring_objectivestatus'::regclass AND mode = 'RowShareLock' AND granted
"""


class Worker:
    """One real Celery worker at a time, on this test's database and a queue of its own; another after each kill."""

    def __init__(self) -> None:
        """Start the process that forks workers."""
        prefix = f"kill-{os.getpid()}:"
        self.app = Celery(broker=settings.REDIS_URL, set_as_current=False)  # or the portal would send to its queue
        self.app.conf.broker_transport_options = {"global_keyprefix": prefix}
        environment = {
            "DATABASE_URL": database_url(),
            "REDIS_URL": settings.REDIS_URL,
            "CELERY_PREFIX": prefix,
            "APPLICATION": APPLICATION,
        }
        self.nursery = subprocess.Popen(
            [sys.executable, "-m", "tests.monitoring.nursery"],
            env={**os.environ, **environment, "DJANGO_SETTINGS_MODULE": "slmo.settings", "LOG_LEVEL": "ERROR"},
            cwd=settings.BASE_DIR,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            start_new_session=True,
        )
        self.start()

    def start(self) -> None:
        """Have a worker forked."""
        assert self.nursery.stdin
        assert self.nursery.stdout
        self.nursery.stdin.write("\n")
        self.nursery.stdin.flush()
        self.pid = int(self.nursery.stdout.readline())

    def sweep(self) -> None:
        """Do what the timetable does every few seconds."""
        self.app.send_task("monitoring.tasks.assess_due")

    def assesses(self) -> bool:
        """Tell whether the worker is in the middle of an assessment."""
        with connection.cursor() as cursor:
            cursor.execute(UNDER_WAY, [f"{APPLICATION}-{self.pid}"])
            return cursor.fetchone()[0] > 0

    def kill(self) -> None:
        """Kill the worker; its message is lost with it."""
        os.kill(self.pid, signal.SIGKILL)

    def end(self) -> None:
        """Kill everything that was started, and empty the queue."""
        os.killpg(self.nursery.pid, signal.SIGKILL)
        self.nursery.wait()
        with self.app.connection_for_write() as broker:
            broker.default_channel.queue_purge("celery")


@contextmanager
def running():
    """Give a started worker; kill it in the end."""
    worker = Worker()
    try:
        yield worker
    finally:
        worker.end()


def database_url() -> str:
    """Return the address of this test's database."""
    database = connection.settings_dict
    socket = database["HOST"].startswith("/")
    login = quote(database["USER"]) + (f":{quote(database['PASSWORD'])}" if database["PASSWORD"] else "")
    options = urlencode({"host": database["HOST"]} if socket else {})
    host = "" if socket else database["HOST"]
    return f"postgresql://{login}@{host}:{database['PORT']}/{quote(database['NAME'])}?{options}"


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
    outages = [start + 86_400 * 30 * month for month in range(0, 12, 3)]
    rows = [FactRow(at_, at_ + 1800, int(DOWN), "", f"{number}/{at_}", "") for at_ in outages]
    now = instant_of(timezone.now())
    return [*rows, FactRow(now - 7200, now - 7140 + number, int(DOWN), "", f"{number}/now", "")]


@pytest.mark.django_db(transaction=True)
def test_a_worker_killed_twenty_times_in_mid_assessment_loses_nothing_and_repeats_nothing():
    chance = random.Random(20)
    indicator = indicator_make(gaps_up=True, recorded_from=FIRST)
    spec = {"effective": {"from": "2025-09-01"}}
    objectives = [agreement_make(indicator, slug=f"a{n}", spec=spec).objectives.get() for n in range(2)]
    user_make(organisations_make()[0], "olga", 3)
    sent = {}
    with running() as worker:
        for kill in range(KILLS):
            rows = delivery(kill)
            facts_record(indicator=indicator, rows=rows, origin="api", now=timezone.now())
            sent |= {row.key: row for row in rows}
            until(worker.assesses, worker)
            time.sleep(chance.uniform(0, 0.1))
            until(worker.assesses, worker)
            worker.kill()
            assert objectives_due(timezone.now()), "the assessment that was killed is still to be done"
            worker.start()
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
    assert breached >= 2 * 5
    assert Breach.objects.count() == Entry.objects.filter(action="breach_open").count() == breached
    alerts = Message.objects.filter(kind="breach_opened")
    assert alerts.count() == Breach.objects.filter(historic=False).count()
    assert alerts.values("subject_id").distinct().count() == alerts.count()
