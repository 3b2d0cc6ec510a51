"""Restated reports: what was published stays, byte for byte; the next issue says what differs."""

from datetime import date, timedelta

import pytest

from agreements.errors import Refused
from monitoring.models import Restatement
from monitoring.services.restatement import restatement_issue
from reports.models import Report
from reports.services import periods_close, report_compile, report_intact, report_publish
from tests.monitoring.desk import LATER, Desk, desk_make
from tests.reports.story import DOWN, NOW, Story, assess, browser_of, fact, record

URL = "/reports/2026-02/northlight/retail/"
HOUR = timedelta(hours=1)


@pytest.fixture
def desk(story: Story) -> Desk:
    return desk_make(story)


def published(desk: Desk) -> Report:
    """Publish February for the retail customer."""
    story = desk.story
    report = report_compile(
        month=date(2026, 2, 1), provider=story.provider, customer=story.retail, actor=story.manager, now=NOW
    )
    return report_publish(report=report, actor=story.manager, now=NOW)


def compiled(desk: Desk) -> Report:
    """Compile the same report again."""
    story = desk.story
    return report_compile(
        month=date(2026, 2, 1), provider=story.provider, customer=story.retail, actor=story.manager, now=LATER + HOUR
    )


def late(desk: Desk) -> Restatement:
    """Let an outage become known that February did not count, and restate the figure."""
    record(desk.story.indicator, fact("2026-02-20 00:00", "2026-02-20 02:00", DOWN, "INC-99"), now=LATER)
    assess(desk.story.retail_sla, now=LATER)
    question = Restatement.objects.get(objective=desk.objective)
    return restatement_issue(restatement=question, word="INC-99 came late.", actor=desk.head, now=LATER)


def test_a_report_that_still_holds_is_not_compiled_again(desk: Desk) -> None:
    published(desk)
    record(desk.story.indicator, fact("2026-02-20 00:00", "2026-02-20 02:00", DOWN, "INC-99"), now=LATER)
    assess(desk.story.retail_sla, now=LATER)
    with pytest.raises(Refused, match="never changes"):
        compiled(desk)


def test_the_next_issue_says_what_differs_and_why_and_the_first_stays_as_it_was(desk: Desk) -> None:
    first = published(desk)
    kept = (first.digest, first.content)
    late(desk)
    second = compiled(desk)
    assert (second.number, second.state) == (2, "draft")
    [figure] = second.content["restates"]["figures"]
    assert (figure["was"]["achieved"], figure["now"]["achieved"]) == ("0.998759920", "0.995783730")
    assert figure["reason"] == "INC-99 came late."
    report_publish(report=second, actor=desk.story.manager, now=LATER + HOUR)
    first.refresh_from_db()
    assert (first.digest, first.content) == kept
    assert report_intact(first)
    assert report_intact(Report.objects.get(number=2))


def test_the_reader_of_a_report_learns_that_figures_were_restated(desk: Desk) -> None:
    published(desk)
    restated = late(desk)
    buyer, manager = browser_of(desk.story.buyer), browser_of(desk.story.manager)
    shown = buyer.get(URL).content.decode()
    assert "was restated since it was published" in shown
    assert f"/operations/restatements/{restated.pk}/" in shown
    assert "Compile the restated report" not in shown
    assert "Compile the restated report" in manager.get(URL).content.decode()
    assert manager.post(f"{URL}compile/").status_code == 302
    assert "what was restated" in manager.get(URL).content.decode()
    assert "what was restated" not in buyer.get(URL).content.decode()


def test_both_issues_can_be_read_by_their_addresses(desk: Desk) -> None:
    published(desk)
    late(desk)
    report_publish(report=compiled(desk), actor=desk.story.manager, now=LATER + HOUR)
    buyer = browser_of(desk.story.buyer)
    latest, first = (buyer.get(f"{URL}{query}").content.decode() for query in ("", "?issue=1"))
    assert "99.57" in latest
    assert "Issue 2: what was restated" in latest
    assert "99.57" not in first
    assert "99.87" in first
    assert buyer.get(f"{URL}?issue=7").status_code == 404


def test_the_draft_of_the_next_issue_is_compiled_by_itself(desk: Desk) -> None:
    published(desk)
    late(desk)
    periods_close(now=LATER + HOUR)
    report = Report.objects.get(month=date(2026, 2, 1), customer=desk.story.retail, number=2)
    assert report.state == "draft"
    periods_close(now=LATER + 2 * HOUR)
    assert Report.objects.filter(month=date(2026, 2, 1), customer=desk.story.retail).count() == 2
