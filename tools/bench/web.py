"""The portal's programs as `make run` starts them, on the database of a benchmark; and requests to its API."""

import os
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote, urlencode

from django.db import connection

from slmo.embedded.checks import port_free
from slmo.embedded.portal import Portal
from slmo.embedded.process import Crew

ANSWERS_WITHIN = 60.0  # seconds


def database_url() -> str:
    """Return the address of the database of this benchmark."""
    found = connection.settings_dict
    options = urlencode({"host": found["HOST"]} if found["HOST"].startswith("/") else {})
    host = "" if found["HOST"].startswith("/") else found["HOST"]
    return f"postgresql://{found['USER']}:{quote(found['PASSWORD'])}@{host}:{found['PORT']}/{found['NAME']}?{options}"


@contextmanager
def portal_running() -> Iterator[int]:
    """Run web server, worker, collector and beat with the command lines of `make run`; give the web server's port."""
    with tempfile.TemporaryDirectory(prefix="slmo-bench-") as folder:
        portal, crew = Portal("127.0.0.1", port_free(), Path(folder)), Crew()
        portal.environment_set({"DATABASE_URL": database_url(), "REDIS_URL": os.environ["REDIS_URL"]})
        portal.environment |= {"SLMO_DEMO": "0", "STATIC_COLLECTED": "0", "CELERY_PREFIX": f"bench-{os.getpid()}:"}
        try:
            for program in (portal.web(), portal.worker(), portal.collector(), portal.beat()):
                crew.start(program)
            answers_wait(portal.port)
            yield portal.port
        finally:
            crew.stop()


def answers_wait(port: int) -> None:
    """Wait until the web server answers; raise TimeoutError where it does not."""
    deadline = time.monotonic() + ANSWERS_WITHIN
    while time.monotonic() < deadline:
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/api/schema/", timeout=20).close()
            return
        except OSError:
            time.sleep(0.2)
    raise TimeoutError("the web server does not answer")


def facts_post(port: int, secret: str, body: bytes) -> int:
    """Push one delivery and return the status of the answer."""
    headers = {"Authorization": f"Bearer {secret}", "Content-Type": "application/json"}
    request = urllib.request.Request(f"http://127.0.0.1:{port}/api/v1/facts/", body, headers)
    with urllib.request.urlopen(request, timeout=60) as answer:
        return int(answer.status)
