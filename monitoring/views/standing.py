"""Where things stand, as fragments for the pages of a service and of an agreement."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from agreements.selectors import agreement_get, objectives_visible, service_get
from monitoring.figures.numbers import figure_of
from monitoring.figures.objective import period_label
from monitoring.figures.standing import Standing, standings_of
from monitoring.models import PeriodResult
from slmo.web import words
from slmo.web.pages import page
from slmo.web.signs import sign_of


@login_required
@require_safe
def agreement_standing(request: HttpRequest, slug: str) -> HttpResponse:
    """Show where the objectives of one agreement stand."""
    agreement = agreement_get(request.user, slug)
    rows = standings_of(objectives_visible(request.user).filter(agreement=agreement).order_by("position", "name"))
    context = {"lines": [_line(row) for row in rows], "page_title": agreement.title, "agreement": agreement}
    return page(request, "monitoring/standing.html", context, fragment="monitoring/_standing.html")


@login_required
@require_safe
def service_standing(request: HttpRequest, slug: str) -> HttpResponse:
    """Show where the objectives about one service stand, each with its last 90 days."""
    service = service_get(request.user, slug)
    about = objectives_visible(request.user).filter(agreement__service=service)
    rows = standings_of(about.order_by("agreement__title", "position", "name"), strip=True)
    context = {"lines": [_line(row) for row in rows], "page_title": service.name, "service": service}
    return page(request, "monitoring/standing.html", context, fragment="monitoring/_standing.html")


def _line(standing: Standing) -> dict[str, Any]:
    """Return one objective as the fragment shows it."""
    objective, result, zone = standing.objective, standing.result, standing.zone
    agreement = objective.agreement
    days = [
        {"verdict": "future" if name == "out_of_hours" else name, "label": f"{words.day(day)}: {_day_word(name)}"}
        for day, name in standing.strip
    ]
    return {
        "standing": standing,
        "objective": objective,
        "agreement": agreement,
        "url": reverse("objective", args=[agreement.slug, objective.name]),
        "why": reverse("why", args=[result.pk]) if result else "",
        "label": period_label(result.start, result.end, zone) if result else "",
        "squares": [_square(row, zone, now=result is not None and row.pk == result.pk) for row in standing.recent],
        "strip": days,
        "first": standing.strip[0][0] if standing.strip else None,
        "last": standing.strip[-1][0] if standing.strip else None,
    }


def _square(result: PeriodResult, zone: Any, *, now: bool) -> dict[str, Any]:
    """Return one period as a square that leads to why."""
    label = period_label(result.start, result.end, zone)
    figure = figure_of(result)
    word = sign_of(result.verdict).label
    told = f"{label}: {word}, {figure}" if figure else f"{label}: {word}"
    return {"verdict": result.verdict, "label": told, "url": reverse("why", args=[result.pk]), "now": now}


def _day_word(name: str) -> str:
    """Return the word for a day's class."""
    return str(sign_of(name).label)
