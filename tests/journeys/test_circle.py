"""One agreement walks the whole circle through the pages, on a real database with a real worker.

tests/test_loop.py is the same circle through the services; here two people click through it in two browser sessions.
"""

from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Page, expect

from agreements.models import Objective
from monitoring.models import Fact
from slmo.accounts.models import Organisation
from tests.journeys.months import OUTAGE, Calendar, month_of, shown
from tests.journeys.visitor import PASSWORD, Door, Visitor
from tests.support.people import organisation, person
from tests.support.worker import wait_for

pytestmark = pytest.mark.django_db(transaction=True)
TITLE = "Payments for Retail"
AGREEMENT = "/agreements/payments-for-retail/"


@pytest.fixture
def calendar() -> Calendar:
    """Return the months around today."""
    today = datetime.now(UTC).date()
    return Calendar(month_of(today, -2), month_of(today, -1), month_of(today), month_of(today, 2))


@pytest.fixture
def manager(door: Door, worker: None) -> Visitor:
    """Return a service level manager of the provider at the log-in page."""
    person("anna", organisation("northlight"), 5, password=PASSWORD)
    return door.open()


@pytest.fixture
def director(door: Door, manager: Visitor) -> Visitor:
    """Return who signs for the provider what its manager drafted, at the log-in page."""
    person("dora", Organisation.objects.get(slug="northlight"), 6, password=PASSWORD)
    return door.open()


@pytest.fixture
def customer(door: Door) -> Visitor:
    """Return the representative of the customer at the log-in page."""
    person("kaarel", organisation("retail", "customer"), password=PASSWORD)
    return door.open()


def field(page: Page, name: str, value: str) -> None:
    """Fill in the field with this name in the page's form."""
    page.locator(f"main [name={name}]").fill(value)


def choose(page: Page, name: str, label: str) -> None:
    """Choose in the list with this name."""
    page.locator(f"main select[name={name}]").select_option(label=label)


def go(visitor: Visitor, area: str, heading: str) -> None:
    """Follow a link of the main navigation."""
    visitor.page.get_by_role("navigation", name="Main navigation").get_by_role("link", name=area, exact=True).click()
    visitor.arrive(heading)


def service_add(manager: Visitor) -> None:
    """Catalogue: a service, and what is measured about it."""
    page = manager.page
    go(manager, "Catalogue", "Service catalogue")
    page.get_by_role("link", name="Add a service").first.click()
    manager.arrive("New service")
    field(page, "name", "Payments")
    field(page, "slug", "payments")
    field(page, "summary", "Customers pay.")
    manager.press("Add the service")
    manager.arrive("Payments")
    page.get_by_role("link", name="Measure something").click()
    manager.arrive("Measure “Payments”")
    field(page, "name", "Checks")
    field(page, "slug", "checks")
    manager.press("Start measuring")
    manager.arrive("Payments")


def agreement_open(manager: Visitor, calendar: Calendar) -> None:
    """A new agreement with its first terms, proposed to the other side."""
    page = manager.page
    go(manager, "Agreements", "Agreements")
    page.get_by_role("link", name="New agreement").first.click()
    manager.arrive("New agreement")
    field(page, "title", TITLE)
    choose(page, "service", "Payments")
    choose(page, "customer", "Retail")
    choose(page, "timezone", "UTC")
    field(page, "effective_from", calendar.begins.isoformat())
    field(page, "target", "99.9")
    manager.press("Open the agreement")
    manager.arrive("Version 1")
    propose(manager)


def propose(visitor: Visitor) -> None:
    """Put the draft on the page on the table; the page asks first."""
    visitor.press("Propose")
    visitor.page.get_by_role("dialog").get_by_role("button", name="Yes, go on").click()
    expect(visitor.page.get_by_text("The other side can now read, answer and sign it.")).to_be_visible()


def sign(visitor: Visitor, number: int, organisation: str, button: str = "") -> None:
    """Sign the version on the page, with the password once more."""
    visitor.press(button or f"Sign for {organisation}")
    visitor.arrive(f"Sign version {number} for {organisation}")
    visitor.page.get_by_label("I have read the terms").check()
    field(visitor.page, "password", PASSWORD)
    visitor.press("Sign")
    visitor.arrive(f"Version {number}")
    expect(
        visitor.page.get_by_text(f"Signed by {'Dora' if organisation == 'Northlight' else 'Kaarel'}")
    ).to_be_visible()


