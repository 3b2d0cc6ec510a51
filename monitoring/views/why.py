"""Why this figure: from the percentage down to seconds, incidents and facts, and back up by recomputing it."""

from fractions import Fraction
from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.paginator import Page, Paginator
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from agreements.models import Version
from monitoring.figure_record import acts_of, figure_record
from monitoring.figures.cut import Cut, Span, cut_of, exclusions_of, facts_behind, outages_of
from monitoring.figures.export import agreement_yaml, command_line, facts_csv, file_stem
from monitoring.figures.numbers import percent_text, target_text
from monitoring.figures.objective import outage_shown, period_key, period_label, span_shown, timeline_of
from monitoring.figures.told import sentence_of, steps_of
from monitoring.figures.verify import figure_verify
from monitoring.models import Breach, Fact, FactState, PeriodResult
from monitoring.selectors import result_get
from slmo.accounts.policy import require
from slmo.web.pages import page
from slmo.web.words import when, zone_of

SPANS_A_PAGE = 50
FACTS_A_PAGE = 50
NO_TERMS = {"degraded": Fraction(1), "unknown": "excluded"}


@login_required
@require_safe
def why(request: HttpRequest, result_id: int) -> HttpResponse:
    """Take one figure apart."""
    result = result_get(request.user, result_id)
    agreement = result.objective.agreement
    zone = zone_of(agreement.timezone)
    cut = _cut(result)
    context = {
        "result": result,
        "agreement": agreement,
        "objective": result.objective,
        "zone": agreement.timezone,
        "label": period_label(result.start, result.end, zone, inside=True),
        "period_url": f"{reverse('objective', args=[agreement.slug, result.objective.name])}"
        f"?period={period_key(result, zone)}",
        "percent": percent_text(result.achieved, result.target),
        "bounds": (percent_text(result.lower, result.target), percent_text(result.upper, result.target)),
        "unadjusted": percent_text(result.unadjusted, result.target),
        "target": target_text(result.target),
        "sentence": sentence_of(result),
        "breach": Breach.objects.filter(objective=result.objective_id, period_start=result.start).first(),
        "revisions": _revisions(result),
        **figure_record(request.user, result),
        **acts_of(request.user, result.objective),
        **_terms_context(result, cut),
    }
    if cut is not None:
        context |= _cut_context(request, cut)
    return page(request, "monitoring/why.html", context)


@login_required
@require_POST
def why_verify(request: HttpRequest, result_id: int) -> HttpResponse:
    """Recompute the figure now and say whether it comes out the same; changes nothing."""
    result = result_get(request.user, result_id)
    verified = figure_verify(result, timezone.now())
    context = {"verified": verified, "result": result, "zone": result.objective.agreement.timezone}
    context["latest"] = percent_text(_text(verified.latest), result.target) if verified.latest else ""
    return page(request, "monitoring/why_verify.html", context, fragment="monitoring/_verified.html")


@login_required
@require_safe
def why_agreement(request: HttpRequest, result_id: int) -> HttpResponse:
    """Send the agreement with all its signed versions."""
    require(request.user, "export_view")
    cut = cut_of(result_get(request.user, result_id))
    return _file(agreement_yaml(cut), f"{file_stem(cut)}.yaml", "application/yaml")


@login_required
@require_safe
def why_facts(request: HttpRequest, result_id: int) -> HttpResponse:
    """Send the facts on which the figure rests."""
    require(request.user, "export_view")
    cut = cut_of(result_get(request.user, result_id))
    return _file(facts_csv(cut), f"{file_stem(cut)}.csv", "text/csv; charset=utf-8")


def _file(text: str, name: str, kind: str) -> HttpResponse:
    """Return a download."""
    return HttpResponse(text, content_type=kind, headers={"Content-Disposition": f'attachment; filename="{name}"'})


def _cut(result: PeriodResult) -> Cut | None:
    """Return the figure taken apart, or None where nothing is signed."""
    try:
        return cut_of(result)
    except Version.DoesNotExist:
        return None


def _cut_context(request: HttpRequest, cut: Cut) -> dict[str, Any]:
    """Return what only the partition and the facts can tell."""
    zone = cut.terms.timezone
    outages = outages_of(cut)
    spans = cut.spans
    chosen = request.GET.get("class", "")
    kinds = [name for name in cut.result.seconds if cut.result.seconds[name]]
    shown = [span for span in spans if span.name == chosen] if chosen in kinds else spans
    return {
        "cut": cut,
        "outages": [outage_shown(outage, zone) for outage in outages],
        "lost": sum(outage.seconds for outage in outages),
        "excluded": [span_shown(one, zone) | one._asdict() for one in exclusions_of(cut)],
        "timeline": timeline_of(cut, outages),
        "spans": _spans_page(request, shown, zone),
        "span_kinds": kinds,
        "span_kind": chosen if chosen in kinds else "",
        "span_query": f"class={chosen}&" if chosen in kinds else "",
        "facts": _facts_page(request, cut),
        "command": command_line(cut),
        "stem": file_stem(cut),
    }


def _spans_page(request: HttpRequest, spans: list[Span], zone: str) -> Page:
    """Return the page of spans asked for, as the table shows them."""
    shown: Page = Paginator(spans, SPANS_A_PAGE).get_page(request.GET.get("page"))
    shown.object_list = [span_shown(span, zone) | {"name": span.name} for span in shown.object_list]
    return shown


def _facts_page(request: HttpRequest, cut: Cut) -> Page:
    """Return the page of facts asked for, each with the name of its state."""
    rows = facts_behind(cut).select_related("batch__recorded_by")
    shown: Page = Paginator(rows, FACTS_A_PAGE).get_page(request.GET.get("facts"))
    shown.object_list = [_fact_shown(fact, cut.terms.timezone) for fact in shown.object_list]
    return shown


def _fact_shown(fact: Fact, zone: str) -> dict[str, Any]:
    """Return a fact as the table shows it, on the agreement's own clock."""
    return {
        "from_text": when(fact.start, zone),
        "until_text": when(fact.end, zone) if fact.end else "",
        "state": FactState(fact.state).name.lower(),
        "override": fact.override,
        "scope": fact.scope,
        "reference": fact.reference,
        "recorded_at": fact.recorded_at,
        "by": str(fact.batch.recorded_by or fact.origin),
        "file": fact.batch.file_name,
    }


def _terms_context(result: PeriodResult, cut: Cut | None) -> dict[str, Any]:
    """Return the arithmetic under the terms that judged the figure; sub-periods where an amendment cut it."""
    terms = cut.objective if cut else None
    rules = {"degraded": terms.degraded, "unknown": terms.unknown.counts_as} if terms else NO_TERMS
    return {"terms": terms, "steps": [] if result.parts else steps_of(result, **rules), "parts": result.parts}


def _revisions(result: PeriodResult) -> list[PeriodResult]:
    """Return the other issues of this figure, oldest first: a restatement keeps what it replaces."""
    rows = PeriodResult.objects.filter(objective=result.objective_id, start=result.start).exclude(pk=result.pk)
    return list(rows.order_by("revision"))


def _text(figures: Any) -> str:
    """Return the achieved share of freshly computed figures as decimal text."""
    return figures.to_json("UTC")["achieved"] or ""
