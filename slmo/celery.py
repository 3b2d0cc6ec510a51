"""The Celery application, with the whole timetable in one table.

Messages carry ids and may be lost or repeated: what is due stands in rows, and each sweep finds it again.
"""

import os
import sys
from typing import Any

from celery import Celery
from celery.schedules import crontab
from celery.signals import task_postrun, task_prerun
from django.db import close_old_connections

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "slmo.settings")

app = Celery("slmo")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.conf["CELERY_DB_REUSE_MAX"] = sys.maxsize  # or it would connect, and plan every statement, anew for each task
app.autodiscover_tasks(["slmo.notify", "slmo.web", "agreements", "monitoring", "reports", "governance"])

# task, seconds or a crontab, what it finds again
TIMETABLE: tuple[tuple[str, float | crontab, str], ...] = (
    ("slmo.web.tasks.heartbeat", 30.0, "nothing: the worker shows that it lives"),
    ("slmo.notify.tasks.outbox_drain", 5.0, "messages not yet sent"),
    ("agreements.tasks.versions_seal", 60.0, "signed versions that are not sealed yet"),
    ("agreements.tasks.turns_remind", crontab(minute=20), "turns that are nearly over, and overdue ones"),
    ("monitoring.tasks.sources_sweep", 5.0, "sources whose next fetch is due; silent ones of which nobody was told"),
    ("monitoring.tasks.probes_sweep", 5.0, "sources that are to be looked at from a probe point now"),
    ("monitoring.tasks.assess_due", 5.0, "objectives with facts that are not yet assessed, or whose clock moved on"),
    ("monitoring.tasks.differences_compare", 30.0, "objectives whose two measurements are to be compared"),
    ("monitoring.tasks.messages_forget", crontab(hour=3, minute=20), "messages that are older than thirty days"),
    ("monitoring.tasks.months_keep", crontab(hour=2, minute=20), "months of facts to make, to compact, and to drop"),
    ("reports.tasks.periods_close", crontab(minute="*/10"), "periods that have ended and whose facts are complete"),
    ("governance.tasks.reviews_remind", crontab(minute=5), "reviews that are due"),
)

app.conf.beat_schedule = {
    task: {"task": task, "schedule": when, "options": {"expires": 60}} for task, when, _what in TIMETABLE
}


@task_prerun.connect
@task_postrun.connect
def connection_look(task: Any = None, **_told: Any) -> None:
    """Keep a worker's connection to the database as a web process does: for as long as it is usable and not old."""
    if not task.request.is_eager:
        close_old_connections()
