"""The worker's sign of life."""

import time

from celery import shared_task
from celery.signals import worker_ready

from slmo.web.views.health import heartbeat_set


@shared_task(acks_late=True)
def heartbeat() -> None:
    """Note that a worker lives, for the health page."""
    heartbeat_set(time.time())


@worker_ready.connect
def first_beat(**_: object) -> None:
    """Note that a worker lives as soon as it does, ahead of the timetable."""
    heartbeat_set(time.time())
