"""Pages of organisations."""

from typing import cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from slmo.accounts.models import Organisation, User
from slmo.accounts.policy import require
from slmo.accounts.selectors import organisation_get, organisations_visible_to
from slmo.accounts.services import organisation_create, organisation_update
from slmo.audit.selectors import entries_of
from slmo.web.administration.acts import carried_out
from slmo.web.administration.audit import stream_of
from slmo.web.administration.forms import OrganisationForm, OrganisationNewForm, standing_text
from slmo.web.lists import Choice, Column, Listing, Search
from slmo.web.pages import page


def _link(row: Organisation) -> str:
    """Return an organisation's name as a link."""
    return format_html('<a href="{}">{}</a>', reverse("administration_organisation", args=[row.slug]), row.name)


COLUMNS = (
    Column("name", gettext_lazy("Name"), _link, sort=("name",), export=lambda row: row.name),
    Column("kind", gettext_lazy("Kind"), lambda row: row.get_kind_display(), sort=("kind", "name")),
    Column("people", gettext_lazy("Active people"), lambda row: row.people, sort=("people",), css="num"),
    Column("timezone", gettext_lazy("Time zone"), lambda row: row.timezone.replace("_", " "), sort=("timezone",)),
    Column("slug", gettext_lazy("Short name"), lambda row: row.slug, sort=("slug",)),
)
FILTERS = (
    Search(gettext_lazy("Name"), ("name", "slug")),
    Choice("kind", gettext_lazy("Kind"), Organisation.Kind.choices, lambda rows, kind: rows.filter(kind=kind)),
)


@login_required
def organisations(request: HttpRequest) -> HttpResponse:
    """List the organisations."""
    user = cast(User, request.user)
    require(user, "organisation_edit")
    people = Count("assignments", filter=Q(assignments__user__is_active=True))
    rows = organisations_visible_to(user).annotate(people=people)
    listing = Listing(request, rows, columns=COLUMNS, filters=FILTERS, sort="name")
    if listing.wants_export:
        return listing.export("organisations")
    return page(request, "accounts/organisations.html", {"listing": listing}, fragment="list")


@login_required
def organisation_new(request: HttpRequest) -> HttpResponse:
    """Create an organisation."""
    actor = cast(User, request.user)
    require(actor, "organisation_edit")
    form = OrganisationNewForm(request.POST or None)
    if form.is_valid() and carried_out(
        form, lambda: organisation_create(actor=actor, now=timezone.now(), **form.cleaned_data)
    ):
        messages.success(request, _("The organisation is created."))
        return redirect("administration_organisation", form.cleaned_data["slug"])
    return page(request, "accounts/organisation_new.html", {"form": form}, status=422 if form.errors else 200)


@login_required
def organisation(request: HttpRequest, slug: str) -> HttpResponse:
    """Show and edit one organisation."""
    actor = cast(User, request.user)
    require(actor, "organisation_edit")
    row = organisation_get(actor, slug)
    form = OrganisationForm(request.POST or None, initial={"name": row.name, "timezone": row.timezone})
    if form.is_valid() and carried_out(
        form, lambda: organisation_update(organisation=row, actor=actor, now=timezone.now(), **form.cleaned_data)
    ):
        messages.success(request, _("The organisation is saved."))
        return redirect("administration_organisation", slug)
    assigned = row.assignments.select_related("user").order_by("-level", "user__name")
    context = {
        "row": row,
        "form": form,
        "people": [{"user": one.user, "standing": standing_text(one.role, one.level)} for one in assigned],
        "history": stream_of(entries_of("accounts.organisation", row.pk)[:10]),
    }
    return page(request, "accounts/organisation.html", context, status=422 if form.errors else 200)
