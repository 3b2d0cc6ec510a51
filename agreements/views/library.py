"""The library: browse templates, draft from one, put one into a draft, keep a version as one."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from agreements import services
from agreements.errors import DocumentRefused
from agreements.forms.library import InsertForm, TemplateDraftForm, TemplateSaveForm
from agreements.library import Entry, entries, terms_of
from agreements.library.catalogue import TOPICS
from agreements.models import AgreementType, Template, Version
from agreements.reading.clauses import Section, version_read
from agreements.reading.redline import redline
from agreements.selectors import sides_of, version_get
from agreements.views.editor.base import draft_get, part_page, problems_of, terms_typed
from slmo.accounts.models import User
from slmo.accounts.policy import can, require
from slmo.accounts.selectors import organisation_ids_of
from slmo.core.terms import agreement_parse
from slmo.web.lists import Choice, Column, Listing, Search
from slmo.web.pages import page

OWN = "own-"
PLACEHOLDER = "placeholder"  # an objective that lets a part without one be read


def entries_seen(user: User) -> list[Entry]:
    """Return the library with the templates of the person's own organisations."""
    return [*(_entry(one) for one in templates_seen(user)), *entries().values()]


def templates_seen(user: User) -> Any:
    """Return the templates in use of the person's organisations."""
    own = Q(organisation__in=organisation_ids_of(user), retired_at__isnull=True)
    return Template.objects.filter(own).select_related("organisation").order_by("title")


def entry_seen(user: User, name: str) -> Entry:
    """Return one template that the person may use; raises Http404."""
    found = next((one for one in entries_seen(user) if one.name == name), None)
    if found is None:
        raise Http404
    return found


def _entry(template: Template) -> Entry:
    """Return an organisation's own template as an entry of the library."""
    title, summary = {"en": template.title}, {"en": template.summary or str(template.organisation)}
    return Entry(f"{OWN}{template.pk}", title, summary, "conditions", (template.type,), spec=template.spec)


def _title(entry: Entry) -> SafeString:
    url = reverse("library_entry", args=[entry.name])
    return format_html('<a class="row-link" href="{}">{}</a><span class="under">{}</span>', url, *entry.words)


def _sort(entry: Entry) -> str:
    if entry.name.startswith(OWN):
        return str(_t("of your own"))
    return str(_t("whole agreement") if entry.parts else _t("part"))


COLUMNS = (
    Column("title", _("Template"), _title, lambda one: one.words[0].casefold(), lambda one: one.words[0], css="wide"),
    Column("sort", _("Sort"), _sort, _sort),
    Column("topic", _("About"), lambda one: TOPICS[one.topic], lambda one: str(TOPICS[one.topic])),
    Column("types", _("For"), lambda one: ", ".join(one.types), lambda one: one.types),
)
FILTERS = (
    Search(_("Title or words"), matches=lambda one, text: text.casefold() in " ".join(one.words).casefold()),
    Choice("sort_of", _("Sort"), (("whole", _("whole agreement")), ("part", _("part")), ("own", _("of your own"))),
           lambda rows, value: [one for one in rows if _kind(one) == value]),
    Choice("topic", _("About"), tuple(TOPICS.items()), lambda rows, value: [one for one in rows if one.topic == value]),
    Choice("type", _("Type"), AgreementType.choices, lambda rows, value: [one for one in rows if value in one.types]),
)  # fmt: skip


def _kind(entry: Entry) -> str:
    return "own" if entry.name.startswith(OWN) else "whole" if entry.parts else "part"


@login_required
def library(request: HttpRequest) -> HttpResponse:
    """List the templates."""
    require(request.user, "agreement_view")
    listing = Listing(request, entries_seen(request.user), columns=COLUMNS, filters=FILTERS)
    if listing.wants_export:
        return listing.export("templates")
    context = {"page_title": _t("Library of templates"), "listing": listing}
    return page(request, "agreements/library/library.html", context, fragment="list")


@login_required
def library_entry(request: HttpRequest, name: str) -> HttpResponse:
    """Show what a template says, filled with what its form begins with."""
    entry = entry_seen(request.user, name)
    own = templates_seen(request.user).get(pk=name.removeprefix(OWN)) if name.startswith(OWN) else None
    context = {
        "page_title": entry.words[0], "entry": entry, "title": entry.words[0], "summary": entry.words[1],
        "sections": sections_of(entry), "own": own, "members": entry.members() if entry.parts else (),
        "may_draft": entry.whole and can(request.user, "agreement_create"),
        "may_retire": own is not None and can(request.user, "template_edit", own.organisation),
    }  # fmt: skip
    return page(request, "agreements/library/entry.html", context)


