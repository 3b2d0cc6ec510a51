"""The database cuts everybody off again and again, the network fails and the broker is gone, while facts arrive."""

import time

import pytest
from django.db import connection

from monitoring.connectors import CONNECTORS
from tests.monitoring.make import agreement_make
from tests.monitoring.outages import Flaky, collecting, every_minute_once, no_broker, sources_make, wait_covered

__all__ = ["no_broker"]  # a fixture

SOURCES, CUTS = 12, 10
CUT = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid()
"""


@pytest.mark.wide
@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("no_broker")
def test_every_minute_is_recorded_once_whatever_fails_meanwhile(monkeypatch):
    monkeypatch.setitem(CONNECTORS, "flaky", Flaky())
    begun, indicators = sources_make("flaky", SOURCES, "s", "http://{}.example.org/")
    agreement_make(indicators[0])
    with collecting():
        for _ in range(CUTS):
            time.sleep(0.3)
            with connection.cursor() as cursor:
                cursor.execute(CUT)
        wait_covered(begun, indicators)
    every_minute_once(begun, indicators)
