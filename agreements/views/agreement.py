"""Agreements: the list, one agreement's page, a new one, and what measures an objective."""

from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _

from agreements.errors import DocumentRefused
from agreements.forms.agreement import AgreementForm, MeasureForm
from agreements.forms.objective.kinds import KINDS
from agreements.models import Agreement, Version, VersionState
from agreements.reading.clauses import version_read
from agreements.reading.life import life_of
from agreements.reading.rail import rail_of, turn_of
from agreements.ruling import version_in_force
from agreements.selectors import (
    agreement_get,
    objectives_visible,
    sides_of,
    terms_of,
    versions_along,
)
from agreements.services import agreement_create, objective_measure
from agreements.services.service import services_needed
from slmo.accounts.policy import Can, require
from slmo.core.terms import Version as Terms
from slmo.core.terms import agreement_parse
from slmo.web.pages import page


@login_required
def agreement(request: HttpRequest, slug: str) -> HttpResponse:
    """Show an agreement: parties and term, its versions along time, objectives, clauses, whose move it is."""
    found = agreement_get(request.user, slug)
    today = timezone.now().astimezone(ZoneInfo(found.timezone)).date()
    versions = list(versions_along(request.user, found))
    shown = _version_shown(found, versions, today)
    rail = rail_of(versions, today)
    context: dict[str, Any] = {
        "page_title": found.title,
        "agreement": found,
        "can": Can(request.user, found.provider, found.customer),
        "sides": sides_of(request.user, found),
        "rail": rail,
        "life": life_of(found, versions, today),
        "ruling": any(stop.now for stop in rail),
        "standing": rail[-1].standing if rail else "",
        "turns": [turn_of(one, request.user) for one in versions if one.state in ("draft", "proposed")],
        "shown": shown,
        "sections": version_read(_terms_shown(found, shown)) if shown else [],
        "objectives": {one.name: one for one in objectives_visible(request.user).filter(agreement=found)},
        "today": today,
    }
    return page(request, "agreements/agreement.html", context)


def _version_shown(found: Agreement, versions: list[Version], today: date) -> Version | None:
    """Return the version whose terms the page shows: in force, else signed, else the latest on the table."""
    ruling = version_in_force(found, today)
    if ruling is not None:
        return ruling
    signed = [one for one in versions if one.state == VersionState.SIGNED and not one.ended_by]  # type: ignore[attr-defined]
    return (signed or versions)[-1] if versions else None


def _terms_shown(found: Agreement, shown: Version) -> Terms:
    """Return the engine's reading of a version; what was never signed is read by itself."""
    if shown.state == VersionState.SIGNED:
        name = shown.effective_from.isoformat()
        return next(one for one in terms_of(found).versions if one.id == name)
    return agreement_parse([shown.document]).versions[0]


@login_required
def agreement_new(request: HttpRequest) -> HttpResponse:
    """Open an agreement with the draft of its first version."""
    require(request.user, "agreement_create")
    form = AgreementForm(
        request.POST or None, request.FILES or None, user=request.user, initial={"kind": request.GET.get("kind", "")}
    )
    if request.POST.keys() & {"more", "fields"}:  # more rows, or the fields of another kind: nothing is judged yet
        form = AgreementForm(user=request.user, initial=form.typed_again())
    elif form.is_valid():
        try:
            made = agreement_create(**form.arguments(), actor=request.user, now=timezone.now())
        except DocumentRefused as error:
            form.refuse_document(error)
        except ValidationError as error:
            form.refuse(error)
        else:
            messages.success(request, _("The agreement is open, with a first draft of its terms."))
            return redirect("version", slug=made.slug, number=1)
    context = {"page_title": _("New agreement"), "form": form, "shape": KINDS[form.kind_chosen()]}
    failed = form.is_bound and (form.errors or form.first.errors)
    return page(request, "agreements/agreement_form.html", context, fragment="first", status=422 if failed else 200)


@login_required
def measure(request: HttpRequest, slug: str, name: str) -> HttpResponse:
    """Choose the facts by which an objective is judged."""
    found = agreement_get(request.user, slug)
    require(request.user, "source_edit", found.provider, found.customer)
    objective = objectives_visible(request.user).get(agreement=found, name=name)
    services = services_needed(found.service)
    form = MeasureForm(request.POST or None, user=request.user, objective=objective, services=services)
    if form.is_valid():
        try:
            objective_measure(objective=objective, **form.cleaned_data, actor=request.user, now=timezone.now())
        except ValidationError as error:
            form.refuse(error)
        else:
            messages.success(request, _("Saved. The objective is judged by these facts from now on."))
            return redirect("agreement", slug=slug)
    title = _("What measures “%(name)s”?") % {"name": name}
    context = {"page_title": title, "form": form, "agreement": found, "objective": objective}
    return page(request, "agreements/measure_form.html", context, status=422 if form.errors else 200)
