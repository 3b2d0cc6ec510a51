"""Where every objective stands, as a list."""

from datetime import timedelta
from typing import Any

from django.contrib.auth.decorators import login_required
from django.db.models import Case, When
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from agreements.models import AgreementType, Criticality
from monitoring.figures.numbers import budget_text, figure_of, is_counted, target_text
from monitoring.models import ObjectiveStatus
from monitoring.selectors import statuses_visible
from slmo.accounts.models import User
from slmo.accounts.policy import require
from slmo.web import words
from slmo.web.lists import Choice, Column, Listing, Search
from slmo.web.pages import page
from slmo.web.signs import VERDICTS
from slmo.web.templatetags.slmo import ago, verdict

SECOND = timedelta(seconds=1)
SHOWN = ("met", "on_track", "at_risk", "breached", "indeterminate", "no_data")


def _objective(row: ObjectiveStatus) -> SafeString:
    """Return service and objective as a link, the agreement beneath."""
    agreement = row.objective.agreement
    url = reverse("objective", args=[agreement.slug, row.objective.name])
    return format_html(
        '<div><a class="row-link" href="{}">{}: {}</a><span class="under">{}</span></div>',
        url,
        agreement.service.name,
        row.objective.name,
        agreement.title,
    )


def _target(row: ObjectiveStatus) -> str:
    """Return the target of the period that is shown."""
    return target_text(row.result.target) if row.result and row.result.target else words.DASH


def _achieved(row: ObjectiveStatus) -> SafeString | str:
    """Return the figure as a link to why."""
    if row.result is None or not (row.result.achieved or row.result.value):
        return words.DASH
    text = figure_of(row.result)
    return format_html('<a class="why" href="{}">{}</a>', reverse("why", args=[row.result.pk]), text)


def _left(row: ObjectiveStatus) -> str:
    """Return what may still be lost in the period."""
    result = row.result
    if result is None or result.budget_allowed is None or result.budget_consumed is None:
        return words.DASH
    left = result.budget_allowed - result.budget_consumed
    text = budget_text(abs(left), counted=is_counted(row.objective))
    return text if left >= 0 else gettext("%(time)s over") % {"time": text}


def _period(row: ObjectiveStatus) -> str:
    """Return the first and the last day of the period, in the agreement's zone."""
    if row.result is None:
        return words.DASH
    zone = words.zone_of(row.objective.agreement.timezone)
    first, end = row.result.start.astimezone(zone).date(), (row.result.end - SECOND).astimezone(zone).date()
    return words.day(first) if first == end else f"{words.day(first)} – {words.day(end)}"


COLUMNS = (
    Column(
        "objective",
        _("Objective"),
        _objective,
        sort=("objective__agreement__service__name", "objective__name"),
        export=lambda row: f"{row.objective.agreement.service}: {row.objective.name} ({row.objective.agreement})",
    ),
    Column("target", _("Target"), _target, css="num"),
    Column(
        "achieved",
        _("This period"),
        _achieved,
        sort=("result__achieved",),
        export=lambda row: (row.result.achieved or row.result.value) if row.result else "",
        css="num",
    ),
    Column("left", _("May still be lost"), _left, css="num"),
    Column(
        "verdict", _("Verdict"), lambda row: verdict(row.verdict), sort=("verdict",), export=lambda row: row.verdict
    ),
    Column(
        "since", _("Since"), lambda row: ago(row.since), sort=("since",), export=lambda row: row.since, css="nowrap"
    ),
    Column("period", _("Period"), _period, sort=("result__end",), css="nowrap"),
)


def _by(path: str) -> Any:
    """Return a filter that compares one field."""
    return lambda rows, value: rows.filter(**{path: value})


FILTERS = (
    Search(
        _("Service, agreement or objective"),
        fields=("objective__agreement__service__name", "objective__agreement__title", "objective__name"),
    ),
    Choice("verdict", _("Any verdict"), [(key, VERDICTS[key].label) for key in SHOWN], _by("verdict")),
    Choice("type", _("Any type"), AgreementType.choices, _by("objective__agreement__type")),
    Choice(
        "criticality",
        _("Any criticality"),
        [(str(value), label) for value, label in Criticality.choices],
        _by("objective__agreement__service__criticality"),
    ),
)


@login_required
def statuses(request: HttpRequest) -> HttpResponse:
    """List where every objective stands that the person may see."""
    assert isinstance(request.user, User)
    require(request.user, "objective_view")
    judged_first = Case(When(verdict="no_data", then=1), default=0)
    rows = (
        statuses_visible(request.user)
        .select_related("objective__indicator")
        .order_by(judged_first, "objective__agreement__title", "objective__position", "pk")
    )
    listing = Listing(request, rows, columns=COLUMNS, filters=FILTERS)
    if listing.wants_export:
        return listing.export("objectives")
    return page(request, "monitoring/statuses.html", {"listing": listing, "tab": "statuses"}, fragment="list")
