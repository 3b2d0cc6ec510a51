"""What levels of a service cost: the table, a form for one entry, and taking one out."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from agreements.models import Service
from agreements.selectors import service_get
from monitoring.figures.numbers import target_of, target_text
from reports.cost_form import LevelCostForm
from reports.models import LevelCost
from reports.services.cost import cost_record, cost_remove
from slmo.accounts.policy import can, require
from slmo.web.pages import page


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def service_cost(request: HttpRequest, slug: str) -> HttpResponse:
    """Show what each level of a service costs since when; a form records a further entry."""
    service = service_get(request.user, slug)
    require(request.user, "evidence_view", service.organisation)
    form = LevelCostForm(request.POST or None)
    if request.method == "POST":
        require(request.user, "cost_edit", service.organisation)
        if form.is_valid() and _recorded(request, service, form):
            return redirect("service_cost", slug=slug)
    context: dict[str, Any] = {
        "page_title": _("What levels of “%(name)s” cost") % {"name": service.name},
        "service": service,
        "rows": [_row(one) for one in service.level_costs.select_related("recorded_by")],
        "form": form,
        "may_edit": can(request.user, "cost_edit", service.organisation),
    }
    return page(request, "reports/cost.html", context, fragment="table", status=422 if form.errors else 200)


def _recorded(request: HttpRequest, service: Service, form: LevelCostForm) -> bool:
    """Record the entry; tell whether that was possible."""
    try:
        cost_record(service=service, **form.cleaned_data, actor=request.user, now=timezone.now())
    except ValidationError as error:
        form.refuse(error)
        return False
    messages.success(request, _("The cost is recorded."))
    return True


def _row(cost: LevelCost) -> dict[str, Any]:
    target = target_of(cost.level)
    return {"cost": cost, "level": target_text(cost.level) if target else cost.level}


@login_required
@require_POST
def cost_drop(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Take one entry out of the table."""
    service = service_get(request.user, slug)
    require(request.user, "cost_edit", service.organisation)
    cost_remove(cost=LevelCost.objects.select_related("service__organisation").get(pk=pk, service=service),
                actor=request.user, now=timezone.now())  # fmt: skip
    messages.success(request, _("The entry is removed."))
    return redirect("service_cost", slug=slug)
