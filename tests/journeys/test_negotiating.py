"""Two sides negotiate an amendment in their browsers: counter, conflict, merge, comment, accept, sign.

What was judged and reported before stays as it was, to the byte.
"""

import json
import re

import pytest
from playwright.sync_api import Page, expect

from agreements.models import Round, Version
from monitoring.models import PeriodResult
from reports.models import Report
from reports.services.report import report_compile, report_publish
from slmo.accounts.models import Organisation
from tests.journeys.visitor import PASSWORD, Door, Visitor
from tests.reports.story import NOW, Story, story_make
from tests.support.people import person

pytestmark = pytest.mark.django_db(transaction=True)
TITLE = "Payments retail"
AGREEMENT = "/agreements/payments-retail/"
CLAUSE = "?clause=objective.availability"


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
    person(name, of, level, password=PASSWORD)
    come = door.open()
    come.log_in(name)
    return come


def frozen() -> dict[str, str]:
    """Return what may not change: every judged period, and the bytes of the published report."""
    results = PeriodResult.objects.filter(current=True).order_by("pk")
    fields = ("pk", "objective", "start", "verdict", "achieved", "good", "total", "target", "state")
    report = Report.objects.get(state="published")
    content = json.dumps(report.content, sort_keys=True, ensure_ascii=False)
    return {"results": str(list(results.filter(end__lte=NOW).values_list(*fields))), "report": report.digest + content}


def room(visitor: Visitor, number: int) -> None:
    """Go to the room of a version, at the promise."""
    visitor.open(f"{AGREEMENT}versions/{number}/room/{CLAUSE}")
    visitor.arrive(TITLE)


def target_type(visitor: Visitor, number: int, target: str) -> None:
    """Open the clause's editor in the room and type another target."""
    visitor.open(f"{AGREEMENT}versions/{number}/room/edit/{CLAUSE}")
    visitor.examine("the editor in the room")
    visitor.page.locator("main [name=target]").fill(target)


def propose(visitor: Visitor, number: int) -> None:
    """Put the draft on the table; the page asks first."""
    visitor.press("Propose")
    visitor.page.get_by_role("dialog").get_by_role("button", name="Yes, go on").click()
    expect(visitor.page.get_by_text(f"Version {number} is proposed.")).to_be_visible()


def counter(visitor: Visitor, number: int, target: str) -> None:
    """Answer the proposal on the page with another target."""
    visitor.press("Counter")
    expect(visitor.page.get_by_text("This is your draft.")).to_be_visible()
    target_type(visitor, number, target)
    visitor.press("Save the clause")
    visitor.arrive(TITLE)
    propose(visitor, number)


def sign(visitor: Visitor) -> None:
    """Sign the version in the room, with the password once more."""
    visitor.press("Sign")
    visitor.page.get_by_label("I have read the terms").check()
    visitor.page.locator("main [name=password]").fill(PASSWORD)
    visitor.press("Sign")
    expect(visitor.page.get_by_text(re.compile("^Signed by")).first).to_be_visible()


def draft_in_conflict(anna: Visitor, dora: Visitor) -> None:
    """Two people of one side change the same clause: the second is shown what the first wrote, and merges by hand."""
    anna.open(f"{AGREEMENT}amend/")
    anna.page.locator("main [name=note]").fill("Stricter for the season.")
    anna.page.locator("main form button[type=submit], main form .btn-primary").first.click()
    anna.page.wait_for_url(re.compile("/versions/2/edit/"))
    target_type(anna, 2, "99.95")
    expect(anna.page.locator("#preview")).to_contain_text("instead of")
    target_type(dora, 2, "99.99")
    dora.press("Save the clause")
    dora.arrive(TITLE)
    anna.press("Save the clause")
    expect(anna.page.get_by_text("Somebody has changed the same clause")).to_be_visible()
    anna.examine("a conflict")
    notice = anna.page.locator(".notice[role=alert]")
    expect(notice).to_contain_text("What somebody else changed")
    expect(notice.locator("ins").first).to_contain_text("99.99")
    expect(anna.page.locator("main [name=target]")).to_have_value("99.95")
    anna.press("Save mine over theirs")
    anna.arrive(TITLE)


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


def test_an_amendment_is_negotiated_by_two_sides_and_what_was_before_stays(story: Story, door: Door) -> None:
    before = frozen()
    anna, dora = visitor(door, "anna", story.provider, 5), visitor(door, "dora", story.provider, 6)
    kaarel = visitor(door, "kaarel", story.retail)

    draft_in_conflict(anna, dora)
    propose(anna, 2)

    room(kaarel, 2)
    expect(kaarel.page.get_by_text("It is your move.")).to_be_visible()
    expect(kaarel.page.locator("#room-clause ins").first).to_contain_text("99.95")
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
    assert frozen() == before
    # A form that comes back with a conflict answers 422, which browsers write down as a failure.
    door.witness.complaints[:] = [line for line in door.witness.complaints if "status of 422" not in line]
    door.all_clear()
