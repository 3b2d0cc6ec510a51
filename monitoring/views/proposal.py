"""What the views of corrections and exclusions have in common: steps by name, and evidence as a download."""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.functional import Promise

from monitoring.forms import errors_take
from monitoring.models import Evidence, Proposal
from slmo.accounts.models import User
from slmo.accounts.policy import require
from slmo.web.uploads import download


class Step(NamedTuple):
    """One step: the service, the form that gathers its words (None: it needs none), and what is said afterwards."""

    service: Callable[..., Any]
    form: type[forms.Form] | None
    said: str | Promise


def step_take(
    request: HttpRequest, found: Proposal, verb: str, steps: Mapping[str, Step], show: Callable[..., HttpResponse]
) -> HttpResponse:
    """Take one step with a proposal and lead back to its page; `show` draws it again where words are refused."""
    if verb not in steps:
        raise Http404
    step, name = steps[verb], str(found._meta.model_name)
    form = step.form(request.POST) if step.form else None
    if form is None or form.is_valid():
        try:
            step.service(**{name: found}, **(form.cleaned_data if form else {}), actor=request.user, now=timezone.now())
        except ValidationError as error:
            if form is None or not hasattr(error, "error_dict"):
                raise
            errors_take(form, error)
        else:
            messages.success(request, str(step.said))
            return redirect(name, found.pk)
    return show(request, found, {verb: form})


def evidence_answer(request: HttpRequest, file: Evidence | None) -> HttpResponse:
    """Send a file as a download that no browser opens in the portal's name."""
    if file is None:
        raise Http404
    return download(file.name, file.content_type, bytes(file.content))


def reader(request: HttpRequest) -> User:
    """Return who asks, and refuse whoever may not see objectives."""
    assert isinstance(request.user, User)
    require(request.user, "objective_view")
    return request.user
