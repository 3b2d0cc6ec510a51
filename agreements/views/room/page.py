"""The room's page, and the redline between any two versions."""

from typing import cast

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from agreements.reading.redline import changes_counted, redline
from agreements.selectors import agreement_get, versions_visible
from agreements.views.room.base import room_page, room_version
from slmo.accounts.models import User
from slmo.core.terms import agreement_parse
from slmo.web.pages import page


@login_required
def room(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """Show the negotiation room at a version: outline, the clause with its redline, evidence, whose turn it is."""
    version, side = room_version(request, slug, number)
    if version.negotiation_id is None:  # signed before there was a room
        return redirect("version", slug=slug, number=number)
    return room_page(request, version, side, request.GET.get("clause", ""))


@login_required
def compare(request: HttpRequest, slug: str) -> HttpResponse:
    """Show the redline between any two versions that the person may see (`?from=`, `?to=`)."""
    agreement = agreement_get(request.user, slug)
    versions = list(versions_visible(cast(User, request.user), agreement).order_by("number"))
    by_number = {str(one.number): one for one in versions}
    new = by_number.get(request.GET.get("to", ""), versions[-1])
    old = by_number.get(request.GET.get("from", "")) or new.answers or new.base or versions[0]
    old = old if str(old.number) in by_number else versions[0]
    changes = redline(*(agreement_parse([one.document]).versions[0] for one in (old, new)))
    context = {
        "page_title": _("Compare versions"),
        "agreement": agreement,
        "versions": versions,
        "old": old,
        "new": new,
        "changes": changes,
        "changed": changes_counted(changes),
    }
    return page(request, "agreements/room/compare.html", context)
