"""What edits each kind of clause in the room: its form, its fields on the page, and how what is typed reads."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _

from agreements.forms.base import DraftForm
from agreements.forms.calendar import CalendarForm
from agreements.forms.conditions import ConditionsForm, ProseForm
from agreements.forms.objective.kinds import KINDS
from agreements.forms.terms import TermForm
from agreements.models import IndicatorKind, Version
from agreements.reading.conditions import TITLES
from agreements.views.editor.base import form_sent
from agreements.views.editor.calendar import calendar_reading, calendar_title
from agreements.views.editor.conditions import clause_place, prose_title
from agreements.views.editor.exclusion import exclusion_form, exclusion_reading, exclusion_title
from agreements.views.editor.objective import objective_form, place_of

FIELDS = "agreements/editor/_%s_fields.html"


@dataclass(frozen=True)
class Editor:
    """The editor of one clause.

    `fields` is the template of its fields, `title` its heading, `key` the clause that a valid form writes.
    `reading` says how what is typed reads, for the template `read`; without them the clause is read as in the room.
    """

    form: DraftForm
    fields: str
    title: str
    key: Callable[[], str]
    read: str = ""
    reading: Callable[[], Mapping[str, Any]] = field(default=dict)

    @property
    def kind(self) -> str:
        """Return the kind of the clause that is edited."""
        return self.fields.removeprefix("agreements/editor/_").removesuffix("_fields.html")


def editor_of(request: HttpRequest, version: Version, clause: str) -> Editor | None:
    """Return the editor of a clause of the draft, or of a new one; None for kinds without one. Raises Http404.

    A kind without a name stands for a new clause of it: `calendar`, `clause`, `objective` with `?kind=`.
    """
    kind, _dot, name = clause.partition(".")
    if kind in TITLES:
        return _condition(request, version, kind)
    return EDITORS[kind](request, version, name) if kind in EDITORS else None


def _objective(request: HttpRequest, version: Version, name: str) -> Editor | None:
    place = place_of(version, name) if name else None
    objectives = version.document["spec"]["objectives"]
    kind = request.GET.get("kind", "") if place is None else objectives[place]["indicator"]
    if kind not in KINDS:
        return None
    form = objective_form(request, version, kind, place)
    title = form.original.get("title") or name or _("New objective: %(kind)s") % {"kind": IndicatorKind(kind).label}
    return Editor(form, FIELDS % "objective", title, lambda: f"objective.{form.objective()['name']}")


def _calendar(request: HttpRequest, version: Version, name: str) -> Editor | None:
    if name and name not in (version.document["spec"].get("calendars") or {}):
        return None
    form = form_sent(request, CalendarForm, version=version, name=name or None)
    return Editor(
        form, FIELDS % "calendar", calendar_title(name or None),
        key=lambda: f"calendar.{name or form.cleaned_data['name']}",
        read="agreements/editor/_calendar_preview.html", reading=lambda: calendar_reading(form),
    )  # fmt: skip


def _exclusion(request: HttpRequest, version: Version, _name: str) -> Editor | None:
    place = request.GET.get("place", "")
    at = int(place) if place.isdecimal() and len(place) < 9 else None
    form = exclusion_form(request, version, request.GET.get("sort", ""), at)
    return Editor(
        form, FIELDS % "exclusion", exclusion_title(form), key=lambda: "exclusions",
        read="agreements/editor/_exclusion_preview.html", reading=lambda: exclusion_reading(version, form),
    )  # fmt: skip


def _prose(request: HttpRequest, version: Version, name: str) -> Editor | None:
    form = ProseForm(request.POST or None, version=version, place=clause_place(version, name) if name else None)
    return Editor(form, FIELDS % "prose", prose_title(form), lambda: f"clause.{form.clause()['id']}")


def _term(request: HttpRequest, version: Version, _name: str) -> Editor | None:
    return Editor(TermForm(request.POST or None, version=version), FIELDS % "term", _("Term"), lambda: "term")


def _condition(request: HttpRequest, version: Version, key: str) -> Editor:
    form = form_sent(request, ConditionsForm, version=version, only=key)
    return Editor(form, FIELDS % "conditions", str(TITLES[key]), lambda: key)


EDITORS: Mapping[str, Callable[[HttpRequest, Version, str], Editor | None]] = {
    "objective": _objective,
    "calendar": _calendar,
    "exclusions": _exclusion,
    "clause": _prose,
    "term": _term,
}
