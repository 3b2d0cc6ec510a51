"""The page of a person's own tokens for the HTTP API."""

from datetime import datetime, time, timedelta
from typing import Any, cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from slmo.accounts.models import ApiToken, User
from slmo.accounts.policy import require
from slmo.accounts.selectors import api_token_get, api_tokens_of
from slmo.accounts.services import api_token_issue, api_token_revoke
from slmo.accounts.services.token import Issued
from slmo.web.administration.acts import carried_out
from slmo.web.administration.forms import TokenForm
from slmo.web.pages import page


@never_cache
@login_required
def tokens(request: HttpRequest) -> HttpResponse:
    """List a person's tokens and issue a new one, whose text is shown in the answer and never again."""
    user = cast(User, request.user)
    require(user, "token_issue")
    form = TokenForm(request.POST or None)
    made: list[Issued] = []
    if form.is_valid() and carried_out(form, lambda: made.append(_issue(user, form))):
        form = TokenForm()
    now = timezone.now()
    rows = [_row(token, now) for token in api_tokens_of(user)]
    context = {"form": form, "rows": rows, "issued": made[0] if made else None}
    return page(request, "accounts/tokens.html", context, status=422 if form.errors else 200)


@require_POST
@login_required
def token_revoke(request: HttpRequest, key: int) -> HttpResponse:
    """Make one of a person's own tokens worthless."""
    user = cast(User, request.user)
    api_token_revoke(token=api_token_get(user, key), actor=user, now=timezone.now())
    messages.success(request, _("The token is revoked."))
    return redirect("administration_tokens")


def _issue(user: User, form: TokenForm) -> Issued:
    """Carry out what the form says; a last day is included whole, in the reader's zone."""
    last = form.cleaned_data["expires_on"]
    end = datetime.combine(last + timedelta(days=1), time.min, user.zone) if last else None
    return api_token_issue(name=form.cleaned_data["name"], actor=user, now=timezone.now(), expires_at=end)


def _row(token: ApiToken, now: datetime) -> dict[str, Any]:
    """Return a token as the page shows it."""
    expired = token.expires_at is not None and token.expires_at <= now
    state = "revoked" if token.revoked_at else "expired" if expired else "valid"
    return {"token": token, "state": state}
