"""What one assessment reads: the objective's terms and facts, where its record begins and ends, and the moment."""

import datetime as dt
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from agreements.models import Indicator, Objective
from agreements.selectors import terms_known, terms_of
from monitoring.exclusions import exclusions_load
from monitoring.instants import instant_of, moment_of
from monitoring.kinds import KINDS, FactKind, kind_of
from monitoring.measured import facts_measured, measuring
from monitoring.models import Fact
from monitoring.record_sql import Extent, extent_of, extent_of_streams, extents_joined, versions_signed
from monitoring.volumes import facts_with_volume
from slmo.core import ENGINE_VERSION
from slmo.core.exclusions import ExclusionWindow
from slmo.core.facts import Facts, States
from slmo.core.governing import periods_of, versions_with
from slmo.core.intervals import OPEN
from slmo.core.kinds import KINDS as ENGINE_KINDS
from slmo.core.kinds import Asked
from slmo.core.periods import local_days, period_containing, rolling_seconds
from slmo.core.terms import Agreement as Terms
from slmo.core.terms import ObjectiveTerms
from slmo.core.units import Window

NOTHING = Window(0, 0)


@dataclass(frozen=True)
class Record:
    """The record of one objective as it is assessed at the instant `as_of`.

    `known_at` asks for what was recorded, approved and signed by a moment; None: all that is known by now. `beside`
    tells that it is one of two measurements, of which the ledger keeps nothing.
    """

    objective: Objective
    terms: Terms
    as_of: int
    known_at: dt.datetime | None = None
    beside: bool = False

    @property
    def name(self) -> str:
        """Return the objective's name, as in the documents of the agreement."""
        return self.objective.name

    @property
    def zone(self) -> str:
        """Return the agreement's time zone."""
        return self.terms.timezone

    @cached_property
    def clauses(self) -> tuple[ObjectiveTerms, ...]:
        """Return what each version says about the objective, earliest first."""
        if self.name not in self.terms.objective_names:
            return ()
        return tuple(version.objectives[self.name] for version in versions_with(self.terms, self.name))

    @cached_property
    def kind(self) -> FactKind | None:
        """Return the kind of facts that the objective is measured by; None where nothing measures it."""
        return kind_of(self.objective.indicator) if self.objective.indicator else None

    @cached_property
    def indicators(self) -> list[Indicator]:
        """Return what measures the objective: of two measurements those that rule at any time, or stand in."""
        return measuring(self.objective, self.terms)

    @property
    def is_of_states(self) -> bool:
        """Tell whether states measure the objective, so that there are outages, and a state at present."""
        return self.kind is not None and self.kind.model is Fact

    @cached_property
    def adds_up(self) -> bool:
        """Tell whether a period is the sum of its days; not so for a month's percentile, or a limit on its volume."""
        limits = (clause.workload for clause in self.clauses)
        whole = any(limit is not None and not limit.suspends_spans for limit in limits)
        return not whole and all(ENGINE_KINDS[clause.indicator].additive for clause in self.clauses)

    @cached_property
    def term(self) -> Window:
        """Return the time in which any version promises the objective."""
        if not self.clauses:
            return NOTHING
        versions = versions_with(self.terms, self.name)
        return Window(versions[0].window.start, max(version.window.end for version in versions))

    @cached_property
    def exclusions(self) -> tuple[ExclusionWindow, ...]:
        """Return the time that does not count by approved exclusions, besides those of the agreement itself."""
        return exclusions_load(self.objective, self.terms, self.known_at)

    @cached_property
    def span(self) -> Window:
        """Return the time that is recorded, within the term and up to the present; of no length where nothing is."""
        begun = self._recorded_from()
        if begun is None or not self.clauses:
            return NOTHING
        ends = [instant_of(one.recorded_until) if one.recorded_until else OPEN for one in self.indicators]
        return Window(begun, min(max(ends, default=OPEN), self.as_of)).meet(self.term)

    def _recorded_from(self) -> int | None:
        """Return since when something is recorded (for what was known at a moment: by then), None where nothing is."""
        if self.kind is None:
            return None
        begun = [self._extent.first] if self._extent.first else []
        if self.is_of_states:
            begun += [one.recorded_from for one in self.indicators if one.gaps_up and one.recorded_from]
        return min(map(instant_of, begun), default=None)

    @cached_property
    def periods(self) -> list[Window]:
        """Return every period back to the first fact within the term, in order; a rolling one ends at the moment."""
        if not self.span.seconds:
            return []
        return periods_of(self.terms, self.name, self.span, self.as_of)

    def rolls(self, period: Window) -> bool:
        """Tell whether a period is a rolling one, which is read from the facts and not from whole days.

        So is every period as known at a moment of the past, because the ledger keeps the days as they are known now.
        """
        if self.known_at is not None or self.beside:
            return True
        lengths = {rolling_seconds(clause.period) for clause in self.clauses} - {None}
        return period.seconds in lengths and period.end == min(self.as_of, self.span.end)

    def rolls_for(self, start: dt.datetime, end: dt.datetime) -> bool:
        """Tell whether a stored period is a rolling one."""
        return self.rolls(Window(instant_of(start), instant_of(end)))

    @cached_property
    def hull(self) -> Window:
        """Return the whole local days that the ledger keeps: those of all periods, up to the end of today."""
        if not self.periods:
            return NOTHING
        fixed = [period for period in self.periods if not self.rolls(period)]
        start = min((self.credit_year(period.start) for period in fixed), default=self.span.start)
        end = min(max((period.end for period in fixed), default=self.span.end), self.tomorrow)
        if end <= start:
            return NOTHING
        (_, first), (_, last) = self.ends(Window(start, end))
        return Window(first.start, last.end)

    @cached_property
    def tomorrow(self) -> int:
        """Return the local midnight that follows the moment."""
        return local_days(self.zone, Window(self.as_of, self.as_of + 1))[-1][1].end

    def credit_year(self, at: int) -> int:
        """Return from when on the figures of a period that starts at `at` are summed: a cap looks at its whole year."""
        if not self.capped:
            return at
        return min(at, period_containing("contract-year", self.zone, at, self.terms.anchor).start)

    @cached_property
    def capped(self) -> bool:
        """Tell whether credits are capped for the contract year, so that earlier periods weigh on later ones."""
        return any(clause.credits and clause.credits.cap_year is not None for clause in self.clauses)

    @cached_property
    def version_ids(self) -> dict[str, int]:
        """Return the ids of the signed versions by the engine's names for them, their first dates."""
        return versions_signed(self.objective.agreement_id)

    @cached_property
    def watermark(self) -> tuple[int, dt.datetime | None]:
        """Return the highest number of the indicator's facts and when it was recorded; 0 and None without facts."""
        return self._extent.highest, self._extent.recorded_at

    @cached_property
    def _extent(self) -> Extent:
        """Return where the facts of what measures the objective begin and end."""
        if self.kind is None or not self.indicators:
            return Extent()
        return extents_joined([self._extent_of(one.pk, self.kind) for one in self.indicators])

    def _extent_of(self, indicator: int, kind: FactKind) -> Extent:
        """Return where the facts of one indicator begin and end."""
        if kind.monthly:
            return extent_of_streams(kind, indicator, self.known_at)
        return extent_of(kind.model, kind.first, indicator, self.known_at)

    @cached_property
    def provenance(self) -> dict[str, Any]:
        """Return what figures are computed from, and with what."""
        highest, recorded_at = self.watermark
        return {
            "engine": ENGINE_VERSION,
            "agreement_sha256": self.terms.digest,
            "versions": {version.id: version.digest for version in self.terms.versions},
            "facts_highest": highest,
            "facts_recorded_at": recorded_at.isoformat() if recorded_at else None,
            "as_of": moment_of(self.as_of).isoformat(),
        }

    def ends(self, window: Window) -> tuple[tuple[dt.date, Window], tuple[dt.date, Window]]:
        """Return the first and the last local day that a window reaches; however long, none between is looked at."""
        first, last = Window(window.start, window.start + 1), Window(window.end - 1, window.end)
        return local_days(self.zone, first)[0], local_days(self.zone, last)[-1]

    def days(self, window: Window) -> list[tuple[dt.date, Window]]:
        """Return the local days that overlap a window."""
        return local_days(self.zone, window) if window.seconds else []

    def facts(self, window: Window) -> Facts:
        """Return the facts for a window, with the margin on which its figures depend, and of its whole days."""
        for span, facts in self._facts_read:
            if span.meet(window) == window:
                return facts
        (_, first), (_, last) = self.ends(window)
        wide = Window(min(window.start, first.start - 1), max(window.end, last.end))
        self._facts_read.append((wide, self.facts_alone(wide)))
        return self._facts_read[-1][1]

    def facts_alone(self, window: Window) -> Facts:
        """Return the facts for a window and no others, so that their digest is always the same."""
        return facts_with_volume(self.objective, self.kind, window, self.terms, self.known_at)

    @cached_property
    def _facts_read(self) -> list[tuple[Window, Facts]]:
        """Return what was read so far: an assessment asks about the same days several times."""
        return []

    def asked(self, window: Window) -> Asked:
        """Return the facts for a window as the engine's kinds of indicator are asked about them."""
        return Asked.of(self.terms, self.name, self.facts(window), self.as_of, self.exclusions)

    def states(self, window: Window) -> States:
        """Return the states for a window, with the margin on which its figures depend."""
        return facts_measured(self.objective, KINDS["states"], window, self.terms, self.known_at).states

    def clause_at(self, instant: int) -> ObjectiveTerms | None:
        """Return what the version in force at an instant says about the objective."""
        version = self.terms.version_at(instant)
        return version.objectives.get(self.name) if version else None


def record_read(objective: Objective, as_of: int, known_at: dt.datetime | None = None) -> Record:
    """Return the record of an objective, or what it was as known at a moment.

    Raises Version.DoesNotExist where nothing is signed.
    """
    terms = terms_of(objective.agreement) if known_at is None else terms_known(objective.agreement, known_at)
    return Record(objective, terms, as_of, known_at)