def version_sign(director: Visitor, number: int) -> None:
    """Whoever did not write the text opens it and signs for the provider."""
    director.open(f"{AGREEMENT}versions/{number}/")
    director.arrive(f"Version {number}")
    sign(director, number, "Northlight")


def proposal_sign(customer: Visitor, number: int) -> None:
    """The customer finds the proposal among what waits, reads and signs it."""
    go(customer, "Today", "Today")
    customer.page.get_by_role("region", name="Waiting for you").get_by_role("link", name=TITLE).first.click()
    customer.arrive(TITLE)
    sign(customer, number, "Retail", "Sign")
    expect(customer.page.get_by_text("Both sides have signed")).to_be_visible()


def facts_import(manager: Visitor, calendar: Calendar) -> None:
    """Say what measures the objective, then bring its facts as a file: look first, then record."""
    page = manager.page
    manager.open(AGREEMENT)
    manager.arrive(TITLE)
    manager.press("Change")
    manager.arrive("What measures “availability”?")
    choose(page, "indicator", "Payments: Checks")
    manager.press("Save")
    manager.arrive(TITLE)
    go(manager, "Operations", "Operations board")
    manager.press("Import facts")
    manager.arrive("Import facts")
    choose(page, "indicator", "Payments: Checks")
    broke = datetime(calendar.month.year, calendar.month.month, 10, 18, tzinfo=UTC)
    lines = [(calendar.begins, "up"), (broke, "down"), (broke + timedelta(seconds=OUTAGE), "up")]
    text = "".join(f"{at:%Y-%m-%dT%H:%M:%SZ},{state}\n" for at, state in lines)
    upload = {"name": "checks.csv", "mimeType": "text/csv", "buffer": f"at,state\n{text}".encode()}
    page.locator("main input[type=file]").set_input_files(upload)  # type: ignore[arg-type]
    manager.press("See what it brings")
    expect(page.get_by_role("heading", name="What checks.csv brings")).to_be_visible()
    manager.examine("Preview of an import")
    manager.press("Record 3 facts")
    manager.arrive("Payments: Checks")
    wait_for(assessed, "the worker's assessment")
    # The page tells how far it is until that is done; a worker that was quicker than the page leaves nothing to tell.
    expect(page.get_by_text("New facts are being worked into the figures")).to_have_count(0)


def assessed() -> bool:
    """Tell whether the worker has taken in everything that is recorded."""
    objective = Objective.objects.get()
    status = objective.status if hasattr(objective, "status") else None
    last = Fact.objects.order_by("-id").values_list("id", flat=True).first()
    return bool(status) and status.due_from is None and status.facts_seen == last


def breach_carry(manager: Visitor) -> None:
    """Acknowledge, explain and close the breach that the assessment opened."""
    page = manager.page
    go(manager, "Operations", "Operations board")
    page.get_by_role("main").get_by_role("link", name="Breaches", exact=True).click()
    manager.arrive("Breaches")
    page.locator("table[data-rows] tbody .row-link").click()
    manager.arrive("Payments: availability")
    manager.press("Acknowledge")
    expect(page.get_by_role("heading", name="Explain the breach")).to_be_visible()
    manager.examine("A breach to explain")
    choose(page, "cause", "too little capacity")
    page.locator("#explain-form [name=explanation]").fill("The disk of the database was full.")
    manager.press("Record the explanation")
    expect(page.get_by_role("heading", name="Close the breach")).to_be_visible()
    manager.examine("A breach to close")
    page.locator("#close-form [name=outcome]").fill("The disk is watched and larger.")
    manager.press("Close the breach")
    expect(page.get_by_text("The breach is closed.")).to_be_visible()
    manager.examine("A closed breach")


def figure_take_apart(manager: Visitor, calendar: Calendar) -> None:
    """From the matrix to the second: why is this figure what it is?"""
    page = manager.page
    go(manager, "Reports", "Compliance")
    page.locator("#matrix a.cell.tone-breach").click()
    manager.arrive(f"Why {calendar.percent}?")
    total = f"{calendar.seconds:,}".replace(",", "\N{NO-BREAK SPACE}")
    good = f"{calendar.seconds - OUTAGE:,}".replace(",", "\N{NO-BREAK SPACE}")
    expect(page.locator(".sums")).to_contain_text(total)
    expect(page.locator(".sums")).to_contain_text(good)
    expect(page.locator("#seconds tbody tr", has_text="2")).to_have_count(3)
    expect(page.locator("#facts tbody tr")).to_have_count(3)
    expect(page.locator("#facts tbody tr", has_text="down")).to_contain_text("checks.csv")
    page.get_by_role("button", name="Verify", exact=True).click()
    expect(page.locator("#verified .tone-met").first).to_be_visible()
    manager.examine("A figure that was verified")


