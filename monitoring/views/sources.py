"""Sources of facts: how each does, and what it brought."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from monitoring.connectors import CONNECTORS
from monitoring.models import Source
from monitoring.push_page import push_shown
from monitoring.selectors import batches_visible, source_get, sources_visible
from monitoring.services.source import source_update
from monitoring.silence import source_health
from monitoring.source_days import days_covered
from monitoring.views.facts import indicator_url, reader
from slmo.accounts.policy import Can
from slmo.accounts.vault import MASK
from slmo.notify.selectors import muted_until
from slmo.web import words
from slmo.web.lists import Column, Listing, Search
from slmo.web.pages import page
from slmo.web.templatetags.slmo import ago, state

BATCHES, ERROR_SHOWN = 12, 120
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
    Column(
        "error",
        _l("Last error"),
        lambda row: Truncator(row.error_told).chars(ERROR_SHOWN) or words.DASH,
        export=lambda row: row.error_told,
    ),
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
        "strip": days_covered(found, now),
        "blind": found.lanes.exclude(last_error="").select_related("point").order_by("point__name"),
        "push": push_shown(found, now) if found.kind in CONNECTORS and not CONNECTORS[found.kind].asked else None,
        "compared": bool(found.config.get("service") and found.config.get("sla")),
    }
    return page(request, "monitoring/source.html", context)


def _settings(found: Source) -> list[tuple[str, Any]]:
    """Return the settings of a source with the labels of its kind, those that are set; a secret only as being set."""
    fields = CONNECTORS[found.kind].form.base_fields if found.kind in CONNECTORS else {}
    shown = [
        (str(field.label), _setting(field, found.config[name]))
        for name, field in fields.items()
        if found.config.get(name)
    ]
    return [*shown, *((str(fields[name].label), MASK) for name in sorted(found.secrets) if name in fields)]


def _setting(field: Any, value: Any) -> str:
    """Return a setting as its form words it."""
    choices = {str(key): str(word) for key, word in getattr(field, "choices", ())}
    values = value if isinstance(value, list) else [value]
    return ", ".join(_("yes") if one is True else choices.get(str(one), str(one)) for one in values)


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
