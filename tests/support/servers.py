"""Throw-away PostgreSQL and Valkey for a test run; DATABASE_URL and REDIS_URL are used where they are set."""

import os
import re
import sys
from urllib.parse import urlsplit, urlunsplit

from slmo.embedded.passing import servers_ensure
from slmo.embedded.refusal import Refusal
from tools import messages

PASSING = "SLMO_TEST_SERVERS_PASSING"  # set where the database server goes with the tests, and all databases with it
_BASE = "SLMO_TEST_REDIS_URL"  # the broker's address before a parallel process has chosen its database there


def ensure() -> None:
    """Make DATABASE_URL and REDIS_URL name servers that answer; end with one sentence where that cannot be."""
    os.environ.setdefault("SECRET_KEY", "for tests only")
    os.environ.setdefault("SECRETS_KEYS", "dGhpcnR5LXR3byBieXRlcyB0aGF0IHRlc3RzIHVzZSE=")
    worker = os.environ.get("PYTEST_XDIST_WORKER", "")
    if worker:
        number = 1 + int("".join(re.findall(r"\d+", worker)) or 0)
        os.environ["REDIS_URL"] = broker_database(os.environ[_BASE], number)
        return
    if not os.environ.get("DATABASE_URL"):
        os.environ[PASSING] = "1"
    messages.compile_all()  # a fresh checkout has none, and tests read Russian
    try:
        servers_ensure()
    except Refusal as refusal:
        sys.exit(f"Tests need a database and a broker. {refusal}")
    os.environ[_BASE] = os.environ["REDIS_URL"]


def broker_database(url: str, number: int) -> str:
    """Return `url` with the broker database that lies `number` after its own: one for each parallel process."""
    parts = urlsplit(url)
    return urlunsplit(parts._replace(path=f"/{int(parts.path.strip('/') or 0) + number}"))
