"""Published reports over HTTP."""

from datetime import date
from typing import Any

import pytest
from rest_framework.response import Response
from rest_framework.test import APIRequestFactory, force_authenticate

from reports.api import ReportViewSet
from reports.services import report_compile, report_publish
from slmo.accounts.models import User
from tests.reports.story import NOW, Story


@pytest.fixture
def published(story: Story) -> Story:
    """Publish February to the retail customer, and leave March as a draft."""
    for month in (2, 3):
        values = {"month": date(2026, month, 1), "provider": story.provider, "customer": story.retail}
        report = report_compile(**values, actor=None, now=NOW)  # type: ignore[arg-type]
        if month == 2:
            report_publish(report=report, actor=None, now=NOW)
    return story


def ask(user: User, pk: int | None = None, **query: str) -> Response:
    """Return the answer of the list, or of one report."""
    request = APIRequestFactory().get("/", query)
    force_authenticate(request, user)
    view: Any = ReportViewSet.as_view({"get": "list" if pk is None else "retrieve"})
    return view(request, **({} if pk is None else {"pk": pk}))


def test_a_customer_lists_and_reads_what_was_published_to_it(published: Story) -> None:
    [row] = ask(published.buyer).data["results"]
    assert (row["month"], row["customer"], row["state"]) == ("2026-02", "retail", "published")
    assert ask(published.buyer, row["id"]).data["content"]["counts"]["breached"] == 1
    assert ask(published.doctor, row["id"]).status_code == 404


def test_the_provider_filters_by_month_and_state(published: Story) -> None:
    assert ask(published.manager, state="draft").data["count"] == 1
    assert ask(published.manager, month="2026-02").data["count"] == 1
    assert ask(published.manager, month="soon").status_code == 400
