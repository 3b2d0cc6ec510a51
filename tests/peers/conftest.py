"""The peers run once for all tests of this folder; where one cannot be had, the run fails and says which."""

import os
from collections.abc import Iterator

import pytest

from tests.peers.alertmanager import Alertmanager
from tests.peers.packages import PeerMissing, peers_ensure
from tests.peers.prometheus import Exporter, Prometheus, exporter_running
from tests.peers.running import House
from tests.peers.zabbix import Zabbix, database_passing


@pytest.fixture(scope="session")
def house() -> Iterator[House]:
    """Install what is missing, and give the place where the peers run; all of it ends with the tests."""
    try:
        peers_ensure()
    except PeerMissing as missing:
        pytest.exit(f"A peer cannot be had. {missing}", returncode=1)
    house = House.new()
    try:
        yield house
    finally:
        house.crew.stop()


@pytest.fixture(scope="session")
def zabbix(house: House) -> Iterator[Zabbix]:
    """Return a Zabbix with the scripted states in it."""
    with database_passing(os.environ["DATABASE_URL"]) as database:
        running = Zabbix(house, database)
        running.history_make()
        yield running
        running.house.crew.stop()  # before its database goes


@pytest.fixture(scope="session")
def alertmanager(house: House) -> Alertmanager:
    """Return an Alertmanager that tells nobody yet."""
    return Alertmanager(house)


@pytest.fixture(scope="session")
def exporter() -> Iterator[Exporter]:
    """Return an exporter whose state the tests set."""
    with exporter_running() as running:
        yield running


@pytest.fixture(scope="session")
def prometheus(house: House, exporter: Exporter, alertmanager: Alertmanager) -> Prometheus:
    """Return a Prometheus with the scripted states in its past, that asks the exporter every second."""
    return Prometheus(house, exporter, alertmanager.address)
