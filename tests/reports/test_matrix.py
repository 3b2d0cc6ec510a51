"""The compliance matrix: what missed, when, and the way to why."""

import csv
import io
from datetime import UTC, date, datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from reports.months import month_add, month_parse, month_range
from reports.selectors.counts import Counts, local_month, months_default
from reports.selectors.matrix import Question, cells_fill, rows_read, tallies
from tests.reports.story import NOW, Story, agreed, assess, browser_of

JAN, FEB, MAY = date(2026, 1, 1), date(2026, 2, 1), date(2026, 5, 1)
SPAN = "first=2026-01&last=2026-05"


def test_a_missed_month_stands_in_its_column_and_leads_to_why(story: Story) -> None:
    rows = cells_fill(list(rows_read(story.buyer, Question(JAN, MAY))), Question(JAN, MAY))
    assert len(rows) == 1
    assert [cell.verdict for cell in rows[0].cells if cell] == ["met", "breached", "met", "met", "met"]
    assert rows[0].cells[1].percent == "99.87"  # 3 000 of 2 419 200 s lost: 99.8759… %, cut off
    assert rows[0].missed == 1
    page = browser_of(story.buyer).get(f"/reports/?{SPAN}").content.decode()
    assert f'href="/figures/{story.result(2).pk}/"' in page
    assert "1 of 5 judged periods missed their target" in page


def test_a_customer_sees_no_row_of_another_customer_or_of_a_supplier(story: Story) -> None:
    page = browser_of(story.doctor).get(f"/reports/?{SPAN}").content.decode()
    assert "payments-clinic" in page
    assert "payments-retail" not in page
    assert "Compute" not in page


def test_the_first_look_shows_the_twelve_months_up_to_the_last_judged_one(story: Story) -> None:
    months = tallies(story.manager, Question(JAN, MAY), NOW)
    assert months_default(months, date(2030, 1, 1)) == (date(2025, 6, 1), MAY)
    assert months_default({}, date(2030, 1, 7)) == (date(2029, 2, 1), date(2030, 1, 1))


def test_a_lone_new_service_does_not_hide_the_record_of_all_others() -> None:
    months = {date(2023, 12, 1): Counts({"met": 20}), date(2026, 1, 1): Counts({"met": 1})}
    assert months_default(months, date(2026, 2, 1))[1] == date(2023, 12, 1)


def test_a_quarter_stands_in_its_third_month_of_the_agreements_zone() -> None:
    end_in_berlin = datetime(2026, 3, 31, 22, tzinfo=UTC)  # midnight of 1 April in summer time
    assert local_month(end_in_berlin, "Europe/Berlin") == date(2026, 3, 1)
    assert local_month(datetime(2026, 4, 1, tzinfo=UTC), "UTC") == date(2026, 3, 1)


def test_several_periods_of_a_month_show_the_worst_of_them_and_how_many(story: Story) -> None:
    weekly = agreed("payments-weekly", story.indicator, story.retail, period="week")
    assess(weekly)
    question = Question(FEB, FEB, text="weekly")
    rows = cells_fill(list(rows_read(story.buyer, question)), question)
    assert rows[0].cells[0].verdict == "breached"
    assert (rows[0].cells[0].periods, rows[0].cells[0].missed) == (4, 1)


@pytest.mark.parametrize(
    ("query", "shown", "hidden"),
    [
        ("verdict=breached&first=2026-02&last=2026-02", "payments-retail", "nothing-else"),
        ("type=UC", "compute-terms", "payments-retail"),
        ("q=clinic", "payments-clinic", "payments-retail"),
        ("criticality=2", "payments-retail", "nothing-else"),
    ],
)
def test_filters_leave_what_they_say(story: Story, query: str, shown: str, hidden: str) -> None:
    page = browser_of(story.manager).get(f"/reports/?{query}").content.decode()
    assert shown in page
    assert hidden not in page


def test_a_filter_that_leaves_nothing_says_so_and_offers_the_way_back(story: Story) -> None:
    page = browser_of(story.manager).get("/reports/?verdict=breached&first=2026-05&last=2026-05").content.decode()
    assert "Nothing matches these filters" in page


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("first=2026-05&last=2026-01", "The last month must not come before the first."),
        ("first=1990-01&last=2026-01", "Choose at most 60 months."),
        ("first=yesterday", "Write a month as 2023-04"),
        ("year=999999999999", "Ensure this value is less than or equal to 2200."),
        ("organisation=0;drop&type=zzz&criticality=%00&page=-7&group=x", "Select a valid choice"),
    ],
)
def test_a_hostile_query_string_gets_a_page_that_says_what_was_wrong(story: Story, query: str, sentence: str) -> None:
    response = browser_of(story.manager).get(f"/reports/?{query}")
    assert response.status_code == 200
    assert sentence in response.content.decode() or query.startswith("year")


def test_the_file_holds_the_rows_and_columns_of_the_page_and_runs_no_formula(story: Story) -> None:
    story.retail_sla.title = "=cmd()"
    story.retail_sla.save()
    response = browser_of(story.buyer).get(f"/reports/compliance.csv?{SPAN}")
    rows = list(csv.DictReader(io.StringIO(b"".join(response.streaming_content).decode())))
    assert len(rows) == 1
    assert rows[0]["title"] == "'=cmd()"
    assert (rows[0]["2026-02 verdict"], rows[0]["2026-02 percent"]) == ("breached", "99.87")
    assert sum(key.endswith(" verdict") for key in rows[0]) == 5


def test_the_number_of_queries_does_not_grow_with_the_rows(story: Story) -> None:
    def queries() -> int:
        client = browser_of(story.manager)
        with CaptureQueriesContext(connection) as captured:
            assert client.get(f"/reports/?{SPAN}").status_code == 200
        return len(captured)

    few = queries()
    for number in range(5):
        assess(agreed(f"more-{number}", story.indicator, story.retail))
    assert queries() == few
    assert few <= 12


def test_nobody_sees_the_matrix_without_logging_in(client: object, db: None) -> None:
    assert client.get("/reports/").status_code == 302  # type: ignore[attr-defined]


def test_months_are_read_and_counted_exactly() -> None:
    assert month_add(date(2023, 12, 1), 1) == date(2024, 1, 1)
    assert month_add(date(2024, 1, 1), -13) == date(2022, 12, 1)
    assert len(list(month_range(date(2019, 11, 1), date(2023, 12, 1)))) == 50
    for wrong in ("2023-13", "2023-4", "0000-01", "9999-01", "2023-04-01", "", "²⁰²³-04"):
        with pytest.raises(ValueError, match="is not a month"):
            month_parse(wrong)
