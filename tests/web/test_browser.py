"""The components in a real browser: no complaint, no violation, from a phone's width up, by keyboard."""

from collections.abc import Iterator

import pytest
from django.conf import settings
from django.core.management import call_command
from django.test import Client
from playwright.sync_api import Page, expect
from pytest_django.plugin import DjangoDbBlocker

from slmo.accounts.models import User
from tests.support.browser import Witness
from tests.support.examiner import Examiner

pytestmark = pytest.mark.django_db
PATH = "/style/"
COLOURS_REST = """Promise.all(document.getAnimations().filter(one => one instanceof CSSTransition)
    .map(one => one.finished.catch(() => null))).then(() => true)"""
# The machine that runs all tests at once is slow; what is awaited here takes a fraction of a second on its own.
expect.set_options(timeout=20_000)


@pytest.fixture(scope="module")
def session(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[str]:
    """Log in, once for all tests of this file, somebody who administers the installation; return the session's key."""
    with django_db_blocker.unblock():
        user = User.objects.create_superuser("root@example.org", name="Root Person", theme="light")
        client = Client()
        client.force_login(user)
        yield client.cookies[settings.SESSION_COOKIE_NAME].value
        call_command("flush", verbosity=0, interactive=False)


@pytest.fixture
def style(page: Page, site: str, session: str) -> Page:
    """Open the page of components."""
    page.context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": site}])
    page.goto(site + PATH)
    page.wait_for_selector("#calendar canvas")
    return page


@pytest.mark.wide
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_no_component_violates_accessibility_in_either_theme(
    style: Page, witness: Witness, examiner: Examiner, theme: str
) -> None:
    style.click("summary[title=Theme]")
    style.click(f"button[name=theme][value={theme}]")
    expect(style.locator("html")).to_have_attribute("data-bs-theme", theme)
    style.evaluate(COLOURS_REST)
    assert examiner.violations(style) == []
    assert witness.complaints == []


@pytest.mark.wide
def test_no_page_scrolls_sideways(style: Page) -> None:
    for width in (360, 390, 768, 1024, 1440, 1920):
        style.set_viewport_size({"width": width, "height": 800})
        style.wait_for_function("document.documentElement.scrollWidth <= window.innerWidth")  # charts follow


def test_a_list_is_searched_as_one_types_and_keeps_focus_address_and_history(style: Page, witness: Witness) -> None:
    style.keyboard.press("/")
    style.keyboard.type("maps", delay=20)
    expect(style.locator("#list tbody tr")).to_have_count(7)
    expect(style.locator("#list-q")).to_be_focused()
    expect(style.locator("#list-q")).to_have_value("maps")
    expect(style.locator("#announcer")).to_have_text("7 entries")
    style.wait_for_url("**/style/?q=maps&sort=name")
    style.locator("#list thead a", has_text="This month").click()
    style.wait_for_url("**sort=achieved")
    style.go_back()
    expect(style.locator("#list tbody tr")).to_have_count(7)
    assert witness.complaints == []


def test_the_palette_opens_by_keyboard_and_escape_returns(style: Page) -> None:
    style.keyboard.press("Control+k")
    expect(style.locator("#palette-input")).to_be_focused()
    style.keyboard.press("ArrowDown")
    expect(style.locator("#palette [aria-selected=true]")).to_have_count(1)
    style.keyboard.press("Escape")
    expect(style.locator("#palette")).not_to_be_visible()


@pytest.mark.wide
def test_a_chart_can_be_taken_away_as_drawing_and_table(style: Page, witness: Witness) -> None:
    for act, name in (("svg", "bars.svg"), ("csv", "bars.csv"), ("png", "bars.png")):
        style.click("#bars-figure details.menu > summary")
        with style.expect_download() as download:
            style.click(f"#bars-figure [data-chart-act={act}]")
        assert download.value.suggested_filename == name
    assert witness.complaints == []


@pytest.mark.wide
def test_the_errors_of_a_form_take_the_focus(style: Page, site: str) -> None:
    style.goto(f"{site}{PATH}?errors=1")
    expect(style.locator(".form-errors")).to_be_focused()


@pytest.mark.wide
def test_a_definition_appears_on_focus_and_leaves_on_escape(style: Page) -> None:
    style.locator(".term").focus()
    expect(style.locator(".term-tip")).to_be_visible()
    style.keyboard.press("Escape")
    expect(style.locator(".term-tip")).not_to_be_visible()


def test_typed_text_outlives_a_reload(style: Page) -> None:
    style.fill("#id_reason", "Suppliers cannot carry more.")
    style.reload()
    expect(style.locator("#id_reason")).to_have_value("Suppliers cannot carry more.")
