"""The page that shows every component once, with sample values; for people who build pages."""

from dataclasses import dataclass
from fractions import Fraction

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.html import format_html
from django.views.decorators.http import require_safe

from slmo.web import drawing, gallery, words
from slmo.web.lists import Choice, Column, Listing, Search
from slmo.web.pages import page
from slmo.web.signs import sign_of
from slmo.web.templatetags.slmo import sprite


@dataclass(frozen=True)
class Sample:
    """One row of the sample list."""

    name: str
    customer: str
    achieved: Fraction
    verdict: str


NAMES = ("Payments", "Identity", "Object storage", "Message queue", "Search", "Maps", "Mail", "Archive")
ROWS = tuple(
    Sample(
        f"{NAMES[place % 8]} {place // 8 + 1}",
        ("Retail Group", "City Hospital")[place % 2],
        Fraction(99_700 + place * 37 % 300, 100_000),
        gallery.day_verdict(place),
    )
    for place in range(60)
)
COLUMNS = (
    Column(
        "name",
        "Service",
        lambda row: format_html('<a class="row-link" href="#{}">{}</a>', row.name, row.name),
        sort=lambda row: row.name,
        export=lambda row: row.name,
    ),
    Column("customer", "Customer", lambda row: row.customer, sort=lambda row: row.customer),
    Column(
        "achieved", "This month", lambda row: words.percent(row.achieved, 3), sort=lambda row: row.achieved, css="num"
    ),
    Column(
        "verdict",
        "Verdict",
        lambda row: drawing.sign(sign_of(row.verdict), sprite()),
        sort=lambda row: row.verdict,
        export=lambda row: row.verdict,
    ),
)
FILTERS = (
    Search("Find a service", matches=lambda row, text: text.lower() in row.name.lower()),
    Choice(
        "customer",
        "Customer",
        [(name, name) for name in ("Retail Group", "City Hospital")],
        lambda rows, value: [row for row in rows if row.customer == value],
    ),
    Choice(
        "verdict",
        "Verdict",
        [(key, sign_of(key).label) for key in ("met", "at_risk", "breached", "no_data")],
        lambda rows, value: [row for row in rows if row.verdict == value],
    ),
)


@require_safe
def style(request: HttpRequest) -> HttpResponse:
    """Show the components to those who administer the installation, or to anybody while debugging."""
    if not (settings.DEBUG or getattr(request.user, "is_staff", False)):
        raise Http404
    listing = Listing(request, ROWS, columns=COLUMNS, filters=FILTERS, sort="name")
    if listing.wants_export:
        return listing.export("samples")
    form = (
        gallery.SampleForm({"name": "", "target": "99.9", "mail": "owner@"})
        if "errors" in request.GET
        else gallery.SampleForm()
    )
    context = {**gallery.samples(), "listing": listing, "form": form, "page_title": "Components"}
    return page(request, "web/style.html", context, fragment="list")
