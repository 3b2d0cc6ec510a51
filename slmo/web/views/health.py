"""Whether the portal works: its database, its broker, its worker. Probed by supervisors, and by the portal itself."""

import logging
import time
from collections.abc import Callable

from django.conf import settings
from django.core.cache import cache
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from redis.exceptions import RedisError

log = logging.getLogger(__name__)

HEARTBEAT_KEY = "slmo:worker:heartbeat"
# The worker beats every half minute; four missed beats mean that it is gone.
HEARTBEAT_EVERY, HEARTBEAT_LIMIT = 30, 120


def heartbeat_set(now: float) -> None:
    """Note that the worker lives; its periodic task calls this every HEARTBEAT_EVERY seconds."""
    cache.set(HEARTBEAT_KEY, now, timeout=HEARTBEAT_LIMIT * 4)


def database_works() -> bool:
    """Ask the database for one row."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
            return bool(cursor.fetchone())
    except DatabaseError as error:
        log.error("The database does not answer: %s", error)
        return False


def broker_works() -> bool:
    """Ask the broker for a word that nobody has put there."""
    try:
        cache.get("slmo:health")
        return True
    except (RedisError, OSError) as error:
        log.error("The broker does not answer: %s", error)
        return False


def worker_works() -> bool:
    """Tell whether the worker's last beat is recent."""
    try:
        beat = cache.get(HEARTBEAT_KEY)
    except (RedisError, OSError):
        return False
    return beat is not None and time.time() - float(beat) < HEARTBEAT_LIMIT


CHECKS: dict[str, tuple[str | Promise, Callable[[], bool]]] = {
    "database": (_("Database"), database_works),
    "broker": (_("Broker"), broker_works),
    "worker": (_("Worker"), worker_works),
}


@never_cache
@require_safe
def health(request: HttpRequest) -> HttpResponse:
    """Answer 200 where everything works, else 503; JSON, or a page for those who ask for HTML."""
    found = {name: check() for name, (_label, check) in CHECKS.items()}
    status = 200 if all(found.values()) else 503
    if "text/html" not in request.headers.get("Accept", ""):
        states = {name: "up" if works else "down" for name, works in found.items()}
        return JsonResponse({"status": "up" if status == 200 else "down", **states}, status=status)
    parts = [{"label": label, "state": "up" if found[name] else "down"} for name, (label, _check) in CHECKS.items()]
    return render(
        request, "web/health.html", {"parts": parts, "works": status == 200, "debug": settings.DEBUG}, status=status
    )
