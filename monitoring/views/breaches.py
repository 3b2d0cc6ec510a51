"""Breaches as a list: those of now and those of the record, settled one by one or many with one explanation."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.db.models import Max, Min
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from agreements.models import AgreementType
from monitoring.breach_page import period_name
from monitoring.figures.numbers import figure_of, target_text
from monitoring.forms import errors_take
from monitoring.forms.breach import SettleForm
from monitoring.models import Breach, BreachState, Cause
from monitoring.selectors import breaches_visible
from monitoring.services.settlement import breaches_acknowledge, breaches_settle
from slmo.accounts.models import User
from slmo.accounts.policy import Can, require
from slmo.web import words
from slmo.web.lists import Choice, Column, Listing, Search
from slmo.web.pages import page
from slmo.web.templatetags.slmo import state

BULK_MOST = 250  # the longest page of the list


def _pick(row: Breach) -> SafeString:
    """Return the box that picks a breach for an act on many."""
    month = period_name(row, inside=True)
    label = _("Pick the breach of %(objective)s, %(month)s") % {"objective": row.objective, "month": month}
    return format_html(
        '<input class="form-check-input" type="checkbox" name="pick" value="{}" form="bulk" aria-label="{}">',
        row.pk,
        label,
    )


def _breach(row: Breach) -> SafeString:
    """Return service and objective as a link, the agreement beneath."""
    agreement = row.objective.agreement
    return format_html(
        '<div><a class="row-link" href="{}">{}: {}</a><span class="under">{}</span></div>',
        reverse("breach", args=[row.pk]),
        agreement.service.name,
        row.objective.name,
        agreement.title,
    )


def _figure(row: Breach) -> SafeString | str:
    """Return the figure as a link to why, with its target beneath."""
    result = row.result
    if not (result.achieved or result.value):
        return words.DASH
    return format_html(
        '<div><a class="why" href="{}">{}</a><span class="under">{}</span></div>',
        reverse("why", args=[result.pk]),
        figure_of(result),
        target_text(result.target),
    )


COLUMNS = (
    Column(
        "breach",
        _("Breach"),
        _breach,
        sort=("objective__agreement__service__name", "objective__name", "-period_start"),
        export=lambda row: f"{row.objective.agreement.service}: {row.objective.name} ({row.objective.agreement})",
    ),
    Column("period", _("Period"), period_name, sort=("period_start",), css="nowrap"),
    Column(
        "figure",
        _("Achieved"),
        _figure,
        sort=("result__achieved",),
        export=lambda row: row.result.achieved or row.result.value,
        css="num",
    ),
    Column(
        "state", _("State"), lambda row: state(row.state), sort=("state",), export=lambda row: row.get_state_display()
    ),
    Column("cause", _("Cause"), lambda row: row.get_cause_display() or words.DASH, sort=("cause",)),
    Column("owner", _("Owner"), lambda row: str(row.owner or words.DASH), sort=("owner__name",)),
)
PICK = Column("pick", _("Pick"), _pick, export=lambda row: "", css="pick")


def _by(path: str) -> Any:
    """Return a filter that compares one field."""
    return lambda rows, value: rows.filter(**{path: value})


def _record(rows: Any, value: str) -> Any:
    """Narrow to breaches found as they happened, or to those found in old records."""
    return rows.filter(historic=value == "record")


FILTERS = (
    Search(
        _("Service, agreement or objective"),
        fields=("objective__agreement__service__name", "objective__agreement__title", "objective__name", "explanation"),
    ),
    Choice("state", _("Any state"), BreachState.choices, _by("state")),
    Choice(
        "found", _("Now and then"), [("now", _("Found as it happened")), ("record", _("Found in old records"))], _record
    ),
    Choice("type", _("Any type"), AgreementType.choices, _by("objective__agreement__type")),
    Choice("cause", _("Any cause"), Cause.choices, _by("cause")),
)


def _years(rows: Any) -> Choice:
    """Return the filter by the year in which the period begins, with the years that occur."""
    span = rows.order_by().aggregate(first=Min("period_start"), last=Max("period_start"))
    years = range(span["last"].year, span["first"].year - 1, -1) if span["first"] else ()
    return Choice("year", _("Any year"), [(str(year), str(year)) for year in years], _by("period_start__year"))


@login_required
def breaches(request: HttpRequest) -> HttpResponse:
    """List the breaches that the person may see."""
    return _list_page(request)


def _list_page(request: HttpRequest, settle: SettleForm | None = None) -> HttpResponse:
    """Show the list, with what was typed where an act on many was refused."""
    assert isinstance(request.user, User)
    require(request.user, "breach_view")
    can = Can(request.user)
    rows = breaches_visible(request.user)
    columns = (PICK, *COLUMNS) if can.breach_acknowledge else COLUMNS
    listing = Listing(request, rows, columns=columns, filters=(*FILTERS, _years(rows)), sort="-period")
    if listing.wants_export:
        return listing.export("breaches")
    context = {"listing": listing, "tab": "breaches", "can": can, "settle_form": settle or SettleForm()}
    status = 422 if settle is not None and settle.errors else 200
    return page(request, "monitoring/breaches.html", context, fragment="list", status=status)


@login_required
@require_POST
def breaches_bulk(request: HttpRequest) -> HttpResponse:
    """Acknowledge or settle the picked breaches in one go, all or none."""
    assert isinstance(request.user, User)
    picked = [int(key) for key in request.POST.getlist("pick")[:BULK_MOST] if key.isascii() and key.isdecimal()]
    rows = list(breaches_visible(request.user).filter(pk__in=picked))
    if not rows:
        messages.warning(request, _("Pick at least one breach first."))
        return redirect(_back(request))
    if request.POST.get("act") == "acknowledge":
        done = breaches_acknowledge(breaches=rows, actor=request.user, now=timezone.now())
        said = ngettext("%(count)d breach is acknowledged.", "%(count)d breaches are acknowledged.", done)
    else:
        form = SettleForm(request.POST)
        if not form.is_valid():
            return _list_page(request, form)
        try:
            done = breaches_settle(breaches=rows, **form.cleaned_data, actor=request.user, now=timezone.now())
        except ValidationError as error:
            errors_take(form, error)
            return _list_page(request, form)
        said = ngettext("%(count)d breach is closed.", "%(count)d breaches are closed.", done)
    messages.success(request, said % {"count": done})
    return redirect(_back(request))


def _back(request: HttpRequest) -> str:
    """Return the address of the list as it was filtered."""
    back = request.POST.get("back", "")
    known = url_has_allowed_host_and_scheme(back, {request.get_host()}, require_https=request.is_secure())
    return back if known and back.startswith(reverse("breaches")) else reverse("breaches")
