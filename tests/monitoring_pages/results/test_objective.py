"""The page of one objective, and the fragments that say where things stand."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.reports.story import Story, agreed, assess, browser_of

URL = "/agreements/payments-retail/objectives/availability/"


def test_the_page_shows_the_period_asked_for_and_else_the_latest_that_tells_something(story: Story) -> None:
    client = browser_of(story.buyer)
    asked = client.get(f"{URL}?period=2026-02-01")
    assert asked.context["result"].pk == story.result(2).pk
    assert "99.87" in asked.content.decode()
    assert client.get(URL).context["result"].pk == story.result(6).pk
    for hostile in ("?period=2031-01-01", "?period=%00", "?period=" + "9" * 5000):
        assert client.get(URL + hostile).status_code == 200


def test_the_switcher_replaces_the_period_alone(story: Story) -> None:
    part = browser_of(story.buyer).get(f"{URL}?period=2026-02-01", headers={"HX-Request": "true"}).content.decode()
    assert 'id="period"' in part
    assert "<html" not in part


def test_the_calendar_leads_from_a_bad_day_to_why(story: Story) -> None:
    days = browser_of(story.buyer).get(f"{URL}?period=2026-02-01").context["days"]
    bad = [day for day in days if day["verdict"] == "down"]
    assert [day["date"].isoformat() for day in bad] == ["2026-02-10", "2026-03-05"]
    assert bad[0]["url"] == f"/figures/{story.result(2).pk}/"


def test_an_objective_without_results_says_what_it_waits_for(story: Story) -> None:
    agreed("silent", story.indicator, story.retail)
    page = browser_of(story.buyer).get("/agreements/silent/objectives/availability/").content.decode()
    assert "Nothing to judge yet" in page


@pytest.mark.parametrize("url", [URL, "/agreements/payments-retail/standing/"])
def test_other_customers_find_nothing(story: Story, url: str) -> None:
    assert browser_of(story.doctor).get(url).status_code == 404
    assert browser_of(story.buyer).get(url).status_code == 200


def test_a_services_standing_shows_each_customer_its_own_agreements_only(story: Story) -> None:
    page = browser_of(story.doctor).get("/services/payments/standing/").content.decode()
    assert "Payments clinic" in page
    assert "Payments retail" not in page
    assert browser_of(story.buyer).get("/services/compute/standing/").status_code == 404


def test_the_standing_is_a_fragment_for_htmx_and_a_page_without_scripts(story: Story) -> None:
    client, url = browser_of(story.buyer), "/agreements/payments-retail/standing/"
    assert b"<html" in client.get(url).content
    fragment = client.get(url, headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in fragment
    assert fragment.count('class="square ') == 6


def test_the_queries_of_a_standing_do_not_grow_with_its_objectives(story: Story) -> None:
    def queries() -> int:
        client = browser_of(story.manager)
        with CaptureQueriesContext(connection) as captured:
            assert client.get("/services/payments/standing/").status_code == 200
        return len(captured)

    few = queries()
    for number in range(3):
        assess(agreed(f"more-{number}", story.indicator, story.retail))
    assert queries() == few
    assert few <= 12
