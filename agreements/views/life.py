"""What becomes of an agreement after it was signed: renewed by negotiation, or ended."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters

from agreements import services
from agreements.errors import DocumentRefused
from agreements.forms.life import NOTICE, RECORDED, TOGETHER, EndForm, RenewForm
from agreements.models import Agreement, Side, Version
from agreements.reading.conditions import conditions_said
from agreements.ruling import conditions_in_force, renewal_months, version_in_force
from agreements.selectors import agreement_get, sides_of
from agreements.services.authority import notice_check
from agreements.services.ending import ending_allowed, sides_ending
from agreements.services.renewal import term_following
from agreements.services.version import side_drafting
from agreements.views.negotiation import proof_of
from slmo.accounts.models import User
from slmo.accounts.policy import can, require
from slmo.core.lifecycle import Term, term_at
from slmo.web.pages import page


@login_required
def renew(request: HttpRequest, slug: str) -> HttpResponse:
    """Open the draft of the term that follows."""
    agreement = agreement_get(request.user, slug)
    require(request.user, "version_draft", agreement.organisation_of(side_drafting(agreement, request.user)))
    today = timezone.now().astimezone(ZoneInfo(agreement.timezone)).date()
    ruling = version_in_force(agreement, today)
    term = _term(ruling, today)
    form = RenewForm(request.POST or None, initial={"last_day": _last(ruling, term)})
    if form.is_valid():
        until, note = form.cleaned_data["last_day"] + timedelta(days=1), form.cleaned_data["note"]
        try:
            draft = services.agreement_renew(
                agreement=agreement, until=until, note=note, actor=request.user, now=timezone.now()
            )
        except DocumentRefused as error:
            form.add_error("last_day" if error.key.startswith("spec.effective") else None, error)
        except ValidationError as error:
            form.refuse(error)
        else:
            messages.success(request, _("The renewal is a draft of your side: propose it when it is ready."))
            return redirect("room", slug=slug, number=draft.number)
    context = {
        "page_title": _("Renew “%(title)s”") % {"title": agreement.title},
        "agreement": agreement, "form": form, "term": term,
    }  # fmt: skip
    return page(request, "agreements/renew.html", context, status=422 if form.errors else 200)


def _term(ruling: Version | None, today: Any) -> Term | None:
    if ruling is None or ruling.effective_until is None:
        return None
    return term_at(ruling.effective_from, ruling.effective_until, renewal_months(ruling.document["spec"]), today)


def _last(ruling: Version | None, term: Term | None) -> Any:
    """Return the last day of a term that follows and is as long as the first one; None where there is none."""
    if ruling is None or ruling.effective_until is None or term is None or term.end is None:
        return None
    return term_following(Term(ruling.effective_from, ruling.effective_until), term.end) - timedelta(days=1)


@sensitive_post_parameters("password", "code")
@login_required
def end(request: HttpRequest, slug: str) -> HttpResponse:
    """End an agreement: propose it to the other side, give notice, or record notice that was given outside."""
    agreement = agreement_get(request.user, slug)
    ways, sides = ways_of(request.user, agreement)
    today = timezone.now().astimezone(ZoneInfo(agreement.timezone)).date()
    conditions, term = conditions_in_force(agreement, today)
    allowed = {side: ending_allowed(conditions, side, term, today) for side in Side.values}
    grounds = list(dict.fromkeys(one for side in Side.values for one in allowed[side]["grounds"]))
    form = EndForm(
        request.POST or None,
        user=request.user,
        ways=ways,
        sides=sides,
        grounds=grounds,
        initial=_begin(ways, sides, allowed),
    )
    if form.is_valid():
        try:
            return _ended(request, agreement, sides, form)
        except DocumentRefused as error:
            form.add_error("ends_on" if error.key.startswith("spec.effective") else None, error.at_field)
        except ValidationError as error:
            form.refuse(error)
    said = {key: (label, text) for key, label, text in conditions_said(conditions) if key in ("renewal", "termination")}
    context = {
        "page_title": _("End “%(title)s”") % {"title": agreement.title},
        "agreement": agreement, "form": form, "said": said.values(), "allowed": allowed, "term": term,
        "names": {side: agreement.organisation_of(side).name for side in Side.values}, "grounds": grounds,
        "refusals": [_refusal(request.user, agreement, side) for side in sides],
        "rows": [(agreement.organisation_of(side).name, allowed[side]["earliest"]) for side in Side.values],
    }  # fmt: skip
    return page(request, "agreements/end.html", context, status=422 if form.errors else 200)


def ways_of(user: User, agreement: Agreement) -> tuple[dict[str, Any], list[str]]:
    """Return the ways in which a person may end an agreement, and the sides for which; raises Denied without any."""
    own = [side for side in sides_of(user, agreement) if can(user, "agreement_end", agreement.organisation_of(side))]
    outside = [side for side in sides_ending(agreement) if side not in own]
    recording = outside and can(user, "version_sign_recorded", agreement.provider, agreement.customer)
    if not own:
        require(user, "agreement_end", *(agreement.organisation_of(side) for side in sides_of(user, agreement)))
    ways: dict[str, Any] = {TOGETHER: _("Both sides sign that it ends")}
    if own:
        ways[NOTICE] = _("Our side gives notice")
    if recording:
        ways[RECORDED] = _("The other side has given notice outside the portal")
    return ways, own


def _refusal(user: User, agreement: Agreement, side: str) -> str | None:
    """Return why this person may not give notice for a side, with who may instead; None where they may."""
    try:
        notice_check(agreement=agreement, side=side, actor=user, now=timezone.now())
    except ValidationError as error:
        return " ".join(error.messages)
    return None


def _begin(ways: Mapping[str, Any], sides: list[str], allowed: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """Return what the form begins with: notice at the earliest where the terms allow it."""
    dates = [allowed[side]["earliest"] for side in sides if allowed[side]["earliest"]]
    if NOTICE in ways and dates:
        return {"way": NOTICE, "ends_on": min(dates) - timedelta(days=1)}
    return {"way": TOGETHER}


def _ended(request: HttpRequest, agreement: Agreement, sides: list[str], form: EndForm) -> HttpResponse:
    """Do what was chosen; raises ValidationError."""
    data = form.cleaned_data
    ground = " ".join((data.get("listed") or data["ground"]).split())
    given: dict[str, Any] = {
        "agreement": agreement, "ends_on": data["ends_on"] + timedelta(days=1), "ground": ground,
        "actor": request.user, "now": timezone.now(),
    }  # fmt: skip
    if data["way"] == TOGETHER:
        draft = services.agreement_end_propose(**given)
        messages.success(request, _("The end of the agreement is a draft of your side: propose it when it is ready."))
        return redirect("version", slug=agreement.slug, number=draft.number)
    if data["way"] == NOTICE:
        side = data.get("side") or sides[0]
        services.agreement_end(**given, side=side, proof=proof_of(request, form))
    else:
        outside = {name: data[name] for name in ("notified", "signer_name", "evidence")}
        (side,) = [one for one in sides_ending(agreement) if one not in sides][:1]
        services.agreement_end_recorded(**given, side=side, **outside)
    messages.success(request, _("Notice is given. The agreement ends on that day."))
    return redirect("agreement", slug=agreement.slug)
