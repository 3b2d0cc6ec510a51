"""What a draft says beside its objectives: the typed conditions, and clauses in words: new, changed, removed, moved."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from agreements.errors import DocumentRefused
from agreements.forms.base import DraftForm
from agreements.forms.conditions import ConditionsForm, ProseForm
from agreements.models import Version
from agreements.reading.clauses import conditions_sections
from agreements.reading.redline import redline
from agreements.services.document_parts import clause_remove
from agreements.views.editor.base import draft_get, form_sent, part_page, part_remove, problems_of, terms_typed
from slmo.core.terms import agreement_parse
from slmo.web.pages import page


@login_required
def conditions(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """Change the typed conditions of the draft."""
    version = draft_get(request, slug, number)
    form = form_sent(request, ConditionsForm, version=version)
    if "preview" in request.POST:
        return conditions_preview(request, version, form)
    return part_page(
        request, version, form, template="agreements/editor/conditions.html",
        context={"page_title": _("Conditions")}, done=_("The draft is saved."), anchor="conditions",
    )  # fmt: skip


@login_required
def clause_new(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """Add a clause in words to the draft."""
    return _clause_page(request, draft_get(request, slug, number), None)


@login_required
def clause_edit(request: HttpRequest, slug: str, number: int, name: str) -> HttpResponse:
    """Change a clause of the draft."""
    version = draft_get(request, slug, number)
    return _clause_page(request, version, clause_place(version, name))


@login_required
@require_POST
def clause_drop(request: HttpRequest, slug: str, number: int, name: str) -> HttpResponse:
    """Take a clause out of the draft."""
    version = draft_get(request, slug, number)
    place = clause_place(version, name)
    return part_remove(request, version, lambda: clause_remove(version.document, place), _("The clause is removed."))


def clause_place(version: Version, name: str) -> int:
    """Return where a clause stands in the draft; raises Http404."""
    names = [one["id"] for one in version.document["spec"].get("clauses") or ()]
    if name not in names:
        raise Http404
    return names.index(name)


def _clause_page(request: HttpRequest, version: Version, place: int | None) -> HttpResponse:
    form = ProseForm(request.POST or None, version=version, place=place)
    if "preview" in request.POST:
        return conditions_preview(request, version, form)
    return part_page(
        request, version, form, template="agreements/editor/clause.html",
        context={"page_title": prose_title(form)}, done=_("The draft is saved."), anchor="clauses",
    )  # fmt: skip


def prose_title(form: ProseForm) -> str:
    """Return the heading of the editor of a clause in words."""
    title = form.original.get("title")
    return _("Change “%(name)s”") % {"name": title} if title else _("New clause")


def conditions_preview(request: HttpRequest, version: Version, form: DraftForm) -> HttpResponse:
    """Return how what was typed reads, and what it changes."""
    context: dict[str, Any] = {"problems": problems_of(form) if not form.is_valid() else []}
    if not context["problems"]:
        try:
            context |= _reading(version, form)
        except DocumentRefused as error:
            form.refuse_document(error)
            context["problems"] = problems_of(form)
    return page(request, "agreements/editor/_conditions_preview.html", context)


def _reading(version: Version, form: DraftForm) -> dict[str, Any]:
    """Return the typed conditions and the changed sections; raises DocumentRefused."""
    typed = terms_typed(version, form.document())
    base = version.base or version
    keys = ("conditions", "clause.")
    changes = redline(agreement_parse([base.document]).versions[0], typed)
    shown = [one for one in changes if one.key.startswith(keys) and one.kind != "same"]
    together = [one for one in conditions_sections(typed) if one.kind == "conditions"]
    return {"sections": together if isinstance(form, ConditionsForm) else [], "changes": shown}
