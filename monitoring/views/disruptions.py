"""Planned disruptions: the list, one at the table, announcing one, and the moves."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST, require_safe

from agreements.selectors import agreement_get
from agreements.views.negotiation import proof_of
from monitoring.disruptions import disruption_get, disruptions_visible, notice_short, side_answering
from monitoring.forms.disruption import AnnounceForm, ConsentForm, CounterForm, DeclineForm, shown_text
from monitoring.models import Disruption, DisruptionState
from monitoring.proposal_page import span_shown
from monitoring.services import disruption as verbs
from monitoring.views.proposal import reader
from slmo.accounts.policy import Can, can, require
from slmo.web.lists import Choice, Column, Listing, Search
from slmo.web.pages import page
from slmo.web.templatetags.slmo import state, when

ACTS = {
    "ask": pgettext_lazy("what a person did", "asked for consent"), "counter": _("proposed other times"),
    "consent": _("consented"), "decline": pgettext_lazy("what a person did", "declined"),
    "withdraw": _("withdrew it"), "call_off": _("called it off"),
}  # fmt: skip


def _name(row: Disruption) -> SafeString:
    """Return what is planned as a link, the agreement beneath."""
    url = reverse("disruption", args=[row.agreement.slug, row.pk])
    return format_html(
        '<a class="row-link" href="{}">{}</a><span class="under">{}</span>', url, row.announcement, row.agreement
    )


def _times(row: Disruption) -> SafeString:
    """Return the times on the table, a line each."""
    return format_html_join("", '<span class="d-block">{}</span>', ((span_shown(*one),) for one in _spans(row)))


def _spans(row: Disruption) -> list[verbs.Span]:
    return [verbs.Span(one.start, one.end) for one in row.windows]


def _turn(row: Disruption) -> str:
    return str(row.agreement.organisation_of(row.turn)) if row.waits else ""


COLUMNS = (
    Column("what", _("Planned disruption"), _name, sort=("announcement__title",), export=str, css="wide"),
    Column("times", _("Time"), _times, sort=("first",),
           export=lambda row: "; ".join(span_shown(*one) for one in _spans(row))),
    Column("service", _("Service"), lambda row: row.agreement.service.name, sort=("agreement__service__name",)),
    Column("customer", _("Customer"), lambda row: row.agreement.customer.name, sort=("agreement__customer__name",)),
    Column("state", _("State"), lambda row: state(row.state), sort=("state",),
           export=lambda row: row.get_state_display()),
    Column("turn", _("Waiting for"), _turn, sort=("turn",)),
    Column("at", _("Announced"), lambda row: when(row.announcement.created_at), sort=("announcement__created_at",),
           export=lambda row: row.announcement.created_at.isoformat(), css="nowrap"),
)  # fmt: skip
FILTERS = (
    Search(
        _("What, service or customer"),
        ("announcement__title", "announcement__reason", "agreement__title", "agreement__service__name"),
    ),
    Choice("state", _("Any state"), DisruptionState.choices, lambda rows, value: rows.filter(state=value)),
)


@login_required
@require_safe
def disruptions(request: HttpRequest) -> HttpResponse:
    """List the planned disruptions that the person may know of."""
    user = reader(request)
    listing = Listing(request, disruptions_visible(user), columns=COLUMNS, filters=FILTERS, sort="-at")
    if listing.wants_export:
        return listing.export("disruptions")
    context = {
        "page_title": _t("Planned disruptions"), "listing": listing, "tab": "disruptions", "can": Can(user),
        "may_announce": can(user, "disruption_announce"),
    }  # fmt: skip
    return page(request, "monitoring/disruptions.html", context, fragment="list")


@login_required
@require_safe
def agreement_disruptions(request: HttpRequest, slug: str) -> HttpResponse:
    """Show the disruptions under one agreement: those ahead or undecided first."""
    agreement = agreement_get(request.user, slug)
    rows = disruptions_visible(reader(request)).filter(agreement=agreement)[:20]
    lines = [{"row": row, "spans": [span_shown(*one) for one in _spans(row)], "turn": _turn(row)} for row in rows]
    context = {"page_title": _t("Planned disruptions"), "agreement": agreement, "lines": lines}
    return page(
        request, "monitoring/agreement_disruptions.html", context, fragment="monitoring/_agreement_disruptions.html"
    )


@login_required
def disruption_new(request: HttpRequest) -> HttpResponse:
    """Announce a planned disruption."""
    user = reader(request)
    require(user, "disruption_announce")
    form = AnnounceForm(user, request.POST or None, initial={"services": request.GET.getlist("service")})
    if "preview" in request.POST:
        return _reached(request, form)
    if form.is_valid():
        data = form.cleaned_data
        chosen = list(data["services"])
        given = {name: data[name] for name in ("windows", "title", "reason")}
        try:
            made = verbs.disruption_announce(
                organisation=chosen[0].organisation, services=chosen, **given, actor=user, now=timezone.now()
            )
        except ValidationError as error:
            form.refuse(error.message_dict)
        else:
            messages.success(request, _t("The customers are asked for their consent."))
            asked = list(made.disruptions.select_related("agreement"))
            return (
                redirect("disruption", asked[0].agreement.slug, asked[0].pk)
                if len(asked) == 1
                else redirect("disruptions")
            )
    context = {"page_title": _t("Announce a planned disruption"), "form": form, "tab": "disruptions"}
    return page(request, "monitoring/disruption_new.html", context, status=422 if form.errors else 200)


def _reached(request: HttpRequest, form: AnnounceForm) -> HttpResponse:
    """Return which agreements the chosen services reach, before anything is announced."""
    form.is_valid()
    chosen = list(form.cleaned_data.get("services") or ())
    at = min((one.start for one in form.cleaned_data.get("windows") or ()), default=timezone.now())
    touched = verbs.agreements_touched(chosen[0].organisation, chosen, at) if chosen else []
    return page(request, "monitoring/_disruption_reach.html", {"touched": touched, "chosen": chosen})


@login_required
@require_safe
def disruption(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Show one planned disruption: times, impact, moves, and what the person may answer."""
    return _show(request, disruption_get(reader(request), slug, pk), {})


