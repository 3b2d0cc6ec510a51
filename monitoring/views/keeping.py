"""Saying for how long the facts of an indicator are kept."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _

from monitoring.coverage import coverage
from monitoring.forms import errors_take
from monitoring.forms.keeping import KeepingForm
from monitoring.services.keeping import keeping_of, keeping_set, months_since, needed_since
from monitoring.views.facts import indicator_of, indicator_url, reader
from slmo.accounts.policy import require
from slmo.web.pages import page


@login_required
def facts_keep(request: HttpRequest, service: str, slug: str) -> HttpResponse:
    """Say for how many months the facts of an indicator are kept."""
    user, now = reader(request), timezone.now()
    found = indicator_of(user, service, slug)
    require(user, "source_edit", found.service.organisation)
    form = KeepingForm(request.POST or None, initial={"months": keeping_of(found)})
    if request.method == "POST" and form.is_valid():
        try:
            keeping_set(indicator=found, months=form.cleaned_data["months"], actor=user, now=now)
        except ValidationError as error:
            errors_take(form, error)
        else:
            messages.success(request, _("Saved."))
            return redirect(indicator_url(found))
    since = needed_since(found)
    context = {
        "page_title": _("For how long are the facts of “%(name)s” kept?") % {"name": found.name},
        "indicator": found,
        "form": form,
        "portal": settings.FACTS_KEEP_MONTHS,
        "first": coverage(found).first,
        "since": since,
        "least": max(2, months_since(since, now)) if since else None,
    }
    return page(request, "monitoring/keeping_form.html", context, status=422 if form.errors else 200)
