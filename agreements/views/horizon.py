"""The list of what expires or is extended within 30, 90 or 180 days."""

from datetime import timedelta
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from agreements.horizon import WHATS, Ahead, ahead_listed, within
from agreements.models import AgreementType
from agreements.reading.horizon_picture import horizon_draw
from slmo.accounts.policy import require
from slmo.web import words
from slmo.web.lists import Choice, Column, Listing, Search
from slmo.web.pages import page

SPANS = (30, 90, 180, 365)
USUAL = 90


def title_cell(row: Ahead) -> SafeString:
    """Return the agreement as a link, with the service below."""
    url = reverse("agreement", args=[row.agreement.slug])
    return format_html(
        '<a class="row-link" href="{}">{}</a><span class="under">{}</span>', url, row.agreement.title,
        row.agreement.service,
    )  # fmt: skip


def what_cell(row: Ahead) -> SafeString | str:
    """Return what happens, and for how long a term is extended."""
    if not row.months:
        return str(WHATS[row.what])
    length = ngettext("by %(count)d month", "by %(count)d months", row.months) % {"count": row.months}
    return format_html('{}<span class="under">{}</span>', WHATS[row.what], length)


def last_cell(row: Ahead) -> SafeString:
    """Return the last day of the term and how far away it is."""
    return format_html('{}<span class="under">{}</span>', words.day(row.last), _left(row.left))


def notice_cell(row: Ahead) -> SafeString | str:
    """Return the last day to give notice, or that it is past."""
    if row.notice_by is None:
        return words.DASH
    if row.notice_passed:
        return format_html(
            '<span class="muted">{}</span><span class="under">{}</span>', words.day(row.notice_by), _t("past")
        )
    left = (row.notice_by - row.today).days
    tone = "tone-risk" if left <= 14 else ""
    return format_html(
        '{}<span class="under {}"><span class="tone-text">{}</span></span>', words.day(row.notice_by), tone, _left(left)
    )


def side_name(row: Ahead) -> str:
    """Return on which side of the table the reader sits."""
    return _t("We deliver") if row.provides else _t("We receive")


def other_cell(row: Ahead) -> SafeString:
    """Return the other side, and on which one the reader sits."""
    other = row.agreement.customer if row.provides else row.agreement.provider
    return format_html('{}<span class="under">{}</span>', other.name, side_name(row))


def _title(row: Ahead) -> str:
    """Return the agreement's title."""
    return str(row.agreement.title)


def _left(days: int) -> str:
    """Return a distance in days in words."""
    return _t("today") if days == 0 else ngettext("in %(count)d day", "in %(count)d days", days) % {"count": days}


COLUMNS = (
    Column("title", _("Agreement"), title_cell, _title, _title, "wide"),
    Column(
        "side", _("With"), other_cell, lambda row: (row.provides, row.agreement.title),
        lambda row: (row.agreement.customer if row.provides else row.agreement.provider).name,
    ),
    Column("what", _("What happens"), what_cell, lambda row: (row.what, row.last), lambda row: str(WHATS[row.what])),
    Column("last", _("Last day"), last_cell, lambda row: row.last, lambda row: row.last.isoformat()),
    Column(
        "notice", _("Notice until"), notice_cell, lambda row: row.act_by,
        lambda row: row.notice_by.isoformat() if row.notice_by else "",
    ),
    Column("type", _("Type"), lambda row: row.agreement.type, lambda row: row.agreement.type),
)  # fmt: skip
FILTERS = (
    Search(
        _("Title, service or party"),
        matches=lambda row, text: text.casefold() in " ".join(
            map(str, (row.agreement.title, row.agreement.service, row.agreement.provider, row.agreement.customer))
        ).casefold(),
    ),
    Choice(
        "what", _("What happens"), tuple(WHATS.items()),
        lambda rows, value: [one for one in rows if one.what == value],
    ),
    Choice(
        "side", _("Side"), (("provides", _("We deliver")), ("receives", _("We receive"))),
        lambda rows, value: [one for one in rows if one.provides == (value == "provides")],
    ),
    Choice(
        "type", _("Type"), AgreementType.choices,
        lambda rows, value: [one for one in rows if one.agreement.type == value],
    ),
)  # fmt: skip


@login_required
def horizon(request: HttpRequest) -> HttpResponse:
    """Show what expires, is extended or ends within the span, as a picture and as a list."""
    require(request.user, "agreement_view")
    asked = request.GET.get("days", "")
    days = int(asked) if asked.isdigit() and int(asked) in SPANS else USUAL
    now = timezone.now()
    everything = ahead_listed(request.user, now, max(SPANS))
    rows = [one for one in everything if one.left <= days]
    listing = Listing(request, rows, columns=COLUMNS, filters=FILTERS, sort="last", keep=("days",))
    if listing.wants_export:
        return listing.export("horizon")
    context: dict[str, Any] = {
        "page_title": _t("What expires or is extended"),
        "listing": listing,
        "days": days,
        "spans": [{"days": one, "count": within(everything, one)} for one in SPANS],
        "picture": horizon_draw(listing.rows, timezone.localdate(now), days),
        "pressing": sum(one.notice_by is not None and 0 <= (one.notice_by - one.today).days <= 14 for one in rows),
        "until": timezone.localdate(now) + timedelta(days=days),
    }
    return page(request, "agreements/horizon.html", context, fragment="content")
