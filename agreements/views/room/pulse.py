"""What keeps the room fresh: a small answer that is empty while nothing has changed."""

from typing import Any, cast

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from agreements.models import Negotiation
from agreements.negotiations import negotiation_pulse, side_seated, threads_of
from agreements.presence import Present, presence_keep
from agreements.reading.room import room_of
from agreements.selectors import version_get
from agreements.views.room.base import latest_of, pulse_url, seen_of
from slmo.accounts.models import User


@login_required
def pulse(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """Answer 204 while nothing has changed since `seen`; else outline, turn, comments and who is here.

    Costs one query while nothing has changed.
    """
    user, now = cast(User, request.user), timezone.now()
    negotiation = negotiation_pulse(user, slug, number)
    side = side_seated(user, negotiation.agreement, request.GET.get("side", ""))
    editing = request.GET.get("clause", "") if request.GET.get("parts") == "editor" else ""
    present = presence_keep(negotiation.pk, user, side, editing[:120], now)
    if request.GET.get("seen", "") == seen_of(negotiation, side, present):
        return HttpResponse(status=204)
    context = _fresh(request, negotiation, side, present, slug, number)
    response = render(request, "agreements/room/pulse.html", context)
    if context["news"]:
        response.headers["HX-Trigger"] = "room-news"
    return response


def _fresh(
    request: HttpRequest, negotiation: Negotiation, side: str, present: list[Present], slug: str, number: int
) -> dict[str, Any]:
    """Return what the changed parts of the room show now."""
    user = cast(User, request.user)
    version = version_get(user, slug, number)
    room = room_of(user, version, side=side, clause=request.GET.get("clause", ""), now=timezone.now())
    before = request.GET.get("seen", "").partition(".")[0]
    return {
        "room": room,
        "version": version,
        "agreement": version.agreement,
        "threads": threads_of(negotiation, room.chosen.key),
        "present": present,
        "pulse_url": pulse_url(room, present, request.GET.get("parts", "")[:10]),
        "latest": latest_of(user, room),
        "news": before != str(negotiation.changes_of(side)),
        "rewritten": request.GET.get("digest", "") not in ("", room.chosen.digest),
        "overdue": negotiation.turn_until is not None and negotiation.turn_until < timezone.now(),
        "shows_threads": request.GET.get("parts") == "threads",
    }
