"""The worker's sign of life."""

import time

from celery import shared_task

from slmo.web.views.health import heartbeat_set


@shared_task(acks_late=True)
def heartbeat() -> None:
    """Note that a worker lives, for the health page."""
    heartbeat_set(time.time())
