"""One objective: its figure, what is left, its record."""

from typing import Any
from zoneinfo import ZoneInfo

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from agreements.models import Objective
from agreements.selectors import objective_get
from monitoring.figures.cut import Cut, cut_of, outages_of
from monitoring.figures.numbers import percent_text, target_text
from monitoring.figures.objective import (
    bars_of,
    budget_of,
    calendar_of,
    days_of,
    outage_shown,
    period_label,
    periods_listed,
    result_chosen,
    results_of,
    timeline_of,
)
from monitoring.figures.told import sentence_of
from monitoring.models import PeriodResult
from slmo.web.charts.days import calendar_height
from slmo.web.pages import page


@login_required
@require_safe
def objective(request: HttpRequest, slug: str, name: str) -> HttpResponse:
    """Show one objective in the period asked for (`?period=2023-04-01`), else in the latest that tells something."""
    found = objective_get(request.user, slug, name)
    zone = ZoneInfo(found.agreement.timezone)
    results = results_of(found)
    result = result_chosen(results, zone, request.GET.get("period", ""))
    context = {
        "objective": found,
        "agreement": found.agreement,
        "page_title": f"{found.agreement.service.name}: {found.name}",
        "zone": zone.key,
        "result": result,
        "periods": periods_listed(results, result, zone),
        "bars": bars_of(results, zone),
        "whatif_url": reverse("whatif", args=[slug, name]),
    }
    if result is not None:
        context |= _period_context(found, result, results, zone)
    return page(request, "monitoring/objective.html", context, fragment="period")


def _period_context(
    found: Objective, result: PeriodResult, results: list[PeriodResult], zone: ZoneInfo
) -> dict[str, Any]:
    """Return what the page shows of the chosen period and of its year."""
    result.objective = found
    cut = _cut(result)
    outages = outages_of(cut) if cut else []
    days = days_of(found, result.start.astimezone(zone).year, results, zone)
    place = next(n for n, one in enumerate(results) if one.pk == result.pk)
    return {
        "label": period_label(result.start, result.end, zone),
        "percent": percent_text(result.achieved, result.target),
        "target": target_text(result.target),
        "sentence": sentence_of(result),
        "running": result.end > timezone.now(),
        "left": _left(result),
        "budget": budget_of(cut) if cut else None,
        "timeline": timeline_of(cut, outages) if cut else None,
        "outages": [outage_shown(outage, zone.key) for outage in outages],
        "lost": sum(outage.seconds for outage in outages),
        "days": days,
        "calendar": calendar_of(days) if days else None,
        "calendar_height": calendar_height(days),
        "previous": results[place - 1] if place else None,
        "latest": place == len(results) - 1,
        "next": results[place + 1] if place + 1 < len(results) else None,
    }


def _cut(result: PeriodResult) -> Cut | None:
    """Return the figure taken apart, or None where nothing measures the objective."""
    return cut_of(result) if result.objective.indicator_id else None


def _left(result: PeriodResult) -> Any:
    """Return the seconds that may still be lost, negative when overspent; None without a budget."""
    if result.budget_allowed is None or result.budget_consumed is None:
        return None
    return result.budget_allowed - result.budget_consumed
