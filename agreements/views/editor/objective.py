"""An objective of a draft: a new one of any kind, changed, removed; and what the typed terms mean."""

import json
from collections.abc import Sequence
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from agreements.errors import DocumentRefused
from agreements.forms.objective import ObjectiveForm
from agreements.forms.objective.kinds import KINDS
from agreements.models import IndicatorKind, Version
from agreements.reading.clauses import objective_section
from agreements.reading.outline import compared_with
from agreements.reading.redline import redline
from agreements.services.document_parts import objective_remove
from agreements.views.editor.base import draft_get, form_sent, part_page, part_remove, problems_of, terms_typed
from slmo.core.terms import agreement_parse
from slmo.web.pages import page


def kinds_offered() -> list[dict[str, Any]]:
    """Return the kinds of objective with what they measure."""
    return [
        {"name": name, "label": IndicatorKind(name).label, "measures": kind.measures, "example": kind.example}
        for name, kind in KINDS.items()
    ]


@login_required
def objective_new(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """Add an objective: choose its kind (`?kind=`), then say its terms."""
    version = draft_get(request, slug, number)
    kind = request.GET.get("kind", "")
    if kind not in KINDS:
        context = {"page_title": _("What is promised?"), "version": version, "agreement": version.agreement}
        return page(request, "agreements/editor/kinds.html", {**context, "kinds": kinds_offered()})
    return _objective_page(request, version, kind, None)


@login_required
def objective_edit(request: HttpRequest, slug: str, number: int, name: str) -> HttpResponse:
    """Change an objective of the draft."""
    version = draft_get(request, slug, number)
    place = place_of(version, name)
    return _objective_page(request, version, version.document["spec"]["objectives"][place]["indicator"], place)


@login_required
@require_POST
def objective_drop(request: HttpRequest, slug: str, number: int, name: str) -> HttpResponse:
    """Take an objective out of the draft."""
    version = draft_get(request, slug, number)
    place = place_of(version, name)
    done = _("“%(name)s” is no longer part of the draft.") % {"name": name}
    return part_remove(request, version, lambda: objective_remove(version.document, place), done)


def place_of(version: Version, name: str) -> int:
    """Return where an objective stands in the draft; raises Http404."""
    names = [one["name"] for one in version.document["spec"]["objectives"]]
    if name not in names:
        raise Http404
    return names.index(name)


def objective_form(request: HttpRequest, version: Version, kind: str, place: int | None) -> ObjectiveForm:
    """Return the form as it was sent, as it was typed when only rows are asked for, or as the draft has it."""
    names = version.agreement.objectives.values_list("name", flat=True)
    objectives = version.document["spec"]["objectives"]
    named = place is not None and objectives[place]["name"] in names
    return form_sent(request, ObjectiveForm, version=version, kind=kind, place=place, named=named)


def _objective_page(request: HttpRequest, version: Version, kind: str, place: int | None) -> HttpResponse:
    form = objective_form(request, version, kind, place)
    if "preview" in request.POST:
        return objective_preview(request, version, form)
    name = form.original.get("title") or form.original.get("name")
    label = IndicatorKind(kind).label
    context = {
        "page_title": _("Change “%(name)s”") % {"name": name}
        if name
        else _("New objective: %(kind)s") % {"kind": label},
        "kind": kind,
        "kind_label": label,
        "shape": KINDS[kind],
        "currency": version.document["spec"].get("currency", ""),
    }
    return part_page(
        request, version, form, template="agreements/editor/objective.html", context=context,
        done=_("The draft is saved."), anchor="objectives",
    )  # fmt: skip


def objective_preview(
    request: HttpRequest, version: Version, form: ObjectiveForm, evidence: Sequence[str] = ()
) -> HttpResponse:
    """Return how the typed objective reads, what it means, and what it changes.

    `evidence`: addresses that are asked, by the browser, what the typed terms would have meant.
    """
    context: dict[str, Any] = {"problems": [], "evidence": evidence}
    if not form.is_valid():
        context["problems"] = problems_of(form)
        return page(request, "agreements/editor/_objective_preview.html", context)
    try:
        context |= _reading(version, form)
        context["evidence_values"] = json.dumps({"terms": json.dumps(form.objective())})
    except DocumentRefused as error:
        form.refuse_document(error)
        context["problems"] = problems_of(form)
    return page(request, "agreements/editor/_objective_preview.html", context)


def _reading(version: Version, form: ObjectiveForm) -> dict[str, Any]:
    """Return the typed objective as a section, and its redline; raises DocumentRefused."""
    typed, name = terms_typed(version, form.document()), form.objective()["name"]
    section = objective_section(typed, typed.objectives[name], str(typed.document["spec"].get("currency", "")))
    base = compared_with(version) or version
    changes = redline(agreement_parse([base.document]).versions[0], typed)
    return {"section": section, "changes": [one for one in changes if one.key == section.key and one.kind == "changed"]}
