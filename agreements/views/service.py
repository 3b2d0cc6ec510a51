"""One service of the catalogue: its page, and the forms that change it."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from agreements.forms.service import DependencyForm, EdgeForm, ServiceForm, ServiceNewForm
from agreements.listed import agreements_listed
from agreements.models import Dependency, Service
from agreements.reading.composition import Composition, chain_words, composition_of
from agreements.reading.coverage import gaps_of
from agreements.reading.graph import Edge, Node, graph_draw
from agreements.selectors import (
    dependencies_visible,
    indicators_visible,
    objectives_visible,
    service_get,
)
from agreements.services import (
    dependency_add,
    dependency_remove,
    dependency_update,
    service_create,
    service_update,
)
from slmo.accounts.policy import Can, require
from slmo.web import words
from slmo.web.pages import page


@login_required
def service(request: HttpRequest, slug: str) -> HttpResponse:
    """Show a service: its standing, agreements, objectives, and the neighbourhood in the catalogue."""
    found = service_get(request.user, slug)
    edges = list(dependencies_visible(request.user))
    context: dict[str, Any] = {
        "page_title": found.name,
        "service": found,
        "can": Can(request.user, found.organisation),
        "agreements": list(agreements_listed(request.user, timezone.now()).filter(service=found)),
        "objectives": list(objectives_visible(request.user).filter(agreement__service=found)),
        "indicators": list(indicators_visible(request.user).filter(service=found)),
        "needs": [edge for edge in edges if edge.service_id == found.pk],
        "needed_by": [edge for edge in edges if edge.needs_id == found.pk],
    }
    composition = composition_of(request.user, found, edges, timezone.now())
    context |= {"composition": composition, "graph": _graph(found, edges, composition)}
    if composition:
        context |= {
            "unpromised_names": ", ".join(part.service.name for part in composition.unpromised),
            "gaps": gaps_of(composition, timezone.now()),
            "chains": [chain_words(one) for one in composition.chains],
        }
    return page(request, "agreements/service.html", context)


def _graph(found: Service, edges: list[Dependency], composition: Composition | None) -> str:
    """Return the picture of what the service needs and who needs it, with what the parts are promised at."""
    promised = {part.service.pk: words.percent_exact(part.target) for part in composition.parts} if composition else {}
    services = {one.pk: one for edge in edges for one in (edge.service, edge.needs)} | {found.pk: found}
    nodes = {
        key: Node(key, one.name, _under(one, promised.get(key)), reverse("service", args=[one.slug]))
        for key, one in services.items()
    }
    return graph_draw(found.pk, nodes, [Edge(edge.service_id, edge.needs_id, edge.mode) for edge in edges])


def _under(service: Service, promised: str | None) -> str:
    """Return the second line of a box: who delivers the service, and what is promised about it."""
    name = service.organisation.name
    return f"{promised} · {name}" if promised and promised != words.DASH else name


@login_required
def service_new(request: HttpRequest) -> HttpResponse:
    """Put a service into the catalogue."""
    require(request.user, "service_edit")
    form = ServiceNewForm(request.POST or None, user=request.user)
    if form.is_valid():
        try:
            made = service_create(**form.cleaned_data, actor=request.user, now=timezone.now())
        except ValidationError as error:
            form.refuse(error)
        else:
            messages.success(request, _("“%(name)s” is in the catalogue.") % {"name": made.name})
            return redirect("service", slug=made.slug)
    context = {"page_title": _("New service"), "form": form}
    return page(request, "agreements/service_form.html", context, status=422 if form.errors else 200)


@login_required
def service_edit(request: HttpRequest, slug: str) -> HttpResponse:
    """Change name, summary, owner and criticality."""
    found = service_get(request.user, slug)
    require(request.user, "service_edit", found.organisation)
    form = ServiceForm(request.POST or None, service=found)
    if form.is_valid():
        try:
            service_update(service=found, changes=form.cleaned_data, actor=request.user, now=timezone.now())
        except ValidationError as error:
            form.refuse(error)
        else:
            messages.success(request, _("Saved."))
            return redirect("service", slug=slug)
    title = _("Edit “%(name)s”") % {"name": found.name}
    context = {"page_title": title, "form": form, "service": found}
    return page(request, "agreements/service_form.html", context, status=422 if form.errors else 200)


@login_required
def dependency_new(request: HttpRequest, slug: str) -> HttpResponse:
    """Say what the service needs."""
    found = service_get(request.user, slug)
    require(request.user, "dependency_edit", found.organisation)
    form = DependencyForm(request.POST or None, user=request.user, service=found)
    if form.is_valid():
        try:
            dependency_add(service=found, **form.cleaned_data, actor=request.user, now=timezone.now())
        except ValidationError as error:
            form.refuse(error)
        else:
            messages.success(request, _("The dependency is recorded."))
            return redirect("service", slug=slug)
    title = _("What does “%(name)s” need?") % {"name": found.name}
    context = {"page_title": title, "form": form, "service": found}
    return page(request, "agreements/dependency_form.html", context, status=422 if form.errors else 200)


@login_required
def dependency_edit(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Change how much the service needs another."""
    found = service_get(request.user, slug)
    require(request.user, "dependency_edit", found.organisation)
    edge = dependencies_visible(request.user).get(pk=pk, service=found)
    form = EdgeForm.of(edge, request.POST or None)
    if form.is_valid():
        try:
            dependency_update(dependency=edge, **form.cleaned_data, actor=request.user, now=timezone.now())
        except ValidationError as error:
            form.refuse(error)
        else:
            messages.success(request, _("The dependency is recorded."))
            return redirect("service", slug=slug)
    title = _("How much does “%(name)s” need “%(needs)s”?") % {"name": found.name, "needs": edge.needs.name}
    context = {"page_title": title, "form": form, "service": found, "edge": edge}
    return page(request, "agreements/dependency_form.html", context, status=422 if form.errors else 200)


@login_required
@require_POST
def dependency_drop(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Take a dependency out of the catalogue."""
    found = service_get(request.user, slug)
    edge = dependencies_visible(request.user).get(pk=pk, service=found)
    dependency_remove(dependency=edge, actor=request.user, now=timezone.now())
    messages.success(request, _("“%(name)s” is no longer a dependency.") % {"name": edge.needs})
    return redirect("service", slug=slug)
