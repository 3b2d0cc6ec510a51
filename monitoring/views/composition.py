"""The measured side of what a service can promise: its parts' recorded outages, joined."""

from fractions import Fraction
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from agreements.reading.composition import composition_of
from agreements.selectors import dependencies_visible, service_get
from monitoring.composition import Month, composition_measured, months_short
from slmo.web import words
from slmo.web.charts import achieved_bars
from slmo.web.pages import page


@login_required
@require_safe
def service_composition(request: HttpRequest, slug: str) -> HttpResponse:
    """Show twelve months of the parts' joint record beside the computed bound."""
    service = service_get(request.user, slug)
    now = timezone.now()
    composition = composition_of(request.user, service, dependencies_visible(request.user), now)
    context: dict[str, Any] = {"page_title": service.name, "service": service, "composition": composition}
    if composition is not None:
        year = composition_measured(composition)
        lines = [_line(month, composition.bound, year.zone) for month in year.months]
        context |= {
            "year": year,
            "lines": lines,
            "counts": months_short(year, composition.bound),
            "chart": _chart(lines, composition.bound),
            "parts": [_part(*one) for one in year.parts],
        }
    return page(request, "monitoring/composition.html", context, fragment="monitoring/_composition.html")


def _line(month: Month, bound: Fraction | None, zone: str) -> dict[str, Any]:
    """Return one month as the table shows it."""
    joint, figure = month.joint, month.availability
    day = words.instant_of(month.window.start).astimezone(words.zone_of(zone)).date()
    below = figure is not None and bound is not None and figure < bound
    return {
        "label": words.month_short(day),
        "achieved": figure,
        "figure": words.percent(figure, 3),
        "down": words.duration(joint.down.seconds) if figure is not None else words.DASH,
        "unknown": words.duration(joint.unknown.seconds) if joint.unknown.seconds else "",
        "verdict": "no_data" if figure is None else "at_risk" if below else "met",
        "word": _word(figure, below),
    }


def _word(figure: Fraction | None, below: bool) -> str:
    """Return in a word how a month compares with the bound."""
    if figure is None:
        return _("nothing recorded")
    return _("below the bound") if below else _("as computed or better")


def _part(part: Any, indicator: Any, down: int, unknown: int) -> dict[str, Any]:
    """Return one part with what it contributed."""
    return {
        "part": part,
        "indicator": indicator,
        "down": words.duration(down) if indicator else words.DASH,
        "unknown": words.duration(unknown, 2) if unknown else "",
    }


def _chart(lines: list[dict[str, Any]], bound: Fraction | None) -> Any:
    """Return the bars of the months with the bound as their line; None where nothing is known."""
    if bound is None or all(line["achieved"] is None for line in lines):
        return None
    periods = [
        {"label": line["label"], "achieved": line["achieved"], "verdict": line["verdict"], "text": line["figure"]}
        for line in lines
    ]
    return achieved_bars(periods, bound, target_label=words.percent(bound, 3))
