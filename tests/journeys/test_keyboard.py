"""The portal without a mouse: log in, jump by the palette, acknowledge a breach, and ask for the why of a figure."""

from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Locator, Page, expect

from monitoring.instants import instant_of
from monitoring.models import Breach
from monitoring.services import FactRow, facts_record
from tests.journeys.visitor import AT_REST, PASSWORD, Door
from tests.reports.story import DOWN, agreed, assess, measured
from tests.support.people import organisation, person

pytestmark = pytest.mark.django_db(transaction=True)
STOPS = 80  # presses of Tab after which something that is not yet reached counts as out of reach


@pytest.fixture
def breach() -> Breach:
    """Return yesterday's breach of a promise for each day: 50 minutes down where 86 s are allowed."""
    provider, retail = organisation("northlight"), organisation("retail", "customer")
    indicator = measured("payments", provider)
    agreement = agreed("payments-retail", indicator, retail, period="day", credits=None)
    person("jonas", provider, 3, password=PASSWORD)
    now = datetime.now(UTC)
    start = now.replace(hour=9, minute=0, second=0, microsecond=0) - timedelta(days=1)
    begun = instant_of(start)
    rows = [FactRow(begun, begun + 3000, int(DOWN), "", "INC-1", "INC-1")]
    indicator.recorded_from = now - timedelta(days=3)
    indicator.save()
    facts_record(indicator=indicator, rows=rows, origin="test", actor=None, now=now)
    assess(agreement, now=now)
    return Breach.objects.get()


def tab_to(page: Page, wanted: Locator) -> None:
    """Press Tab until `wanted` has the focus; raise AssertionError where that takes too many stops."""
    for _stop in range(STOPS):
        page.keyboard.press("Tab")
        if wanted.evaluate("element => element === document.activeElement"):
            return
    raise AssertionError(f"{wanted} is not within {STOPS} presses of Tab.")


def arrow_to(page: Page, wanted: Locator) -> None:
    """Press the arrow in the palette until `wanted` is chosen; raise AssertionError where that takes a whole round."""
    expect(wanted).to_be_visible()
    for _option in range(page.locator("#palette [role=option]").count()):
        if wanted.get_attribute("aria-selected") == "true":
            return
        page.keyboard.press("ArrowDown")
    expect(wanted).to_have_attribute("aria-selected", "true")


def title(page: Page, name: str) -> Locator:
    """Return the page's title once it reads so and the page is at rest."""
    found = page.get_by_role("heading", level=1, name=name, exact=True)
    expect(found).to_be_visible()
    page.wait_for_function(AT_REST)
    return found


def test_a_day_at_the_portal_needs_no_mouse(door: Door, breach: Breach) -> None:
    visitor = door.open()
    page, keys = visitor.page, visitor.page.keyboard
    visitor.open("/login/")
    expect(page.locator("#id_login")).to_be_focused()
    keys.type("jonas@example.org")
    tab_to(page, page.locator("#id_password"))
    keys.type(PASSWORD)
    keys.press("Enter")
    title(page, "Today")

    # The first stop of every page leads past the navigation.
    keys.press("Tab")
    expect(page.get_by_role("link", name="Skip to content")).to_be_focused()
    keys.press("Enter")
    expect(page.locator("#main")).to_be_focused()

    # The palette finds an agreement; arrows choose, Enter opens.
    keys.press("Control+k")
    expect(page.locator("#palette-input")).to_be_focused()
    keys.type("retail")
    found = page.locator("#palette-results [role=option][href='/agreements/payments-retail/']")
    arrow_to(page, found)
    keys.press("Enter")
    title(page, "Payments retail")

    # The palette leads to the board, too; j goes to the row, a acknowledges its breach.
    keys.press("Control+k")
    arrow_to(page, page.locator("#palette [role=option][href='/operations/']"))
    keys.press("Enter")
    title(page, "Operations board")
    keys.press("j")
    expect(page.get_by_role("link", name="Payments: availability")).to_be_focused()
    keys.press("a")
    expect(page.get_by_text("You have the breach")).to_be_visible()
    page.wait_for_function(AT_REST)
    expect(page.get_by_role("row", name="Payments: availability")).to_contain_text("Acknowledged")
    # The row has no button any more: what had the focus has it still, and the next key goes on from there.
    expect(page.get_by_role("link", name="Payments: availability")).to_be_focused()
    breach.refresh_from_db()
    assert (breach.state, breach.acknowledged_by.name if breach.acknowledged_by else "") == ("acknowledged", "Jonas")

    # To the matrix by the navigation, to the figure by its square, to the check by Tab.
    tab_to(page, page.get_by_role("navigation", name="Main navigation").get_by_role("link", name="Reports"))
    keys.press("Enter")
    title(page, "Compliance")
    tab_to(page, page.locator("#matrix a.cell.tone-breach").first)
    keys.press("Enter")
    # 83 400 of 86 400 seconds are 96.527…, cut off after two places.
    title(page, "Why 96.52\N{NO-BREAK SPACE}%?")
    tab_to(page, page.get_by_role("button", name="Verify", exact=True))
    keys.press("Enter")
    expect(page.locator("#verified")).to_contain_text("every figure is the same")
    page.wait_for_function(AT_REST)
    door.all_clear()
