"""Exclusions: the list, one proposal with its figures before and after, and proposing one."""

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

from agreements.models import Agreement
from agreements.selectors import agreement_get
from monitoring.forms import errors_take
from monitoring.forms.exclusion import ExclusionForm, RevokeForm
from monitoring.forms.proposal import DecisionForm
from monitoring.models import Exclusion, ExclusionKind, ProposalState
from monitoring.proposal_page import effects_shown, rehearsed, span_shown, steps_of
from monitoring.proposals import exclusion_get, exclusions_visible, sees_inside
from monitoring.services import exclusion as verbs
from monitoring.views.corrections import PREVIEW, words_short
from monitoring.views.proposal import Step, evidence_answer, reader, step_take
from slmo.accounts.models import User
from slmo.accounts.policy import Can, require
from slmo.web import words
from slmo.web.lists import Choice, Column, Listing, Search
from slmo.web.pages import page, wants_fragment
from slmo.web.templatetags.slmo import state, when

STEPS = {
    "approve": Step(verbs.exclusion_approve, DecisionForm, _("Approved: the time does not count any more.")),
    "decline": Step(verbs.exclusion_decline, DecisionForm, _("Declined: nothing was changed.")),
    "withdraw": Step(verbs.exclusion_withdraw, None, _("Withdrawn: nothing was changed.")),
    "revoke": Step(verbs.exclusion_revoke, RevokeForm, _("Revoked: the time counts again.")),
}


def about(row: Exclusion) -> str:
    """Return what an exclusion is about: one objective, an agreement, or all about a service."""
    if row.objective:
        return f"{row.agreement}: {row.objective.name}"
    return str(row.agreement or row.service)


def _name(row: Exclusion) -> SafeString:
    """Return what is excluded as a link, the reason beneath."""
    return format_html(
        '<div><a class="row-link" href="{}">{}</a><span class="under">{}</span></div>',
        reverse("exclusion", args=[row.pk]), about(row), words_short(row.reason),
    )  # fmt: skip


COLUMNS = (
    Column("about", _("Exclusion"), _name, sort=("agreement__title", "service__name"), export=about),
    Column("kind", _("Kind"), lambda row: row.get_kind_display(), sort=("kind",)),
    Column("span", _("Time"), lambda row: span_shown(row.start, row.end), sort=("start",)),
    Column("state", _("State"), lambda row: state(row.state), sort=("state",),
           export=lambda row: row.get_state_display()),
    Column("by", _("Proposed by"), lambda row: str(row.proposed_by or words.DASH), sort=("proposed_by__name",)),
    Column("at", _("Proposed"), lambda row: when(row.proposed_at), sort=("proposed_at",),
           export=lambda row: row.proposed_at.isoformat(), css="nowrap"),
    Column("decided", _("Decided by"), lambda row: str(row.decided_by or words.DASH), sort=("decided_by__name",)),
    Column("reason", _("Reason"), lambda row: words_short(row.reason), export=lambda row: row.reason),
)  # fmt: skip
FILTERS = (
    Search(
        _("Agreement, service, reason or person"),
        fields=("agreement__title", "agreement__service__name", "service__name", "reason", "proposed_by__name"),
    ),
    Choice("state", _("Any state"), ProposalState.choices, lambda rows, value: rows.filter(state=value)),
    Choice("kind", _("Any kind"), ExclusionKind.choices, lambda rows, value: rows.filter(kind=value)),
)


@login_required
@require_safe
def exclusions(request: HttpRequest) -> HttpResponse:
    """List the exclusions that the person may know of."""
    user = reader(request)
    rows = exclusions_visible(user)
    listing = Listing(request, rows, columns=COLUMNS[:-1], filters=FILTERS, sort="-at")
    if listing.wants_export:
        return Listing(request, rows, columns=COLUMNS, filters=FILTERS, sort="-at").export("exclusions")
    context = {"listing": listing, "tab": "corrections", "part": "exclusions", "can": Can(user)}
    return page(request, "monitoring/exclusions.html", context, fragment="list")


