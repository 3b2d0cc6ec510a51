"""Sources of facts: how each does, setting one up, trying it out."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from monitoring.connectors import CONNECTORS, ConnectorError
from monitoring.forms import errors_take
from monitoring.forms.source import SourceForm, config_form, slug_free
from monitoring.instants import instant_of
from monitoring.models import FactState, Source
from monitoring.selectors import batches_visible, source_get, sources_visible
from monitoring.services.source import source_create, source_update
from monitoring.silence import source_health
from monitoring.views.facts import indicator_url, reader
from slmo.accounts.policy import Can, require
from slmo.core.units import Window
from slmo.notify.selectors import muted_until
from slmo.web import words
from slmo.web.lists import Column, Listing, Search
from slmo.web.pages import page
from slmo.web.templatetags.slmo import ago, state

KIND = "http"  # the kind that is set up here; further kinds bring a file under monitoring/connectors/
BATCHES = 12
_l = gettext_lazy


def _name(row: Source) -> SafeString:
    """Return the source as a link, with its kind beneath."""
    url = reverse("source", args=[row.slug])
    return format_html(
        '<div><a class="row-link" href="{}">{}</a><span class="under">{}</span></div>', url, row.name, kind_label(row)
    )


def kind_label(row: Source) -> str:
    """Return what kind of source it is."""
    return str(CONNECTORS[row.kind].label) if row.kind in CONNECTORS else row.kind


def _feeds(row: Source) -> SafeString:
    """Return what the source feeds, as a link."""
    return format_html('<a href="{}">{}</a>', indicator_url(row.indicator), row.indicator)


COLUMNS = (
    Column("name", _l("Source"), _name, sort=("name",), export=lambda row: row.name),
    Column("feeds", _l("Feeds"), _feeds, sort=("indicator__service__name",), export=lambda row: str(row.indicator)),
    Column(
        "health",
        _l("State"),
        lambda row: state(source_health(row, timezone.now())),
        export=lambda row: source_health(row, timezone.now()),
    ),
    Column(
        "success",
        _l("Last success"),
        lambda row: ago(row.last_success_at),
        sort=("last_success_at",),
        export=lambda row: row.last_success_at,
    ),
    Column("interval", _l("Asked every"), lambda row: words.duration(row.interval), sort=("interval",), css="num"),
    Column("error", _l("Last error"), lambda row: row.last_error[:80] or words.DASH, export=lambda row: row.last_error),
)


@login_required
def sources(request: HttpRequest) -> HttpResponse:
    """List the sources and how each does."""
    user = reader(request)
    filters = [Search(_l("Source or service"), fields=("name", "indicator__service__name"))]
    listing = Listing(request, sources_visible(user), columns=COLUMNS, filters=filters, sort="name")
    if listing.wants_export:
        return listing.export("sources")
    return page(
        request, "monitoring/sources.html", {"listing": listing, "tab": "sources", "can": Can(user)}, fragment="list"
    )


@login_required
def source(request: HttpRequest, slug: str) -> HttpResponse:
    """Show one source: how it does, what it brought, and how it is set up."""
    user = reader(request)
    found = source_get(user, slug)
    now = timezone.now()
    lag = int((now - found.last_success_at).total_seconds()) if found.last_success_at else None
    context = {
        "source": found,
        "kind": kind_label(found),
        "health": source_health(found, now),
        "lag": lag,
        "settings": _settings(found),
        "batches": batches_visible(user).filter(source=found)[:BATCHES],
        "indicator_url": indicator_url(found.indicator),
        "can": Can(user, found.indicator.service.organisation),
        "muted": muted_until(user, "monitoring.source", found.pk, now),
        "now": now,
    }
    return page(request, "monitoring/source.html", context)


def _settings(found: Source) -> list[tuple[str, Any]]:
    """Return the settings of a source with the labels of its kind, those that are set."""
    fields = CONNECTORS[found.kind].form.base_fields if found.kind in CONNECTORS else {}
    return [(str(field.label), found.config[name]) for name, field in fields.items() if found.config.get(name)]


@login_required
def source_new(request: HttpRequest) -> HttpResponse:
    """Set up a probe."""
    user = reader(request)
    require(user, "source_edit")
    data = request.POST or None
    form = SourceForm(user, data, initial={"indicator": request.GET.get("indicator"), "interval": 60})
    config = config_form(KIND, data)
    if request.method == "POST" and form.is_valid() and config.is_valid():
        cleaned = form.cleaned_data
        try:
            made = source_create(
                slug=slug_free(cleaned["name"]),
                kind=KIND,
                config=config.cleaned_data,
                **cleaned,
                actor=user,
                now=timezone.now(),
            )
        except ValidationError as error:
            errors_take(form, error)
        else:
            messages.success(request, _("The source is set up and is asked for the first time now."))
            return redirect("source", made.slug)
    refused = form.errors or config.errors
    context = {"form": form, "config": config, "source": None}
    return page(request, "monitoring/source_edit.html", context, status=422 if refused else 200)


@login_required
def source_edit(request: HttpRequest, slug: str) -> HttpResponse:
    """Change how a source is set up."""
    user = reader(request)
    found = source_get(user, slug)
    require(user, "source_edit", found.indicator.service.organisation)
    data = request.POST or None
    form = SourceForm(user, data, source=found)
    config = config_form(found.kind, data, initial=found.config)
    if request.method == "POST" and form.is_valid() and config.is_valid():
        changes = {**form.cleaned_data, "config": config.cleaned_data}
        try:
            source_update(source=found, **changes, actor=user, now=timezone.now())
        except ValidationError as error:
            errors_take(form, error)
        else:
            messages.success(request, _("The source is changed and is asked again now."))
            return redirect("source", found.slug)
    refused = form.errors or config.errors
    context = {"form": form, "config": config, "source": found}
    return page(request, "monitoring/source_edit.html", context, status=422 if refused else 200)


@login_required
@require_POST
def source_try(request: HttpRequest) -> HttpResponse:
    """Ask a page once with the settings as they are typed, record nothing, and say what came back."""
    user = reader(request)
    require(user, "source_edit")
    config = config_form(KIND, request.POST)
    context: dict[str, Any] = {"config": config}
    if config.is_valid():
        now = instant_of(timezone.now())
        try:
            asked = {**config.cleaned_data, "records": "state"}
            rows = CONNECTORS[KIND].fetch(asked, Window(now - 60, now), 60)
            context["found"] = FactState(rows[-1].state).name.lower()
            context["seen"] = rows[-1].reference
        except ConnectorError as error:
            context["refused"] = str(error)
    return page(request, "monitoring/source_try.html", context, fragment="monitoring/_source_try.html")


@login_required
@require_POST
def source_switch(request: HttpRequest, slug: str) -> HttpResponse:
    """Take a source out of use, or into it again."""
    user = reader(request)
    found = source_get(user, slug)
    source_update(source=found, enabled=not found.enabled, actor=user, now=timezone.now())
    said = _("The source is in use again.") if not found.enabled else _("The source is out of use; its facts stay.")
    messages.success(request, said)
    return redirect("source", found.slug)