def sections_of(entry: Entry) -> list[Section]:
    """Return a template as sections of clauses."""
    start = timezone.localdate().replace(day=1).isoformat()
    values = {f"{part.name}.{one.name}": one.start for part in entry.members() for one in part.fields}
    terms = terms_of(entry, {**values, "effective_from": start}, (get_language() or "en")[:2])
    stand_in = {"objectives": [{"name": PLACEHOLDER, "indicator": "attested", "period": "month"}]}
    spec = {"timezone": "UTC", "effective": {"from": start}, **stand_in, **terms}
    document = {"apiVersion": "slmo/v1", "kind": "Agreement", "metadata": {"name": "template"}, "spec": spec}
    found = version_read(agreement_parse([document]).versions[0])
    return [one for one in found if one.kind != "term" and one.name != PLACEHOLDER]


@login_required
def library_draft(request: HttpRequest, name: str) -> HttpResponse:
    """Open an agreement with a draft from a template."""
    require(request.user, "agreement_create")
    entry = entry_seen(request.user, name)
    if not entry.whole:
        raise Http404
    form = TemplateDraftForm(request.POST or None, entry=entry, user=request.user, types=AgreementType.choices)
    if form.is_valid():
        try:
            made = services.agreement_create(**form.arguments(), actor=request.user, now=timezone.now())
        except DocumentRefused as error:
            form.add_error(None, error)
        except ValidationError as error:
            form.refuse(error)
        else:
            messages.success(request, _t("The agreement is open, with a first draft of its terms."))
            return redirect("version", slug=made.slug, number=1)
    title = _t("Draft from “%(title)s”") % {"title": entry.words[0]}
    context = {"page_title": title, "entry": entry, "form": form}
    return page(request, "agreements/library/draft.html", context, status=422 if form.errors else 200)


@login_required
def insert(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """Choose what is put into a draft."""
    version = draft_get(request, slug, number)
    suited = [one for one in entries_seen(request.user) if version.agreement.type in one.types and not one.parts]
    groups = [(label, [one for one in suited if one.topic == topic]) for topic, label in TOPICS.items()]
    context = {
        "page_title": _t("Insert from the library"), "version": version, "agreement": version.agreement,
        "groups": [(label, [(one.name, *one.words) for one in found]) for label, found in groups if found],
    }  # fmt: skip
    return page(request, "agreements/library/insert.html", context)


@login_required
def insert_entry(request: HttpRequest, slug: str, number: int, name: str) -> HttpResponse:
    """Fill a template, and put it into a draft."""
    version = draft_get(request, slug, number)
    entry = entry_seen(request.user, name)
    form = InsertForm(request.POST or None, version=version, entry=entry)
    if "preview" in request.POST:
        return _preview(request, version, form)
    return part_page(
        request, version, form, template="agreements/library/insert_entry.html",
        context={"page_title": entry.words[0], "entry": entry, "summary": entry.words[1]},
        done=_t("Inserted: the draft is saved."), anchor="objectives",
    )  # fmt: skip


def _preview(request: HttpRequest, version: Version, form: InsertForm) -> HttpResponse:
    """Return what the template would change in the draft."""
    context: dict[str, Any] = {"problems": problems_of(form) if not form.is_valid() else [], "sections": []}
    if not context["problems"]:
        try:
            before = agreement_parse([version.document]).versions[0]
            changes = redline(before, terms_typed(version, form.document()))
            context |= {"changes": [one for one in changes if one.kind != "same"], "kept": form.kept}
        except DocumentRefused as error:
            context["problems"] = error.messages
    return page(request, "agreements/library/_insert_preview.html", context)


@login_required
def template_new(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """Keep a version as a template of one's own organisation."""
    version = version_get(request.user, slug, number)
    sides = sides_of(request.user, version.agreement)
    own = [side for side in sides if can(request.user, "template_edit", version.agreement.organisation_of(side))]
    if not own:
        require(request.user, "template_edit", *(version.agreement.organisation_of(side) for side in sides))
    form = TemplateSaveForm(request.POST or None, initial={"title": version.agreement.title})
    if form.is_valid():
        try:
            made = services.template_save(
                version=version, side=own[0], **form.cleaned_data, actor=request.user, now=timezone.now()
            )
        except ValidationError as error:
            form.refuse(error)
        else:
            messages.success(request, _t("Kept in the library of your organisation."))
            return redirect("library_entry", f"{OWN}{made.pk}")
    context = {
        "page_title": _t("Keep version %(number)d as a template") % {"number": number}, "version": version,
        "agreement": version.agreement, "form": form, "organisation": version.agreement.organisation_of(own[0]),
    }  # fmt: skip
    return page(request, "agreements/library/keep.html", context, status=422 if form.errors else 200)


@login_required
@require_POST
def template_drop(request: HttpRequest, name: str) -> HttpResponse:
    """Take a template of one's own out of use."""
    if not name.removeprefix(OWN).isdigit():
        raise Http404
    template = templates_seen(request.user).filter(pk=int(name.removeprefix(OWN))).first()
    if template is None:
        raise Http404
    services.template_retire(template=template, actor=request.user, now=timezone.now())
    messages.success(request, _t("The template is out of use."))
    return redirect("library")
