"""Compute a stored figure again from the facts, with the engine, and say whether it is the same."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any, NamedTuple

from django.utils.translation import gettext as _

from monitoring.figures.cut import Cut, cut_of
from monitoring.models import PeriodResult
from slmo.core.compliance import PeriodResult as Figures
from slmo.core.compliance import assess
from slmo.web.signs import sign_of

MICRO = Decimal("0.000001")  # stored seconds have six decimals


class Compared(NamedTuple):
    """One field as it is stored and as it comes out now."""

    name: str
    stored: str
    computed: str

    @property
    def equal(self) -> bool:
        """Tell whether the two are the same text."""
        return self.stored == self.computed


@dataclass(frozen=True)
class Verified:
    """The outcome: field by field on the facts known when it was assessed, and the figure on those known now."""

    fields: tuple[Compared, ...]
    latest: Figures | None
    moved: bool
    computed_at: datetime

    @property
    def equal(self) -> bool:
        """Tell whether every field comes out as it is stored."""
        return all(field.equal for field in self.fields)


def figure_verify(result: PeriodResult, now: datetime) -> Verified:
    """Recompute a figure as it was known when assessed, and as it is known at `now`; nothing is stored."""
    cut = cut_of(result)
    then = figures_of(cut)
    latest = figures_of(cut_of(result, known_at=now))
    moved = latest is not None and then is not None and latest.to_json("UTC") != then.to_json("UTC")
    return Verified(tuple(_compared(result, then)), latest, moved, now)


def figures_of(cut: Cut) -> Figures | None:
    """Return the engine's figures for the cut's own period, or None where the terms know no such period any more."""
    found = assess(cut.terms, cut.result.objective.name, cut.facts, cut.window, cut.as_of, cut.exclusions)
    return next((figures for figures in found if figures.window == cut.window), None)


def _compared(result: PeriodResult, figures: Figures | None) -> Iterable[Compared]:
    """Yield every field that both have."""
    if figures is None:
        yield Compared(_("Period"), _("as stored"), _("not a period of these terms"))
        return
    entry = figures.to_json("UTC")
    budget = figures.budget
    yield Compared(_("Verdict"), _word(result.verdict), _word(entry["verdict"]))
    figure = ("value", _("Value")) if figures.has_value else ("achieved", _("Achieved"))
    for name, label in (figure, ("lower", _("Lower bound")), ("upper", _("Upper bound"))):
        yield Compared(label, getattr(result, name), entry[name] or "")
    yield Compared(_("Good seconds"), _micro(result.good), _micro(figures.good))
    yield Compared(_("Counted seconds"), _micro(result.total), _micro(figures.total))
    yield Compared(_("May be lost, in seconds"), _micro(result.budget_allowed), _micro(budget and budget.allowed))
    yield Compared(_("Was lost, in seconds"), _micro(result.budget_consumed), _micro(budget and budget.consumed))
    for name in entry["seconds"]:
        yield Compared(_word(name), str(result.seconds.get(name, 0)), str(entry["seconds"][name]))


def _word(name: str) -> str:
    """Return what a verdict, or a class of time, is called on every page."""
    return str(sign_of(name).label)


def _micro(value: Any) -> str:
    """Return a number of seconds as it is stored: cut to six decimals; an absent one is an empty text."""
    if value is None:
        return ""
    exact = Fraction(value)
    return f"{(Decimal(exact.numerator * 10**6 // exact.denominator) * MICRO).normalize():f}"
