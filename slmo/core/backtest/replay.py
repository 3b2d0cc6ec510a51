"""Closed periods read once, and judged as often as targets and credit tiers are tried on them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction

from slmo.core.compliance import Read, Reading, period_result, reader
from slmo.core.exclusions import ExclusionWindow
from slmo.core.facts import Facts
from slmo.core.governing import Ruling
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
        mine = facts.for_objective(objective)
        rolls = rolling_seconds(self.terms.period) is not None
        self.asked: list[Asked] = []
        self._read: list[tuple[Window, int, Read]] = []
        for group in [[one] for one in periods] if rolls else [list(periods)]:
            moment = group[-1].end if rolls else as_of
            asked = Asked(agreement, objective, mine, moment, exclusions)
            read = _once(reader(asked, group))
            self._read += [(period, moment, read) for period in group]
            self.asked += [asked] * len(group)
        self.results = self.judged(self.terms)

    def judged(self, terms: ObjectiveTerms) -> list[PeriodResult]:
        """Return every period by other terms that change nothing of what is read: target and credits."""
        version = self.agreement.versions[0]
        changed = replace(version, objectives={**version.objectives, self.objective: terms})
        agreement = replace(self.agreement, versions=(changed,))
        return [period_result(agreement, self.objective, period, moment, read) for period, moment, read in self._read]

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
