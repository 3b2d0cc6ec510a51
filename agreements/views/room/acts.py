"""What people do in the room: accept, object, counter, comment, settle, note. Each returns to the clause."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from agreements import services
from agreements.models import Version
from agreements.views.room.base import room_page, room_url, room_version
from slmo.web.pages import wants_fragment


@login_required
@require_POST
def accept(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """Accept the clause that is named, or all that are left."""
    version, side = room_version(request, slug, number)
    clause = request.POST.get("clause", "")
    if "all" in request.POST:
        done = _("Every clause is accepted. The version is ready to be signed.")
        return _act(request, version, side, clause, lambda **by: services.version_accept(version=version, **by), done)
    digest = request.POST.get("digest")
    return _act(
        request, version, side, clause,
        lambda **by: services.clause_accept(version=version, clause=clause, digest=digest, **by),
        _("The clause is accepted."),
    )  # fmt: skip


@login_required
@require_POST
def object_to(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """Object to a clause."""
    version, side = room_version(request, slug, number)
    clause = request.POST.get("clause", "")
    return _act(
        request, version, side, clause, lambda **by: services.clause_object(version=version, clause=clause, **by),
        _("Your objection is noted. Say why in a comment, or answer with a counter-proposal."),
    )  # fmt: skip


@login_required
@require_POST
def counter(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """Open the draft that answers a proposal."""
    version, _side = room_version(request, slug, number)
    clause = request.POST.get("clause", "")
    try:
        draft = services.version_counter(version=version, actor=request.user, now=timezone.now())
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return redirect(room_url(version, clause))
    messages.success(
        request, _("This is your draft. The other side sees it once you propose it; until then theirs stays.")
    )
    return redirect(room_url(draft, clause))


@login_required
@require_POST
def comment(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """Write a comment on a clause, or a reply in a thread."""
    version, side = room_version(request, slug, number)
    given: dict[str, Any] = {"version": version, "side": side, "text": request.POST.get("text", "")}
    clause, thread = request.POST.get("clause", ""), request.POST.get("thread", "")
    if thread:
        given["thread"] = _thread(version, thread)
    return _act(
        request, version, side, clause, lambda **by: services.comment_write(clause=clause, **given, **by),
        _("Your comment is on the table: both sides read it."),
    )  # fmt: skip


@login_required
@require_POST
def resolve(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """Mark a thread as settled."""
    version, side = room_version(request, slug, number)
    thread = _thread(version, request.POST.get("thread", ""))
    return _act(
        request, version, side, thread.clause,
        lambda **by: services.comment_resolve(comment=thread, side=side, **by), _("The thread is settled."),
    )  # fmt: skip


@login_required
@require_POST
def note(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """Keep a private note beside a clause."""
    version, side = room_version(request, slug, number)
    clause, text = request.POST.get("clause", ""), request.POST.get("text", "")
    return _act(
        request, version, side, clause,
        lambda **by: services.note_write(version=version, clause=clause, side=side, text=text, **by),
        _("Your note is kept. Only your side reads it."),
    )  # fmt: skip


def _thread(version: Version, key: str) -> Any:
    """Return a thread of the version's negotiation; raises DoesNotExist."""
    wanted = int(key) if key.isdecimal() and len(key) < 18 else 0
    return version.negotiation.comments.select_related("version__agreement").get(pk=wanted)  # type: ignore[union-attr]


def _act(
    request: HttpRequest, version: Version, side: str, clause: str, verb: Callable[..., Any], done: str
) -> HttpResponse:
    """Do one act and return to the clause; a refusal is told there, and what was typed stays in the browser."""
    failed = False
    try:
        verb(actor=request.user, now=timezone.now())
    except ValidationError as error:
        failed = True
        messages.error(request, " ".join(error.messages))
    else:
        messages.success(request, done)
    if not wants_fragment(request):
        return redirect(room_url(version, clause))
    fresh, side = room_version(request, version.agreement.slug, version.number)
    return room_page(request, fresh, side, clause, status=422 if failed else 200)
