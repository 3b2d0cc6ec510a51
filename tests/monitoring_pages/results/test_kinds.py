"""Figures of every kind on their pages: the number, the sentence, the evidence, and the figure recomputed."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from agreements.models import Agreement
from monitoring.figures.numbers import figure_cell, figure_text, target_text
from monitoring.figures.verify import figure_verify
from tests.monitoring_pages.results.kinds import kinds_make, result_of
from tests.reports.story import NOW, Story, browser_of

pytestmark = pytest.mark.wide

NARROW = "\N{NO-BREAK SPACE}"
SAID = {
    "success": ("99.50 %", "2985 of 3000 events were good: 99.50 %. The target of 99 % was met; 15 more bad ones"),
    "fast": ("95.83 %", "23 of 24 slices of 1 h were good"),
    "p50": ("0.284 s", "50 % of 3 samples were at most 0.284 s. The target of ≤ 1 s was met."),
    "tickets": ("50.00 %", "1 of 2 tasks were resolved in time"),
    "outages": ("2", "There were 2 outages. The target of ≤ 1 was missed."),
    "restore": ("", "It was stated on evidence that the obligation was met for the whole period."),
}
EVIDENCE = {
    "success": ("3 Feb 2026, 10:00", "99.00"),
    "fast": ("3 Feb 2026, 09:00",),
    "p50": ("4 s", "beyond"),
    "tickets": ("T-2", "task-clock", "3 h"),
    "outages": ("50 min", "INC-7"),
    "restore": ("Olga Orlova", "protocol 2026-004"),
}


@pytest.fixture
def agreement(story: Story) -> Agreement:
    """Return the agreement with an objective of every kind."""
    return kinds_make(story)


def plain(text: str) -> str:
    """Return text with ordinary spaces."""
    return text.replace(NARROW, " ")


def test_every_kind_has_its_number_its_sentence_and_its_evidence_on_both_pages(
    story: Story, agreement: Agreement
) -> None:
    client = browser_of(story.buyer)
    for name, (figure, sentence) in SAID.items():
        result = result_of(agreement, name)
        assert plain(figure_text(result.achieved, result.target, result.value)) == figure, name
        day = "2026-01-01" if name in ("outages", "restore") else "2026-02-01"
        for path in (f"/figures/{result.pk}/", f"/agreements/all-kinds/objectives/{name}/?period={day}"):
            answer = client.get(path)
            assert sentence in plain(str(answer.context["sentence"])), name
            shown = plain(answer.content.decode())
            assert all(text in shown for text in EVIDENCE[name]), (name, path)
            assert "100.000 %" not in shown


def test_every_kind_recomputes_to_the_stored_figure(agreement: Agreement) -> None:
    for name in SAID:
        verified = figure_verify(result_of(agreement, name), NOW + timedelta(hours=1))
        assert verified.equal, (name, [field for field in verified.fields if not field.equal])


def test_open_tasks_and_the_next_due_time_stand_beside_the_figure(story: Story, agreement: Agreement) -> None:
    page = browser_of(story.buyer).get("/agreements/all-kinds/objectives/tickets/?period=2026-06-01")
    assert plain(page.context["open_tasks"]) == "1 task is still open; the next is due 15 Jun 2026, 13:30."


def test_a_customer_sees_neither_clock_nor_evidence_of_another(story: Story, agreement: Agreement) -> None:
    client = browser_of(story.doctor)
    assert client.get(f"/figures/{result_of(agreement, 'tickets').pk}/").status_code == 404
    assert client.get("/agreements/all-kinds/objectives/tickets/outlook/").status_code == 404


def test_values_stand_in_the_matrix_the_standing_and_the_list_with_their_unit(
    story: Story, agreement: Agreement
) -> None:
    client = browser_of(story.manager)
    for path in (
        "/reports/?first=2026-02&last=2026-03",
        "/agreements/all-kinds/standing/",
        "/operations/objectives/?q=All",
    ):
        shown = plain(client.get(path).content.decode())
        assert "100.000 %" not in shown
        assert "0.284 s" in shown or path.startswith("/operations"), path
    answer = client.get("/reports/compliance.csv?first=2026-02&last=2026-02")
    rows = answer.getvalue().decode()
    assert "met,,0.284" in plain(rows)


def test_a_value_is_cut_so_that_it_flatters_nobody() -> None:
    assert plain(figure_text("", "<= 0.3", "0.28001")) == "0.29"
    assert plain(figure_text("", ">= 0.3", "0.28999")) == "0.28"
    assert plain(figure_text("", "<= 4h", "14399.2")) == "4 h"
    assert plain(figure_text("", "<= 2", "3")) == "3"
    assert plain(figure_cell("", "<= 4h", "5400")) == "1.5 h"
    assert plain(target_text(">= 99.9%")) == "99.9 %"
    assert plain(target_text("<= 90m")) == "≤ 1 h 30 min"
    assert figure_text("", "", "") == ""


def test_what_if_asks_in_the_unit_of_the_agreed_target(story: Story, agreement: Agreement) -> None:
    client, url = browser_of(story.manager), "/agreements/all-kinds/objectives/p50/what-if/"
    assert "degraded" not in client.get(url).context["form"].fields
    asked = client.get(f"{url}?target=0s").context
    assert (asked["missed_now"], asked["missed_then"]) == (0, 1)
    assert asked["ladder"][0]["missed"] == 1
    assert "Write it as the agreed one" in client.get(f"{url}?target=99%").content.decode()
    tickets = client.get("/agreements/all-kinds/objectives/tickets/what-if/?limit=1h").context
    assert (tickets["missed_now"], tickets["missed_then"]) == (1, 2)
    assert client.get("/agreements/all-kinds/objectives/restore/what-if/").status_code == 200


def test_the_queries_of_why_do_not_grow_with_the_kind(story: Story, agreement: Agreement) -> None:
    client = browser_of(story.buyer)
    for name in SAID:
        with CaptureQueriesContext(connection) as captured:
            assert client.get(f"/figures/{result_of(agreement, name).pk}/").status_code == 200
        assert len(captured) <= 26, name
