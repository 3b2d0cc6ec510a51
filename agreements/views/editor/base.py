"""What the pages of all parts of a draft share: who may edit, saving, and what happens when two people edit."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, TypeVar
from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from agreements import services
from agreements.errors import Conflict, DocumentRefused, Refused
from agreements.forms.base import DraftForm
from agreements.models import Version
from agreements.reading.outline import change_of
from agreements.reading.redline import Change, redline
from agreements.selectors import version_get
from agreements.services.document import document_align, documents_check
from agreements.services.drafting import draft_reconcile, revision_at
from slmo.accounts.policy import require
from slmo.core.errors import TermError
from slmo.core.terms import Version as Terms
from slmo.core.terms import agreement_parse
from slmo.web.pages import page

Sent = TypeVar("Sent", bound=DraftForm)


def draft_get(request: HttpRequest, slug: str, number: int) -> Version:
    """Return a draft that the person may edit; raises Denied, Refused or DoesNotExist.

    Where a form is sent that was filled from an older text, `document` is that text: what the form does not show is
    then taken from where the person started, and merged with what others wrote when it is saved.
    """
    version = version_get(request.user, slug, number)
    require(request.user, "version_draft", version.agreement.organisation_of(version.drafted_side))
    services.version_step(version, "edit")
    if version.is_ending:
        raise Refused(_("This version ends the agreement: it has no terms to edit. Withdraw it to change the date."))
    if started := moment_read(request.POST.get("changed_at", "")):
        base = revision_at(version, started)
        version.document = base.document if base else version.document
    return version


def moment_read(text: str) -> datetime | None:
    """Return an instant that a form carried, or None where it is none."""
    try:
        return parse_datetime(text)
    except ValueError:
        return None


def editor_url(version: Version) -> str:
    """Return the address of the draft's editor."""
    return reverse("version_edit", args=[version.agreement.slug, version.number])


def form_sent(request: HttpRequest, form: type[Sent], **given: Any) -> Sent:
    """Return a form as it was sent, or as it was typed, unjudged, where only more rows are asked for."""
    sent = form(request.POST or None, **given)
    if "more" not in request.POST:
        return sent
    return form(initial={**sent.typed(), "more": request.POST["more"]}, **given)


def part_page(
    request: HttpRequest,
    version: Version,
    form: DraftForm,
    *,
    template: str,
    context: Mapping[str, Any],
    done: str,
    anchor: str,
) -> HttpResponse:
    """Show the form of one part, or save what was sent and return to the editor at `anchor`."""
    context = {"version": version, "agreement": version.agreement, "form": form, **context}
    if form.is_bound and form.is_valid():
        try:
            draft_save(request, version, form.document(), form.cleaned_data["changed_at"])
        except Conflict as error:
            context |= conflict_shown(request, version, form, error)
        except DocumentRefused as error:
            form.refuse_document(error)
        else:
            messages.success(request, done)
            return redirect(back_url(request, version) or f"{editor_url(version)}#{anchor}")
    failed = (form.is_bound and form.errors) or "conflict" in context
    return page(request, template, dict(context), status=422 if failed else 200)


def back_url(request: HttpRequest, version: Version) -> str:
    """Return the address of the room at a clause where the editor was opened from there (`?room=<clause>`), or ""."""
    if "room" not in request.GET:
        return ""
    room = reverse("room", args=[version.agreement.slug, version.number])
    return f"{room}?{urlencode({'clause': request.GET['room']})}"


def conflict_shown(request: HttpRequest, version: Version, form: DraftForm, error: Conflict) -> dict[str, Any]:
    """Return what a conflict shows, and let what was typed be sent once more over the text as it is now.

    `version.document` is the text from which the editor started.
    """
    stored = version_get(request.user, version.agreement.slug, version.number)
    base, typed = version.document, form.document()
    form.renew(stored)
    return {"conflict": error.messages[0], **_both_changes(stored, base, typed, error)}


def _both_changes(
    stored: Version, base: Mapping[str, Any], document: Mapping[str, Any], error: Conflict
) -> dict[str, list[Change]]:
    """Return what somebody else changed in the clauses of a conflict, and what saving mine would change in that."""
    try:
        before, theirs = (agreement_parse([one]).versions[0] for one in (base, stored.document))
        typed = terms_typed(stored, draft_reconcile(stored, document, base))
    except (DocumentRefused, TermError):
        return {}
    changed = {"theirs_changed": redline(before, theirs), "mine_changes": redline(theirs, typed)}
    return {
        name: [one for key in error.clauses if (one := change_of(changes, key)) and one.kind != "same"]
        for name, changes in changed.items()
    }


def draft_save(request: HttpRequest, version: Version, document: Mapping[str, Any], changed_at: Any) -> None:
    """Write a changed document; raises Denied, Conflict, Refused or DocumentRefused."""
    services.version_edit(
        version=version, document=document, expected_changed_at=changed_at, actor=request.user, now=timezone.now()
    )


def part_remove(
    request: HttpRequest, version: Version, change: Callable[[], Mapping[str, Any]], done: str
) -> HttpResponse:
    """Save a draft without one part; a refusal is told in the editor."""
    try:
        draft_save(request, version, change(), moment_read(request.POST.get("changed_at", "")))
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        messages.success(request, done)
    return redirect(editor_url(version))


def terms_typed(version: Version, document: Mapping[str, Any]) -> Terms:
    """Return the engine's reading of a typed document by itself; raises DocumentRefused."""
    typed = document_align(document, version.agreement)
    documents_check([typed])
    return agreement_parse([typed]).versions[0]


def problems_of(form: DraftForm) -> list[str]:
    """Return what is wrong with a form as sentences that name the field."""
    return [
        f"{form.fields[name].label}: {message}" if name in form.fields else str(message)
        for name, found in form.errors.items()
        for message in found
    ]
