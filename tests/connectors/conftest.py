"""What the tests of connectors begin with."""

import pytest

from monitoring.connectors.outbound import networks_forget


@pytest.fixture(autouse=True)
def _loopback(request, settings, monkeypatch):
    """Let sources reach this machine, where the servers of the tests listen; no table where there is no database."""
    settings.PROBE_ALLOW_NETWORKS = "127.0.0.1/32"
    networks_forget()
    if request.node.get_closest_marker("django_db") is None:
        monkeypatch.setattr("monitoring.connectors.outbound.networks._read", list)
