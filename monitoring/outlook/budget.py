"""The budget of a running period: projected in service hours, spent, left, and where the present pace leads."""

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from django.utils.translation import gettext as _

from agreements.models import IndicatorKind
from monitoring.figures.cut import Cut, cut_of
from monitoring.instants import moment_of
from monitoring.models import PeriodResult
from monitoring.volumes import facts_with_volume
from slmo.core.alerts import alert_state, windows_of
from slmo.core.budget import AlertState, Budget, burn_rate, exhaustion
from slmo.core.partition import Class
from slmo.core.units import Window
from slmo.web import words

FUTURE = (Class.FUTURE,)
FASTEST = 1000  # times the even pace; beyond it a figure says no more


@dataclass(frozen=True)
class Projection:
    """The budget of the whole period and what has become of it; seconds, or events where seconds do not count.

    `whole`: what will have been counted by the period's end; `pace`: 1 uses the budget up exactly by then.
    """

    allowed: Fraction
    spent: Fraction
    counted: Fraction
    whole: Fraction
    pace: Fraction | float | None
    runs_out: int | None
    in_seconds: bool

    @property
    def left(self) -> Fraction:
        """Return what is left; negative once it is overspent."""
        return self.allowed - self.spent

    @property
    def over(self) -> Fraction:
        """Return by how much the budget is overspent."""
        return max(Fraction(0), -self.left)

    @property
    def passed(self) -> Fraction | None:
        """Return which share of the period's service hours lies behind."""
        return self.counted / self.whole if self.whole else None


def projection_of(cut: Cut) -> Projection | None:
    """Return the projected budget of a running period; None where its target leaves none."""
    result, terms = cut.result, cut.objective
    if result.budget_allowed is None or result.budget_consumed is None or terms is None or terms.target is None:
        return None
    allowed, spent = Fraction(result.budget_allowed), Fraction(result.budget_consumed)
    good, total = Fraction(result.good or 0), Fraction(result.total or 0)
    future = sum((span.seconds for span in cut.spans if span.name in FUTURE), 0)
    in_seconds = terms.indicator == "availability"
    pace = burn_rate(total - good, total, terms.target.value) if total else None
    runs_out = None
    if in_seconds and total.denominator == 1:
        runs_out = exhaustion(Budget.of(allowed, spent), int(total), cut.partition.of_class(Class.FUTURE))
    whole = total + future if in_seconds else total
    return Projection(allowed, spent, total, whole, pace, runs_out, in_seconds)


def burns_of(result: PeriodResult) -> list[AlertState]:
    """Return what each burn window says at the moment of the last assessment; nothing for kinds that have no burn."""
    cut = cut_of(result)
    indicator, name = result.objective.indicator, result.objective.name
    if indicator is None or result.budget_allowed is None or indicator.kind == IndicatorKind.TASKS:
        return []
    usual = windows_of(cut.objective) if cut.objective else ()
    table = [row for row in usual if row.long <= cut.window.seconds]  # a longer one says nothing of the period
    if not table:
        return []
    window = Window(cut.as_of - max(row.long for row in table), cut.as_of)
    facts = facts_with_volume(result.objective, cut.kind, window, cut.terms, cut.known_at)
    return alert_state(cut.terms, name, facts, cut.as_of, cut.window.seconds, cut.exclusions, table)


def burn_shown(state: AlertState) -> dict[str, Any]:
    """Return one burn window as the table shows it, with the reason where it is quiet."""
    return {
        "severity": _("Page somebody") if state.window.severity == "page" else _("Open a ticket"),
        "long": words.duration(state.window.long, 1),
        "short": words.duration(state.window.short, 1),
        "factor": _rate(state.factor),
        "share": words.percent_exact(state.window.share),
        "long_rate": _rate(state.long_rate),
        "short_rate": _rate(state.short_rate),
        "firing": state.firing,
        "why": _reason(state),
    }


def _rate(rate: Fraction | float | None) -> str:
    """Return a burn rate cut to one decimal, to two below 1; a dash where nothing was counted."""
    if rate is None:
        return words.DASH
    if rate > FASTEST:
        return f"> {words.number(FASTEST)}×"
    return words.number(Fraction(rate), 1 if rate >= 1 or rate == 0 else 2) + "×"


def _reason(state: AlertState) -> str:
    """Say why a window fires or is quiet."""
    if state.firing:
        return _("Both windows burn faster than the limit.")
    if not state.covered:
        return _("Not judged: facts do not cover the long window wholly.")
    if state.long_rate is None or state.short_rate is None:
        return _("Nothing was counted in one of the windows.")
    if state.long_rate <= state.factor:
        return _("The long window burns no faster than the limit.")
    return _("It burnt too fast, but no longer does: the short window is below the limit.")


def projection_shown(projection: Projection, zone: str) -> dict[str, Any]:
    """Return the projected budget as the page shows it."""
    runs_out = projection.runs_out
    return {
        "projection": projection,
        "pace": _rate(projection.pace),
        "pace_tone": "breach" if projection.over else "risk" if (projection.pace or 0) > 1 else "met",
        "runs_out": words.when(runs_out, zone) if runs_out else "",
        "runs_out_at": moment_of(runs_out) if runs_out else None,
    }
