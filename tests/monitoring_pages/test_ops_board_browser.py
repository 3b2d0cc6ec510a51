"""The operations board in a real browser: keys, and rows that do not move under the reader."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Page, expect

from monitoring.models import Breach, PeriodResult
from tests.governance.world import world_make
from tests.support.browser import Witness

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser]


def test_a_breach_is_acknowledged_by_keyboard_and_the_list_holds_still_meanwhile(
    page: Page, site: str, witness: Witness
) -> None:
    world = world_make()
    now = timezone.now()
    start, end = now - timedelta(days=20), now + timedelta(days=10)
    result = PeriodResult.objects.create(
        objective=world.objective, start=start, end=end, verdict="breached", assessed_at=now
    )
    breach = Breach.objects.create(
        objective=world.objective, period_start=start, period_end=end, result=result, breached_at=now, opened_at=now
    )
    client = Client()
    client.force_login(world.people["operator"])
    session = client.cookies[settings.SESSION_COOKIE_NAME].value
    page.context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": site}])
    page.goto(f"{site}/operations/")
    live = page.locator(".board-live")
    expect(live).to_contain_text("Live")
    page.keyboard.press("j")
    expect(page.locator(f"#b{breach.pk}-link")).to_be_focused()
    expect(live).to_contain_text("Held while you are in the list")
    page.keyboard.press("a")
    expect(page.locator(f"#b{breach.pk}")).to_contain_text("Acknowledged")
    expect(page.locator(f"#b{breach.pk}-link")).to_be_focused()
    page.keyboard.press("?")
    expect(page.locator("#keys")).to_contain_text("Acknowledge the breach of this row")
    breach.refresh_from_db()
    assert (breach.state, breach.owner) == ("acknowledged", world.people["operator"])
    assert witness.complaints == []
