"""Replay recorded facts under changed terms: which periods would have been missed, at what price."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any

from django.db.models import Max, Min

from agreements.models import Objective
from agreements.selectors import terms_of
from monitoring.exclusions import exclusions_load
from monitoring.figures.numbers import target_of
from monitoring.instants import instant_of
from monitoring.kinds import kind_of
from monitoring.models import PeriodResult as Judged
from monitoring.volumes import facts_with_volume
from slmo.accounts.models import User
from slmo.accounts.policy import require
from slmo.core.compliance import PeriodResult, Verdict
from slmo.core.terms import Agreement, ObjectiveTerms
from slmo.core.terms.model import Target
from slmo.core.units import Window
from slmo.core.whatif import break_even, replay

# Targets of the ladder: the steps that contracts take.
AROUND = tuple(Fraction(text) for text in ("0.5", "0.75", "0.9", "1.1", "1.25", "1.5", "2"))  # times the agreed limit
FEW = 6  # up to this number, a count is tried in steps of one
LADDER = tuple(Fraction(text) for text in ("0.99", "0.995", "0.999", "0.9995", "0.9999", "0.99995", "0.99999"))


@dataclass(frozen=True)
class Line:
    """One period as it was judged, and as it would have been."""

    window: Window
    now: PeriodResult
    then: PeriodResult

    @property
    def changed(self) -> bool:
        """Tell whether the verdict differs."""
        return self.now.verdict != self.then.verdict


@dataclass(frozen=True)
class Rung:
    """One target of the ladder, in its own unit: how many judged periods would have missed it."""

    target: Target
    missed: int
    here: bool


@dataclass(frozen=True)
class Replay:
    """The outcome of a replay over ended periods, oldest first."""

    lines: Sequence[Line]
    ladder: Sequence[Rung]
    break_even: Fraction | None

    def missed(self, when: str) -> int:
        """Return how many periods were missed `now` (as agreed) or would be `then` (as changed)."""
        return sum(getattr(line, when).verdict == Verdict.BREACHED for line in self.lines)

    def judged(self, when: str) -> int:
        """Return how many periods could be judged."""
        return sum(getattr(line, when).verdict in (Verdict.MET, Verdict.BREACHED) for line in self.lines)

    def credit(self, when: str) -> Decimal:
        """Return the sum of the credits."""
        return sum((getattr(line, when).credit.amount for line in self.lines if getattr(line, when).credit), Decimal(0))


def whatif_run(
    *, objective: Objective, changes: Mapping[str, Any], window: Window, actor: User | None, now: datetime
) -> Replay:
    """Judge every period of `window` that has ended, as agreed and under `changes`, on the facts known `now`.

    `changes` holds terms as in docs/formats.md: target, degraded, minimum_outage, hours. Nothing is stored.
    Raises Denied; TermError where the changed terms contradict each other.
    """
    agreement = objective.agreement
    if actor is not None:
        require(actor, "whatif_run", agreement.provider, agreement.customer)
    if not window.seconds:
        return Replay((), (), None)
    terms = terms_of(agreement)
    as_of = instant_of(now)
    kind = kind_of(objective.indicator) if objective.indicator else None
    states = facts_with_volume(objective, kind, window, terms, now)
    approved = exclusions_load(objective, terms, now)
    before = replay(terms, objective.name, states, window, as_of, {}, approved)
    after = replay(terms, objective.name, states, window, as_of, changes, approved)
    lines = [
        Line(then.window, was, then)
        for was, then in zip(before, after, strict=True)
        if then.window.end <= as_of and Verdict.NO_DATA not in (was.verdict, then.verdict)
    ]
    results = [line.then for line in lines]
    here = target_of(changes["target"]) if "target" in changes else target_agreed(terms, objective.name)
    return Replay(lines, ladder_of(results, here) if here else (), break_even(results))


def span_known(objective: Objective, now: datetime) -> Window:
    """Return the time that results cover, up to `now`; an empty one where there are none."""
    edges = Judged.objects.filter(objective=objective, current=True).aggregate(first=Min("start"), last=Max("end"))
    if edges["first"] is None:
        return Window(instant_of(now), instant_of(now))
    return Window(instant_of(edges["first"]), instant_of(min(edges["last"], now)))


def clause_agreed(terms: Agreement, objective: str) -> ObjectiveTerms | None:
    """Return what the latest version with this objective says of it."""
    return next((v.objectives[objective] for v in reversed(terms.versions) if objective in v.objectives), None)


def target_agreed(terms: Agreement, objective: str) -> Target | None:
    """Return the target of the latest version with this objective; None where it has none."""
    clause = clause_agreed(terms, objective)
    return clause.target if clause else None


def ladder_of(results: Iterable[PeriodResult], here: Target) -> list[Rung]:
    """Return how many of the results would miss each usual target, and `here`, their own."""
    entries = [entry for result in results for entry in result.entries()]
    figures = [entry.figure for entry in entries if entry.figure is not None]
    steps = [replace(here, value=value) for value in sorted({*usual_targets(here), here.value})]
    return [Rung(step, sum(not step.met(figure) for figure in figures), step == here) for step in steps]


def usual_targets(here: Target) -> tuple[Fraction, ...]:
    """Return the targets to try beside one: the steps of contracts for a least share, else steps around its value."""
    if here.op in (">=", ">") and here.unit == "%":
        return LADDER
    if here.value.denominator == 1 and here.unit == "number" and here.value <= FEW:
        return tuple(Fraction(step) for step in range(int(here.value) + 4))
    around = (here.value * step for step in AROUND)
    return tuple(Fraction(max(1, int(one))) if here.unit == "seconds" else one for one in around)
