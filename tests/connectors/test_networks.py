"""Networks that are not public and may be reached all the same, because an administrator said so, by name."""

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse

from monitoring.connectors.outbound import permitted
from monitoring.models import NetworkAllowed, ProbePoint
from monitoring.services.network import network_allow, network_forbid
from slmo.accounts.errors import Denied
from slmo.audit.models import Entry
from tests.monitoring.make import NOW, organisations_make, user_make

pytestmark = pytest.mark.django_db


def rita():
    return user_make(organisations_make()[0], "rita", 6)


def allow(network="10.20.0.0/16", actor=None, name="Data centre"):
    return network_allow(name=name, network=network, reason="Probes of the data centre", actor=actor or rita(), now=NOW)


def test_a_network_is_reached_from_when_it_is_allowed_until_it_is_taken_out(django_capture_on_commit_callbacks):
    assert not permitted("10.20.3.4")
    actor = rita()
    with django_capture_on_commit_callbacks(execute=True):
        allowed = allow(actor=actor)
    assert [permitted("10.20.3.4"), permitted("10.21.3.4")] == [True, False]
    with django_capture_on_commit_callbacks(execute=True):
        network_forbid(network=allowed, actor=actor, now=NOW)
    assert not permitted("10.20.3.4")
    done = Entry.objects.filter(action__startswith="network_").order_by("id")
    assert [(e.action, (e.after or e.before)["network"]) for e in done] == [
        ("network_allow", "10.20.0.0/16"), ("network_forbid", "10.20.0.0/16")
    ]  # fmt: skip


@pytest.mark.parametrize("network", ["", "ten", "10.20.0.1/16", "0.0.0.0/0", "::/0", "128.0.0.0/1", "fc00::/7"])
def test_what_is_no_network_or_too_wide_is_refused_by_field(network):
    with pytest.raises(ValidationError) as refused:
        allow(network)
    assert set(refused.value.message_dict) == {"network"}


def test_only_those_who_oversee_the_whole_may_allow_one():
    with pytest.raises(Denied):
        allow(actor=user_make(organisations_make()[0], "ines", 5))
    assert not NetworkAllowed.objects.exists()


def test_the_page_lists_allows_and_takes_out(client: Client):
    client.force_login(rita())
    page = reverse("administration_networks")
    data = {"name": "Data centre", "network": "10.20.0.0/16", "reason": "Probes"}
    assert client.post(page, data).status_code == 302
    assert client.post(page, data).status_code == 422
    shown = client.get(page).content.decode()
    assert ("10.20.0.0/16" in shown, "127.0.0.1/32" in shown) == (True, True)
    assert page in client.get(reverse("administration")).content.decode()
    assert client.post(reverse("network_remove", args=[NetworkAllowed.objects.get().pk])).status_code == 302
    assert not NetworkAllowed.objects.exists()


def test_the_pages_are_closed_to_those_who_may_not(client: Client):
    client.force_login(user_make(organisations_make()[0], "clerk", 3))
    for name in ("administration_networks", "probe_points"):
        assert client.get(reverse(name)).status_code == 403


def test_a_probe_point_is_named_and_removed_on_its_page(client: Client):
    client.force_login(user_make(organisations_make()[0], "ines", 4))
    page = reverse("probe_points")
    assert client.post(page, {"name": "Riga", "slug": "riga"}).status_code == 302
    assert client.post(page, {"name": "Riga", "slug": "riga"}).status_code == 422
    assert "PROBE_POINTS=riga" in client.get(page).content.decode()
    assert client.post(reverse("probe_point_remove", args=[ProbePoint.objects.get().pk])).status_code == 302
    assert not ProbePoint.objects.exists()
