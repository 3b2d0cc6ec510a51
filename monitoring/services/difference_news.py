"""Who is told that two measurements of one objective differ, and what."""

from datetime import datetime
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.urls import reverse
from django.utils import translation

from monitoring.figures.numbers import figure_text
from monitoring.models import Difference
from monitoring.services.restatement_news import parties_people
from slmo.notify.services import message_enqueue


def difference_url(row: Difference) -> str:
    """Return the page that shows both measurements of the period."""
    agreement = row.objective.agreement
    period = row.start.astimezone(ZoneInfo(agreement.timezone)).date()
    query = urlencode({"period": period.isoformat()})
    return f"{reverse('differences', args=[agreement.slug, row.objective.name])}?{query}"


def difference_news(row: Difference, now: datetime) -> None:
    """Tell the people of both parties; the same period again is no news."""
    agreement = row.objective.agreement
    message_enqueue(
        kind="measurements_differ",
        recipients=parties_people(agreement),
        context={
            "service": str(agreement.service),
            "agreement": str(agreement),
            "objective": row.objective.name,
            "period": row.start.astimezone(ZoneInfo(agreement.timezone)).date(),
            "provider": _figure(row.provider, row.target),
            "customer": _figure(row.customer, row.target),
            "ruling": row.rules,
        },
        subject_type="monitoring.difference",
        subject_id=row.pk,
        url=difference_url(row),
        dedupe_key=f"difference:{row.objective_id}:{row.start.isoformat()}",
        now=now,
    )


def _figure(kept: dict[str, Any], target: str) -> str:
    with translation.override("en"):  # letters say it in each reader's language
        return (figure_text(kept["achieved"], target, kept["value"]) or "–").replace("\N{NO-BREAK SPACE}", " ")
