"""The first screen."""

from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from governance.selectors import horizon, is_staff_of_provider
from governance.today.changes import changes
from governance.today.overview import (
    hurts_now,
    hurts_record,
    overview,
    received,
    report_last,
    story,
)
from governance.today.record import last_month, record_of
from governance.today.waiting import waiting
from slmo.accounts.models import User
from slmo.accounts.policy import can
from slmo.web.pages import page

HORIZON = timedelta(days=90)
LOOK = timedelta(minutes=30)  # a visit: what is new stays marked as new until the reader has been away so long
FIRST_LOOK = timedelta(days=7)
WAITING_SHOWN = 8
LONG_AGO = timedelta(days=60)  # from then on a date says more than a count of days
SEEN, MARK = "today_seen", "today_mark"


@login_required
def today(request: HttpRequest) -> HttpResponse:
    """Show what waits, where everything stands, what changed since the last look, and the next 90 days."""
    now = timezone.now()
    user = request.user
    assert isinstance(user, User)
    since = look_taken(request, now)
    items = waiting(user, now)
    shown = len(items) if request.GET.get("all") else WAITING_SHOWN
    context = {
        "now": now,
        "long_ago": now - LONG_AGO,
        "waiting": items[:shown],
        "waiting_more": max(0, len(items) - shown),
        "waiting_count": len(items),
        "changes": changes(user, since),
        "since": since,
        "horizon": horizon(user, timezone.localdate(now), timezone.localdate(now + HORIZON)),
        **standing(user),
    }
    return page(request, "governance/today.html", context)


def standing(user: User) -> dict[str, Any]:
    """Return what the person sees of the whole: a customer what it gets, the provider's people their catalogue."""
    staff = is_staff_of_provider(user)
    seen = overview(user)
    told = story(user) if seen.stale else None
    context: dict[str, Any] = {"staff": staff, "overview": seen, "story": told}
    if told:
        context["last"] = last_month(user, told.last)
    if not staff:
        return {**context, "received": received(user), "report": report_last(user)}
    # Whoever approves for the whole catalogue starts from it; for all others it stands beside what waits.
    context["leads"] = can(user, "exclusion_approve")
    context["hurts"] = hurts_now(user)
    context["record"] = record_of(user) if context["leads"] else None
    context["hurts_record"] = hurts_record(user) if told and not context["leads"] else []
    return context


def look_taken(request: HttpRequest, now: datetime) -> datetime:
    """Return since when changes count as new to this reader, and remember this look in the session."""
    seen = parse_datetime(request.session.get(SEEN, ""))
    mark = parse_datetime(request.session.get(MARK, ""))
    if seen is None:
        mark = now - FIRST_LOOK
    elif mark is None or now - seen > LOOK:
        mark = seen
    if seen is None or now - seen > timedelta(minutes=1):
        request.session[SEEN] = now.isoformat()
        request.session[MARK] = mark.isoformat()
    return mark
