"""Pages of users and their assignments."""

from typing import Any, cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_POST

from slmo.accounts.models import Assignment, Organisation, User
from slmo.accounts.policy import require
from slmo.accounts.selectors import organisations_visible_to, user_get, users_visible_to
from slmo.accounts.services import (
    assignment_grant,
    assignment_revoke,
    user_create,
    user_set_active,
    user_update,
)
from slmo.audit.selectors import entries_of
from slmo.web.administration.acts import carried_out
from slmo.web.administration.audit import stream_of
from slmo.web.administration.forms import AssignmentForm, UserForm, UserNewForm, standing_text
from slmo.web.lists import Choice, Column, Listing, Search
from slmo.web.pages import page
from slmo.web.words import when


def _link(person: User) -> str:
    """Return a person's name as a link."""
    return format_html('<a href="{}">{}</a>', reverse("administration_user", args=[person.pk]), person.name)


def _assignments(person: User) -> str:
    """Return for whom a person acts, one line each."""
    rows = [(row.organisation.name, _short(row)) for row in person.assignments.all()]
    return format_html_join("", '<div>{} <span class="muted">{}</span></div>', rows) or "–"


def _short(row: Assignment) -> str:
    """Return an assignment in two words."""
    return _("level %(level)d") % {"level": row.level} if row.level else _("representative")


def _assignments_plain(person: User) -> str:
    """Return the same for a file."""
    return "; ".join(f"{row.organisation.name} ({_short(row)})" for row in person.assignments.all())


def _state(person: User) -> str:
    """Return whether a person may log in, in a word."""
    return _("Active") if person.is_active else _("Deactivated")


COLUMNS = (
    Column("name", pgettext_lazy("person", "Name"), _link, sort=("name",), export=lambda person: person.name),
    Column("email", gettext_lazy("E-mail address"), lambda person: person.email, sort=("email",)),
    Column("organisations", gettext_lazy("Acts for"), _assignments, export=_assignments_plain),
    Column(
        "last_login",
        gettext_lazy("Last log-in"),
        lambda person: when(person.last_login) if person.last_login else "–",
        sort=("last_login",),
        css="nowrap",
    ),
    Column("state", gettext_lazy("State"), _state, sort=("is_active",)),
)
STATES = (("active", gettext_lazy("Active")), ("inactive", gettext_lazy("Deactivated")))


def _filters(user: User) -> tuple[Search | Choice, ...]:
    """Return the filters of the list."""
    names = [(row.slug, row.name) for row in organisations_visible_to(user)]
    return (
        Search(pgettext_lazy("person", "Name or address"), ("name", "email")),
        Choice(
            "organisation",
            gettext_lazy("Organisation"),
            names,
            lambda rows, slug: rows.filter(assignments__organisation__slug=slug),
        ),
        Choice("state", gettext_lazy("State"), STATES, lambda rows, state: rows.filter(is_active=state == "active")),
    )


@login_required
def users(request: HttpRequest) -> HttpResponse:
    """List the users."""
    user = cast(User, request.user)
    require(user, "user_edit")
    listing = Listing(request, users_visible_to(user), columns=COLUMNS, filters=_filters(user), sort="name")
    if listing.wants_export:
        return listing.export("users")
    return page(request, "accounts/users.html", {"listing": listing}, fragment="list")


@login_required
def user_new(request: HttpRequest) -> HttpResponse:
    """Create a user, who sets a password by the reset letter."""
    actor = cast(User, request.user)
    require(actor, "user_edit")
    form = UserNewForm(request.POST or None)
    made: list[User] = []
    if form.is_valid() and carried_out(
        form, lambda: made.append(user_create(actor=actor, now=timezone.now(), **form.cleaned_data))
    ):
        messages.success(request, _("The user is created. Now say for which organisation they act."))
        return redirect("administration_user", made[0].pk)
    return page(request, "accounts/user_new.html", {"form": form}, status=422 if form.errors else 200)


@login_required
def user(request: HttpRequest, key: int) -> HttpResponse:
    """Show and edit one user."""
    actor = cast(User, request.user)
    require(actor, "user_edit")
    person = user_get(actor, key)
    form = UserForm(request.POST or None, initial={"name": person.name, "email": person.email})
    if form.is_valid() and carried_out(
        form, lambda: user_update(user=person, actor=actor, now=timezone.now(), **form.cleaned_data)
    ):
        messages.success(request, _("The user is saved."))
        return redirect("administration_user", key)
    return _user_page(request, person, form, AssignmentForm(organisations=organisations_visible_to(actor)))


def _user_page(request: HttpRequest, person: User, form: UserForm, grant: AssignmentForm) -> HttpResponse:
    """Return the page of one user with these forms."""
    rows: list[dict[str, Any]] = [
        {"key": row.pk, "organisation": row.organisation, "standing": standing_text(row.role, row.level)}
        for row in person.assignments.all()
    ]
    context = {
        "person": person,
        "form": form,
        "grant": grant,
        "rows": rows,
        "history": stream_of(entries_of("accounts.user", person.pk)[:10]),
    }
    return page(request, "accounts/user.html", context, status=422 if form.errors or grant.errors else 200)


@require_POST
@login_required
def assignment_new(request: HttpRequest, key: int) -> HttpResponse:
    """Assign a user to an organisation."""
    actor = cast(User, request.user)
    person = user_get(actor, key)
    grant = AssignmentForm(request.POST, organisations=organisations_visible_to(actor))
    if grant.is_valid() and carried_out(grant, lambda: _grant(actor, person, grant)):
        messages.success(request, _("The assignment is saved."))
        return redirect("administration_user", key)
    return _user_page(request, person, UserForm(initial={"name": person.name, "email": person.email}), grant)


def _grant(actor: User, person: User, grant: AssignmentForm) -> None:
    """Carry out what the form says."""
    organisation: Organisation = grant.cleaned_data["organisation"]
    role, level = grant.role_and_level()
    try:
        assignment_grant(
            user=person, organisation=organisation, role=role, level=level, actor=actor, now=timezone.now()
        )
    except ValidationError as refused:  # role and level are one field here
        raise ValidationError({"standing": refused.messages}) from refused


@require_POST
@login_required
def assignment_end(request: HttpRequest, key: int) -> HttpResponse:
    """Revoke an assignment."""
    actor = cast(User, request.user)
    row = get_object_or_404(Assignment.objects.filter(user__in=users_visible_to(actor)), pk=key)
    assignment_revoke(assignment=row, actor=actor, now=timezone.now())
    messages.success(request, _("The assignment is revoked."))
    return redirect("administration_user", row.user_id)


@require_POST
@login_required
def user_active(request: HttpRequest, key: int) -> HttpResponse:
    """Let a user log in, or not."""
    actor = cast(User, request.user)
    active = request.POST.get("active") == "1"
    user_set_active(user=user_get(actor, key), active=active, actor=actor, now=timezone.now())
    messages.success(request, _("The user may log in again.") if active else _("The user may no longer log in."))
    return redirect("administration_user", key)
