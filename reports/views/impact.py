"""The impact preview of a planned disruption: for a span in the address, or for a disruption that is on the table."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from agreements.models import Agreement, Version
from agreements.selectors import agreement_get
from monitoring.disruptions import disruption_get
from monitoring.figures.objective import period_label
from monitoring.instants import instant_of, moment_of
from monitoring.outlook.chance import chance_text
from reports.evidence.impact import Impact, impacts
from reports.evidence.spans import windows_refusal
from slmo.core.units import Window
from slmo.web import words
from slmo.web.pages import page

RISKY, LOST = 0.9, 0.5  # probabilities of being met below which a sign says so


@login_required
@require_safe
def disruption_impact(request: HttpRequest, slug: str, pk: int | None = None) -> HttpResponse:
    """Show, objective by objective, what a disruption would do to each period that it touches."""
    agreement = agreement_get(request.user, slug)
    context: dict[str, Any] = {
        "agreement": agreement,
        "page_title": _("Impact of a disruption on “%(title)s”") % {"title": agreement.title},
        "pk": pk,
    }
    try:
        windows = _stored(request, slug, pk) if pk is not None else [_asked(request, agreement)]
        _check(windows)
    except ValueError as error:
        return _shown(request, context | {"refused": str(error)}, status=422)
    try:
        rows = impacts(agreement, windows, timezone.now())
    except Version.DoesNotExist:
        rows = []
    spans = [_span(one, agreement.timezone) for one in windows]
    return _shown(request, context | {"spans": spans, "rows": [_row(one, agreement.timezone) for one in rows]})


def _stored(request: HttpRequest, slug: str, pk: int) -> list[Window]:
    """Return the times on the table; raises Disruption.DoesNotExist where they are not to be seen."""
    found = disruption_get(request.user, slug, pk)
    return [Window(instant_of(one.start), instant_of(one.end)) for one in found.windows]


def _asked(request: HttpRequest, agreement: Agreement) -> Window:
    """Return the span of the address; raises ValueError with a sentence."""
    return Window(*(_instant(request.GET.get(key, ""), key, agreement.timezone) for key in ("from", "to")))


def _instant(text: str, key: str, zone: str) -> int:
    """Return an instant as written in an address; without an offset it is by the agreement's clocks."""
    try:
        found = datetime.fromisoformat(text.strip().replace(" ", "+") if "T" in text else text)
        return instant_of(found if found.tzinfo else found.replace(tzinfo=ZoneInfo(zone)))
    except (ValueError, OverflowError) as error:
        told = _("“%(key)s” must be a time such as 2026-03-14T10:00; found “%(text)s”.")
        raise ValueError(told % {"key": key, "text": text[:40]}) from error


def _check(windows: Sequence[Window]) -> None:
    """Raise ValueError for spans that cannot be previewed."""
    if sentence := windows_refusal(windows):
        raise ValueError(sentence)


def _shown(request: HttpRequest, context: dict[str, Any], status: int = 200) -> HttpResponse:
    return page(request, "reports/impact.html", context, fragment="reports/_impact.html", status=status)


def _span(window: Window, zone: str) -> str:
    return f"{words.when(window.start, zone)} {words.DASH} {words.when(window.end, zone)}"


def _row(impact: Impact, zone: str) -> dict[str, Any]:
    """Return one objective as the preview says it."""
    odds = impact.odds
    start, end = moment_of(impact.period.start), moment_of(impact.period.end)
    return {
        "impact": impact,
        "title": impact.clause.title,
        "period": period_label(start, end, ZoneInfo(zone), inside=True),
        "sentence": _sentence(impact),
        "tone": _tone(impact),
        "left": words.duration(impact.left) if impact.left is not None else "",
        "after": words.duration(impact.after) if impact.after is not None else "",
        "overlap": words.duration(impact.overlap),
        "odds": [
            {"label": _("As things stand"), "value": chance_text(odds.without, certain=odds.certain)},
            {"label": _("If it counts as down"), "value": chance_text(odds.counted, certain=odds.certain)},
            {"label": _("If it is agreed and left out"), "value": chance_text(odds.agreed, certain=odds.certain)},
        ]
        if odds
        else [],
    }


def _sentence(impact: Impact) -> str:
    """Say in one sentence what the disruption does."""
    if not impact.overlap:
        return _("Outside the hours that count: no effect.")
    values = {"overlap": words.duration(impact.overlap)}
    if impact.after is not None and impact.after < 0:
        return _("%(overlap)s of service hours: more than is left of the budget. It needs consent.") % values
    if not impact.is_forecast:
        return _("%(overlap)s of service hours. How much of this target falls into them nobody can tell.") % values
    if impact.odds is None:
        return _("%(overlap)s of service hours. Too little past to say how likely the target stays.") % values
    values["chance"] = chance_text(impact.odds.counted, certain=impact.odds.certain)
    return _("%(overlap)s of service hours: still met with probability %(chance)s.") % values


def _tone(impact: Impact) -> str:
    """Return the sign of the outcome if the time counts."""
    if not impact.overlap:
        return "met"
    if impact.after is not None and impact.after < 0:
        return "breach"
    if impact.odds is None:
        return "info"
    return "breach" if impact.odds.counted < LOST else "risk" if impact.odds.counted < RISKY else "met"
