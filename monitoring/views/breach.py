"""One breach, and the steps that people take with it."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from monitoring.breach_page import breach_context
from monitoring.forms import errors_take
from monitoring.forms.breach import AssignForm, CloseForm, ExplainForm, NoteForm
from monitoring.models import Breach, BreachNote
from monitoring.selectors import breaches_visible
from monitoring.services import breach as verbs
from monitoring.views.board import board_context
from slmo.accounts.models import User
from slmo.accounts.policy import Can
from slmo.web.pages import page, wants_fragment

# verb → the service, the form that gathers its words (None: it needs none), and what is said afterwards
STEPS: dict[str, tuple[Callable[..., Breach | BreachNote], Callable[..., forms.Form] | None, str | Promise]] = {
    "acknowledge": (verbs.breach_acknowledge, None, _("You have the breach: others see that it is looked at.")),
    "explain": (verbs.breach_explain, ExplainForm, _("The explanation is recorded.")),
    "close": (verbs.breach_close, CloseForm, _("The breach is closed.")),
    "assign": (verbs.breach_assign, AssignForm, _("The breach has a new owner.")),
    "note": (verbs.breach_note, NoteForm, _("The note is recorded.")),
}


def breach_of(request: HttpRequest, pk: int) -> tuple[User, Breach]:
    """Return who asks and the breach with all that its page shows; raise Breach.DoesNotExist where it is not theirs."""
    assert isinstance(request.user, User)
    rows = breaches_visible(request.user).select_related("objective__indicator", "acknowledged_by", "closed_by")
    return request.user, rows.get(pk=pk)


@login_required
def breach(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a breach: its steps, its stream, what it means, and what earlier ones teach."""
    user, found = breach_of(request, pk)
    return _breach_page(request, user, found)


def _breach_page(
    request: HttpRequest, user: User, found: Breach, refused: dict[str, Any] | None = None
) -> HttpResponse:
    """Show a breach with its forms, as typed where a service refused them (`refused`: verb → form)."""
    agreement = found.objective.agreement
    shown: dict[str, Any] = {
        "explain": ExplainForm(),
        "close": CloseForm(),
        "assign": AssignForm(found),
        "note": NoteForm(),
        **(refused or {}),
    }
    context = {
        **breach_context(user, found, timezone.now()),
        "forms": shown,
        "can": Can(user, agreement.provider, agreement.customer),
    }
    return page(request, "monitoring/breach.html", context, status=422 if refused else 200)


@login_required
@require_POST
def breach_step(request: HttpRequest, pk: int, verb: str) -> HttpResponse:
    """Take one step; the board gets its rows anew, everybody else the page of the breach."""
    if verb not in STEPS:
        raise Http404
    service, form_class, said = STEPS[verb]
    user, found = breach_of(request, pk)
    form = _form(form_class, found, request)
    if form is None or form.is_valid():
        try:
            service(breach=found, **(form.cleaned_data if form else {}), actor=user, now=timezone.now())
        except ValidationError as error:
            if form is None:
                raise
            errors_take(form, error)
        else:
            messages.success(request, str(said))
            return _answer(request, found)
    return _breach_page(request, user, found, {verb: form})


def _form(form_class: Callable[..., forms.Form] | None, found: Breach, request: HttpRequest) -> forms.Form | None:
    """Return the form of a step with what was sent, or None where the step needs no words."""
    if form_class is None:
        return None
    return form_class(found, request.POST) if form_class is AssignForm else form_class(request.POST)


def _answer(request: HttpRequest, found: Breach) -> HttpResponse:
    """Return the board's rows where the step was taken there, else lead back to the breach."""
    if wants_fragment(request):
        return page(request, "monitoring/board.html", board_context(request), fragment="monitoring/_board_rows.html")
    return redirect("breach", found.pk)
