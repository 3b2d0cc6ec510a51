"""An alert of a real Prometheus, told by a real Alertmanager to the portal's webhook, again and again."""

import json
import time

import pytest
from django.utils import timezone

from monitoring.instants import instant_of
from monitoring.models import Fact, FactState, PushDelivery
from monitoring.services.source import source_create
from monitoring.services.webhook import webhook_take
from monitoring.services.webhook_keys import webhook_key_make
from monitoring.views import hooks
from tests.monitoring.make import indicator_make
from tests.peers.running import wait_until
from tests.peers.test_record import settled

pytestmark = [pytest.mark.peers, pytest.mark.django_db(transaction=True)]

TOLD = 3  # times that it is told of the alert before it ends


@pytest.fixture
def messages(monkeypatch):
    """Return what is told from now on."""
    found = []

    def taken(*, message, **values):
        found.append({"asked": "POST", "status": 202, "body": json.loads(message.body)})
        return webhook_take(message=message, **values)

    monkeypatch.setattr(hooks, "webhook_take", taken)
    return found


def test_an_alert_that_fires_and_resolves_is_one_span_of_down_though_it_is_told_again(
    live_server, alertmanager, prometheus, exporter, messages, request
):
    now = timezone.now()
    source = source_create(
        slug="alerts", name="Alerts", kind="alertmanager", indicator=indicator_make(), interval=3600,
        actor=None, now=now, config={"only": 'alertname="ShopDown"', "scope": "region"},
    )  # fmt: skip
    alertmanager.tell(f"{live_server.url}/hooks/alerts/", webhook_key_make(source=source, actor=None, now=now))
    wait_until(lambda: prometheus.query("shop_up == 1", int(time.time())), "the first sample")
    exporter.up = False
    begun = time.time()
    try:
        wait_until(lambda: PushDelivery.objects.filter(status=202).count() >= TOLD, "Alertmanager to tell it again")
        (fires,) = Fact.objects.all()
        assert (fires.end, fires.state, fires.scope, fires.reference) == (None, FactState.DOWN, "north", "ShopDown")
    finally:
        exporter.up = True
    ended = time.time()
    wait_until(lambda: Fact.objects.filter(end__isnull=False).exists(), "Alertmanager to tell that it is over")
    (span,) = Fact.objects.filter(superseded_at__isnull=True)
    assert (instant_of(span.start), span.key) == (instant_of(fires.start), fires.key)
    assert begun - 1 <= instant_of(span.start) <= begun + 5  # it is asked, and its rule evaluated, every second
    assert ended - 1 <= instant_of(span.end) <= ended + 5
    assert Fact.objects.count() == 2  # while it fired, and how long it was
    assert not PushDelivery.objects.exclude(status=202).exists()
    settled("alertmanager", [messages[0], messages[-1]], request.config.getoption("--record"))
