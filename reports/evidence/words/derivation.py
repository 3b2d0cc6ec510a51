"""The arithmetic behind one judgement, line by line: from seconds or events to the verdict and the credit."""

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any

from django.utils.translation import gettext as _

from monitoring.figures.numbers import limit_text, target_of, value_text
from slmo.core.units import exact_decimal
from slmo.web import words
from slmo.web.signs import CLASSES, VERDICTS

COUNTED_BY_TIME = ("availability",)
_SIGNS = {">=": ("<", "≥"), ">": ("≤", ">"), "<=": (">", "≤"), "<": ("≥", "<")}  # missed, met


def derivation_shown(judged: Mapping[str, Any], figures: Mapping[str, Any]) -> list[dict[str, str]]:
    """Return the lines of the sum: `label`, `value`, and the `note` that says how one follows from the others."""
    second = words.NBSP + words.unit_short("s")
    lines = [
        _line(str(CLASSES[name].label), words.duration(count), words.number(count) + second)
        for name, count in judged["seconds"].items()
        if name != "future"
    ]
    return [*lines, *_figure(judged, figures), *_verdict(judged), *_credit(judged, figures)]


def _line(label: str, value: str, note: str = "") -> dict[str, str]:
    return {"label": label, "value": value, "note": note}


def _figure(judged: Mapping[str, Any], figures: Mapping[str, Any]) -> list[dict[str, str]]:
    """Return how the figure follows from what was counted."""
    if judged["figure"] is None:
        return []
    if judged["has_value"]:
        return [_line(_("Measured"), _figure_text(judged), exact_decimal(Fraction(judged["figure"])))]
    good, total = exact_text(judged["good"]), exact_text(judged["total"])
    values = {"good": good, "total": total}
    counted = figures["kind"] in COUNTED_BY_TIME
    note = _("%(good)s s ÷ %(total)s s") % values if counted else _("%(good)s ÷ %(total)s") % values
    return [_line(_("Achieved"), words.percent(Fraction(judged["figure"]), 6), note)]


def exact_text(number: str) -> str:
    """Return an exact number as people read it, with all its decimals."""
    exact = Fraction(number)
    places = next((n for n in range(7) if (exact * 10**n).denominator == 1), 6)
    return words.number(exact, places)


def _verdict(judged: Mapping[str, Any]) -> list[dict[str, str]]:
    """Return how the verdict follows from figure and target."""
    label = str(VERDICTS[judged["verdict"]].label)
    target = target_of(judged["target"])
    if target is None or judged["figure"] is None or judged["verdict"] not in ("met", "breached"):
        return [_line(_("Verdict"), label)]
    met = target.met(Fraction(judged["figure"]))
    return [
        _line(_("Verdict"), label, f"{_figure_text(judged)} {_SIGNS[target.op][met]} {limit_text(judged['target'])}")
    ]


def _figure_text(judged: Mapping[str, Any]) -> str:
    if judged["has_value"]:
        return value_text(judged["figure"], judged["target"])
    return words.percent(Fraction(judged["figure"]), 6)


def _credit(judged: Mapping[str, Any], figures: Mapping[str, Any]) -> list[dict[str, str]]:
    """Return what the credit is a share of."""
    credit = judged["credit"]
    if credit is None:
        return []
    amount = f"{words.number(Decimal(credit['amount']), 2)}{words.NBSP}{figures['currency']}"
    percent = words.percent_exact(Fraction(credit["percent"]) / 100)
    return [_line(_("Credit"), amount, _("%(percent)s of the charge, within its caps") % {"percent": percent})]
