"""Restatements: final figures that would be otherwise today, and those that were restated."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from monitoring.figures.objective import period_label
from monitoring.forms import errors_take
from monitoring.forms.proposal import AnswerForm
from monitoring.models import Restatement, RestatementState
from monitoring.proposal_page import figure_shown, target_shown
from monitoring.proposals import restatement_get, restatements_visible, sees_inside
from monitoring.services import restatement as verbs
from monitoring.views.proposal import reader
from slmo.accounts.policy import Can
from slmo.web import words
from slmo.web.lists import Choice, Column, Listing, Search
from slmo.web.pages import page
from slmo.web.templatetags.slmo import state, when

SAID = {
    "issue": _("Restated: both figures are kept, and both parties are told."),
    "decline": _("The final figure stands; why is recorded."),
}


def period_of(row: Restatement) -> str:
    """Return what the period of a restatement is called."""
    return period_label(row.period_start, row.period_end, ZoneInfo(row.objective.agreement.timezone))


def _name(row: Restatement) -> SafeString:
    """Return the objective and period as a link, the agreement beneath."""
    agreement = row.objective.agreement
    return format_html(
        '<div><a class="row-link" href="{}">{}: {}</a><span class="under">{}</span></div>',
        reverse("restatement", args=[row.pk]), agreement.service.name, row.objective.name, agreement.title,
    )  # fmt: skip


def _figures(row: Restatement) -> SafeString:
    """Return the old and the new figure."""
    return format_html('<span class="muted">{}</span> → {}', figure_shown(row.old), figure_shown(row.new))


COLUMNS = (
    Column("about", _("Figure"), _name, sort=("objective__agreement__service__name", "objective__name"),
           export=lambda row: f"{row.objective.agreement}: {row.objective.name}"),
    Column("period", _("Period"), period_of, sort=("period_start",), css="nowrap"),
    Column("figures", _("Final and new"), _figures, css="num",
           export=lambda row: f"{row.old['achieved'] or row.old['value']} > {row.new['achieved'] or row.new['value']}"),
    Column("credit", _("Credit difference"), lambda row: words.number(row.credit_difference, 2), css="num",
           sort=("credit_difference",)),
    Column("state", _("State"), lambda row: state(row.state), sort=("state",),
           export=lambda row: row.get_state_display()),
    Column("found", _("Found"), lambda row: when(row.found_at), sort=("found_at",),
           export=lambda row: row.found_at.isoformat(), css="nowrap"),
)  # fmt: skip
FILTERS = (
    Search(
        _("Service, agreement or objective"),
        fields=("objective__agreement__service__name", "objective__agreement__title", "objective__name"),
    ),
    Choice("state", _("Any state"), RestatementState.choices, lambda rows, value: rows.filter(state=value)),
)


@login_required
@require_safe
def restatements(request: HttpRequest) -> HttpResponse:
    """List the restatements that the person may know of."""
    user = reader(request)
    listing = Listing(request, restatements_visible(user), columns=COLUMNS, filters=FILTERS, sort="-found")
    if listing.wants_export:
        return listing.export("restatements")
    context = {"listing": listing, "tab": "corrections", "part": "restatements", "can": Can(user)}
    return page(request, "monitoring/restatements.html", context, fragment="list")


@login_required
@require_safe
def restatement(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one restatement: both figures, what came later, and the answer."""
    return _show(request, restatement_get(reader(request), pk))


@login_required
@require_POST
def restatement_step(request: HttpRequest, pk: int, verb: str) -> HttpResponse:
    """Restate the figure, or let it stand."""
    if verb not in SAID:
        raise Http404
    found = restatement_get(reader(request), pk)
    form = AnswerForm(request.POST)
    if form.is_valid():
        seen = {"seen": form.cleaned_data["seen"]} if verb == "issue" else {}
        service = verbs.restatement_issue if verb == "issue" else verbs.restatement_decline
        try:
            service(restatement=found, word=form.cleaned_data["word"], **seen, actor=request.user, now=timezone.now())
        except ValidationError as error:
            errors_take(form, error)
        else:
            messages.success(request, str(SAID[verb]))
            return redirect("restatement", pk)
    return _show(request, found, form)


def _show(request: HttpRequest, found: Restatement, refused: AnswerForm | None = None) -> HttpResponse:
    """Return the page of a restatement, with its form as typed where it was refused."""
    user = reader(request)
    agreement = found.objective.agreement
    parties = (agreement.provider, agreement.customer)
    causes = [cause | {"moment": datetime.fromisoformat(cause["at"])} for cause in found.causes]
    context: dict[str, Any] = {
        "restatement": found, "agreement": agreement, "objective": found.objective, "period": period_of(found),
        "old": found.old | {"figure": figure_shown(found.old)}, "new": found.new | {"figure": figure_shown(found.new)},
        "target": target_shown(found.old), "causes": causes, "inside": sees_inside(user, *parties),
        "waits": found.state == RestatementState.WAITING, "can": Can(user, *parties),
        "form": refused or AnswerForm(initial={"seen": verbs.restatement_mark(found)}),
    }  # fmt: skip
    return page(request, "monitoring/restatement.html", context, status=422 if refused else 200)
