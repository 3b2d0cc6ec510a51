"""The service catalogue as a list."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from agreements.listed import services_listed
from agreements.models import Criticality, Service
from agreements.reading.marks import marks_of
from agreements.selectors import services_visible
from slmo.accounts.policy import can, require
from slmo.accounts.selectors import organisation_ids_of
from slmo.web.lists import Choice, Column, Listing, Search
from slmo.web.pages import page
from slmo.web.words import DASH

OWN, RECEIVED, ALL = "own", "received", "all"
SCOPES = ((OWN, _("Our services")), (RECEIVED, _("Services we receive")), (ALL, _("All")))


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


def mark_cell(service: Service) -> SafeString | str:
    """Return how the service stands now, where anything about it is judged."""
    mark = getattr(service, "mark", None)
    return mark.sign if mark else DASH


def recent_cell(service: Service) -> SafeString | str:
    """Return the last periods of the service as squares."""
    mark = getattr(service, "mark", None)
    return mark.recent if mark else DASH


def mark_word(service: Service) -> str:
    """Return how the service stands now, as a word."""
    mark = getattr(service, "mark", None)
    return mark.word if mark else ""


COLUMNS = (
    Column("name", _("Service"), name_cell, ("name",), lambda row: row.name, css="wide"),
    Column("organisation", _("Provided by"), lambda row: row.organisation.name, ("organisation__name",)),
    Column("now", _("Now"), mark_cell, export=mark_word),
    Column("recent", _("Last periods"), recent_cell, export=lambda row: ""),
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
    counts = _counts(request)
    scope = _scope(request, counts)
    rows = _scoped(services_listed(request.user), scope, organisation_ids_of(request.user))
    sort = "-agreed" if scope == RECEIVED else "name"  # a supplier offers more than is bought
    columns = [column for column in COLUMNS if scope != OWN or column.key != "organisation"]
    listing = Listing(request, rows, columns=columns, filters=_filters(request, scope), sort=sort, keep=("scope",))
    if listing.wants_export:
        listing.rows = _marked(request.user, list(listing.rows))
        return listing.export("catalogue")
    _marked(request.user, list(listing.page))
    context: dict[str, Any] = {
        "page_title": _("Service catalogue"),
        "listing": listing,
        "tabs": _tabs(listing, counts, scope),
        "counts": counts,
        "may_add": can(request.user, "service_edit"),
    }
    return page(request, "agreements/catalogue.html", context, fragment="list")


def _scope(request: HttpRequest, counts: dict[str, int]) -> str:
    """Return which services are asked for: those of the person's own organisations, unless the address says others."""
    asked = request.GET.get("scope")
    if asked in (OWN, RECEIVED, ALL):
        return asked
    return OWN if counts["own"] and counts["received"] else ALL


def _marked(user: Any, services: list[Service]) -> list[Service]:
    """Hang on each service how it stands."""
    marks = marks_of(user, services)
    for service in services:
        service.mark = marks.get(service.pk)  # type: ignore[attr-defined]
    return services


def _filters(request: HttpRequest, scope: str) -> list[Choice | Search]:
    """Return the filters of the list; organisations are those that deliver a visible service."""
    rows = services_visible(request.user).order_by("organisation__name")
    organisations = rows.values_list("organisation__slug", "organisation__name").distinct()
    ranks = [(str(rank.value), rank.label) for rank in reversed(Criticality)]
    filters: list[Choice | Search] = [Search(_("Name or purpose"), ("name", "summary", "slug"))]
    if scope != OWN:
        filters.append(Choice("organisation", _("Provided by"), list(organisations), _by_organisation))
    return [*filters, Choice("criticality", _("Criticality"), ranks, _by_criticality)]


def _scoped(rows: Any, value: str, own: frozenset[int]) -> Any:
    """Return the services that the person's organisations deliver, all others, or all."""
    if value == ALL:
        return rows
    return rows.filter(organisation__in=own) if value == OWN else rows.exclude(organisation__in=own)


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


def _tabs(listing: Listing, counts: dict[str, int], scope: str) -> list[dict[str, Any]]:
    """Return the tabs that keep own and received services apart; one alone is no choice."""
    if not (counts["own"] and counts["received"]):
        return []
    return [
        {"label": label, "count": counts[key], "url": listing.url(scope=key, page=None), "current": key == scope}
        for key, label in SCOPES
    ]
