"""Periods as small squares, for every page of this application that shows some."""

from typing import Any
from zoneinfo import ZoneInfo

from django.urls import reverse

from monitoring.figures.numbers import figure_of
from monitoring.figures.objective import period_label
from monitoring.models import PeriodResult
from slmo.web.signs import sign_of


def square(result: PeriodResult, zone: ZoneInfo) -> dict[str, Any]:
    """Return one period as a square that says its verdict and figure and leads to why."""
    said = [f"{period_label(result.start, result.end, zone)}: {sign_of(result.verdict).label}"]
    said += [figure] if (figure := figure_of(result)) else []
    return {"verdict": result.verdict, "label": ", ".join(said), "url": reverse("why", args=[result.pk])}
