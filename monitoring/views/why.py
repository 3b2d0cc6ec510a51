"""Why this figure: from the percentage down to seconds, incidents and facts, and back up by recomputing it."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.paginator import Page, Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from agreements.models import Version
from monitoring.figure_record import acts_of, figure_record
from monitoring.figures.cut import Cut, Span, cut_of, exclusions_of
from monitoring.figures.export import (
    agreement_yaml,
    command_line,
    exclusions_csv,
    facts_csv,
    file_stem,
    volume_csv,
    volumes_told,
)
from monitoring.figures.kinds import Figure, kind_figure
from monitoring.figures.numbers import COUNTED_KINDS, figure_of, figure_text, percent_text, target_of, target_text
from monitoring.figures.objective import period_key, period_label, span_shown
from monitoring.figures.rows import row_shown, rows_behind
from monitoring.figures.told import note_of, sentence_of, steps_of
from monitoring.figures.verify import figure_verify
from monitoring.figures.workload import load_sentences
from monitoring.models import Breach, PeriodResult
from monitoring.selectors import result_get
from monitoring.views.known import known_context, result_asked
from slmo.accounts.policy import require
from slmo.web.pages import page
from slmo.web.words import zone_of

SPANS_A_PAGE = 50
FACTS_A_PAGE = 50


@login_required
@require_safe
def why(request: HttpRequest, result_id: int) -> HttpResponse:
    """Take one figure apart, as it is or as known on the moment that the address names."""
    result, asked = result_asked(request, result_id)
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
        "percent": figure_of(result),
        "bounds": (percent_text(result.lower, result.target), percent_text(result.upper, result.target)),
        "unadjusted": _unadjusted(result),
        "target": target_text(result.target),
        "breach": Breach.objects.filter(objective=result.objective_id, period_start=result.start).first(),
        "revisions": _revisions(result),
        "known": known_context(request, asked),
        **(figure_record(request.user, result) if asked.at is None else {}),
        **acts_of(request.user, result.objective),
        **_terms_context(result, cut),
    }
    if cut is not None:
        context |= _cut_context(request, cut)
        context["span_query"] = f"{context['known']['more']}{context['span_query']}"
    return page(request, "monitoring/why.html", context)


@login_required
@require_POST
def why_verify(request: HttpRequest, result_id: int) -> HttpResponse:
    """Recompute the figure now and say whether it comes out the same; changes nothing."""
    result = result_get(request.user, result_id)
    verified = figure_verify(result, timezone.now())
    context = {"verified": verified, "result": result, "zone": result.objective.agreement.timezone}
    context["latest"] = _text(verified.latest, result.target) if verified.latest else ""
    return page(request, "monitoring/why_verify.html", context, fragment="monitoring/_verified.html")


@login_required
@require_safe
def why_agreement(request: HttpRequest, result_id: int) -> HttpResponse:
    """Send the agreement with all its signed versions."""
    require(request.user, "export_view")
    cut = cut_of(result_asked(request, result_id)[0])
    return _file(agreement_yaml(cut), f"{file_stem(cut)}.yaml", "application/yaml")


@login_required
@require_safe
def why_facts(request: HttpRequest, result_id: int) -> HttpResponse:
    """Send the facts on which the figure rests."""
    require(request.user, "export_view")
    cut = cut_of(result_asked(request, result_id)[0])
    return _file(facts_csv(cut), f"{file_stem(cut)}.csv", "text/csv; charset=utf-8")


@login_required
@require_safe
def why_volume(request: HttpRequest, result_id: int, name: str) -> HttpResponse:
    """Send the facts that tell the volume of another objective, which the terms limit; not found where none do."""
    require(request.user, "export_view")
    cut = cut_of(result_asked(request, result_id)[0])
    if name not in volumes_told(cut):
        raise Http404
    return _file(volume_csv(cut, name), f"{file_stem(cut)}-volume-{name}.csv", "text/csv; charset=utf-8")


@login_required
@require_safe
def why_exclusions(request: HttpRequest, result_id: int) -> HttpResponse:
    """Send the approved exclusions that the figure leaves out; not found where there are none."""
    require(request.user, "export_view")
    cut = cut_of(result_asked(request, result_id)[0])
    text = exclusions_csv(cut)
    if not text:
        raise Http404
    return _file(text, f"{file_stem(cut)}-exclusions.csv", "text/csv; charset=utf-8")


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
    zone, spans = cut.terms.timezone, cut.spans
    kind = kind_figure(Figure.of(cut.result, cut.objective))
    chosen = request.GET.get("class", "")
    kinds = [name for name in cut.result.seconds if cut.result.seconds[name]]
    shown = [span for span in spans if span.name == chosen] if chosen in kinds else spans
    return {
        "cut": cut,
        "evidence": kind.evidence(cut),
        "evidence_template": kind.template,
        "clocked": kind.clocked,
        "fact_kind": cut.kind,
        "excluded": [span_shown(one, zone) | one._asdict() for one in exclusions_of(cut)],
        "spans": _spans_page(request, shown, zone),
        "span_kinds": kinds,
        "span_kind": chosen if chosen in kinds else "",
        "span_query": f"class={chosen}&" if chosen in kinds else "",
        "facts": _facts_page(request, cut),
        "command": command_line(cut),
        "stem": file_stem(cut),
        "approved": bool(exclusions_csv(cut)),
        "volumes": list(volumes_told(cut)),
        "loads": load_sentences(cut),
    }


def _spans_page(request: HttpRequest, spans: list[Span], zone: str) -> Page:
    """Return the page of spans asked for, as the table shows them."""
    shown: Page = Paginator(spans, SPANS_A_PAGE).get_page(request.GET.get("page"))
    shown.object_list = [span_shown(span, zone) | {"name": span.name} for span in shown.object_list]
    return shown


def _facts_page(request: HttpRequest, cut: Cut) -> Page:
    """Return the page of facts asked for, ready for the table."""
    shown: Page = Paginator(rows_behind(cut), FACTS_A_PAGE).get_page(request.GET.get("facts"))
    shown.object_list = [row_shown(fact, cut) for fact in shown.object_list]
    return shown


def _terms_context(result: PeriodResult, cut: Cut | None) -> dict[str, Any]:
    """Return sentence and arithmetic under the terms that judged the figure; sub-periods where an amendment cut it."""
    terms = cut.objective if cut else None
    return {
        "terms": terms,
        "sentence": sentence_of(result, terms),
        "note": note_of(result, terms),
        "counted": Figure.of(result, terms).kind in COUNTED_KINDS,
        "steps": [] if result.parts else steps_of(result, terms),
        "parts": [part | {"figure": _part_figure(part)} for part in result.parts],
    }


def _part_figure(part: dict[str, Any]) -> str:
    """Return the figure of one part of a period as shown."""
    return figure_text(part.get("achieved") or "", part.get("target", ""), part.get("value") or "")


def _unadjusted(result: PeriodResult) -> str:
    """Return the figure without exclusions and corrections: a share, or the value of a kind that has one."""
    target = target_of(result.target)
    share = not result.value and (target is None or target.unit == "%")
    return figure_text(*((result.unadjusted, result.target) if share else ("", result.target, result.unadjusted)))


def _revisions(result: PeriodResult) -> list[PeriodResult]:
    """Return the other issues of this figure, oldest first: a restatement keeps what it replaces."""
    rows = PeriodResult.objects.filter(objective=result.objective_id, start=result.start).exclude(pk=result.pk)
    return list(rows.order_by("revision"))


def _text(figures: Any, target: str) -> str:
    """Return freshly computed figures as shown."""
    entry = figures.to_json("UTC")
    return figure_text(entry.get("achieved") or "", target, entry.get("value") or "")
