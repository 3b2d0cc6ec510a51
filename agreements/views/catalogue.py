"""The service catalogue as a list."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from agreements.models import Criticality, Service
from agreements.selectors import services_listed, services_visible
from slmo.accounts.policy import can, require
from slmo.accounts.selectors import organisation_ids_of
from slmo.web.lists import Choice, Column, Listing, Search
from slmo.web.pages import page

SCOPES = (("own", _("Our services")), ("received", _("Services we receive")))


def name_cell(service: Service) -> SafeString:
    """Return the service's name as a link, with what it does below."""
    url = reverse("service", args=[service.slug])
    return format_html(
        '<a class="row-link" href="{}">{}</a><span class="under clip-2">{}</span>', url, service.name, service.summary
    )


def criticality_cell(service: Service) -> SafeString:
    """Return the criticality as a word with as many bars as its rank."""
    return format_html(
        '<span class="rank rank-{}"><span class="rank-bars" aria-hidden="true"></span>{}</span>',
        service.criticality,
        service.get_criticality_display(),
    )


COLUMNS = (
    Column("name", _("Service"), name_cell, ("name",), lambda row: row.name, css="wide"),
    Column("organisation", _("Provided by"), lambda row: row.organisation.name, ("organisation__name",)),
    Column("owner", _("Owner"), lambda row: row.owner.name if row.owner else "", ("owner__name",)),
    Column("criticality", _("Criticality"), criticality_cell, ("criticality",),
           lambda row: str(row.get_criticality_display())),
    Column("agreed", _("Agreements"), lambda row: row.agreed or "", ("agreed",), lambda row: row.agreed, css="num"),
    Column("needed", _("Needed by"), lambda row: row.needed or "", ("needed",), lambda row: row.needed, css="num"),
)  # fmt: skip


@login_required
def catalogue(request: HttpRequest) -> HttpResponse:
    """Show the services that the person may see, own ones and those received apart."""
    require(request.user, "catalogue_view")
    listing = Listing(request, services_listed(request.user), columns=COLUMNS, filters=_filters(request), sort="name")
    if listing.wants_export:
        return listing.export("catalogue")
    counts = _counts(request)
    context: dict[str, Any] = {
        "page_title": _("Service catalogue"),
        "listing": listing,
        "tabs": _tabs(listing, counts),
        "counts": counts,
        "may_add": can(request.user, "service_edit"),
    }
    return page(request, "agreements/catalogue.html", context, fragment="list")


def _filters(request: HttpRequest) -> list[Choice | Search]:
    """Return the filters of the list; organisations are those that deliver a visible service."""
    own = organisation_ids_of(request.user)
    rows = services_visible(request.user).order_by("organisation__name")
    organisations = rows.values_list("organisation__slug", "organisation__name").distinct()
    ranks = [(str(rank.value), rank.label) for rank in reversed(Criticality)]
    return [
        Search(_("Name or purpose"), ("name", "summary", "slug")),
        Choice("scope", _("Scope"), SCOPES, lambda found, value: _scoped(found, value, own)),
        Choice("organisation", _("Provided by"), list(organisations), _by_organisation),
        Choice("criticality", _("Criticality"), ranks, _by_criticality),
    ]


def _scoped(rows: Any, value: str, own: frozenset[int]) -> Any:
    """Return the services that the person's organisations deliver, or all others."""
    return rows.filter(organisation__in=own) if value == "own" else rows.exclude(organisation__in=own)


def _by_organisation(rows: Any, value: str) -> Any:
    """Return the services of one organisation."""
    return rows.filter(organisation__slug=value)


def _by_criticality(rows: Any, value: str) -> Any:
    """Return the services of one criticality."""
    return rows.filter(criticality=int(value))


def _counts(request: HttpRequest) -> dict[str, int]:
    """Return how many services are visible: all, own, received, critical ones, and own ones without an agreement."""
    own = organisation_ids_of(request.user)
    mine = Q(organisation__in=own)
    return services_listed(request.user).aggregate(
        all=Count("pk"),
        own=Count("pk", filter=mine),
        received=Count("pk", filter=~mine),
        critical=Count("pk", filter=Q(criticality=Criticality.CRITICAL)),
        bare=Count("pk", filter=mine & Q(agreed=0)),
    )


def _tabs(listing: Listing, counts: dict[str, int]) -> list[dict[str, Any]]:
    """Return the tabs that keep own and received services apart; one alone is no choice."""
    if not (counts["own"] and counts["received"]):
        return []
    chosen = listing.query.get("scope", "")
    entries = (("", _("All"), counts["all"]), *((key, label, counts[key]) for key, label in SCOPES))
    return [
        {"label": label, "count": count, "url": listing.url(scope=key or None, page=None), "current": key == chosen}
        for key, label, count in entries
    ]
