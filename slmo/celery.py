"""The Celery application, with the whole timetable in one table.

Messages carry ids and may be lost or repeated: what is due stands in rows, and each sweep finds it again.
"""

import os

from celery import Celery
from celery.schedules import crontab

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "slmo.settings")

app = Celery("slmo")
app.config_from_object("django.conf:settings", namespace="CELERY")
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
    ("monitoring.tasks.messages_forget", crontab(hour=3, minute=20), "messages that are older than thirty days"),
    ("monitoring.tasks.months_keep", crontab(hour=2, minute=20), "months of facts to make, to compact, and to drop"),
    ("reports.tasks.periods_close", crontab(minute="*/10"), "periods that have ended and whose facts are complete"),
    ("governance.tasks.reviews_remind", crontab(minute=5), "reviews that are due"),
)

app.conf.beat_schedule = {
    task: {"task": task, "schedule": when, "options": {"expires": 60}} for task, when, _what in TIMETABLE
}
