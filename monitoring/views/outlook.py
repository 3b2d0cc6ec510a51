"""The outlook of an objective, as a fragment of its page: budget ahead, burn, and the forecast with its record."""

from typing import Any
from zoneinfo import ZoneInfo

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from agreements.models import Objective, Version
from agreements.selectors import objective_get, terms_of
from monitoring.figures.cut import cut_of
from monitoring.figures.objective import period_label, results_of
from monitoring.models import PeriodResult
from monitoring.outlook.budget import burn_shown, burns_of, projection_of, projection_shown
from monitoring.outlook.chance import chance_of, chance_shown
from slmo.core.terms import Agreement
from slmo.web.pages import page

RUNNING = ("on_track", "at_risk", "breached", "indeterminate", "no_data")


@login_required
@require_safe
def objective_outlook(request: HttpRequest, slug: str, name: str) -> HttpResponse:
    """Show what may become of the running period, and how earlier forecasts came true."""
    found = objective_get(request.user, slug, name)
    context = {
        "objective": found,
        "agreement": found.agreement,
        "page_title": _("Outlook for %(service)s, %(objective)s")
        % {"service": found.agreement.service.name, "objective": found.name},
    }
    try:
        context |= _outlook(found, terms_of(found.agreement))
    except Version.DoesNotExist:
        context["unsigned"] = True
    return page(request, "monitoring/outlook.html", context, fragment="monitoring/_outlook.html")


def _outlook(found: Objective, agreement: Agreement) -> dict[str, Any]:
    """Return what the fragment shows."""
    results = results_of(found)
    running = running_of(results)
    clause = next((v.objectives[found.name] for v in reversed(agreement.versions) if found.name in v.objectives), None)
    context: dict[str, Any] = {"running": running, "zone": agreement.timezone, "period_name": ""}
    if running is not None and found.indicator_id:
        running.objective = found
        context |= _budget(running, agreement)
    if clause is not None:
        context["period_name"] = period_named(clause.period)
        chance = chance_of(results, running, agreement, clause)
        context |= chance_shown(chance) if chance else {}
    return context


def _budget(running: PeriodResult, agreement: Agreement) -> dict[str, Any]:
    """Return the budget of the running period and what its burn windows say."""
    zone = agreement.timezone
    projection = projection_of(cut_of(running))
    shown = projection_shown(projection, zone) if projection else {}
    burns = [burn_shown(state) for state in burns_of(running)]
    label = period_label(running.start, running.end, ZoneInfo(zone), inside=True)
    return shown | {"burns": burns, "firing": any(one["firing"] for one in burns), "label": label}


def running_of(results: list[PeriodResult]) -> PeriodResult | None:
    """Return the result of the period that runs at this moment, None where none does."""
    now = timezone.now()
    return next((one for one in reversed(results) if one.start <= now < one.end), None)


def period_named(period: str) -> str:
    """Return the question that a forecast answers, for each kind of period."""
    return {
        "day": _("Probability that this day’s target will be missed"),
        "week": _("Probability that this week’s target will be missed"),
        "month": _("Probability that this month’s target will be missed"),
        "contract-month": _("Probability that this month’s target will be missed"),
        "quarter": _("Probability that this quarter’s target will be missed"),
        "half-year": _("Probability that this half-year’s target will be missed"),
        "year": _("Probability that this year’s target will be missed"),
        "contract-year": _("Probability that this year’s target will be missed"),
    }.get(period, _("Probability that this period’s target will be missed"))
