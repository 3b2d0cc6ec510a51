"""What every kind of indicator says of a figure: its sentence, its arithmetic, the evidence behind it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from math import floor
from typing import Any, ClassVar, NamedTuple

from django.utils.translation import gettext as _

from monitoring.figures.cut import Cut
from monitoring.figures.numbers import figure_text, target_share, target_text
from monitoring.models import PeriodResult
from slmo.core.governing import rulings
from slmo.core.kinds import KINDS as ENGINE_KINDS
from slmo.core.kinds import Asked, Kind
from slmo.core.terms import ObjectiveTerms
from slmo.web import words


class Step(NamedTuple):
    """One line of the arithmetic: what it is, the sum written out, what comes out, and a note."""

    label: str
    sum: str
    value: str
    note: str = ""
    strong: bool = False


@dataclass(frozen=True)
class Figure:
    """A figure as it is stored, and the terms of its kind as the agreement writes them; all that a sentence needs."""

    kind: str
    verdict: str
    target: str
    achieved: str = ""
    value: str = ""
    good: Fraction = Fraction(0)
    total: Fraction = Fraction(0)
    allowed: Fraction | None = None
    consumed: Fraction | None = None
    seconds: Mapping[str, int] = field(default_factory=dict)
    written: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def of(cls, result: PeriodResult, terms: ObjectiveTerms | None) -> "Figure":
        """Return the figure of a result under the terms that judged it."""
        indicator = result.objective.indicator
        kind = terms.indicator if terms else indicator.kind if indicator else "availability"
        return cls(
            kind=kind, verdict=result.verdict, target=result.target, achieved=result.achieved, value=result.value,
            good=words.fraction_of(result.good or 0), total=words.fraction_of(result.total or 0),
            allowed=_fraction(result.budget_allowed), consumed=_fraction(result.budget_consumed),
            seconds=result.seconds, written=terms.written if terms else {},
        )  # fmt: skip

    @property
    def text(self) -> str:
        """Return the figure as shown."""
        return figure_text(self.achieved, self.target, self.value)

    @property
    def target_text(self) -> str:
        """Return the target as shown."""
        return target_text(self.target)

    @property
    def left(self) -> Fraction | None:
        """Return what is left of the error budget; negative when it is overspent."""
        return None if self.allowed is None or self.consumed is None else self.allowed - self.consumed

    @property
    def open(self) -> bool:
        """Tell whether the period was still running when it was judged."""
        return self.verdict in ("on_track", "at_risk")


def _fraction(value: words.Exact | None) -> Fraction | None:
    return None if value is None else words.fraction_of(value)


class KindFigure:
    """One kind of indicator on the pages about a figure.

    `noun` is what its error budget counts; `template` shows the evidence; `clocked` tells that each second of the
    period says something of its own, so that the page lists them.
    """

    name: ClassVar[str]
    template: ClassVar[str]
    clocked: ClassVar[bool] = True

    def fact(self, figure: Figure) -> str:
        """Say what was measured, in one sentence."""
        raise NotImplementedError

    def note(self, figure: Figure) -> str:
        """Say beside the figure what it is a figure of."""
        raise NotImplementedError

    def steps(self, figure: Figure, terms: ObjectiveTerms | None) -> list[Step]:
        """Return the arithmetic step by step."""
        raise NotImplementedError

    def evidence(self, cut: Cut) -> dict[str, Any]:
        """Return what the template shows of the facts."""
        raise NotImplementedError

    def sentence(self, figure: Figure) -> str:
        """Say what was measured, and what it means."""
        if figure.verdict == "no_data":
            return _("Nothing was counted in this period: there is no figure, and nothing to judge.")
        if figure.verdict in ("met", "on_track") and not figure.text:
            return _("Nothing happened in this period that could have been bad: by the terms it counts as met.")
        return f"{self.fact(figure)} {self.judged(figure)}"

    def judged(self, figure: Figure) -> str:
        """Say what the figure means against its target."""
        return JUDGED()[figure.verdict] % {"target": figure.target_text}


def JUDGED() -> dict[str, str]:  # noqa: N802 - a table, made when the language is known
    """Return what each verdict says of a target."""
    return {
        "met": _("The target of %(target)s was met."),
        "breached": _("The target of %(target)s was missed."),
        "indeterminate": _("Too much of the time is unknown to judge it against the target of %(target)s."),
        "on_track": _("The target of %(target)s is met so far."),
        "at_risk": _("The target of %(target)s is in danger."),
    }


class Counted(KindFigure):
    """A kind that judges a share of events, slices or tasks."""

    def judged(self, figure: Figure) -> str:
        """Say how many bad ones were left, or too many."""
        left = figure.left
        if left is None or figure.verdict not in ("met", "breached") or figure.open:
            return super().judged(figure)
        values = {"target": figure.target_text, "count": words.number(abs(floor(left)))}  # -0.5 left: one too many
        if figure.verdict == "met" and 0 <= left < 1:
            return _("The target of %(target)s was met with nothing to spare.") % values
        if figure.verdict == "met":
            return _("The target of %(target)s was met; %(count)s more bad ones were allowed.") % values
        return _("The target of %(target)s was missed by %(count)s bad ones.") % values

    def share_steps(self, figure: Figure, seen: str, good: str) -> list[Step]:
        """Return the steps from what was seen to the verdict; `seen` and `good` name the first two."""
        steps = [Step(seen, "", count_text(figure.total)), Step(good, "", count_text(figure.good))]
        share = target_share(figure.target)
        if not figure.total or share is None or figure.allowed is None or figure.consumed is None:
            return steps
        left = figure.allowed - figure.consumed
        exact = (figure.good / figure.total * 10**9).denominator == 1
        return [
            *steps,
            Step(
                _("Achieved"), f"{count_text(figure.good)} ÷ {count_text(figure.total)}", figure.text,
                "" if exact else words.decimal_text(figure.good / figure.total * 100, 7) + " %…", strong=True,
            ),
            Step(
                _("May be bad"), f"(1 − {figure.target_text}) × {count_text(figure.allowed / (1 - share))}"
                if share != 1 else "", count_text(figure.allowed),
            ),
            Step(_("Were bad"), f"{count_text(figure.total)} − {count_text(figure.good)}", count_text(figure.consumed)),
            Step(_("Left") if left >= 0 else _("Over"), "", count_text(abs(left)), strong=True),
        ]  # fmt: skip


def count_text(value: Fraction) -> str:
    """Return a number of things: whole where it is, else with the decimals that it has, at most six."""
    places = next((n for n in range(7) if (value * 10**n).denominator == 1), 6)
    return words.decimal_text(value, places)


def readers_of(cut: Cut) -> list[Kind]:
    """Return the engine's readers of a period: one for each version that ruled a part of it."""
    name = cut.result.objective.name
    asked = Asked.of(cut.terms, name, cut.facts, cut.as_of, cut.exclusions)
    ruled = rulings(cut.terms, name, cut.window)
    return [
        ENGINE_KINDS[one.version.objectives[name].indicator](asked, one)
        for one in ruled
        if one.version is not None and name in one.version.objectives
    ]
