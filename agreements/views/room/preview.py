"""What a clause that is being typed in the room means: how it reads, what it changes, and its evidence."""

import json
from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse

from agreements.errors import DocumentRefused
from agreements.forms.objective import ObjectiveForm
from agreements.models import Version
from agreements.reading.outline import change_of, compared_with, section_of
from agreements.reading.redline import redline
from agreements.views.editor.base import problems_of, terms_typed
from agreements.views.editor.objective import objective_preview
from agreements.views.room.base import evidence_of
from agreements.views.room.editors import Editor
from slmo.accounts.policy import can
from slmo.core.terms import agreement_parse
from slmo.web.pages import page

JUDGED: Mapping[str, tuple[str, ...]] = {  # kind of clause → parts of the document that go with the judged terms
    "objective": (),
    "calendar": ("calendars",),
    "exclusions": ("exclusions",),
}


def evidence_judged(request: HttpRequest, version: Version, clause: str) -> bool:
    """Tell whether the evidence follows what is typed: the provider's people see it, for what can be judged."""
    return clause.partition(".")[0] in JUDGED and can(request.user, "evidence_view", version.agreement.provider)


def clause_preview(request: HttpRequest, version: Version, clause: str, editor: Editor) -> HttpResponse:
    """Return what the typed clause means."""
    judged = evidence_of(version, clause) if evidence_judged(request, version, clause) else []
    if isinstance(editor.form, ObjectiveForm):
        return objective_preview(request, version, editor.form, evidence=[one["url"] for one in judged])
    context: dict[str, Any] = {"read": editor.read, **editor.reading()}
    if not context.get("problems"):
        context |= _changed(version, editor)
    if judged and "document" in context:
        name = request.POST.get("evidence_of", "")
        chosen = next((one for one in judged if one["name"] == name), judged[0])
        context["evidence"] = [chosen["url"]]
        context["evidence_values"] = _values(context["document"], chosen["name"], JUDGED[clause.partition(".")[0]])
    return page(request, "agreements/room/_preview.html", context)


def _changed(version: Version, editor: Editor) -> dict[str, Any]:
    """Return the typed document with what it changes, or what is wrong with it."""
    form = editor.form
    try:
        if not form.is_valid():
            return {"problems": problems_of(form)}
        document = form.document()
        typed = terms_typed(version, document)
    except DocumentRefused as error:
        form.refuse_document(error)
        return {"problems": problems_of(form)}
    key, base = editor.key(), compared_with(version) or version
    change = change_of(redline(agreement_parse([base.document]).versions[0], typed), key)
    section = section_of(typed, key)
    return {
        "document": document,
        "changes": [change] if change and change.kind != "same" else [],
        "sections": [section] if section and section.kind != "prose" else [],
    }


def _values(document: Mapping[str, Any], name: str, parts: tuple[str, ...]) -> str:
    """Return what the evidence of one objective is asked with: its terms, and the parts that are being edited."""
    spec = document["spec"]
    terms = next(one for one in spec["objectives"] if one["name"] == name)
    asked = {"terms": terms, **{part: spec.get(part) or ([] if part == "exclusions" else {}) for part in parts}}
    return json.dumps({key: json.dumps(value) for key, value in asked.items()})
