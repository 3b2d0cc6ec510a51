"""Closed periods read once, and judged as often as targets and credit tiers are tried on them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from fractions import Fraction
from functools import cached_property

from slmo.core.compliance import Read, Reading, period_result, reader
from slmo.core.exclusions import ExclusionWindow
from slmo.core.facts import Facts
from slmo.core.governing import Ruling, periods_of
from slmo.core.judgement import Verdict
from slmo.core.kinds import Asked
from slmo.core.periods import period_containing, rolling_seconds
from slmo.core.result import PeriodResult
from slmo.core.terms.model import Agreement, ObjectiveTerms
from slmo.core.units import Window
from slmo.core.whatif import break_even

JUDGED = (Verdict.MET, Verdict.BREACHED)


def periods_back(agreement: Agreement, objective: str, until: int, count: int) -> list[Window]:
    """Return the last `count` periods that had ended at an instant, earliest first.

    Rolling periods adjoin: each begins where the one before it ends.
    """
    period = agreement.versions[0].objectives[objective].period
    found: list[Window] = []
    end = until
    if rolling_seconds(period) is None:
        end = period_containing(period, agreement.timezone, until, agreement.anchor).start
    while len(found) < count:
        at = end if rolling_seconds(period) is not None else end - 1
        found.append(period_containing(period, agreement.timezone, at, agreement.anchor))
        end = found[-1].start
    return found[::-1]


class Replay:
    """Closed periods under the terms of one version that holds through all of them; figures are those of `assess`."""

    def __init__(
        self,
        agreement: Agreement,
        objective: str,
        facts: Facts,
        periods: Sequence[Window],
        as_of: int,
        exclusions: Sequence[ExclusionWindow] = (),
    ) -> None:
        """Read the periods; a rolling one is read as at its own end, any other as known at `as_of`."""
        self.agreement, self.objective, self.periods = agreement, objective, tuple(periods)
        self.terms = agreement.versions[0].objectives[objective]
        rolls = rolling_seconds(self.terms.period) is not None
        self.asked: list[Asked] = []
        self._read: list[tuple[Window, int, Read]] = []
        for group in [[one] for one in periods] if rolls else [list(periods)]:
            moment = group[-1].end if rolls else as_of
            asked = Asked.of(agreement, objective, facts, moment, exclusions)
            read = _once(reader(asked, group))
            self._read += [(period, moment, read) for period in group]
            self.asked += [asked] * len(group)
        self.results = self.judged(self.terms)

    def judged(self, terms: ObjectiveTerms) -> list[PeriodResult]:
        """Return every period by other terms that change nothing of what is read: target and credits."""
        agreement = self._with(terms)
        return [period_result(agreement, self.objective, period, moment, read) for period, moment, read in self._read]

    def _with(self, terms: ObjectiveTerms) -> Agreement:
        version = self.agreement.versions[0]
        changed = replace(version, objectives={**version.objectives, self.objective: terms})
        return replace(self.agreement, versions=(changed,))

    @cached_property
    def years(self) -> list[list[PeriodResult]]:
        """Return for each period those before it in its contract year, of which a cap for the year must know."""
        if self.terms.credits is None or self.terms.credits.cap_year is None:
            return [[] for _ in self.periods]
        known = {(one.window, moment): one for one, (_, moment, _read) in zip(self.results, self._read, strict=True)}
        return [[self._earlier(known, *one) for one in self._before(*read)] for read in self._read]

    def _before(self, period: Window, moment: int, read: Read) -> Iterator[tuple[Window, int, Read]]:
        """Yield the periods of the contract year that begin before one, as the engine sums up their credits."""
        year = period_containing("contract-year", self.agreement.timezone, period.start, self.agreement.anchor)
        span = Window(year.start, period.start)
        for one in periods_of(self.agreement, self.objective, span, period.start):
            if year.start <= one.start < period.start:
                yield one, moment, read

    def _earlier(
        self, known: dict[tuple[Window, int], PeriodResult], period: Window, moment: int, read: Read
    ) -> PeriodResult:
        found = known.get((period, moment))
        if found is None:
            found = known[period, moment] = period_result(self.uncapped, self.objective, period, moment, read)
        return found

    @cached_property
    def uncapped(self) -> Agreement:
        """Return the agreement without a cap for the year: a period then needs no other."""
        credits = self.terms.credits and self.terms.credits.without_year_cap()
        return self._with(replace(self.terms, credits=credits))

    @property
    def break_even(self) -> Fraction | None:
        """Return the strictest target that every judged period would have met; None if none was judged."""
        return break_even(self.results)


def _once(read: Read) -> Read:
    """Return the same readings, each read once."""
    known: dict[Window, Reading] = {}

    def reading(ruling: Ruling) -> Reading:
        if ruling.window not in known:
            known[ruling.window] = read(ruling)
        return known[ruling.window]

    return reading
