"""The register of agreements as a list."""

from datetime import date, timedelta
from typing import Any

from django.contrib.auth.decorators import login_required
from django.db.models import F, Q
from django.http import HttpRequest, HttpResponse
from django.templatetags.static import static
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext, pgettext

from agreements.listed import agreements_listed
from agreements.models import BOTH, AgreementType
from agreements.ruling import renewal_length
from slmo.accounts.policy import can, require
from slmo.core.lifecycle import term_at
from slmo.web import drawing, words
from slmo.web.lists import Choice, Column, Listing, Search
from slmo.web.pages import page
from slmo.web.signs import sign_of

HORIZON = 90  # days in which an expiry wants attention
STANDINGS = (
    ("in_force", _("In force")),
    ("signed", _("Signed, begins later")),
    ("proposed", _("Proposed")),
    ("draft", _("Draft")),
    ("expired", _("Expired")),
    ("terminated", _("Terminated")),
    ("withdrawn", _("Withdrawn")),
    ("open", _("A proposal waits")),
    ("ending", _("Notice is given")),
    ("expiring", _("Expires within 90 days")),
)


def title_cell(row: Any) -> SafeString:
    """Return the title as a link, with the service below."""
    url = reverse("agreement", args=[row.slug])
    return format_html('<a class="row-link" href="{}">{}</a><span class="under">{}</span>', url, row.title, row.service)


def type_cell(row: Any) -> SafeString:
    """Return the abbreviation of the type, spelt out as a title."""
    return format_html('<abbr title="{}">{}</abbr>', row.get_type_display(), row.type)


def standing_cell(row: Any) -> SafeString:
    """Return where the agreement stands, and that a proposal waits beside what is in force."""
    sprite = static("icons.svg")
    badge = drawing.sign(sign_of(row.standing), sprite)
    if row.standing == "in_force" and row.ended_from:
        return format_html("{} {}", badge, drawing.sign(sign_of("ending"), sprite, only=True))
    if row.open and row.standing != "proposed":
        return format_html("{} {}", badge, drawing.sign(sign_of("proposed"), sprite, only=True))
    return badge


def since_cell(row: Any) -> SafeString | str:
    """Return the version in force and since when."""
    if row.force_from is None:
        return words.DASH
    version = _t("version %(number)d") % {"number": row.force_number}
    return format_html('{}<span class="under">{}</span>', _day(row.force_from), version)


def until_cell(row: Any) -> SafeString | str:
    """Return the end of the term, with the days left where they are few."""
    if row.force_until is None:
        return _open_cell(row)
    left = (row.force_until - row.today).days
    text = _day(row.force_last)
    if 0 < left <= HORIZON:
        soon = _t("in %(length)s") % {"length": words.duration(left * words.DAY)}
        return format_html('{}<span class="under tone-risk"><span class="tone-text">{}</span></span>', text, soon)
    return text


def _open_cell(row: Any) -> SafeString | str:
    """Return until when a term runs that is open, or extended by itself at its end."""
    if row.force_from is None or row.term_until is None:
        return pgettext("end of a term", "open") if row.force_from else words.DASH
    term = term_at(row.force_from, row.term_until, renewal_length(row.renewed_by), row.today)
    return format_html('{}<span class="under">{}</span>', _day(term.last), _t("then extended"))


def _day(value: date) -> SafeString:
    """Return a day that is not broken over lines."""
    return format_html('<span class="nowrap">{}</span>', words.day(value))


def turn_cell(row: Any) -> SafeString | str:
    """Return whose move it is, since when and until when, and how much the last round changed."""
    if not row.turn or row.turn_version is None:
        return words.DASH
    url = reverse("room", args=[row.slug, row.turn_version])
    parts = [_t("since %(day)s") % {"day": words.day(timezone.localdate(row.turn_since))}]
    overdue = row.turn_until is not None and row.turn_until < timezone.now()
    if row.turn_until is not None:
        day = {"day": words.day(timezone.localdate(row.turn_until))}
        parts.append((_t("overdue since %(day)s") if overdue else _t("until %(day)s")) % day)
    if row.turn_changed:
        count = len(row.turn_changed)
        parts.append(ngettext("%(count)d clause changed", "%(count)d clauses changed", count) % {"count": count})
    tone = "tone-breach tone-text" if overdue else ""
    return format_html(
        '<a href="{}">{}</a><span class="under"><span class="{}">{}</span></span>', url, turn_name(row), tone,
        " · ".join(parts),
    )  # fmt: skip


