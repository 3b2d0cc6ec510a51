"""Monitoring coverage: whether every objective of the catalogue is really watched."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from agreements.models import AgreementType
from monitoring.views.facts import indicator_url, reader
from monitoring.watching import STATES, objectives_watched
from slmo.web import words
from slmo.web.lists import Choice, Column, Listing, Search
from slmo.web.pages import page
from slmo.web.signs import STATES as SIGNS
from slmo.web.templatetags.slmo import ago, state


def _objective(row: Any) -> SafeString:
    """Return service and objective as a link, the agreement beneath."""
    url = reverse("objective", args=[row.agreement.slug, row.name])
    title = f"{row.agreement.service.name}: {row.name}"
    return format_html(
        '<div><a class="row-link" href="{}">{}</a><span class="under">{}</span></div>', url, title, row.agreement.title
    )


def _measured_by(row: Any) -> SafeString | str:
    """Return the indicator as a link."""
    if row.indicator is None:
        return words.DASH
    return format_html('<a href="{}">{}</a>', indicator_url(row.indicator), row.indicator)


COLUMNS = (
    Column(
        "objective",
        _("Objective"),
        _objective,
        sort=("agreement__service__name", "name"),
        export=lambda row: f"{row.agreement.service}: {row.name} ({row.agreement})",
    ),
    Column("watch", _("Monitoring"), lambda row: state(row.watch), sort=("watch",), export=lambda row: row.watch),
    Column("indicator", _("Measured by"), _measured_by, export=lambda row: str(row.indicator or "")),
    Column(
        "last", _("Last delivery"), lambda row: ago(row.last_at), sort=("last_at",), export=lambda row: row.last_at,
        css="nowrap",
    ),
    Column(
        "first", _("Measured since"), lambda row: words.day(row.first_at.date()) if row.first_at else words.DASH,
        sort=("first_at",), export=lambda row: row.first_at, css="nowrap",
    ),
)  # fmt: skip
FILTERS = (
    Search(_("Service, agreement or objective"), fields=("agreement__service__name", "agreement__title", "name")),
    Choice("watch", _("Any monitoring"), [(one, SIGNS[one].label) for one in STATES], lambda r, v: r.filter(watch=v)),
    Choice("type", _("Any type"), AgreementType.choices, lambda rows, value: rows.filter(agreement__type=value)),
)


@login_required
def watching(request: HttpRequest) -> HttpResponse:
    """List the objectives that a person may see by how they are watched, and count them."""
    watched: Any = objectives_watched(reader(request), timezone.now())
    rows = watched.select_related("agreement__service", "indicator__service")
    listing = Listing(request, rows.order_by("agreement__title", "position", "pk"), columns=COLUMNS, filters=FILTERS)
    if listing.wants_export:
        return listing.export("monitoring-coverage")
    counted = dict(rows.order_by().values_list("watch").annotate(count=Count("pk")))
    counts = [(one, SIGNS[one].label, counted.get(one, 0)) for one in STATES]
    return page(
        request, "monitoring/watching.html", {"listing": listing, "tab": "watching", "counts": counts}, fragment="list"
    )
