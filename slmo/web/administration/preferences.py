"""The page of a person's own preferences."""

from typing import cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from slmo.accounts.models import User
from slmo.accounts.services import user_update_preferences
from slmo.web.administration.acts import carried_out
from slmo.web.administration.forms import PreferencesForm, preferences_of
from slmo.web.pages import page


@login_required
def preferences(request: HttpRequest) -> HttpResponse:
    """Show and change language, time zone and appearance; the answer speaks the new language already."""
    user = cast(User, request.user)
    form = PreferencesForm(request.POST or None, initial=preferences_of(user))
    if form.is_valid() and carried_out(
        form, lambda: user_update_preferences(user=user, now=timezone.now(), **form.cleaned_data)
    ):
        with translation.override(form.cleaned_data["language"]):
            messages.success(request, _("Your preferences are saved."))
        return redirect("preferences")
    status = 422 if form.errors else 200
    return page(request, "accounts/preferences.html", {"form": form, "person": user}, status=status)
