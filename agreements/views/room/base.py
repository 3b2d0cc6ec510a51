"""What the views of the room share: the version, the side, addresses, and the page around one clause."""

from typing import Any, cast
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from agreements.models import Negotiation, Version, VersionState
from agreements.negotiations import notes_visible, rounds_of, side_seated, threads_of, version_latest
from agreements.presence import Present, presence_digest, presence_keep
from agreements.reading.outline import objectives_touched
from agreements.reading.room import Room, room_of
from agreements.selectors import version_get, versions_visible
from agreements.services.negotiation import turn_end
from slmo.accounts.models import User
from slmo.web.pages import page

EVIDENCE_MOST = 4  # objectives offered beside a clause that many share


def room_version(request: HttpRequest, slug: str, number: int) -> tuple[Version, str]:
    """Return a visible version and the side for which the person sits; raises DoesNotExist."""
    version = version_get(request.user, slug, number)
    wanted = request.POST.get("side") or request.GET.get("side", "")
    return version, side_seated(request.user, version.agreement, wanted)


def room_url(version: Version, clause: str = "", **more: Any) -> str:
    """Return the address of the room, at a clause."""
    url = reverse("room", args=[version.agreement.slug, version.number])
    query = {name: value for name, value in {"clause": clause, **more}.items() if value}
    return f"{url}?{urlencode(query)}" if query else url


def room_page(
    request: HttpRequest,
    version: Version,
    side: str,
    clause: str,
    *,
    more: dict[str, Any] | None = None,
    status: int = 200,
) -> HttpResponse:
    """Return the room, open at a clause; with htmx only what changes when one goes to another clause."""
    user, now, more = cast(User, request.user), timezone.now(), more or {}
    against = request.GET.get("against", "")
    room = room_of(
        user, version, side=side, clause=clause, new=more.get("title", ""), now=now,
        against=int(against) if against.isdecimal() else None,
    )  # fmt: skip
    editing = clause if "form" in more else ""
    present = presence_keep(room.negotiation.pk, user, side, editing, now)
    context: dict[str, Any] = {
        "page_title": _("Negotiation: %(title)s") % {"title": version.agreement.title},
        "room": room,
        "version": version,
        "agreement": version.agreement,
        "threads": threads_of(room.negotiation, room.chosen.key),
        "notes": notes_visible(user, room.negotiation).filter(clause=room.chosen.key),
        "rounds": rounds_of(room.negotiation),
        "present": present,
        "latest": latest_of(user, room),
        "pulse_url": pulse_url(room, present, "editor" if editing else "threads" if room.made else ""),
        "answer_until": turn_end(version.agreement, now).date(),
        "evidence": evidence_of(version, room.chosen.key),
        "overdue": room.negotiation.turn_until is not None and room.negotiation.turn_until < now,
        **more,
    }
    return page(request, "agreements/room/room.html", context, fragment="room", status=status)


def pulse_url(room: Room, present: list[Present], parts: str) -> str:
    """Return the address that is asked again and again: it says what this page has seen, and which `parts` it has."""
    seen = {
        "side": room.side,
        "clause": room.chosen.key,
        "digest": room.chosen.digest,
        "seen": seen_of(room.negotiation, room.side, present),
        "parts": parts,
    }
    return f"{reverse('room_pulse', args=[room.agreement.slug, room.version.number])}?{urlencode(seen)}"


def seen_of(negotiation: Negotiation, side: str, present: list[Present]) -> str:
    """Return what a page has seen: the side's counter of changes, and who was there."""
    return f"{negotiation.changes_of(side)}.{presence_digest(present)}"


def latest_of(user: User, room: Room) -> Version | None:
    """Return the version on which the table works by now, where that is another than the one shown."""
    shown = versions_visible(user, room.agreement).filter(negotiation=room.negotiation)
    latest = version_latest(shown)
    return latest if latest and latest.number > room.version.number else None


def evidence_of(version: Version, clause: str) -> list[dict[str, str]]:
    """Return where the evidence for a clause is to be had: the objectives that it is about, each with its address."""
    if version.state == VersionState.WITHDRAWN:
        return []
    titles = {one["name"]: one.get("title") or one["name"] for one in version.document["spec"]["objectives"]}
    found = []
    for name in objectives_touched(version, clause)[:EVIDENCE_MOST]:
        try:
            url = reverse("evidence", args=[version.agreement.slug, version.number, name])
        except NoReverseMatch:  # an installation without reports has none
            return []
        found.append({"name": name, "title": titles[name], "url": url})
    return found
