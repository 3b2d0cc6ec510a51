"""The outlook of a running period: its budget, its burn alerts, and a forecast that says what it does not know."""

from datetime import timedelta

import pytest

from monitoring.outlook import chance
from monitoring.outlook.budget import burn_shown
from slmo.core.budget import BURN_WINDOWS, AlertState
from tests.monitoring_pages.results.kinds import kinds_make
from tests.reports.story import NOW, Story, agreed, browser_of
from tests.reports.story import assess as assess_at

URL = "/agreements/payments-retail/objectives/availability/outlook/"


@pytest.fixture(autouse=True)
def today(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the pages think that it is the moment of the story."""
    monkeypatch.setattr("monitoring.views.outlook.timezone.now", lambda: NOW)


def test_below_six_closed_periods_it_says_how_many_there_are(story: Story) -> None:
    page = browser_of(story.buyer).get(URL).content.decode()
    assert "Not enough data" in page
    assert "There are 5 closed periods; a forecast needs 6." in page


def test_with_enough_past_it_gives_a_probability_with_bounds_and_the_record(
    story: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    weekly = agreed("weekly", story.indicator, story.retail, period="week")
    assess_at(weekly)
    answer = browser_of(story.buyer).get("/agreements/weekly/objectives/availability/outlook/")
    said = answer.context["chance"].forecast
    assert 0 <= said.low <= said.probability <= said.high <= 1
    assert (said.periods, answer.context["chance"].enough) == (24, True)
    assert "An estimate, never used to judge" in answer.content.decode()
    assert sum(one["forecasts"] for one in answer.context["bins"]) == answer.context["replays"] == 18 * 3
    monkeypatch.setattr(chance, "forecast", None)  # the same numbers are not computed twice
    assert browser_of(story.buyer).get(answer.request["PATH_INFO"]).status_code == 200


def test_the_budget_of_the_whole_period_is_projected_with_what_is_spent_and_left(story: Story) -> None:
    shown = browser_of(story.buyer).get(URL).context
    projection = shown["projection"]
    assert (projection.allowed, projection.spent, projection.whole) == (2592, 0, 30 * 86_400)
    assert shown["runs_out"] == ""
    assert round(float(projection.passed), 3) == 0.483


def test_an_alert_that_facts_do_not_cover_says_so_instead_of_firing() -> None:
    row = BURN_WINDOWS[0]
    silent = AlertState(row, row.factor(30 * 86_400), 20, 20, firing=False, covered=False)
    loud = AlertState(row, row.factor(30 * 86_400), 20, 20, firing=True, covered=True)
    over = AlertState(row, row.factor(30 * 86_400), 20, 1, firing=False, covered=True)
    calm = AlertState(row, row.factor(30 * 86_400), 1, 20, firing=False, covered=True)
    reasons = [burn_shown(state)["why"] for state in (silent, loud, over, calm)]
    assert reasons[0] == "Not judged: facts do not cover the long window wholly."
    assert reasons[1] == "Both windows burn faster than the limit."
    assert len(set(reasons)) == 4
    assert burn_shown(calm)["factor"] == "14.4×"


def test_no_window_is_longer_than_the_period(story: Story) -> None:
    daily = agreed("daily", story.indicator, story.retail, period="day")
    assess_at(daily, now=NOW + timedelta(minutes=5))
    burns = browser_of(story.buyer).get("/agreements/daily/objectives/availability/outlook/").context["burns"]
    assert [burn["long"] for burn in burns] == ["1\N{NO-BREAK SPACE}h", "6\N{NO-BREAK SPACE}h", "1\N{NO-BREAK SPACE}d"]


def test_what_cannot_be_added_up_has_no_forecast(story: Story) -> None:
    kinds_make(story)
    client = browser_of(story.buyer)
    for name in ("p50", "restore"):
        answer = client.get(f"/agreements/all-kinds/objectives/{name}/outlook/")
        assert answer.status_code == 200
        assert "chance" not in answer.context
    assert "chance" in client.get("/agreements/all-kinds/objectives/outages/outlook/").context
    assert "chance" in client.get("/agreements/all-kinds/objectives/tickets/outlook/").context


def test_it_is_a_fragment_of_the_objectives_page_and_a_page_without_scripts(story: Story) -> None:
    client = browser_of(story.buyer)
    assert "<html" in client.get(URL).content.decode()
    assert "<html" not in client.get(URL, headers={"HX-Request": "true"}).content.decode()
    assert URL in client.get("/agreements/payments-retail/objectives/availability/").content.decode()