@sensitive_post_parameters("password", "code")
@login_required
@require_POST
def disruption_step(request: HttpRequest, slug: str, pk: int, verb: str) -> HttpResponse:
    """Consent, counter, decline, withdraw, or call off."""
    found = disruption_get(reader(request), slug, pk)
    if verb not in STEPS:
        raise Http404
    make, act, done = STEPS[verb]
    form = make(request, found)
    if form is not None and not form.is_valid():
        return _show(request, found, {verb: form})
    try:
        act(request, found, form)
    except ValidationError as error:
        if form is None or not hasattr(error, "error_dict"):
            messages.error(request, " ".join(error.messages))
            return redirect("disruption", slug, pk)
        _refuse(form, error)
        return _show(request, found, {verb: form})
    messages.success(request, done)
    return redirect("disruption", slug, pk)


def _refuse(form: Any, error: ValidationError) -> None:
    if isinstance(form, CounterForm):
        form.refuse(error.message_dict)
        return
    for name, found in error.message_dict.items():
        form.add_error(name if name in form.fields else None, found)


def _consent(request: HttpRequest, found: Disruption, form: Any) -> None:
    data = form.cleaned_data
    given = {"shown": data["shown"], "word": data["word"], "proof": proof_of(request, form)}
    verbs.disruption_consent(disruption=found, side=found.turn, **given, actor=reader(request), now=timezone.now())


def _counter(request: HttpRequest, found: Disruption, form: Any) -> None:
    given = {"windows": form.cleaned_data["windows"], "word": form.cleaned_data["word"]}
    verbs.disruption_counter(disruption=found, side=found.turn, **given, actor=reader(request), now=timezone.now())


def _decline(request: HttpRequest, found: Disruption, form: Any) -> None:
    word = form.cleaned_data["word"]
    verbs.disruption_decline(disruption=found, side=found.turn, word=word, actor=reader(request), now=timezone.now())


def _withdraw(request: HttpRequest, found: Disruption, form: Any) -> None:
    verbs.disruption_withdraw(disruption=found, actor=reader(request), now=timezone.now())


def _call_off(request: HttpRequest, found: Disruption, form: Any) -> None:
    verbs.disruption_call_off(disruption=found, actor=reader(request), now=timezone.now())


def _none(request: HttpRequest, found: Disruption) -> None:
    return None


Make = Callable[[HttpRequest, Disruption], forms.Form | None]
STEPS: dict[str, tuple[Make, Callable[[HttpRequest, Disruption, Any], None], Any]] = {
    "consent": (
        lambda request, found: ConsentForm(request.POST, user=reader(request)), _consent,
        _("Agreed. The time is excluded from every figure of this agreement."),
    ),
    "counter": (lambda request, found: CounterForm(request.POST), _counter, _("The other side is asked.")),
    "decline": (lambda request, found: DeclineForm(request.POST), _decline, _("Declined. The time will count.")),
    "withdraw": (_none, _withdraw, _("Withdrawn.")),
    "call_off": (_none, _call_off, _("Called off. The time counts again.")),
}  # fmt: skip


def _show(request: HttpRequest, found: Disruption, refused: dict[str, Any]) -> HttpResponse:
    """Return the page of a disruption, with its forms as typed where they could not be used."""
    user, spans = reader(request), _spans(found)
    side = side_answering(user, found)
    announces = can(user, "disruption_announce", found.agreement.provider)
    context: dict[str, Any] = {
        "page_title": found.announcement.title, "disruption": found, "agreement": found.agreement,
        "spans": [span_shown(*one) for one in spans], "side": side, "turn": _turn(found),
        "short": notice_short(found), "impact_url": impact_url(found),
        "moves": [_moved(one) for one in found.moves.all()],
        "services": found.announcement.services.all(), "exclusions": found.exclusions.all(),
        "may_withdraw": announces and found.waits,
        "may_call_off": announces and found.state == DisruptionState.AGREED and spans[0].start > timezone.now(),
        "consent": ConsentForm(user=user, initial={"shown": shown_text(spans)}),
        "counter": CounterForm(spans=spans), "decline": DeclineForm(), **refused, "opened": next(iter(refused), ""),
    }  # fmt: skip
    return page(request, "monitoring/disruption.html", context, status=422 if refused else 200)


def _moved(move: Any) -> dict[str, Any]:
    spans = [span_shown(one.start, one.end) for one in move.windows.all()]
    return {"move": move, "act": ACTS[move.act], "spans": spans}


def impact_url(found: Disruption) -> str:
    """Return where what the disruption would do to the figures is told; nothing where no page says it."""
    try:
        return reverse("disruption_impact", args=[found.agreement.slug, found.pk])
    except NoReverseMatch:
        return ""
