"""Opening a stream of facts about a service, and saying since when its figures can be compared."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _

from agreements.forms.indicator import ComparableForm, IndicatorForm
from agreements.models import Indicator
from agreements.selectors import indicators_visible, service_get
from agreements.services import indicator_compare, indicator_create
from slmo.accounts.policy import require
from slmo.web.pages import page


@login_required
def indicator_new(request: HttpRequest, slug: str) -> HttpResponse:
    """Say what is measured about the service, so that facts have a place to go."""
    found = service_get(request.user, slug)
    require(request.user, "source_edit", found.organisation)
    form = IndicatorForm(request.POST or None, user=request.user, service=found)
    if form.is_valid():
        try:
            made = indicator_create(service=found, **form.cleaned_data, actor=request.user, now=timezone.now())
        except ValidationError as error:
            form.refuse(error)
        else:
            messages.success(request, _("Facts about “%(name)s” can be recorded now.") % {"name": made.name})
            return redirect("service", slug=slug)
    title = _("Measure “%(name)s”") % {"name": found.name}
    context = {"page_title": title, "form": form, "service": found}
    return page(request, "agreements/indicator_form.html", context, status=422 if form.errors else 200)


@login_required
def indicator_comparable(request: HttpRequest, service: str, slug: str) -> HttpResponse:
    """Say since when an indicator is measured as it is now."""
    found = indicators_visible(request.user).get(service__slug=service, slug=slug)
    require(request.user, "source_edit", found.service.organisation)
    form = ComparableForm(request.POST or None, initial=_comparable(found))
    if request.method == "POST" and form.is_valid():
        since = _midnight(form.cleaned_data["since"], found)
        note = form.cleaned_data["note"]
        indicator_compare(indicator=found, since=since, note=note, actor=request.user, now=timezone.now())
        messages.success(request, _("Saved."))
        return redirect("service", slug=service)
    title = _("Since when is “%(name)s” comparable?") % {"name": found.name}
    context = {"page_title": title, "form": form, "service": found.service, "indicator": found}
    return page(request, "agreements/comparable_form.html", context, status=422 if form.errors else 200)


def _comparable(indicator: Indicator) -> dict[str, object]:
    """Return what is said so far, the day by the clocks of who delivers the service."""
    since, zone = indicator.comparable_since, ZoneInfo(indicator.service.organisation.timezone)
    return {"since": since.astimezone(zone).date() if since else None, "note": indicator.comparable_note}


def _midnight(day: date | None, indicator: Indicator) -> datetime | None:
    """Return the beginning of a day by the clocks of who delivers the service."""
    zone = ZoneInfo(indicator.service.organisation.timezone)
    return datetime(day.year, day.month, day.day, tzinfo=zone) if day else None
