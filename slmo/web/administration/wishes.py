"""The page on which a person chooses what to hear of, and how."""

from typing import Any, cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from slmo.accounts.models import User
from slmo.notify.channels import CHANNELS
from slmo.notify.kinds import KINDS
from slmo.notify.selectors import choices_of, webhook_of
from slmo.notify.services import preferences_update, webhook_set
from slmo.web.administration.acts import carried_out
from slmo.web.administration.forms import WebhookForm
from slmo.web.pages import page


@login_required
def wishes(request: HttpRequest) -> HttpResponse:
    """Show and change which kinds of news come by which channels."""
    user = cast(User, request.user)
    if request.method == "POST":
        ticked = set(request.POST.getlist("wish"))
        preferences_update(
            user=user,
            choices={(kind, name): f"{kind}:{name}" in ticked for kind in KINDS for name in CHANNELS},
        )
        messages.success(request, _("Your choice is saved."))
        return redirect("notification_preferences")
    hook = webhook_of(user)
    return _show(request, user, WebhookForm(initial={"url": hook.url if hook else ""}))


@require_POST
@login_required
def webhook(request: HttpRequest) -> HttpResponse:
    """Change where a person's news is posted."""
    user = cast(User, request.user)
    form = WebhookForm(request.POST)
    if form.is_valid() and carried_out(form, lambda: webhook_set(user=user, url=form.cleaned_data["url"])):
        messages.success(
            request, _("The webhook is saved.") if form.cleaned_data["url"] else _("There is no webhook now.")
        )
        return redirect("notification_preferences")
    return _show(request, user, form)


def _show(request: HttpRequest, user: User, form: WebhookForm) -> HttpResponse:
    """Return the page with the present choices."""
    chosen = choices_of(user)
    rows: list[dict[str, Any]] = [
        {
            "label": kind.label,
            "icon": kind.icon,
            "cells": [
                {
                    "value": f"{name}:{channel.name}",
                    "label": channel.label,
                    "on": chosen.get((name, channel.name), channel.name in kind.channels),
                }
                for channel in CHANNELS.values()
            ],
        }
        for name, kind in KINDS.items()
    ]
    context = {"rows": rows, "channels": list(CHANNELS.values()), "form": form, "hook": webhook_of(user)}
    return page(request, "notify/preferences.html", context, status=422 if form.errors else 200)
