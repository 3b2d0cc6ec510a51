"""What journeys share: visitors with sessions of their own, a worker, and what must be nil when the journey ends."""

import logging
from collections.abc import Iterator

import pytest
from django.core.cache import cache
from playwright.sync_api import expect

from tests.journeys.visitor import PATIENCE, Door, Reports
from tests.support.browser import Sessions, Witness
from tests.support.examiner import Examiner
from tests.support.worker import worker_running


@pytest.fixture(autouse=True)
def _patience() -> Iterator[None]:
    """Wait long for what is expected, here only."""
    expect.set_options(timeout=PATIENCE)
    yield
    expect.set_options(timeout=20_000)


@pytest.fixture
def reports() -> Iterator[Reports]:
    """Collect the reports about the Content-Security-Policy that reach the server."""
    handler, log = Reports(), logging.getLogger("slmo.csp")
    log.addHandler(handler)
    yield handler
    log.removeHandler(handler)


@pytest.fixture
def door(sessions: Sessions, site: str, witness: Witness, reports: Reports, examiner: Examiner) -> Iterator[Door]:
    """Open the portal to visitors."""
    cache.clear()  # a wrong password of another test must not close the log-in here
    door = Door(sessions, site, witness, reports, examiner)
    yield door
    door.close()


@pytest.fixture
def worker(transactional_db: None) -> Iterator[None]:
    """Keep a worker running for the whole journey."""
    with worker_running():
        yield
