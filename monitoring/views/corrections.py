"""Corrections: the list, one proposal with its figures before and after, and proposing one."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from agreements.models import Indicator, Objective
from agreements.selectors import objectives_visible
from monitoring.forms import errors_take
from monitoring.forms.correction import RowsCorrectionForm, StateCorrectionForm
from monitoring.forms.proposal import DecisionForm
from monitoring.kinds import kind_of
from monitoring.models import Correction, ProposalState
from monitoring.proposal_page import effects_shown, rehearsed, span_shown, steps_of
from monitoring.proposals import correction_get, corrections_visible, sees_inside
from monitoring.services import correction as verbs
from monitoring.services.correction_rows import kind_of_items
from monitoring.views.facts import indicator_of, indicator_url
from monitoring.views.proposal import Step, evidence_answer, reader, step_take
from monitoring.writers import may_correct
from slmo.accounts.models import User
from slmo.accounts.policy import Can, require
from slmo.core.units import parse_instant
from slmo.web import words
from slmo.web.lists import Choice, Column, Listing, Search
from slmo.web.pages import page, wants_fragment
from slmo.web.templatetags.slmo import state, when

STEPS = {
    "approve": Step(verbs.correction_approve, DecisionForm, _("Approved: the facts are put right, and the figures.")),
    "decline": Step(verbs.correction_decline, DecisionForm, _("Declined: nothing was changed.")),
    "withdraw": Step(verbs.correction_withdraw, None, _("Withdrawn: nothing was changed.")),
}
PREVIEW = "preview"
INSTANTS = ("at", "start", "end", "opened", "responded", "resolved")
COLUMN_LABELS = {
    "at": _("At"), "start": _("From"), "end": _("Until"), "state": _("State"), "scope": _("Where"),
    "good": _("Good events"), "total": _("All events"), "value": _("Value"), "id": _("Task"), "opened": _("Opened"),
    "responded": _("Answered"), "resolved": _("Resolved"), "priority": _("Priority"), "pauses": _("Pauses"),
    "met": _("Met"), "by": _("Stated by"), "evidence": _("Evidence"), "reference": _("Reference"), "key": _("Key"),
}  # fmt: skip


def _name(row: Correction) -> SafeString:
    """Return what is corrected as a link, the reason beneath."""
    return format_html(
        '<div><a class="row-link" href="{}">{}</a><span class="under">{}</span></div>',
        reverse("correction", args=[row.pk]), str(row.indicator), words_short(row.reason),
    )  # fmt: skip


def words_short(text: str) -> str:
    """Return the beginning of a text."""
    return text if len(text) <= 90 else f"{text[:88]}…"


COLUMNS = (
    Column("about", _("Correction"), _name, sort=("indicator__service__name", "indicator__name"),
           export=lambda row: str(row.indicator)),
    Column("span", _("Time"), lambda row: span_shown(row.start, row.end), sort=("start",)),
    Column("state", _("State"), lambda row: state(row.state), sort=("state",),
           export=lambda row: row.get_state_display()),
    Column("by", _("Proposed by"), lambda row: str(row.proposed_by or words.DASH), sort=("proposed_by__name",)),
    Column("at", _("Proposed"), lambda row: when(row.proposed_at), sort=("proposed_at",),
           export=lambda row: row.proposed_at.isoformat(), css="nowrap"),
    Column("decided", _("Decided by"), lambda row: str(row.decided_by or words.DASH), sort=("decided_by__name",)),
    Column("reason", _("Reason"), lambda row: words_short(row.reason), export=lambda row: row.reason),
)  # fmt: skip


@login_required
@require_safe
def corrections(request: HttpRequest) -> HttpResponse:
    """List the corrections that the person may know of."""
    user = reader(request)
    rows = corrections_visible(user)
    services = dict(rows.order_by().values_list("indicator__service__slug", "indicator__service__name"))
    states = [one for one in ProposalState.choices if one[0] != ProposalState.REVOKED]
    filters = (
        Search(_("Service, reason or person"), fields=("indicator__service__name", "reason", "proposed_by__name")),
        Choice("state", _("Any state"), states, lambda found, value: found.filter(state=value)),
        Choice("service", _("Any service"), sorted(services.items(), key=lambda one: one[1]),
               lambda found, value: found.filter(indicator__service__slug=value)),
    )  # fmt: skip
    listing = Listing(request, rows, columns=COLUMNS[:-1], filters=filters, sort="-at")
    if listing.wants_export:
        return Listing(request, rows, columns=COLUMNS, filters=filters, sort="-at").export("corrections")
    context = {"listing": listing, "tab": "corrections", "part": "corrections", "can": Can(user)}
    return page(request, "monitoring/corrections.html", context, fragment="list")


@login_required
@require_safe
def correction(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one correction."""
    return _show(request, correction_get(reader(request), pk))


@login_required
@require_POST
def correction_step(request: HttpRequest, pk: int, verb: str) -> HttpResponse:
    """Approve, decline or withdraw a correction."""
    return step_take(request, correction_get(reader(request), pk), verb, STEPS, _show)


@login_required
@require_safe
def correction_file(request: HttpRequest, pk: int) -> HttpResponse:
    """Send the evidence of a correction."""
    return evidence_answer(request, correction_get(reader(request), pk).file)


