"""Figures as known on a moment, and what people did about them, on the pages of figures and objectives."""

import re

import pytest

from tests.monitoring.desk import Desk, close, desk_make
from tests.monitoring_pages.test_corrections import text_of
from tests.reports.story import Story, browser_of


@pytest.fixture
def desk(story: Story) -> Desk:
    return desk_make(story)


def test_a_figure_is_shown_as_known_on_a_moment_with_the_way_back(desk: Desk) -> None:
    desk.corrected()
    client = browser_of(desk.story.buyer)
    why, objective = f"/figures/{desk.february().pk}/", "/agreements/payments-retail/objectives/availability/"
    for url, kept in ((why, ""), (objective, "period=2026-02-01&")):
        now = text_of(client, f"{url}?{kept}")
        then = text_of(client, f"{url}?{kept}known=2026-06-15T12:30")
        assert "As known on…" in now
        assert "Back to now" not in now
        assert "Back to now" in then
        assert "12:30" in then
        assert "99.87 %" in then
        assert "99.87 %" not in re.sub(r"Without exclusions.*?</dd>", "", now, flags=re.S) or url == objective
    files = client.get(f"{why}facts.csv?known=2026-06-15T12:30").content.decode()
    assert "yes" not in files
    assert "yes" in client.get(f"{why}facts.csv").content.decode()


@pytest.mark.parametrize("moment", ["garbage", "2026-02-31T10:00", "2199-01-01T00:00", "2026-01-15T00:00"])
def test_what_is_no_moment_is_said_and_the_present_shown(desk: Desk, moment: str) -> None:
    client = browser_of(desk.story.buyer)
    shown = text_of(client, f"/figures/{desk.february().pk}/?known={moment}")
    assert "This is what is known now." in shown
    assert "99.87 %" in shown


def test_the_page_of_a_figure_names_its_corrections_exclusions_and_restatements(desk: Desk) -> None:
    final = close(desk.february())
    correction, exclusion = desk.corrected(), desk.excluded("2026-02-11T00:00:00Z", "2026-02-11T01:00:00Z")
    for user in (desk.head, desk.story.buyer):
        shown = text_of(browser_of(user), f"/figures/{desk.february().pk}/")
        assert f"/operations/corrections/{correction.pk}/" in shown
        assert f"/operations/exclusions/{exclusion.pk}/" in shown
        assert "Restatement 1" in shown
        assert "Restatement 2" in shown
        assert f"/figures/{final.pk}/" in shown
        assert "Approved by Hans" in shown
    replaced = text_of(browser_of(desk.story.buyer), f"/figures/{final.pk}/")
    assert "replaced by a later one" in replaced
    assert "99.87 %" in replaced


def test_the_exclusions_of_a_figure_are_a_file_of_their_own(desk: Desk) -> None:
    client = browser_of(desk.story.buyer)
    assert client.get(f"/figures/{desk.february().pk}/exclusions.csv").status_code == 404
    desk.excluded()
    url = f"/figures/{desk.february().pk}/"
    assert f"{url}exclusions.csv" in text_of(client, url)
    assert "--exclusions" in text_of(client, url)
    assert client.get(f"{url}exclusions.csv").content.decode().splitlines()[0] == "start,end,reason"
