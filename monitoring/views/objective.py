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
from monitoring.difference_page import difference_shown, differences_visible
from monitoring.figure_record import acts_of, figure_record
from monitoring.figures.cut import Cut, cut_of
from monitoring.figures.kinds import Figure, kind_figure
from monitoring.figures.kinds.tasks import pending_text
from monitoring.figures.numbers import COUNTED_KINDS, figure_of, target_text
from monitoring.figures.objective import (
    bars_of,
    calendar_of,
    days_of,
    period_label,
    periods_listed,
    result_chosen,
    results_of,
)
from monitoring.models import PeriodResult
from monitoring.views.known import known_asked, known_context, results_asked
from slmo.web.charts.days import calendar_height
from slmo.web.pages import page
from slmo.web.signs import sign_of


@login_required
@require_safe
def objective(request: HttpRequest, slug: str, name: str) -> HttpResponse:
    """Show one objective in the period asked for (`?period=2023-04-01`), else in the latest that tells something.

    `?known=2023-05-01T12:00` shows its figures as known on that moment.
    """
    found = objective_get(request.user, slug, name)
    zone = ZoneInfo(found.agreement.timezone)
    results, asked = results_asked(found, results_of(found), known_asked(request))
    result = result_chosen(results, zone, request.GET.get("period", ""))
    context = {
        "objective": found,
        "agreement": found.agreement,
        "page_title": f"{found.agreement.service.name}: {found.name}",
        "zone": zone.key,
        "result": result,
        "periods": periods_listed(results, result, zone),
        "bars": bars_of(results, zone),
        "hanging": any(one.achieved for one in results),
        "whatif_url": reverse("whatif", args=[slug, name]),
        "known": known_context(request, asked),
        **acts_of(request.user, found),
    }
    if result is not None:
        context |= _period_context(found, result, results, zone)
        if asked.at is None:
            context |= figure_record(request.user, result) | _both(request.user, found, result, zone)
        else:  # the ledger of days, and the outlook, are those of now
            context |= {"calendar": None, "running": False, "latest": False}
    return page(request, "monitoring/objective.html", context, fragment="period")


def _period_context(
    found: Objective, result: PeriodResult, results: list[PeriodResult], zone: ZoneInfo
) -> dict[str, Any]:
    """Return what the page shows of the chosen period and of its year."""
    result.objective = found
    cut = _cut(result)
    days = days_of(found, result.start.astimezone(zone).year, results, zone, result.target)
    place = next(n for n, one in enumerate(results) if one.pk == result.pk)
    return {
        "label": period_label(result.start, result.end, zone),
        "percent": figure_of(result),
        "target": target_text(result.target),
        "running": result.end > timezone.now(),
        "left": _left(result),
        **_kind_context(result, cut),
        "days": days,
        "calendar": calendar_of(days) if days else None,
        "calendar_height": calendar_height(days),
        "previous": results[place - 1] if place else None,
        "latest": place == len(results) - 1,
        "next": results[place + 1] if place + 1 < len(results) else None,
    }


def _both(user: Any, found: Objective, result: PeriodResult, zone: ZoneInfo) -> dict[str, Any]:
    """Return what the two measurements of an objective say of a period; nothing where there is one of them."""
    if not found.is_measured_twice:
        return {}
    row = differences_visible(user).filter(objective=found, start=result.start).first()
    if row is not None:
        row.objective = found
    return {"both": {"shown": difference_shown(row, zone) if row else None}}


def _kind_context(result: PeriodResult, cut: Cut | None) -> dict[str, Any]:
    """Return what the objective's kind of indicator says of the figure, and the evidence behind it."""
    figure = Figure.of(result, cut.objective if cut else None)
    kind = kind_figure(figure)
    evidence = kind.evidence(cut) if cut else None
    return {
        "sentence": kind.sentence(figure),
        "note": (evidence or {}).get("note") or kind.note(figure),
        "word": sign_of(result.verdict).label if figure.kind == "attested" and evidence else "",
        "counted": figure.kind in COUNTED_KINDS,
        "by_states": figure.kind == "availability",
        "clocked": kind.clocked,
        "evidence": evidence,
        "evidence_template": kind.template,
        "open_tasks": pending_text(evidence.get("pending", 0), evidence.get("next_due", "")) if evidence else "",
    }


def _cut(result: PeriodResult) -> Cut | None:
    """Return the figure taken apart, or None where nothing measures the objective."""
    return cut_of(result) if result.objective.indicator_id else None


def _left(result: PeriodResult) -> Any:
    """Return the seconds that may still be lost, negative when overspent; None without a budget."""
    if result.budget_allowed is None or result.budget_consumed is None:
        return None
    return result.budget_allowed - result.budget_consumed
