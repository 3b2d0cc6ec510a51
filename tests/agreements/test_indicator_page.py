"""Opening a stream of facts in the browser, so that a portal can be filled from nothing."""

from types import SimpleNamespace

import pytest
from django.urls import reverse

from agreements.models import Indicator
from tests.agreements.test_scope import client_of

pytestmark = pytest.mark.django_db


def test_whoever_edits_sources_starts_measuring_a_service(table: SimpleNamespace) -> None:
    before = Indicator.objects.count()
    page = client_of(table.manager).post(
        reverse("indicator_new", args=["payments"]), {"name": "Tills", "slug": "tills", "gaps_up": "1"}
    )
    assert page.status_code == 302
    assert Indicator.objects.count() == before + 1
    made = Indicator.objects.get(slug="tills")
    assert (made.service, made.gaps_up) == (table.payments, True)


def test_a_short_name_that_is_taken_is_said_at_the_field_and_keeps_what_was_typed(table: SimpleNamespace) -> None:
    client, address = client_of(table.manager), reverse("indicator_new", args=["payments"])
    taken = Indicator.objects.filter(service=table.payments).values_list("slug", flat=True).first() or "tills"
    client.post(address, {"name": "First", "slug": taken, "gaps_up": "0"})
    answer = client.post(address, {"name": "Second", "slug": taken, "gaps_up": "0"})
    assert answer.status_code == 422
    assert "Second" in answer.content.decode()


def test_a_customer_may_not_start_measuring(table: SimpleNamespace) -> None:
    answer = client_of(table.carl).get(reverse("indicator_new", args=["payments"]))
    assert answer.status_code in {403, 404}
