"""What lies behind one figure: the seconds of its period by class, the outages, and the facts that say so.

Everything is computed from the facts as they were known when the figure was assessed, so that a later correction never
makes a closed figure look wrong; `known_at` asks for another moment.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from typing import NamedTuple

from django.db.models import Q, QuerySet

from agreements.models import Indicator
from agreements.selectors import terms_known
from monitoring.exclusions import exclusions_holding, exclusions_load
from monitoring.instants import instant_of, moment_of
from monitoring.kinds import KINDS, FactKind, kind_of
from monitoring.measured import measuring
from monitoring.models import Fact, FactState, PeriodResult
from monitoring.volumes import facts_with_volume
from slmo.core.exclusions import ExclusionWindow
from slmo.core.facts import Facts
from slmo.core.partition import Class, Partition, partition
from slmo.core.periods import period_containing
from slmo.core.terms import Agreement, ObjectiveTerms
from slmo.core.units import Window

REFERENCES_MOST = 6  # incidents named beside one outage


class Span(NamedTuple):
    """A run of seconds of one class, `[start, end)` in epoch seconds."""

    start: int
    end: int
    name: str

    @property
    def seconds(self) -> int:
        """Return the length."""
        return self.end - self.start


class Outage(NamedTuple):
    """An outage that counted, with the incidents whose facts overlap it."""

    start: int
    end: int
    references: tuple[str, ...]

    @property
    def seconds(self) -> int:
        """Return the length."""
        return self.end - self.start


class Exclusion(NamedTuple):
    """Time that was left out of the count, and why; `approved` names exclusions and who approved each."""

    start: int
    end: int
    reason: str
    approved: tuple[tuple[int, str], ...] = ()

    @property
    def seconds(self) -> int:
        """Return the length."""
        return self.end - self.start


@dataclass(frozen=True)
class Cut:
    """A figure taken apart."""

    result: PeriodResult
    terms: Agreement
    facts: Facts
    kind: FactKind
    window: Window
    as_of: int
    known_at: datetime
    partition: Partition
    exclusions: tuple[ExclusionWindow, ...] = ()

    @property
    def objective(self) -> ObjectiveTerms | None:
        """Return the terms that judged the period's last second, or else its first."""
        name = self.result.objective.name
        version = self.terms.version_at(self.window.end - 1) or self.terms.version_at(self.window.start)
        return version.objectives.get(name) if version else None

    @property
    def indicators(self) -> list[Indicator]:
        """Return the indicators whose facts the figure rests on."""
        return measuring(self.result.objective, self.terms, self.window)

    @property
    def spans(self) -> list[Span]:
        """Return the runs of seconds that make up the period, in order and without a gap."""
        return [Span(int(start), int(end), str(name)) for start, end, name in self.partition.intervals()]


def cut_of(result: PeriodResult, known_at: datetime | None = None) -> Cut:
    """Take a figure apart on what was recorded and approved by `known_at` (default: when it was assessed).

    Raises Version.DoesNotExist where nothing is signed.
    """
    known = known_at or result.assessed_at
    objective = result.objective
    terms = terms_known(objective.agreement, known)
    window = Window(instant_of(result.start), instant_of(result.end))
    as_of = as_of_of(result, terms, window)
    kind = kind_of(objective.indicator) if objective.indicator else KINDS["states"]
    facts = facts_with_volume(objective, kind, window_read(window, terms, objective.name), terms, known)
    approved = exclusions_load(objective, terms, known)
    found = partition(terms, objective.name, facts, window, as_of, approved)
    return Cut(result, terms, facts, kind, window, as_of, known, found, approved)


def window_read(window: Window, terms: Agreement, objective: str) -> Window:
    """Return the window whose facts are needed: where credits have a yearly cap, from the contract year's first day."""
    rules = [version.objectives[objective].credits for version in terms.versions if objective in version.objectives]
    if not any(credits and credits.cap_year is not None for credits in rules):
        return window
    year = period_containing("contract-year", terms.timezone, window.start, terms.anchor)
    return Window(min(year.start, window.start), window.end)


