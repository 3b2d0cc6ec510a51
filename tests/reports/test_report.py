"""Month reports: drafts that follow the figures, publications that never change."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from agreements.errors import Conflict, Refused
from monitoring.models import Breach, ObjectiveStatus, ResultState
from monitoring.services import breach_acknowledge, breach_explain
from reports.models import Report, ReportState
from reports.reading import read_report
from reports.services import periods_close, report_compile, report_digest, report_intact, report_publish, report_write
from slmo.accounts.errors import Denied
from slmo.audit.models import Entry
from slmo.notify.models import Message
from tests.reports.story import DOWN, NOW, Story, agreed, assess, browser_of, fact, record

FEB = date(2026, 2, 1)
ADDRESS = "/reports/2026-02/northlight/retail/"


def compiled(story: Story, **changes: object) -> Report:
    """Return the draft about February for the retail customer."""
    values = {"month": FEB, "provider": story.provider, "customer": story.retail, "actor": story.manager, "now": NOW}
    return report_compile(**{**values, **changes})  # type: ignore[arg-type]


def test_a_draft_holds_every_figure_of_the_month_with_its_incidents(story: Story) -> None:
    content = compiled(story).content
    assert content["counts"] == {"met": 0, "breached": 1, "indeterminate": 0, "no_data": 0, "judged": 1}
    entry = content["objectives"][0]
    assert (entry["good"], entry["total"]) == ("2416200", "2419200")
    assert [outage["references"] for outage in entry["outages"]] == [["INC-7"]]
    assert entry["outages"][0]["seconds"] == 3000
    assert len(entry["days"]) == 28
    assert content["credits"] == [{"received": False, "currency": "EUR", "amount": "100"}]


def test_compiling_twice_changes_and_records_nothing_the_second_time(story: Story) -> None:
    compiled(story)
    entries = Entry.objects.filter(action="report_compile").count()
    compiled(story, now=NOW + timedelta(hours=1))
    assert Report.objects.count() == 1
    assert Entry.objects.filter(action="report_compile").count() == entries == 1


def test_a_month_that_has_not_ended_cannot_be_reported(story: Story) -> None:
    with pytest.raises(Refused):
        compiled(story, month=date(2026, 6, 1))


def test_below_level_five_nobody_compiles_writes_or_publishes(story: Story) -> None:
    report = compiled(story)
    for verb in (
        lambda: compiled(story, actor=story.analyst),
        lambda: report_write(report=report, letter="x", actor=story.analyst, now=NOW),
        lambda: report_publish(report=report, actor=story.analyst, now=NOW),
        lambda: report_publish(report=report, actor=story.buyer, now=NOW),
    ):
        with pytest.raises(Denied):
            verb()


def test_publishing_freezes_closes_records_and_tells_the_customers_people(story: Story) -> None:
    report = report_publish(report=compiled(story), actor=story.manager, now=NOW)
    assert (report.state, report.published_by) == (ReportState.PUBLISHED, story.manager)
    assert report_intact(report)
    assert story.result(2).state == ResultState.CLOSED
    assert story.result(3).state == ResultState.PROVISIONAL
    assert story.result(2, story.clinic_sla).state == ResultState.PROVISIONAL
    assert Entry.objects.filter(action="report_publish", subject_id=str(report.pk)).count() == 1
    message = Message.objects.get(kind="report_published")
    assert message.recipient_ids == [story.buyer.pk]
    assert message.url == ADDRESS


def test_publishing_twice_writing_and_compiling_afterwards_are_refused(story: Story) -> None:
    report = report_publish(report=compiled(story), actor=story.manager, now=NOW)
    for verb in (
        lambda: report_publish(report=report, actor=story.manager, now=NOW),
        lambda: report_write(report=report, letter="another", actor=story.manager, now=NOW),
        lambda: compiled(story),
    ):
        with pytest.raises(Refused):
            verb()
    assert Message.objects.filter(kind="report_published").count() == 1


def test_the_database_itself_refuses_to_change_a_published_report(story: Story) -> None:
    report = report_publish(report=compiled(story), actor=story.manager, now=NOW)
    with pytest.raises(IntegrityError), transaction.atomic():
        Report.objects.filter(pk=report.pk).update(letter="We were perfect.")


def test_figures_that_moved_since_the_draft_was_read_are_not_published_unseen(story: Story) -> None:
    report = compiled(story)
    record(story.indicator, fact("2026-02-20 00:00", "2026-02-20 01:00", DOWN, "INC-late"))
    assess(story.retail_sla, now=NOW + timedelta(minutes=5))
    with pytest.raises(Conflict):
        report_publish(report=report, actor=story.manager, now=NOW + timedelta(minutes=6))
    assert Report.objects.get().state == ReportState.DRAFT
    assert story.result(2).state == ResultState.PROVISIONAL


def test_a_published_page_stays_as_it_was_whatever_becomes_known_later(story: Story) -> None:
    report_publish(report=compiled(story), actor=story.manager, now=NOW)
    before = browser_of(story.buyer).get(ADDRESS).content.decode()
    assert "50 minutes" in before
    record(story.indicator, fact("2026-02-20 00:00", "2026-02-20 01:00", DOWN, "INC-late"))
    assess(story.retail_sla, now=NOW + timedelta(minutes=5))
    story.retail.name = "Renamed"
    story.retail.save()
    after = browser_of(story.buyer).get(ADDRESS).content.decode()
    assert sheet(after) == sheet(before)
    assert story.result(2).achieved == "0.998759920"


def sheet(page: str) -> str:
    """Return the part of the page that is the report."""
    return page[page.index("<article") : page.index("</article>")]


def test_an_explained_breach_is_told_in_the_report(story: Story) -> None:
    breach = Breach.objects.get(objective=story.objective)
    breach_acknowledge(breach=breach, actor=story.manager, now=NOW)
    breach_explain(breach=breach, cause="supplier", explanation="The cloud failed.", actor=story.manager, now=NOW)
    compiled(story)
    page = browser_of(story.manager).get(ADDRESS).content.decode()
    assert "The cloud failed." in page
    assert "Cause: a supplier." in page


def test_customers_read_their_own_published_reports_and_nothing_else(story: Story) -> None:
    report = compiled(story)
    assert browser_of(story.buyer).get(ADDRESS).status_code == 404
    report_publish(report=report, actor=story.manager, now=NOW)
    report_publish(report=compiled(story, customer=None), actor=story.manager, now=NOW)
    assert browser_of(story.buyer).get(ADDRESS).status_code == 200
    assert browser_of(story.doctor).get(ADDRESS).status_code == 404
    assert browser_of(story.buyer).get("/reports/2026-02/northlight/all/").status_code == 404
    listed = browser_of(story.buyer).get("/reports/months/").content.decode()
    assert ADDRESS in listed
    assert "northlight/all/" not in listed


def test_the_report_on_the_whole_catalogue_closes_what_suppliers_delivered_only(story: Story) -> None:
    report = report_publish(report=compiled(story, customer=None), actor=story.manager, now=NOW)
    assert len(report.content["objectives"]) == 3
    assert story.result(2, story.contract).state == ResultState.CLOSED
    assert story.result(2).state == ResultState.PROVISIONAL


def test_markup_in_a_letter_is_shown_as_text(story: Story) -> None:
    report_write(report=compiled(story), letter="<script>alert(1)</script>\n\nBye", actor=story.manager, now=NOW)
    page = browser_of(story.manager).get(ADDRESS).content.decode()
    assert "<script>alert" not in page
    assert "&lt;script&gt;" in page


def test_the_pages_forms_write_the_letter_and_publish_what_was_read(story: Story) -> None:
    client = browser_of(story.manager)
    assert client.post(f"{ADDRESS}compile/").status_code == 302
    assert client.post(f"{ADDRESS}letter/", {"letter": "Dear reader"}).status_code == 302
    refused = client.post(f"{ADDRESS}publish/", {"digest": Report.objects.get().digest})
    assert (refused.status_code, Report.objects.get().state) == (422, ReportState.DRAFT)
    stale = client.post(f"{ADDRESS}publish/", {"digest": "0" * 64, "confirm": "on"})
    assert (stale.status_code, Report.objects.get().state) == (409, ReportState.DRAFT)
    assert (
        client.post(f"{ADDRESS}publish/", {"digest": Report.objects.get().digest, "confirm": "on"}).status_code == 302
    )
    report = Report.objects.get()
    assert (report.state, report.letter) == (ReportState.PUBLISHED, "Dear reader")
    assert report.digest == report_digest(report.content, "Dear reader")


def test_what_a_customer_or_a_stranger_posts_is_refused_or_not_found(story: Story) -> None:
    compiled(story)
    assert browser_of(story.buyer).post(f"{ADDRESS}publish/", {"digest": "0" * 64, "confirm": "on"}).status_code == 404
    assert browser_of(story.analyst).post(f"{ADDRESS}letter/", {"letter": "x"}).status_code == 403
    assert browser_of(story.buyer).post(f"{ADDRESS}compile/").status_code == 404


def test_ended_months_are_compiled_once_and_only_when_all_of_their_facts_are_assessed(story: Story) -> None:
    ObjectiveStatus.objects.filter(objective=story.objective).update(due_from=datetime(2026, 5, 3, tzinfo=UTC))
    later = NOW + timedelta(hours=2)
    written = periods_close(now=later)
    assert {report.month for report in written} == {date(2026, 4, 1)}
    ObjectiveStatus.objects.update(due_from=None)
    assert {report.month for report in periods_close(now=later)} == {date(2026, 5, 1)}
    assert periods_close(now=later) == []
    assert Report.objects.filter(month=date(2026, 5, 1)).count() == 3  # two customers, and the whole catalogue


def test_the_number_of_queries_of_the_lists_does_not_grow_with_the_months(story: Story) -> None:
    def queries() -> int:
        client = browser_of(story.manager)
        with CaptureQueriesContext(connection) as captured:
            assert client.get("/reports/months/").status_code == 200
        return len(captured)

    compiled(story)
    few = queries()
    for month in (1, 3, 4, 5):
        compiled(story, month=date(2026, month, 1))
    assert queries() == few
    assert few <= 12


def test_hostile_addresses_are_unknown(story: Story) -> None:
    client = browser_of(story.manager)
    for address in ("/reports/2026-13/", "/reports/9999-99/", "/reports/2026-02/nobody/retail/", "/reports/0000-01/"):
        assert client.get(address).status_code == 404
    assert client.post("/reports/2026-02/northlight/nobody/compile/").status_code == 404


def test_the_letter_has_a_limit_that_is_said(story: Story) -> None:
    with pytest.raises(ValidationError, match="too long"):
        report_write(report=compiled(story), letter="x" * 20_001, actor=story.manager, now=NOW)


def test_a_long_report_tells_at_length_only_of_what_lost_time(story: Story) -> None:
    for number in range(6):
        assess(agreed(f"more-{number}", story.indicator, story.retail, minimum_outage="55m"))
    told = read_report(compiled(story))
    [section] = told["sections"]
    assert [entry["agreement"]["slug"] for entry in section["entries"]] == ["payments-retail"]
    assert len(section["quiet"]) == 6
