"""Opening a stream of facts about a service."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _

from agreements.forms.indicator import IndicatorForm
from agreements.selectors import service_get
from agreements.services import indicator_create
from slmo.accounts.policy import require
from slmo.web.pages import page


@login_required
def indicator_new(request: HttpRequest, slug: str) -> HttpResponse:
    """Say what is measured about the service, so that facts have a place to go."""
    found = service_get(request.user, slug)
    require(request.user, "source_edit", found.organisation)
    form = IndicatorForm(request.POST or None)
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
