"""Two measurements of one objective, side by side."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from agreements.models import Objective, Version
from agreements.reading.measurement import measurement_sentence
from agreements.selectors import indicators_visible, objective_get, terms_of
from monitoring.difference_page import differences_visible, page_context
from monitoring.instants import instant_of
from slmo.accounts.policy import can
from slmo.web.pages import page


@login_required
@require_safe
def differences(request: HttpRequest, slug: str, name: str) -> HttpResponse:
    """Show what both parties measured in the period asked for (`?period=2023-04-01`), else in the latest."""
    found = objective_get(request.user, slug, name)
    zone = ZoneInfo(found.agreement.timezone)
    rows = list(differences_visible(request.user).filter(objective=found).order_by("start"))
    for row in rows:
        row.objective = found
    shown = rows if found.is_measured_twice else []
    asked = request.GET.get("period", "")
    chosen = next((row for row in shown if row.start.astimezone(zone).date().isoformat() == asked), None)
    chosen = chosen or (shown[-1] if shown else None)
    context = {
        "objective": found,
        "agreement": found.agreement,
        "page_title": _("Two measurements of “%(name)s”") % {"name": found.name},
        "zone": zone.key,
        "agreed": agreed_sentence(found, chosen.end if chosen else timezone.now()),
        "measure_url": measure_url(request.user, found),
        "open_url": open_url(request.user, found),
        **page_context(found, shown, chosen),
    }
    return page(request, "monitoring/differences.html", context, fragment="period")


def agreed_sentence(objective: Objective, until: datetime) -> str:
    """Return what the agreement says of two measurements just before a moment; an empty text where it says nothing."""
    try:
        version = terms_of(objective.agreement).version_at(instant_of(min(until, timezone.now())) - 1)
    except Version.DoesNotExist:
        return ""
    clause = version.objectives.get(objective.name) if version else None
    return measurement_sentence(clause, clause.measurement) if clause and clause.measurement else ""


def measure_url(user: Any, objective: Objective) -> str:
    """Return where the person may choose what measures the objective; an empty text where it may not."""
    agreement = objective.agreement
    if not can(user, "source_edit", agreement.provider, agreement.customer):
        return ""
    return reverse("objective_measure", args=[agreement.slug, objective.name])


def open_url(user: Any, objective: Objective) -> str:
    """Return where the person may open an indicator for the customer; an empty text where there is one."""
    agreement = objective.agreement
    theirs = indicators_visible(user).filter(service=agreement.service_id, measured_by=agreement.customer_id)
    if not can(user, "source_edit", agreement.service.organisation) or theirs.exists():
        return ""
    return reverse("indicator_new", args=[agreement.service.slug])
