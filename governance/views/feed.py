"""A person's calendar for other programs, and the page on which its address is made and revoked."""

from typing import Any, cast
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from governance.feed import calendar_text, entries_of
from slmo.accounts.models import CalendarFeed, User
from slmo.accounts.services import calendar_feed_issue, calendar_feed_revoke, calendar_feed_user
from slmo.web.pages import page

SHOWN = 8  # entries that the page lists


@never_cache
@login_required
def calendar_feed(request: HttpRequest) -> HttpResponse:
    """Tell how to subscribe; make a new address, which is shown in the answer and never again."""
    user = cast(User, request.user)
    now = timezone.now()
    secret = calendar_feed_issue(actor=user, now=now) if request.method == "POST" else ""
    path = reverse("calendar_ics", args=[secret]) if secret else ""
    entries = entries_of(user, now)
    upcoming = [one for one in entries if str(one.start) >= str(now.date())]
    context: dict[str, Any] = {
        "page_title": _("Calendar"),
        "feed": CalendarFeed.objects.filter(user=user).first(),
        "address": settings.SITE_URL + path if secret else "",
        "webcal": f"webcal://{urlsplit(settings.SITE_URL).netloc}{path}" if secret else "",
        "entries": upcoming[:SHOWN],
        "total": len(entries),
    }
    return page(request, "governance/calendar.html", context)


@require_POST
@login_required
def calendar_revoke(request: HttpRequest) -> HttpResponse:
    """Make the address worthless."""
    if calendar_feed_revoke(actor=cast(User, request.user), now=timezone.now()):
        messages.success(request, _("The address is revoked: programs that ask it get nothing more."))
    return redirect("calendar_feed")


@never_cache
@require_safe
def calendar_ics(request: HttpRequest, secret: str) -> HttpResponse:
    """Return the calendar of whoever the address belongs to; an unknown or revoked one is not found."""
    now = timezone.now()
    user = calendar_feed_user(secret=secret, now=now)
    if user is None:
        raise Http404
    response = HttpResponse(calendar_text(user, now), content_type="text/calendar; charset=utf-8")
    response["Content-Disposition"] = 'inline; filename="slmo.ics"'
    return response