def _show(request: HttpRequest, found: Correction, refused: dict[str, Any] | None = None) -> HttpResponse:
    """Return the page of a correction, with its forms as typed where a service refused them."""
    user = reader(request)
    service = found.indicator.service
    measured_by = found.indicator.measured_by
    inside = sees_inside(user, service.organisation) or (measured_by is not None and may_correct(user, found.indicator))
    context: dict[str, Any] = {
        "proposal": found, "what": "correction", "indicator": found.indicator, "service": service, "inside": inside,
        "rows": _rows_shown(found), "span": span_shown(found.start, found.end), "steps": steps_of(found),
        "mine": found.proposed_by_id == user.pk, "can": Can(user, service.organisation),
        "decides": may_correct(user, found.indicator),
        "decision": next(iter((refused or {}).values()), None) or DecisionForm(),
    }  # fmt: skip
    if found.waits and inside:
        context |= rehearsed(user, lambda: _rehearse(found.indicator, found.rows))
    else:
        context |= effects_shown(user, found.effects)
    return page(request, "monitoring/correction.html", context, status=422 if refused else 200)


def _rehearse(indicator: Indicator, rows: list[dict[str, str]]) -> tuple[list[dict[str, Any]], int]:
    """Return what these facts would change."""
    return verbs.correction_rehearse(indicator=indicator, rows=rows, now=timezone.now())


def _rows_shown(found: Correction) -> dict[str, Any]:
    """Return the facts of a correction as a table: the columns that say anything, and the lines."""
    kind = kind_of_items(found.indicator, found.rows)
    names = [name for name in (*kind.fields, *kind.common) if any(row.get(name) for row in found.rows)]
    lines = [[_cell(name, row.get(name, "")) for name in names] for row in found.rows]
    return {"names": [column_label(name) for name in names], "lines": lines}


def _cell(name: str, text: str) -> dict[str, Any]:
    """Return one cell of a correction's facts: instants in the reader's zone, a state as its sign, else as written."""
    shown = text
    if name in INSTANTS and text:
        shown = when(parse_instant(text))
    return {"name": column_label(name), "text": shown, "state": name == "state", "css": ""}


def column_label(name: str) -> str:
    """Return the heading of a column of facts."""
    return str(COLUMN_LABELS.get(name, name))


@login_required
def correction_new(request: HttpRequest, service: str, slug: str) -> HttpResponse:
    """Propose a correction; `preview` says what it would change, and keeps nothing."""
    user = reader(request)
    found = indicator_of(user, service, slug)
    require(user, "correction_propose", found.service.organisation)
    form = _form(request, found)
    context: dict[str, Any] = {"indicator": found, "kind": kind_of(found), "form": form, "from": _from(request, user)}
    if request.method != "POST":
        return page(request, "monitoring/correction_new.html", context)
    if PREVIEW in request.POST:
        return _preview(request, user, found, context)
    if form.is_valid():
        try:
            made = verbs.correction_propose(
                indicator=found, rows=form.rows(), **form.words(), objective=context["from"], actor=user,
                now=timezone.now(),
            )  # fmt: skip
        except ValidationError as error:
            errors_take(form, error)
        else:
            messages.success(request, _("Proposed: those who may approve it are told."))
            return redirect("correction", made.pk)
    return page(request, "monitoring/correction_new.html", context, status=422)


def _preview(request: HttpRequest, user: User, found: Indicator, context: dict[str, Any]) -> HttpResponse:
    """Answer with what the typed facts would change; only they must be usable, the words may still lack."""
    form = context["form"]
    form.is_valid()
    wrong = [name for name in ("state", "start", "end", "scope", "facts") if name in form.errors]
    if wrong:
        context["unrehearsed"] = " ".join(str(sentence) for name in wrong for sentence in form.errors[name])
    else:
        context |= rehearsed(user, lambda: _rehearse(found, form.rows()))
    if not wants_fragment(request):
        form.errors.clear()
    return page(request, "monitoring/correction_new.html", context, fragment="monitoring/_effects.html")


def _form(request: HttpRequest, found: Indicator) -> StateCorrectionForm | RowsCorrectionForm:
    """Return the form for the indicator's kind of facts, filled from the address where it names a span."""
    kind = kind_of(found)
    data, files = (request.POST, request.FILES) if request.method == "POST" else (None, None)
    if kind.name == "states":
        named = {name: request.GET[name] for name in ("state", "start", "end", "scope") if request.GET.get(name)}
        initial = {name: _typed(name, value) for name, value in named.items()}
        return StateCorrectionForm(data, files, initial=initial)
    header = ",".join(kind.fields)
    return RowsCorrectionForm(kind, data, files, initial={"facts": f"{header}\n{request.GET.get('row', '')}"})


def _typed(name: str, value: str) -> Any:
    """Return a value of the address as its field takes it: times in the reader's zone."""
    if name not in ("start", "end"):
        return value
    moment = words.instant_of(int(value)) if value.isascii() and value.isdecimal() and len(value) < 12 else None
    return timezone.localtime(moment) if moment else None


def _from(request: HttpRequest, user: User) -> Objective | None:
    """Return the objective from whose page the reader comes, if the address names one that they may see."""
    name = request.GET.get("objective", "")
    return objectives_visible(user).filter(pk=int(name)).first() if name.isascii() and name.isdecimal() else None


def correction_url(indicator: Indicator) -> str:
    """Return the address at which a correction of an indicator's facts is proposed."""
    return indicator_url(indicator, "correction_new")
