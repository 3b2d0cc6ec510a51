"""Agreements from files and into files: brought in as drafts after a look, written out with what could not be said."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from agreements import services
from agreements.errors import DocumentRefused
from agreements.forms.importing import AgreementImportForm, DraftImportForm, ImportForm
from agreements.models import Version
from agreements.reading.clauses import version_read
from agreements.selectors import agreement_get, version_get
from agreements.services.document import document_align
from agreements.services.importing import Brought
from agreements.services.version import side_drafting
from slmo.accounts.policy import require
from slmo.core.openslo import Note, openslo_text, openslo_write
from slmo.core.terms import agreement_parse
from slmo.web.engine_words import engine_text
from slmo.web.pages import page

Opened = Callable[[Brought], HttpResponse]


@login_required
def agreement_import(request: HttpRequest) -> HttpResponse:
    """Bring new agreements in from a file: look at it, then open their drafts."""
    require(request.user, "agreement_create")
    form = AgreementImportForm(request.POST or None, request.FILES or None, user=request.user)

    def opened(brought: Brought) -> HttpResponse:
        data = form.cleaned_data
        made = services.agreements_import(
            brought=brought, service=data["service"], customer=data["customer"], given=form.given(),
            actor=request.user, now=timezone.now(),
        )  # fmt: skip
        text = ngettext(
            "%(count)d agreement is open, as a draft.", "%(count)d agreements are open, as drafts.", len(made)
        )
        messages.success(request, text % {"count": len(made)})
        return redirect("version", made[0].slug, 1) if len(made) == 1 else redirect("agreements")

    def again() -> AgreementImportForm:
        return AgreementImportForm(initial=form.kept(), user=request.user)

    context = {"page_title": _("Import agreements"), "agreement": None}
    return _import(request, form, again, opened, context)


@login_required
def version_import(request: HttpRequest, slug: str) -> HttpResponse:
    """Bring a draft of an agreement in from a file."""
    agreement = agreement_get(request.user, slug)
    require(request.user, "version_draft", agreement.organisation_of(side_drafting(agreement, request.user)))
    form = DraftImportForm(request.POST or None, request.FILES or None, agreement=agreement)

    def opened(brought: Brought) -> HttpResponse:
        made = services.drafts_import(
            agreement=agreement, brought=brought, effective_from=form.cleaned_data["effective_from"],
            note=form.cleaned_data["note"], actor=request.user, now=timezone.now(),
        )  # fmt: skip
        messages.success(request, _("The draft is saved."))
        return redirect("version", agreement.slug, made.number)

    def again() -> DraftImportForm:
        return DraftImportForm(initial=form.kept(), agreement=agreement)

    context = {"page_title": _("Import a draft"), "agreement": agreement}
    return _import(request, form, again, opened, context)


def _import(
    request: HttpRequest, form: ImportForm, again: Callable[[], ImportForm], opened: Opened, context: dict[str, Any]
) -> HttpResponse:
    """Look at what was sent; open it where that is asked for and nothing is wrong."""
    brought: Brought | None = None
    if form.is_valid():
        brought = form.brought()
        if "open" in request.POST and brought.usable:
            try:
                return opened(brought)
            except DocumentRefused as error:
                form.add_error("text", error)
            except ValidationError as error:
                form.refuse(error)
        elif not form.errors:
            form = again()
    context |= {"form": form, "brought": brought, **(_looked(brought) if brought else {})}
    failed = form.errors or (brought is not None and not brought.usable)
    return page(request, "agreements/import.html", context, status=422 if failed else 200)


def _looked(brought: Brought) -> dict[str, Any]:
    """Return what was found, as sentences and sections."""
    return {"notes": [note_said(one) for one in brought.notes], "previews": _previews(brought)}


def _previews(brought: Brought) -> list[dict[str, Any]]:
    """Return each document as sections of clauses; nothing while something is wrong."""
    if not brought.usable:
        return []
    return [{"title": _name(one), "sections": _sections(one)} for one in brought.documents]


def _sections(document: dict[str, Any]) -> list[Any]:
    filled = {
        "apiVersion": "slmo/v1", "kind": "Agreement", **document,
        "metadata": {"name": "import", **(document.get("metadata") or {})},
        "spec": {"timezone": "UTC", "effective": {"from": "1970-01-01"}, **document["spec"]},
    }  # fmt: skip
    return [one for one in version_read(agreement_parse([filled]).versions[0]) if one.kind != "term"]


def _name(document: dict[str, Any]) -> str:
    metadata = document.get("metadata") or {}
    return str(metadata.get("title") or metadata.get("name") or "")


def note_said(note: Note) -> dict[str, Any]:
    """Return what became of something that has no counterpart, in the reader's language."""
    place = f"{note.where}, {note.key}" if note.key else note.where
    return {"place": place, "changed": note.effect == "changed", "reason": engine_text(note.reason)}


@login_required
def version_export(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """Show in which forms a version can be taken away, and what OpenSLO cannot say of it."""
    found = version_get(request.user, slug, number)
    written, notes = ([], []) if found.is_ending else openslo_of(found)
    context = {
        "page_title": _("Export version %(number)d") % {"number": number}, "version": found,
        "agreement": found.agreement, "objectives": max(len(written) - 1, 0),
        "notes": [note_said(one) for one in notes],
        "text": openslo_text(written) if len(written) > 1 else "",
    }  # fmt: skip
    return page(request, "agreements/export.html", context)


@login_required
def version_openslo(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """Return a version as OpenSLO; what it cannot say stands at the top as comments."""
    found = version_get(request.user, slug, number)
    written, notes = openslo_of(found)
    said = "".join(f"# {note}\n" for note in notes)
    response = HttpResponse(said + openslo_text(written), content_type="application/yaml; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{slug}-{found.effective_from.isoformat()}-openslo.yaml"'
    return response


def openslo_of(found: Version) -> tuple[list[dict[str, Any]], list[Note]]:
    """Return a version as OpenSLO objects, and what they cannot say; raises DocumentRefused for one without terms."""
    if found.is_ending:
        raise DocumentRefused(_("This version ends the agreement: it has no objectives that OpenSLO could say."))
    return openslo_write(agreement_parse([document_align(found.document, found.agreement)]))
