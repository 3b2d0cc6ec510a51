"""Agreed exclusions of a draft: once or recurring, changed, removed; and when they are next."""

from datetime import timedelta
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from agreements.forms.exclusion import EXCLUSIONS, ExclusionForm, exclusion_sort
from agreements.models import Version
from agreements.reading.sentences import exclusion_sentence
from agreements.services.document_parts import exclusion_remove
from agreements.views.editor.base import draft_get, part_page, part_remove, problems_of
from slmo.core.errors import TermError
from slmo.core.terms.calendars import exclusion_read
from slmo.core.units import Window
from slmo.web import words
from slmo.web.engine_words import engine_sentence
from slmo.web.pages import page

SHOWN, AHEAD = 4, timedelta(days=400)


@login_required
def exclusion_new(request: HttpRequest, slug: str, number: int, sort: str) -> HttpResponse:
    """Add an exclusion to the draft."""
    return _exclusion_page(request, draft_get(request, slug, number), sort, None)


@login_required
def exclusion_edit(request: HttpRequest, slug: str, number: int, place: int) -> HttpResponse:
    """Change an exclusion of the draft."""
    return _exclusion_page(request, draft_get(request, slug, number), "", place)


@login_required
@require_POST
def exclusion_drop(request: HttpRequest, slug: str, number: int, place: int) -> HttpResponse:
    """Take an exclusion out of the draft."""
    version = draft_get(request, slug, number)
    return part_remove(
        request, version, lambda: exclusion_remove(version.document, place), _("The exclusion is removed.")
    )


def exclusion_form(request: HttpRequest, version: Version, sort: str, place: int | None) -> ExclusionForm:
    """Return the form of an exclusion: at a place of the draft, or a new one of a sort; raises Http404.

    What was sent says where the exclusion stands now: after a conflict that may be another place than the address's.
    """
    if "place" in request.POST:
        typed = request.POST["place"]
        place, sort = int(typed) if typed.isdecimal() and len(typed) < 9 else None, request.POST.get("sort", sort)
    listed = version.document["spec"].get("exclusions") or []
    if place is not None and place >= len(listed):
        raise Http404
    sort = sort or ("" if place is None else exclusion_sort(listed[place]))
    if sort not in EXCLUSIONS:
        raise Http404
    return EXCLUSIONS[sort](request.POST or None, version=version, place=place)


def exclusion_title(form: ExclusionForm) -> str:
    """Return the heading of an exclusion's editor."""
    return _("Change an exclusion") if form.original else _("New exclusion")


def _exclusion_page(request: HttpRequest, version: Version, sort: str, place: int | None) -> HttpResponse:
    form = exclusion_form(request, version, sort, place)
    if "preview" in request.POST:
        return page(request, "agreements/editor/_exclusion_preview.html", exclusion_reading(version, form))
    return part_page(
        request, version, form, template="agreements/editor/exclusion.html",
        context={"page_title": exclusion_title(form)}, done=_("The draft is saved."), anchor="exclusions",
    )  # fmt: skip


def exclusion_reading(version: Version, form: ExclusionForm) -> dict[str, Any]:
    """Return the typed exclusion as a sentence with its next times, or what is wrong with it."""
    if not form.is_valid():
        return {"problems": problems_of(form)}
    try:
        return _reading(version, form)
    except TermError as error:
        return {"problems": [engine_sentence(error)]}


def _reading(version: Version, form: ExclusionForm) -> dict[str, Any]:
    zone = version.agreement.timezone
    read = exclusion_read(form.exclusion(), "", zone)
    now = timezone.now()
    ahead = Window(int(now.timestamp()), int((now + AHEAD).timestamp()))
    times = list(read.expand(ahead).windows())[:SHOWN]
    listed = [{"start": words.when(one.start, zone), "length": words.duration(one.seconds)} for one in times]
    return {"sentence": exclusion_sentence(read, zone), "times": listed}
