"""One clause of a draft, edited in the middle of the room: typed, previewed, saved, merged, removed."""

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.text import slugify
from django.utils.translation import gettext as _

from agreements.errors import Conflict, DocumentRefused
from agreements.models import Version
from agreements.negotiations import side_seated
from agreements.reading.sentences import exclusion_sentence
from agreements.selectors import version_get
from agreements.services.document_clauses import clause_put, clauses_of
from agreements.services.document_parts import exclusion_remove
from agreements.views.editor.base import conflict_shown, draft_get, draft_save, moment_read
from agreements.views.editor.calendar import calendar_without
from agreements.views.editor.objective import kinds_offered
from agreements.views.room.base import room_page, room_url
from agreements.views.room.editors import Editor, editor_of
from agreements.views.room.preview import clause_preview, evidence_judged
from slmo.core.terms import agreement_parse
from slmo.web.pages import wants_fragment


@login_required
def edit(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """Edit the clause named by `?clause=` in the middle of the room; save it, or preview what it would mean."""
    version = draft_get(request, slug, number)
    clause = request.GET.get("clause", "")
    if "remove" in request.POST:
        return _removed(request, version, clause)
    if choice := _choice(request, version, clause):
        return room_page(request, version, _side(request, version), clause, more=choice)
    editor = editor_of(request, version, clause)
    if editor is None:
        return redirect(elsewhere(version, clause))
    if "preview" in request.POST:
        return clause_preview(request, version, clause, editor)
    return _edited(request, version, clause, editor)


def _edited(request: HttpRequest, version: Version, clause: str, editor: Editor) -> HttpResponse:
    """Show the editor, or save what was sent and go back to the clause."""
    form, more = editor.form, _shown(request, version, clause, editor)
    if form.is_bound and form.is_valid():
        try:
            draft_save(request, version, form.document(), form.cleaned_data["changed_at"])
        except Conflict as error:
            more |= conflict_shown(request, version, form, error)
        except DocumentRefused as error:
            form.refuse_document(error)
        else:
            messages.success(request, _("The draft is saved."))
            return _back(request, version, editor.key())
    failed = (form.is_bound and form.errors) or "conflict" in more
    more["opened"] = not failed and request.method == "GET"
    return room_page(request, version, _side(request, version), clause, more=more, status=422 if failed else 200)


def _shown(request: HttpRequest, version: Version, clause: str, editor: Editor) -> dict[str, Any]:
    """Return what the editor shows."""
    place = request.GET.get("place", "")
    return {
        "form": editor.form,
        "editor": editor,
        "title": editor.title,
        "form_id": f"part-{slugify(clause.replace('.', '-'))}{place[:9]}",
        "evidence_asked": evidence_judged(request, version, clause),
        "removable": clause in clauses_of(version.document) and clause not in ("term", "exclusions"),
    }


def _choice(request: HttpRequest, version: Version, clause: str) -> dict[str, Any] | None:
    """Return what is chosen from before there is something to type: a kind of objective, or one of the exclusions."""
    if clause == "objective" and not request.GET.get("kind"):
        return {"middle": "agreements/room/_kinds.html", "title": _("What is promised?"), "kinds": kinds_offered()}
    if clause != "exclusions" or {"place", "sort"} & {*request.GET, *request.POST}:
        return None
    terms, zone = agreement_parse([version.document]).versions[0], version.agreement.timezone
    said = [exclusion_sentence(one, zone) for one in terms.exclusions]
    return {"middle": "agreements/room/_exclusions.html", "title": _("Agreed exclusions"), "exclusions": said}


def _removed(request: HttpRequest, version: Version, clause: str) -> HttpResponse:
    """Take a clause, or one of the exclusions, out of the draft; a refusal is told at the clause."""
    try:
        document = _without(request, version, clause)
        draft_save(request, version, document, moment_read(request.POST.get("changed_at", "")))
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        messages.success(request, _("It is no longer part of the draft."))
    return _back(request, version, clause)


def _without(request: HttpRequest, version: Version, clause: str) -> Mapping[str, Any]:
    """Return the draft's document without a clause; raises Refused, and Http404 where there is no such thing."""
    kind, _dot, name = clause.partition(".")
    if clause not in clauses_of(version.document) or clause == "term":
        raise Http404
    if kind == "calendar":
        return calendar_without(version, name)
    if clause != "exclusions":
        return clause_put(version.document, clause, None)
    place = request.POST.get("place", "")
    if not place.isdecimal() or int(place[:9]) >= len(version.document["spec"]["exclusions"]):
        raise Http404
    return exclusion_remove(version.document, int(place[:9]))


def _back(request: HttpRequest, version: Version, clause: str) -> HttpResponse:
    """Go back to the clause as it now reads; with htmx in place, under the room's address."""
    url = room_url(version, clause)
    if not wants_fragment(request):
        return redirect(url)
    fresh = version_get(request.user, version.agreement.slug, version.number)
    answer = room_page(request, fresh, _side(request, fresh), clause, more={"returned": True})
    answer["HX-Push-Url"] = url
    return answer


def _side(request: HttpRequest, version: Version) -> str:
    """Return the side that drafts: only its people come here."""
    return side_seated(request.user, version.agreement, version.drafted_side)


def elsewhere(version: Version, clause: str) -> str:
    """Return the page on which a clause is edited that has no editor in the room; it leads back there."""
    page = "version_attachments" if clause == "annexes" else "version_edit"
    address = reverse(page, args=[version.agreement.slug, version.number])
    return f"{address}?{urlencode({'room': clause})}"
