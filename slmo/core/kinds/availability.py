"""Availability: good seconds ÷ counted seconds of the states that were recorded."""

from __future__ import annotations

from fractions import Fraction

from slmo.core.budget import Budget
from slmo.core.classes import OF_STATE, Class, Seconds
from slmo.core.intervals import Steps
from slmo.core.kinds.base import Kind
from slmo.core.kinds.tally import Tally
from slmo.core.terms.model import ObjectiveTerms
from slmo.core.timeline import bridged, forgiven, timeline
from slmo.core.verdict import NOTHING, Judgement, Verdict, counted_seconds, ratio, span_verdict, too_much_unknown


class StateKind(Kind):
    """A kind that reads states."""

    unit = "s"

    def state_steps(self) -> Steps:
        """Return the objective's state in every second, after the terms and before anything is clipped."""
        return self.asked.kept((StateKind, self.terms), self._state_steps)

    def _state_steps(self) -> Steps:
        terms, until = self.terms, self.asked.as_of
        steps = timeline(self.asked.facts.states, terms.scope, terms.unite, until=until)
        return forgiven(
            bridged(steps, terms.unknown.last_for), minimum=terms.minimum_outage, whole_minutes=terms.whole_minutes,
            degraded_is_down=terms.degraded_is_down, until=until,
        )  # fmt: skip

    def steps(self) -> Steps:
        """Return the class of every second if all of it counted."""
        steps = self.state_steps()
        return Steps(steps.edges, OF_STATE[steps.values])


def good_total(terms: ObjectiveTerms, seconds: Seconds) -> tuple[Fraction, int]:
    """Return good and counted seconds, unknown ones as the agreement says."""
    unknown, counts_as = seconds[Class.UNKNOWN], terms.unknown.counts_as
    good = known_good(terms, seconds) + (unknown if counts_as == "up" else 0)
    counted = counted_seconds(seconds)
    return good, counted - unknown if counts_as == "excluded" else counted


def known_good(terms: ObjectiveTerms, seconds: Seconds) -> Fraction:
    """Return the seconds known to be good: up, and degraded by its weight."""
    return Fraction(seconds[Class.UP] + terms.degraded * seconds[Class.DEGRADED])


class Availability(StateKind):
    """Good seconds ÷ counted seconds."""

    @staticmethod
    def judge(terms: ObjectiveTerms, seconds: Seconds, closed: bool, tally: Tally) -> Judgement:
        """Judge the seconds of a period."""
        if terms.target is None:
            return NOTHING
        good, total = good_total(terms, seconds)
        counted, sure, future = counted_seconds(seconds), known_good(terms, seconds), seconds[Class.FUTURE]
        verdict = Verdict.NO_DATA
        if total:
            verdict = span_verdict(terms.target, good, total, future, closed)
            verdict = Verdict.INDETERMINATE if too_much_unknown(terms.unknown, seconds) else verdict
        allowed = (1 - terms.target.value) * (total + future)
        budget = Budget.of(allowed, Fraction(total - good)) if total + future else None
        upper = ratio(sure + seconds[Class.UNKNOWN], counted)
        return Judgement(verdict, ratio(good, total), good, total, ratio(sure, counted), upper, budget)
