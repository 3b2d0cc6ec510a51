"""The evidence beside a clause: of the draft as it is stored (GET), or of terms that are being edited (POST)."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from agreements.errors import DocumentRefused
from agreements.models import Version
from agreements.selectors import version_get
from monitoring.figures.numbers import target_written
from reports.cost_form import LevelCostForm
from reports.evidence.backtest import backtest
from reports.evidence.feasibility import feasibility
from reports.evidence.precedent import cost_shown, precedents
from reports.evidence.question import Question, question_edited, question_of, span_of
from reports.evidence.words import feasible_shown, outcome_shown
from reports.models import SharedEvidence
from reports.selectors.evidence import share_active, shares_of
from reports.services.cost import cost_record
from reports.services.evidence import evidence_share, evidence_withdraw
from slmo.accounts.models import User
from slmo.accounts.policy import can, require
from slmo.core.errors import EngineError, TermError
from slmo.core.terms import document_digest
from slmo.web.engine_words import engine_sentence
from slmo.web.pages import page, wants_fragment

PAGE, COLUMN = "reports/evidence/page.html", "reports/evidence/_column.html"


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def evidence(request: HttpRequest, slug: str, number: int, name: str) -> HttpResponse:
    """Show what the draft's terms of one objective would have meant; the other side sees what was shared with it."""
    version = version_get(request.user, slug, number)
    if request.method == "POST":
        require(request.user, "evidence_view", version.agreement.provider)
        return _edited(request, version, name)
    return _stored(request, version, name)


def _stored(
    request: HttpRequest, version: Version, name: str, cost_form: LevelCostForm | None = None
) -> HttpResponse:  # fmt: skip
    """Show the evidence of the stored draft, live or as it was shared; `cost_form` is one that cannot be recorded."""
    question = question_of(version, name, timezone.now())
    shares = shares_of(version, name)
    context = _frame(version, name) | {"shares": shares, "active": share_active(shares)}
    if can(request.user, "evidence_view", version.agreement.provider):
        may_share = can(request.user, "evidence_share", version.agreement.provider)
        context |= _evidence(question, request.user) | {"may_share": may_share, "own": True}
        if can(request.user, "cost_edit", version.agreement.service.organisation):
            context["cost_form"] = cost_form or _cost_form(question)
        return _shown(request, context, status=422 if cost_form else 200)
    shared = share_active(shares)
    if wants_fragment(request) and request.GET.get("have") == str(shared.pk if shared else 0):
        return HttpResponse(status=204)  # the room asks again at any news; this part of it is as before
    return _shown(request, context | _received(version, shared))


def _cost_form(question: Question) -> LevelCostForm | None:
    """Return the form for what the drafted level costs; None where it has none."""
    clause = question.clause
    if clause.target is None:
        return None
    begins = {
        "kind": clause.indicator, "level": target_written(clause.target), "since": question.now.date(),
        "currency": question.drafted.currency or "EUR",
    }  # fmt: skip
    return LevelCostForm(initial=begins, auto_id="cost-%s")


def _received(version: Version, shared: SharedEvidence | None) -> dict[str, Any]:
    """Return what the other side sees: the frozen figures, or that there is nothing."""
    if shared is None:
        return {"withheld": True}
    below = feasible_shown(shared.below, shared.figures)
    return outcome_shown(shared.figures) | {
        "shared": shared,
        "feasible_told": below is not None,
        "feasible": below,
        "outdated": shared.figures["document"] != document_digest(version.document),
    }


def _edited(request: HttpRequest, version: Version, name: str) -> HttpResponse:
    """Show the evidence of posted terms, or say where they stand what cannot be used."""
    context = _frame(version, name) | {"edited": True, "own": True}
    try:
        question = question_edited(version, name, request.POST, timezone.now())
        return _shown(request, context | _evidence(question, request.user))
    except (DocumentRefused, EngineError) as error:
        return _shown(request, context | _refusal(error), status=422)


def _evidence(question: Question, user: User) -> dict[str, Any]:
    """Return what the column shows to the provider's people."""
    figures = backtest(question)
    below = feasibility(question, user, span_of(figures))
    return outcome_shown(figures) | {
        "feasible_told": True,
        "feasible": feasible_shown(below, figures),
        "precedents": precedents(question, user),
        "cost": cost_shown(question),
    }


def _refusal(error: DocumentRefused | EngineError) -> dict[str, Any]:
    """Return the sentence for terms that cannot be used, and the key at fault."""
    key = error.key if isinstance(error, DocumentRefused | TermError) else ""
    sentence = engine_sentence(error) if isinstance(error, EngineError) else " ".join(error.messages)
    return {"refused": {"key": str(key), "sentence": sentence}}


def _frame(version: Version, name: str) -> dict[str, Any]:
    """Return what every answer names."""
    return {
        "version": version,
        "agreement": version.agreement,
        "name": name,
        "page_title": _("Evidence for “%(name)s”") % {"name": name},
    }


def _shown(request: HttpRequest, context: dict[str, Any], status: int = 200) -> HttpResponse:
    return page(request, PAGE, context, fragment=COLUMN, status=status)


@login_required
@require_POST
def share(request: HttpRequest, slug: str, number: int, name: str) -> HttpResponse:
    """Let the other side see the evidence as it is now."""
    version = version_get(request.user, slug, number)
    evidence_share(
        version=version,
        objective=name,
        with_below="below" in request.POST,
        note=request.POST.get("note", ""),
        actor=request.user,
        now=timezone.now(),
    )
    other = version.agreement.customer
    messages.success(request, _("%(name)s now sees this evidence as it stands.") % {"name": other.name})
    return _back(request, version, name)


@login_required
@require_POST
def withdraw(request: HttpRequest, slug: str, number: int, name: str) -> HttpResponse:
    """Take back what the other side sees."""
    version = version_get(request.user, slug, number)
    require(request.user, "evidence_share", version.agreement.provider)
    found = share_active(shares_of(version, name))
    if found is None:
        raise SharedEvidence.DoesNotExist(f"Nothing of {name} is shared.")
    evidence_withdraw(shared=found, actor=request.user, now=timezone.now())
    messages.success(request, _("The evidence is withdrawn. That it was shared stays on record."))
    return _back(request, version, name)


@login_required
@require_POST
def cost(request: HttpRequest, slug: str, number: int, name: str) -> HttpResponse:
    """Record what the drafted level costs, beside the clause."""
    version = version_get(request.user, slug, number)
    service = version.agreement.service
    require(request.user, "cost_edit", service.organisation)
    form = LevelCostForm(request.POST, auto_id="cost-%s")
    if form.is_valid():
        try:
            cost_record(service=service, **form.cleaned_data, actor=request.user, now=timezone.now())
        except ValidationError as error:
            form.refuse(error)
    if form.errors:
        return _stored(request, version, name, cost_form=form)
    messages.success(request, _("The cost is recorded."))
    return _back(request, version, name)


def _back(request: HttpRequest, version: Version, name: str) -> HttpResponse:
    """Return to the evidence: the column anew where htmx asked, else its page."""
    if wants_fragment(request):
        return _stored(request, version, name)
    return redirect("evidence", version.agreement.slug, version.number, name)