def report_publish(manager: Visitor, calendar: Calendar) -> None:
    """Compile the month for the customer, and publish it."""
    page = manager.page
    go(manager, "Reports", "Compliance")
    manager.press("Month reports")
    manager.arrive("Month reports")
    page.locator(f"main a.row-link[href*='{calendar.month:%Y-%m}']").click()
    manager.arrive(f"{calendar.month:%B %Y}")
    manager.press("Retail")
    manager.arrive(f"Service report for {calendar.month:%B %Y}")
    page.locator("#publish [type=checkbox]").check()
    manager.press("Publish the report")
    expect(page.get_by_text("The report is published.")).to_be_visible()
    manager.examine("A published report")


def report_read(customer: Visitor, calendar: Calendar) -> None:
    """The customer sees the report that was published, with what happened."""
    page = customer.page
    go(customer, "Reports", "Compliance")
    customer.press("Month reports")
    customer.arrive("Month reports")
    page.locator("main td a.chip", has_text="Retail").click()
    customer.arrive(f"Service report for {calendar.month:%B %Y}")
    expect(page.get_by_role("main")).to_contain_text(calendar.percent)
    expect(page.get_by_role("main")).to_contain_text("The disk of the database was full.")


def review_amend(manager: Visitor, calendar: Calendar) -> None:
    """Schedule a review, hold it, and conclude it with an amendment."""
    page = manager.page
    go(manager, "Improvement", "Improvement")
    page.get_by_role("main").get_by_role("link", name="Reviews", exact=True).first.click()
    manager.arrive("Reviews")
    page.get_by_role("link", name="Schedule a review").first.click()
    manager.arrive("Schedule a review")
    choose(page, "agreement", TITLE)
    field(page, "covers_from", calendar.begins.isoformat())
    field(page, "covers_until", calendar.ends.isoformat())
    manager.press("Schedule the review")
    manager.arrive(f"Review of {TITLE}")
    field(page, "minutes", "The outage was discussed.")
    manager.press("Record the minutes")
    expect(page.get_by_role("heading", name="Conclude the review")).to_be_visible()
    manager.examine("A review that was held")
    page.locator("#conclude-form [name=decision][value=amend]").check()
    page.locator("#conclude-form [name=effective_from]").fill(calendar.amended.isoformat())
    page.locator("#conclude-form [name=reasons]").fill("The shop needs 99.95 %.")
    manager.press("Conclude")
    manager.arrive("Version 2")


def draft_edit(manager: Visitor) -> None:
    """Make the promise stricter; the page says what that changes before it is saved."""
    page = manager.page
    manager.press("Edit")
    manager.arrive("Edit version 2")
    page.locator("[name=target_0]").fill("99.95")
    # 0.05 % and 0.1 % of an average month of 30.42 days
    expect(page.locator("#preview")).to_contain_text("21 min 54 s instead of 43 min 48 s")
    manager.examine("A draft with its consequences")
    manager.press("Save the draft")
    manager.arrive("Version 2")
    propose(manager)


def test_one_agreement_walks_the_whole_circle_through_the_pages(
    manager: Visitor, director: Visitor, customer: Visitor, calendar: Calendar, door: Door
) -> None:
    manager.log_in("anna")
    customer.log_in("kaarel")
    service_add(manager)
    agreement_open(manager, calendar)
    director.log_in("dora")
    version_sign(director, 1)
    proposal_sign(customer, 1)

    facts_import(manager, calendar)
    breach_carry(manager)
    figure_take_apart(manager, calendar)
    report_publish(manager, calendar)
    report_read(customer, calendar)

    review_amend(manager, calendar)
    draft_edit(manager)
    version_sign(director, 2)
    proposal_sign(customer, 2)

    for visitor in (manager, customer):
        visitor.open(AGREEMENT)
        visitor.examine("An amended agreement")
        versions = visitor.page.get_by_role("list", name="Versions along time").get_by_role("listitem")
        expect(versions).to_have_count(2)
        expect(versions.nth(0)).to_contain_text("Version 1")
        expect(versions.nth(1)).to_contain_text("Version 2")
        expect(versions.nth(1)).to_contain_text(f"from {shown(calendar.amended)}")
    door.all_clear()