@login_required
@require_safe
def exclusion(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one exclusion."""
    return _show(request, exclusion_get(reader(request), pk))


@login_required
@require_POST
def exclusion_step(request: HttpRequest, pk: int, verb: str) -> HttpResponse:
    """Approve, decline, withdraw or revoke an exclusion."""
    return step_take(request, exclusion_get(reader(request), pk), verb, STEPS, _show)


@login_required
@require_safe
def exclusion_file(request: HttpRequest, pk: int) -> HttpResponse:
    """Send the evidence of an exclusion."""
    return evidence_answer(request, exclusion_get(reader(request), pk).file)


def _show(request: HttpRequest, found: Exclusion, refused: dict[str, Any] | None = None) -> HttpResponse:
    """Return the page of an exclusion, with its forms as typed where a service refused them."""
    user, forms = reader(request), refused or {}
    parties = verbs.organisations_of(found)
    inside = sees_inside(user, *parties)
    context: dict[str, Any] = {
        "proposal": found, "what": "exclusion", "about": about(found), "agreement": found.agreement,
        "service": found.service or (found.agreement and found.agreement.service), "inside": inside,
        "span": span_shown(found.start, found.end), "steps": steps_of(found),
        "mine": found.proposed_by_id == user.pk, "approver": found.decided_by_id == user.pk,
        "can": Can(user, *parties), "revoke": forms.get("revoke") or RevokeForm(),
        "decision": forms.get("approve") or forms.get("decline") or DecisionForm(),
    }  # fmt: skip
    if found.waits and inside:
        context |= rehearsed(user, lambda: _rehearse(found))
    else:
        context |= effects_shown(user, found.effects)
    return page(request, "monitoring/exclusion.html", context, status=422 if refused else 200)


def _rehearse(found: Exclusion) -> tuple[list[dict[str, Any]], int]:
    """Return what an exclusion would change."""
    return verbs.exclusion_rehearse(exclusion=found, start=found.start, end=found.end, now=timezone.now())


@login_required
def exclusion_new(request: HttpRequest) -> HttpResponse:
    """Propose an exclusion; `preview` says what it would change, and keeps nothing."""
    user = reader(request)
    agreement = _agreement(request, user)
    parties = [agreement.provider, agreement.customer] if agreement else []
    require(user, "exclusion_propose", *parties)
    bound = (request.POST, request.FILES) if request.method == "POST" else (None, None)
    form = ExclusionForm(user, agreement, *bound, initial=_initial(request, agreement))
    context: dict[str, Any] = {"form": form, "agreement": agreement}
    if request.method != "POST":
        return page(request, "monitoring/exclusion_new.html", context)
    if PREVIEW in request.POST:
        return _preview(request, user, context)
    if form.is_valid():
        cleaned = form.cleaned_data
        try:
            made = verbs.exclusion_propose(
                **form.subject(), kind=cleaned["kind"], start=cleaned["start"], end=cleaned["end"], **form.words(),
                actor=user, now=timezone.now(),
            )  # fmt: skip
        except ValidationError as error:
            errors_take(form, error)
        else:
            messages.success(request, _("Proposed: those who may approve it are told."))
            return redirect("exclusion", made.pk)
    return page(request, "monitoring/exclusion_new.html", context, status=422)


def _agreement(request: HttpRequest, user: User) -> Agreement | None:
    """Return the agreement that the address names; raises Agreement.DoesNotExist where it is not to be seen."""
    slug = request.GET.get("agreement", "")
    return agreement_get(user, slug) if slug else None


def _initial(request: HttpRequest, agreement: Agreement | None) -> dict[str, Any]:
    """Return what the address says of the form: the objective, and from when to when."""
    found: dict[str, Any] = {"kind": ExclusionKind.DISRUPTION}
    if agreement is not None:
        name = request.GET.get("objective", "")
        found["about"] = f"objective:{agreement.slug}/{name}" if name else f"agreement:{agreement.slug}"
    for name in ("start", "end"):
        value = request.GET.get(name, "")
        if value.isascii() and value.isdecimal() and len(value) < 12:
            found[name] = timezone.localtime(words.instant_of(int(value)))
    return found


def _preview(request: HttpRequest, user: User, context: dict[str, Any]) -> HttpResponse:
    """Answer with what the typed time would change; only it must be usable, the words may still lack."""
    form = context["form"]
    form.is_valid()
    wrong = [name for name in ("about", "start", "end", "kind") if name in form.errors]
    if wrong:
        context["unrehearsed"] = " ".join(str(sentence) for name in wrong for sentence in form.errors[name])
    else:
        context |= rehearsed(user, lambda: _tried(form))
    if not wants_fragment(request):
        form.errors.clear()
    return page(request, "monitoring/exclusion_new.html", context, fragment="monitoring/_effects.html")


def _tried(form: ExclusionForm) -> tuple[list[dict[str, Any]], int]:
    """Return what the typed exclusion would change."""
    chosen = {"agreement": None, "objective": None, "service": None, **form.subject()}
    made = verbs.exclusion_made(**chosen, kind=form.cleaned_data["kind"])
    made.reason = form.cleaned_data.get("reason", "")
    start, end = form.cleaned_data["start"], form.cleaned_data["end"]
    return verbs.exclusion_rehearse(exclusion=made, start=start, end=end, now=timezone.now())
