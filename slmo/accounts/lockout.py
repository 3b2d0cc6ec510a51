"""What axes asks of this portal: whose log-in it is, and what to show when it is closed."""

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

MINUTE = timedelta(minutes=1)


def username_of(request: HttpRequest, credentials: dict[str, Any] | None = None) -> str:
    """Return the e-mail address of a log-in in one spelling, from what is checked or from the form."""
    given = (credentials or {}).get("email") or request.POST.get("login") or request.POST.get("email") or ""
    return str(given).strip().lower()


def lockout_page(request: HttpRequest, response: HttpResponse | None, credentials: object = None) -> HttpResponse:
    """Return the page of a closed log-in: why, for how long, and the way by a new password (429)."""
    minutes = settings.AXES_COOLOFF_TIME // MINUTE
    return render(request, "accounts/lockout.html", {"minutes": minutes}, status=429)
