"""One clause of a draft, edited in the room; kinds without a form of their own there have their page."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from agreements.errors import Conflict, DocumentRefused
from agreements.forms.base import DraftForm
from agreements.forms.conditions import ProseForm
from agreements.models import Version
from agreements.negotiations import side_seated
from agreements.views.editor.base import conflict_shown, draft_get, draft_save
from agreements.views.editor.conditions import clause_place, conditions_preview
from agreements.views.editor.objective import objective_form, objective_preview, place_of
from agreements.views.room.base import evidence_of, room_page, room_url
from slmo.accounts.policy import can

PAGES = {"calendar": "version_calendar"}  # kinds of named clauses whose editor is a page of its own


@login_required
def edit(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """Edit the clause named by `?clause=` in the middle of the room; save it, or preview what it would mean."""
    version = draft_get(request, slug, number)
    clause = request.GET.get("clause", "")
    form = _form(request, version, clause)
    if form is None:
        return redirect(editor_address(version, clause))
    if "preview" in request.POST:
        return _preview(request, version, clause, form)
    judged = clause.startswith("objective.") and can(request.user, "evidence_view", version.agreement.provider)
    more: dict[str, Any] = {"form": form, "clause_kind": clause.partition(".")[0], "evidence_asked": judged}
    if request.method == "POST" and "more" not in request.POST and form.is_valid():
        try:
            draft_save(request, version, form.document(), form.cleaned_data["changed_at"])
        except Conflict as error:
            more |= {"conflict": error.messages[0], **conflict_shown(request, version, form, error)}
            form.renew(version)
        except DocumentRefused as error:
            form.refuse_document(error)
        else:
            messages.success(request, _("The draft is saved."))
            return redirect(room_url(version, clause))
    failed = (form.is_bound and form.errors) or "conflict" in more
    side = side_seated(request.user, version.agreement, version.drafted_side)
    return room_page(request, version, side, clause, more=more, status=422 if failed else 200)


def editor_address(version: Version, clause: str) -> str:
    """Return the page on which a clause is edited; it leads back to the room."""
    kind, _dot, name = clause.partition(".")
    place = [version.agreement.slug, version.number]
    back = urlencode({"room": clause})
    if kind in PAGES and name:
        return f"{reverse(PAGES[kind], args=[*place, name])}?{back}"
    if kind in ("term", "exclusions"):
        return f"{reverse('version_edit', args=place)}?{back}#{kind}"
    return f"{reverse('version_conditions', args=place)}?{back}"


def _form(request: HttpRequest, version: Version, clause: str) -> DraftForm | None:
    """Return the form of an objective or of a clause in words; None for other kinds. Raises Http404."""
    kind, _dot, name = clause.partition(".")
    if kind == "objective":
        place = place_of(version, name)
        return objective_form(request, version, version.document["spec"]["objectives"][place]["indicator"], place)
    if kind == "clause":
        return ProseForm(request.POST or None, version=version, place=clause_place(version, name))
    return None


def _preview(request: HttpRequest, version: Version, clause: str, form: Any) -> HttpResponse:
    """Return what the typed clause means; an objective brings its evidence along."""
    if clause.startswith("clause."):
        return conditions_preview(request, version, form)
    judged = evidence_of(version, clause) if can(request.user, "evidence_view", version.agreement.provider) else []
    return objective_preview(request, version, form, evidence=[one["url"] for one in judged])