def turn_name(row: Any) -> str:
    """Return the organisation whose move it is, or that it is that of both; empty where nobody has to move."""
    if not row.turn:
        return ""
    return _t("Both: to be signed") if row.turn == BOTH else str(row.organisation_of(row.turn).name)


COLUMNS = (
    Column("title", _("Agreement"), title_cell, ("title",), lambda row: row.title, css="wide"),
    Column("type", _("Type"), type_cell, ("type",), lambda row: row.type),
    Column("provider", _("Provider"), lambda row: row.provider.name, ("provider__name",)),
    Column("customer", _("Customer"), lambda row: row.customer.name, ("customer__name",)),
    Column("standing", _("State"), standing_cell, ("standing",), lambda row: row.standing),
    Column("turn", _("Whose move"), turn_cell, ("turn_since",), turn_name),
    Column("since", _("In force since"), since_cell, ("force_from",), lambda row: row.force_from or ""),
    Column("until", _("Until"), until_cell, ("force_until",), lambda row: row.force_last or ""),
)


def _by_standing(rows: Any, value: str) -> Any:
    """Return the agreements that stand so."""
    if value == "open":
        return rows.filter(open=True)
    if value == "ending":
        return rows.filter(standing="in_force", ended_from__gt=F("today"))
    return rows.filter(_expiring()) if value == "expiring" else rows.filter(standing=value)


def _expiring() -> Q:
    """Return the condition that the version in force ends within the horizon."""
    return Q(standing="in_force", force_until__lte=F("today") + HORIZON)


def _by_turn(rows: Any, value: str) -> Any:
    """Return the agreements in which a side has the move, or in which its time is over."""
    if value == "overdue":
        return rows.filter(turn_until__lt=timezone.now())
    return rows.filter(turn__in=[value, BOTH])


TURNS = (
    ("provider", _("The provider’s move")),
    ("customer", _("The customer’s move")),
    ("overdue", _("Overdue")),
)
FILTERS = (
    Search(_("Title, service or party"), ("title", "slug", "service__name", "provider__name", "customer__name")),
    Choice("type", _("Type"), AgreementType.choices, lambda rows, value: rows.filter(type=value)),
    Choice("state", _("State"), STANDINGS, _by_standing),
    Choice("turn", _("Whose move"), TURNS, _by_turn),
)


def _counts(rows: Any) -> dict[str, int]:
    """Return how many agreements are in force, have an open proposal, have a draft, and expire soon."""
    found = list(rows.order_by().values_list("standing", "open", "drafted", "force_until", "today"))
    horizon = timedelta(days=HORIZON)
    return {
        "force": sum(standing == "in_force" for standing, *_rest in found),
        "open": sum(one[1] for one in found),
        "draft": sum(one[2] for one in found),
        "expiring": sum(one[0] == "in_force" and one[3] is not None and one[3] <= one[4] + horizon for one in found),
    }


@login_required
def agreements(request: HttpRequest) -> HttpResponse:
    """Show the agreements of the person's organisations: parties, state, term."""
    require(request.user, "agreement_view")
    rows = agreements_listed(request.user, timezone.now())
    listing = Listing(request, rows, columns=COLUMNS, filters=FILTERS, sort="title")
    if listing.wants_export:
        return listing.export("agreements")
    context: dict[str, Any] = {
        "page_title": _("Agreements"),
        "listing": listing,
        "counts": _counts(rows),
        "may_add": can(request.user, "agreement_create"),
    }
    return page(request, "agreements/agreements.html", context, fragment="list")
