"""Attested: a person states, on evidence, that an obligation was met."""

from __future__ import annotations

from fractions import Fraction

from slmo.core.classes import CODE, Class, Seconds
from slmo.core.intervals import Intervals, Steps
from slmo.core.kinds.base import Kind
from slmo.core.kinds.tally import Tally
from slmo.core.terms.model import ObjectiveTerms
from slmo.core.verdict import Judgement, Verdict, counted_seconds


class Attested(Kind):
    """Met, not met, or not stated."""

    unit = "s"

    def steps(self) -> Steps:
        """Return what the last statement about each second says, unknown where there is none."""
        steps = Steps.constant(CODE[Class.UNKNOWN])
        for one in self.asked.facts.statements.in_scope(self.terms.scope):
            if one.start < self.asked.as_of:
                steps = steps.paint(Intervals.of([(one.start, one.end)]), CODE[Class.UP if one.met else Class.DOWN])
        return steps

    @staticmethod
    def judge(terms: ObjectiveTerms, seconds: Seconds, closed: bool, tally: Tally) -> Judgement:
        """Judge what was stated: one statement that it was not met breaches the period."""
        up, down, unknown = seconds[Class.UP], seconds[Class.DOWN], seconds[Class.UNKNOWN]
        if down:
            verdict = Verdict.BREACHED
        elif not up:
            verdict = Verdict.NO_DATA
        elif not closed:
            verdict = Verdict.ON_TRACK
        else:
            verdict = Verdict.INDETERMINATE if unknown else Verdict.MET
        return Judgement(verdict, None, Fraction(up), counted_seconds(seconds), None, None, None)
