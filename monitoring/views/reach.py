"""Pages of the networks that sources may reach, and of the points from which probes look."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from monitoring.connectors.outbound.networks import setting_words
from monitoring.forms import errors_take
from monitoring.forms.reach import NetworkForm, PointForm
from monitoring.models import NetworkAllowed, ProbePoint
from monitoring.services.network import network_allow, network_forbid
from monitoring.services.probe import PointInUse, point_create, point_delete
from monitoring.views.facts import reader
from slmo.accounts.policy import require
from slmo.web.pages import page


@login_required
def networks(request: HttpRequest) -> HttpResponse:
    """List the allowed networks, and allow another one."""
    user = reader(request)
    require(user, "network_allow")
    form = NetworkForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            network_allow(**form.cleaned_data, actor=user, now=timezone.now())
        except ValidationError as error:
            errors_take(form, error)
        else:
            messages.success(request, _("Sources may reach the network now."))
            return redirect("administration_networks")
    rows = NetworkAllowed.objects.select_related("allowed_by")
    context = {"form": form, "rows": rows, "fixed": setting_words()}
    return page(request, "monitoring/networks.html", context, status=422 if form.errors else 200)


@login_required
@require_POST
def network_end(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a network out of the table."""
    user = reader(request)
    require(user, "network_allow")
    network_forbid(network=get_object_or_404(NetworkAllowed, pk=pk), actor=user, now=timezone.now())
    messages.success(request, _("Sources may not reach the network any more."))
    return redirect("administration_networks")


@login_required
def points(request: HttpRequest) -> HttpResponse:
    """List the probe points, and name another one."""
    user = reader(request)
    require(user, "source_edit")
    form = PointForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            point_create(**form.cleaned_data, actor=user, now=timezone.now())
        except ValidationError as error:
            errors_take(form, error)
        else:
            messages.success(request, _("The probe point is named; start a worker there."))
            return redirect("probe_points")
    rows = ProbePoint.objects.annotate(used=Count("lanes"))
    context = {"form": form, "rows": rows, "here": settings.PROBE_POINTS}
    return page(request, "monitoring/points.html", context, status=422 if form.errors else 200)


@login_required
@require_POST
def point_end(request: HttpRequest, pk: int) -> HttpResponse:
    """Remove a probe point that no source uses."""
    user = reader(request)
    require(user, "source_edit")
    try:
        point_delete(point=get_object_or_404(ProbePoint, pk=pk), actor=user, now=timezone.now())
    except PointInUse as error:
        messages.warning(request, str(error))
    else:
        messages.success(request, _("The probe point is removed."))
    return redirect("probe_points")
