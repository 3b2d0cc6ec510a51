"""Two sides negotiate an amendment in their browsers: conflict, merge, evidence, counter, comment, accept, sign.

What was judged and reported before stays as it was, to the byte that the customer reads and downloads.
"""

import re

import pytest
from django.conf import settings
from django.db import connection, transaction
from playwright.sync_api import Page, expect

from agreements.models import Round, Version
from monitoring.models import PeriodResult
from reports.models import LevelCost, SharedEvidence
from reports.services.report import report_compile, report_publish
from slmo.accounts.models import Organisation
from slmo.audit.models import Entry
from tests.journeys.visitor import PASSWORD, Door, Visitor
from tests.reports.story import NOW, Story, browser_of, story_make
from tests.support.people import person

pytestmark = pytest.mark.django_db(transaction=True)
TITLE = "Payments retail"
AGREEMENT = "/agreements/payments-retail/"
CLAUSE = "?clause=objective.availability"
REPORT, FIGURE = "/reports/2026-02/northlight/retail/", "/figures/{figure}/"
# What the customer reads and downloads about February: pages without their frame, and files whole.
KEPT = (REPORT, FIGURE, f"{FIGURE}agreement.yaml", f"{FIGURE}facts.csv")

TOKEN = re.compile(rb'(csrfmiddlewaretoken" value|max)="[^"]*"')  # a form's token, and the latest moment that it takes


@pytest.fixture
def story(transactional_db: None) -> Story:
    """Return half a year of outages, with the report on February published."""
    story = story_make()
    report = report_compile(
        month=NOW.date().replace(month=2, day=1), provider=story.provider, customer=story.retail, actor=story.manager,
        now=NOW,
    )  # fmt: skip
    report_publish(report=report, actor=story.manager, now=NOW)
    return story


def visitor(door: Door, name: str, of: Organisation, level: int = 0) -> Visitor:
    """Return a person at the room's door, logged in."""
    session = browser_of(person(name, of, level, password=PASSWORD)).cookies[settings.SESSION_COOKIE_NAME].value
    come = door.open()
    cookie = {"name": settings.SESSION_COOKIE_NAME, "value": session, "url": door.site}
    come.page.context.add_cookies([cookie])  # type: ignore[list-item]
    return come


def frozen(story: Story, reader: Visitor) -> dict[str, object]:
    """Return what may not change: every judged period, and the bytes that a reader gets of a month."""
    results = PeriodResult.objects.filter(current=True, end__lte=NOW).order_by("pk")
    fields = ("pk", "objective", "start", "verdict", "achieved", "good", "total", "target", "state")
    found: dict[str, object] = {"results": list(results.values_list(*fields))}
    for path in (one.format(figure=story.result(2).pk) for one in KEPT):
        answer = reader.page.context.request.get(reader.site + path)
        assert answer.status == 200, path
        body = answer.body()
        if path.endswith("/"):  # the page without its frame; its forms follow the clock
            body = TOKEN.sub(b"", body[body.index(b"<main") : body.index(b"</main>")])
        found[path] = body
    assert all(len(one) > 40 for one in found.values() if isinstance(one, bytes)), "nothing to compare"
    return found


def room(visitor: Visitor, number: int) -> None:
    """Go to the room of a version, at the promise."""
    visitor.open(f"{AGREEMENT}versions/{number}/room/{CLAUSE}")
    visitor.rest()


def save(visitor: Visitor, name: str = "Save the clause") -> None:
    """Save the clause that is being edited, and wait until the room shows it."""
    visitor.press(name)
    expect(visitor.page.get_by_text("The draft is saved.")).to_be_visible()
    visitor.rest()


def propose(visitor: Visitor, number: int) -> None:
    """Put the draft on the table; the page asks first."""
    visitor.press("Propose")
    visitor.page.get_by_role("dialog").get_by_role("button", name="Yes, go on").click()
    expect(visitor.page.get_by_text(f"Version {number} is proposed.")).to_be_visible()


def counter(visitor: Visitor, number: int, target: str) -> None:
    """Answer the proposal on the page with another target."""
    visitor.press("Counter")
    expect(visitor.page.get_by_text("This is your draft.")).to_be_visible()
    visitor.press("Edit")
    visitor.page.locator("main [name=target]").fill(target)
    save(visitor)
    propose(visitor, number)


def sign(visitor: Visitor) -> None:
    """Sign the version in the room, with the password once more."""
    visitor.press("Sign")
    visitor.page.get_by_label("I have read the terms").check()
    visitor.page.locator("main [name=password]").fill(PASSWORD)
    visitor.press("Sign")
    expect(visitor.page.get_by_text(re.compile("^Signed by")).first).to_be_visible()


def typed_while_judged(visitor: Visitor) -> None:
    """Type on while the evidence waits for a locked table: it says that it is busy, and no keystroke is lost."""
    page, target = visitor.page, visitor.page.locator("main [name=target]")
    waits = page.locator("#evidence-body[aria-busy=true]")
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"LOCK TABLE {LevelCost._meta.db_table} IN ACCESS EXCLUSIVE MODE")
        target.clear()
        target.press_sequentially("99.9")
        expect(waits).to_be_attached()
        expect(page.get_by_text("Being judged on what is recorded …")).to_be_visible()
        target.press_sequentially("5")
        expect(page.locator("#preview")).to_contain_text("99.95")  # read on meanwhile
        expect(target).to_have_value("99.95")
        expect(target).to_be_focused()
        expect(waits).to_be_attached()
    expect(waits).not_to_be_attached()
    expect(page.locator("#evidence")).to_contain_text("terms as edited, not saved")
    expect(target).to_have_value("99.95")


