"""Limits for signing: one organisation's dated table."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from agreements import services
from agreements.forms.authority import LimitEndForm, LimitForm
from agreements.models import AuthorityLimit
from agreements.reading.clauses import money
from agreements.services.authority import limits_standing
from slmo.accounts.policy import require
from slmo.accounts.selectors import organisation_get
from slmo.web import words
from slmo.web.pages import page


@login_required
def limits(request: HttpRequest, slug: str) -> HttpResponse:
    """List an organisation's rows, and enter a further one."""
    organisation = organisation_get(request.user, slug)
    require(request.user, "authority_edit", organisation)
    form = LimitForm(request.POST or None, organisation=organisation, initial={"valid_from": timezone.localdate()})
    if form.is_valid():
        try:
            services.authority_limit_set(
                organisation=organisation, **form.values(), actor=request.user, now=timezone.now()
            )
        except ValidationError as error:
            form.refuse(error)
        else:
            messages.success(request, _("The limit is entered."))
            return redirect("authority_limits", slug)
    context: dict[str, Any] = {
        "page_title": _("Limits for signing: %(organisation)s") % {"organisation": organisation},
        "organisation": organisation,
        "rows": [_row(one) for one in limits_standing(organisation)],
        "form": form,
    }
    return page(request, "agreements/limits.html", context, status=422 if form.errors else 200)


@login_required
@require_POST
def limit_end(request: HttpRequest, pk: int) -> HttpResponse:
    """Let a row end today."""
    limit = get_object_or_404(AuthorityLimit.objects.select_related("organisation"), pk=pk)
    organisation = organisation_get(request.user, limit.organisation.slug)
    require(request.user, "authority_edit", organisation)
    form = LimitEndForm(request.POST)
    try:
        if not form.is_valid():
            raise ValidationError(_("Expected a date."))
        on = form.cleaned_data["valid_until"]
        services.authority_limit_end(limit=limit, on=on, actor=request.user, now=timezone.now())
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        messages.success(request, _("The limit ends on %(day)s.") % {"day": words.day(limit.valid_until or on)})
    return redirect("authority_limits", organisation.slug)


def _row(limit: AuthorityLimit) -> dict[str, Any]:
    """Return a row as the page shows it."""
    today = timezone.localdate()
    ended = limit.valid_until is not None and limit.valid_until <= today
    return {
        "limit": limit,
        "who": _who(limit),
        "charge": _amount(limit.charge_most, limit.currency),
        "credit": _amount(limit.credit_most, limit.currency),
        "strictest": words.DASH if limit.strictest is None else words.percent_exact(limit.strictest / 100),
        "state": "expired" if ended else "signed" if limit.valid_from > today else "in_force",
        "today": max(today, limit.valid_from).isoformat(),
    }


def _who(limit: AuthorityLimit) -> str:
    """Return whom a row is about."""
    if limit.user is not None:
        return str(limit.user)
    if limit.level is not None:
        return _("level %(number)d and higher") % {"number": limit.level}
    return _("Everybody who may sign for it")


def _amount(amount: Any, currency: str) -> str:
    """Return an amount, or a dash where there is no limit."""
    return words.DASH if amount is None else money(amount, currency)