def as_of_of(result: PeriodResult, terms: Agreement, window: Window) -> int:
    """Return the moment from which on the figure did not look at facts: when it was assessed.

    A period that had ended by then is judged with what came after it too: an outage at its end is as long as it was. A
    rolling period ends at the moment asked about.
    """
    name = result.objective.name
    rolling = any(v.objectives[name].period.startswith("rolling") for v in terms.versions if name in v.objectives)
    return window.end if rolling else instant_of(result.assessed_at)


def facts_behind(cut: Cut) -> QuerySet[Fact]:
    """Return the facts that overlap the period, as they were known, in order of time."""
    since, until = moment_of(cut.window.start), moment_of(cut.window.end)
    rows = Fact.objects.filter(indicator__in=cut.indicators, recorded_at__lte=cut.known_at)
    rows = rows.filter(Q(superseded_at__isnull=True) | Q(superseded_at__gt=cut.known_at))
    rows = rows.filter(Q(end__isnull=True) | Q(end__gt=since), start__lt=until)
    scopes = cut.objective.scope if cut.objective else ()
    if scopes:
        rows = rows.filter(scope__in=["", *scopes])
    return rows.order_by("start", "pk")


def outages_of(cut: Cut) -> list[Outage]:
    """Return the outages that counted in the period, in order, each with what a person would look up."""
    windows = cut.partition.outages()
    if not windows:
        return []
    bad = facts_behind(cut).filter(state__in=(FactState.DOWN, FactState.DEGRADED))
    facts = list(bad.exclude(reference="").values_list("start", "end", "state", "reference"))
    known = [
        (instant_of(start), instant_of(end) if end else cut.as_of, state, name) for start, end, state, name in facts
    ]
    return [Outage(window.start, window.end, _references(window, known)) for window in windows]


def exclusions_of(cut: Cut) -> list[Exclusion]:
    """Return what was left out of the count, with the reasons of the agreement and those that people approved."""
    found = []
    holding = exclusions_holding(cut.result.objective, cut.known_at).select_related("decided_by")
    held = list(holding) if cut.exclusions else []
    for span in cut.spans:
        if span.name != Class.EXCLUDED:
            continue
        window = Window(span.start, span.end)
        version = cut.terms.version_at(span.start)
        agreed = version.exclusions if version else ()
        reasons = dict.fromkeys(one.reason for one in agreed if len(one.expand(window)))
        mine = [row for row in held if instant_of(row.start) < span.end and instant_of(row.end) > span.start]
        reasons |= dict.fromkeys(row.reason for row in mine)
        approved = tuple((row.pk, str(row.decided_by or "SLMO")) for row in mine)
        found.append(Exclusion(span.start, span.end, ", ".join(filter(None, reasons)), approved))
    return found


def budget_points(cut: Cut, allowed: Fraction) -> list[tuple[int, Fraction | None]]:
    """Return the error budget that is left along the period: level while all is well, falling through lost time."""
    weights = bad_weights(cut.objective)
    left = allowed
    points: list[tuple[int, Fraction | None]] = [(cut.window.start, left)]
    for span in cut.spans:
        weight = weights.get(span.name, Fraction(0))
        if weight:
            points.append((span.start, left))
            left -= weight * span.seconds
            points.append((span.end, left))
    points.append((min(cut.as_of, cut.window.end), left))
    return points


def bad_weights(terms: ObjectiveTerms | None) -> dict[str, Fraction]:
    """Return which share of a second of each class is lost under the terms."""
    if terms is None:
        return {}
    unknown = Fraction(1 if terms.unknown.counts_as == "down" else 0)
    return {Class.DOWN.value: Fraction(1), Class.DEGRADED.value: 1 - terms.degraded, Class.UNKNOWN.value: unknown}


def _references(window: Window, facts: Iterable[tuple[int, int, int, str]]) -> tuple[str, ...]:
    """Return the incidents of the facts that overlap an outage, those that were down first."""
    found: Sequence[tuple[int, int, int, str]] = [
        fact for fact in facts if fact[0] < window.end and fact[1] > window.start
    ]
    names = dict.fromkeys(name for _start, _end, _state, name in sorted(found, key=lambda fact: (-fact[2], fact[0])))
    return tuple(names)[:REFERENCES_MOST]
