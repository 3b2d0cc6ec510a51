"""What a backtest came to: its headline, its periods, its charts."""

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from monitoring.figures.numbers import figure_text, target_text, value_text
from monitoring.figures.objective import period_label
from monitoring.instants import moment_of
from reports.evidence.words.derivation import derivation_shown
from reports.evidence.words.drawing import bars_of, curve_of
from reports.evidence.words.events import events_shown
from reports.evidence.words.warnings import warnings_of
from slmo.core.result import PLACES
from slmo.core.units import truncate
from slmo.web import words

Figures = Mapping[str, Any]


def outcome_shown(figures: Figures) -> dict[str, Any]:
    """Return the backtest as its template shows it."""
    if figures["lacking"]:
        return {"figures": figures, "lacking": figures["lacking"], "warnings": []}
    zone = ZoneInfo(figures["zone"])
    rows = [_row(one, figures) for one in figures["periods"]]
    return {
        "figures": figures,
        "headline": headline(figures),
        "compared": compared(figures),
        "tiles": _tiles(figures),
        "rows": rows[::-1],
        "chart": bars_of(figures, rows),
        "curve": curve_of(figures),
        "events": events_shown(figures, zone),
        "warnings": warnings_of(figures),
        "target": target_text(figures["target"]),
        "as_of": words.when(figures["as_of"], figures["zone"]),
    }


def headline(figures: Figures) -> str:
    """Say in one sentence what the draft would have meant."""
    found = figures["drafted"]
    values = {"missed": words.number(found["missed"]), "judged": words.number(found["judged"])}
    if not found["judged"]:
        return _("No closed period can be judged.")
    if not found["missed"]:
        return (
            ngettext(
                "The one closed period would have met the target.",
                "All %(judged)s closed periods would have met the target.",
                found["judged"],
            )
            % values
        )
    return (
        ngettext(
            "%(missed)s of %(judged)s closed period would have missed the target.",
            "%(missed)s of %(judged)s closed periods would have missed the target.",
            found["judged"],
        )
        % values
    )


def compared(figures: Figures) -> str:
    """Say how that compares with the terms in force; an empty text where there are none."""
    agreed = figures["agreed"]
    if agreed is None and figures["is_base"]:
        return _("These are the terms that are signed.")
    if agreed is None:
        return _("This objective is new: no terms in force can be compared.")
    values = {
        "missed": words.number(agreed["missed"]),
        "judged": words.number(agreed["judged"]),
        "target": target_text(agreed["target"]),
        "number": figures["base"],
    }
    return _("By the terms in force (version %(number)s, %(target)s): %(missed)s of %(judged)s missed.") % values


def _tiles(figures: Figures) -> list[dict[str, Any]]:
    """Return the three figures on top: missed, credits, break-even, each with what the terms in force give."""
    drafted, agreed = figures["drafted"], figures["agreed"] or {}
    tiles = [
        {
            "label": _("Missed"),
            "value": words.number(drafted["missed"]),
            "of": _("of %(judged)s") % {"judged": words.number(drafted["judged"])},
            "was": words.number(agreed["missed"]) if agreed else "",
            "tone": "breach" if drafted["missed"] else "met",
        }
    ]
    if drafted["credit"] is not None:
        tiles.append({
            "label": _("Credits"),
            "value": money_text(drafted["credit"]),
            "of": figures["currency"],
            "was": money_text(agreed["credit"]) if agreed and agreed["credit"] is not None else "",
            "tone": "risk" if Decimal(drafted["credit"]) else "",
        })  # fmt: skip
    if drafted["break_even"] is not None:
        tiles.append({
            "label": _("Break-even target"),
            "value": figure_shown(drafted["break_even"], figures["target"], not _is_share(figures)),
            "of": _("the strictest that misses nothing"),
            "was": "",
            "tone": "",
        })  # fmt: skip
    return tiles


def _is_share(figures: Figures) -> bool:
    """Tell whether the objective is judged by a share."""
    return not any(one["drafted"]["has_value"] for one in figures["periods"])


def money_text(amount: str | None) -> str:
    """Return an amount with two decimals; a dash where there is none."""
    return words.DASH if amount is None else words.number(Decimal(amount), 2)


def figure_shown(exact: str | None, target: str, has_value: bool) -> str:
    """Return an exact figure beside its target, cut so that it flatters nobody; a dash where there is none."""
    if exact is None:
        return words.DASH
    if has_value:
        return value_text(exact, target)
    return figure_text(truncate(Fraction(exact), PLACES), target)


def _row(period: Figures, figures: Figures) -> dict[str, Any]:
    """Return one period with both judgements and the arithmetic behind each."""
    drafted, agreed = period["drafted"], period["agreed"]
    zone = ZoneInfo(figures["zone"])
    ends = moment_of(period["start"]), moment_of(period["end"])
    return {
        "label": period_label(*ends, zone),
        "short": period_label(*ends, zone, short=True),
        "first": ends[0].astimezone(zone).date(),
        "drafted": _judgement(drafted, figures) | {"derivation": derivation_shown(drafted, figures)},
        "agreed": _judgement(agreed, figures) if agreed else None,
        "changed": bool(agreed) and agreed["verdict"] != drafted["verdict"],
        "why": reverse("why", args=[period["result"]]) if period["result"] else "",
        "incomparable": bool(figures["origins"]) and period["start"] < figures["origins"][-1][1],
    }


def _judgement(judged: Figures, figures: Figures) -> dict[str, Any]:
    credit = judged["credit"]
    return {
        "verdict": judged["verdict"],
        "exact": judged["figure"],
        "figure": figure_shown(judged["figure"], judged["target"], judged["has_value"]),
        "credit": money_text(credit["amount"]) if credit else "",
        "credited": bool(credit) and Decimal(credit["amount"]) > 0,
        "unknown": words.percent(judged["unknown"], 2) if Fraction(judged["unknown"]) else "",
    }