def draft_in_conflict(anna: Visitor, dora: Visitor) -> None:
    """Two people of one side change the same clause: the second is shown what the first wrote, and merges by hand."""
    anna.open(f"{AGREEMENT}amend/")
    anna.page.locator("main [name=note]").fill("Stricter for the season.")
    anna.press("Open the draft")
    anna.page.wait_for_url(re.compile("/versions/2/room/"))
    anna.open(f"{AGREEMENT}versions/2/room/edit/{CLAUSE}")
    anna.examine("the editor in the room")
    typed_while_judged(anna)
    dora.open(f"{AGREEMENT}versions/2/room/edit/{CLAUSE}")
    dora.page.locator("main [name=target]").fill("99.99")
    save(dora)
    anna.press("Save the clause")
    expect(anna.page.get_by_text("Somebody has changed the same clause")).to_be_visible()
    anna.examine("a conflict")
    notice = anna.page.locator(".notice[role=alert]")
    expect(notice).to_contain_text("What somebody else changed")
    expect(notice.locator("ins").first).to_contain_text("99.99")
    expect(anna.page.locator("main [name=target]")).to_have_value("99.95")
    save(anna, "Save mine over theirs")


def evidence_shared(anna: Visitor, kaarel: Visitor) -> None:
    """The provider shares what the clause would have meant; the customer sees it without reloading, on record."""
    column = kaarel.page.locator("#evidence")
    expect(column).to_contain_text("Nothing is shared yet")
    expect(column).not_to_contain_text("closed periods")
    anna.page.goto(f"{anna.site}{AGREEMENT}versions/2/room/{CLAUSE}")
    anna.press("Share this evidence")
    expect(anna.page.locator("#evidence")).to_contain_text("Shared by Anna")
    refresh(kaarel.page)
    expect(column).to_contain_text("frozen as it was then")
    expect(column).to_contain_text("closed periods would have missed the target.")
    expect(column).to_contain_text("Shared 1 time")
    expect(column).not_to_contain_text("What the level costs")
    shared = SharedEvidence.objects.get()
    entry = Entry.objects.get(action="evidence_share")
    assert (entry.subject_id, len(entry.organisation_ids)) == (str(shared.pk), 2)
    kaarel.examine("shared evidence")


def comment_seen_without_reloading(kaarel: Visitor, anna: Visitor) -> None:
    """A comment of one side appears at the other, who goes on typing undisturbed."""
    room(anna, 3)
    typed = anna.page.locator("#comment-text")
    typed.fill("We are still think")
    kaarel.page.locator("#comment-text").fill("Our shops open at six.")
    kaarel.press("Comment")
    expect(kaarel.page.locator("#room-threads")).to_contain_text("Our shops open at six.")
    refresh(anna.page)
    expect(anna.page.locator("#room-threads")).to_contain_text("Our shops open at six.")
    expect(anna.page.locator("#room-pulse")).to_contain_text("Kaarel is here")
    expect(typed).to_have_value("We are still think")
    expect(typed).to_be_focused()
    typed.press_sequentially("ing.")
    anna.press("Comment")
    expect(anna.page.locator("#room-threads")).to_contain_text("We are still thinking.")
    anna.examine("the room with comments")


def refresh(page: Page) -> None:
    """Let the page ask what is new at once, as it does every few seconds."""
    page.evaluate("htmx.trigger(document.getElementById('room-pulse'), 'room-refresh')")


@pytest.mark.wide
def test_an_amendment_is_negotiated_by_two_sides_and_what_was_before_stays(story: Story, door: Door) -> None:
    anna, dora = visitor(door, "anna", story.provider, 5), visitor(door, "dora", story.provider, 6)
    kaarel = visitor(door, "kaarel", story.retail)
    before = frozen(story, kaarel)

    draft_in_conflict(anna, dora)
    propose(anna, 2)

    room(kaarel, 2)
    expect(kaarel.page.get_by_text("It is your move.")).to_be_visible()
    expect(kaarel.page.locator("#room-clause ins").first).to_contain_text("99.95")
    evidence_shared(anna, kaarel)
    counter(kaarel, 3, "99.97")
    comment_seen_without_reloading(kaarel, anna)

    counter(anna, 4, "99.96")
    refresh(kaarel.page)
    kaarel.page.get_by_role("link", name="Go there").click()
    kaarel.arrive(TITLE)
    kaarel.press("Accept this clause")
    expect(kaarel.page.get_by_text("Every clause is agreed: it can be signed.")).to_be_visible()
    sign(kaarel)
    room(dora, 4)
    sign(dora)

    assert [one.kind for one in Round.objects.order_by("number")][-3:] == ["proposal", "counter", "counter"]
    assert Version.objects.get(agreement=story.retail_sla, number=4).state == "signed"
    assert frozen(story, kaarel) == before
    # A form that comes back with a conflict answers 422, which browsers write down as a failure.
    door.witness.complaints[:] = [line for line in door.witness.complaints if "422" not in line]
    door.all_clear()
