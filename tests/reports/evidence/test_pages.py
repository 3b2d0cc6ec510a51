"""The address of the evidence: column and page, unsaved terms, refusals, and who sees what."""

import json
from typing import Any

import pytest
from django.test import Client

from agreements.models import Version
from tests.reports.evidence.test_backtest import URL, draft
from tests.reports.story import Story, browser_of, terms

HTMX = {"HX-Request": "true"}
__all__ = ["draft"]


@pytest.fixture
def analyst(story: Story) -> Client:
    """Return the browser of somebody on the provider's side who may see evidence."""
    return browser_of(story.analyst)


def post(client: Client, value: Any, **more: str) -> Any:
    """Post terms that are being edited."""
    text = value if isinstance(value, str) else json.dumps(value)
    return client.post(URL, {"terms": text, **more}, headers=HTMX)


@pytest.mark.usefixtures("draft")
def test_the_stored_draft_is_shown_as_a_page_and_to_htmx_as_a_column(analyst: Client) -> None:
    page = analyst.get(URL).content.decode()
    assert "<html" in page
    assert "2 of 5 closed periods would have missed the target." in page
    column = analyst.get(URL, headers=HTMX).content.decode()
    assert "<html" not in column
    assert 'id="evidence"' in column
    assert "Short history: 5 closed periods are recorded" in column


@pytest.mark.usefixtures("draft")
def test_terms_that_are_being_edited_are_judged_without_being_stored(analyst: Client, draft: Version) -> None:
    response = post(analyst, terms(target=">= 99.9%"))
    assert response.status_code == 200
    assert "1 of 5 closed periods would have missed the target." in response.content.decode()
    assert Version.objects.get(pk=draft.pk).document == draft.document


@pytest.mark.usefixtures("draft")
@pytest.mark.parametrize(
    ("value", "more", "key", "said"),
    [
        ("{", {}, "terms", "is not JSON"),
        ("[1]", {}, "terms", "must be a mapping"),
        ('{"target": NaN}', {}, "terms", "is not JSON"),
        (terms(target="99.9"), {}, "terms.target", "expected an operator and a limit"),
        (terms(targt=">= 99%"), {}, "terms.targt", "did you mean"),
        (terms(hours="office"), {}, "terms.hours", "a calendar of this document"),
        (terms(), {"calendars": '{"office": {"weekly": {"mon": ["25:00-26:00"]}}}'}, "calendars.office", "expected"),
        (terms(), {"exclusions": "[{}]"}, "exclusions[0]", "expected"),
        (terms(), {"timezone": "Mars/Olympus"}, "", "time zone"),
    ],
)
def test_what_cannot_be_used_is_said_with_its_key(
    analyst: Client, value: Any, more: dict[str, str], key: str, said: str
) -> None:
    response = post(analyst, value, **more)
    text = response.content.decode()
    assert response.status_code == 422
    assert key in text
    assert said in text
    assert 'id="evidence"' in text


@pytest.mark.usefixtures("draft")
def test_hours_and_exclusions_of_the_edited_document_count(analyst: Client) -> None:
    office = json.dumps({"office": {"weekly": {"mon-fri": ["18:00-20:00"]}}})
    text = post(analyst, terms(hours="office"), calendars=office).content.decode()
    assert "All 5 closed periods would have met the target." in text
    out = json.dumps([{"from": "2026-02-10T00:00:00Z", "to": "2026-02-11T00:00:00Z", "reason": "moved house"}])
    assert "All 5 closed periods" in post(analyst, terms(target=">= 99.9%"), exclusions=out).content.decode()


@pytest.mark.usefixtures("draft")
def test_the_other_side_and_strangers_see_no_figure(story: Story) -> None:
    assert browser_of(story.doctor).get(URL).status_code == 404
    assert browser_of(story.buyer).get(URL).status_code == 404  # a draft that was never proposed
    assert post(browser_of(story.buyer), terms()).status_code == 404
    signed = URL.replace("/2/", "/1/")
    page = browser_of(story.buyer).get(signed)
    assert page.status_code == 200
    assert "closed periods" not in page.content.decode()
    assert browser_of(story.buyer).post(signed, {"terms": json.dumps(terms())}).status_code == 403


@pytest.mark.usefixtures("draft")
def test_what_the_level_costs_is_recorded_beside_the_clause_by_the_provider_alone(story: Story) -> None:
    manager, path = browser_of(story.manager), f"{URL}cost/"
    column = manager.get(URL, headers=HTMX).content.decode()
    assert 'href="#evidence-cost"' in column
    assert "Not known for the drafted level." in column
    typed = {"kind": "availability", "level": ">= 99.99%", "amount": "4000", "currency": "EUR", "per": "month",
             "since": "2026-01-01"}  # fmt: skip
    refused = manager.post(path, typed | {"amount": "much"}, headers=HTMX)
    assert refused.status_code == 422
    assert 'value="much"' in refused.content.decode()
    recorded = manager.post(path, typed, headers=HTMX)
    assert recorded.status_code == 200
    assert "4000.00 EUR a month" in recorded.content.decode().replace("\N{NO-BREAK SPACE}", " ")
    assert manager.post(path, typed).status_code == 302
    assert browser_of(story.analyst).post(path, typed).status_code == 403
    assert "evidence-cost-form" not in browser_of(story.analyst).get(URL, headers=HTMX).content.decode()
    assert browser_of(story.buyer).post(path, typed).status_code == 404  # a draft that was never proposed
    assert browser_of(story.buyer).post(path.replace("/2/", "/1/"), typed).status_code == 403


@pytest.mark.usefixtures("draft")
def test_an_objective_that_the_draft_has_not_got_is_not_found(analyst: Client) -> None:
    assert analyst.get(URL.replace("availability", "nothing")).status_code == 404
