"""Ratio: good events ÷ all events of the buckets that start in counted time."""

from __future__ import annotations

import functools
from fractions import Fraction

import numpy as np

from slmo.core.classes import CODE, Class, Seconds
from slmo.core.facts import Buckets
from slmo.core.facts.numbers import exact_sum
from slmo.core.intervals import Intervals, Steps
from slmo.core.kinds.base import Kind
from slmo.core.kinds.tally import Tally
from slmo.core.terms.model import ObjectiveTerms
from slmo.core.units import Window
from slmo.core.verdict import (
    NOTHING,
    Judgement,
    Verdict,
    counted_seconds,
    events_budget,
    events_verdict,
    idle_verdict,
    ratio,
    too_much_unknown,
    whole,
)


class Ratio(Kind):
    """Σ good ÷ Σ total."""

    unit = "events"

    @functools.cached_property
    def known(self) -> Buckets:
        """Return the buckets that stand and have started, in the order in which they start."""
        return self.asked.kept((Ratio, self.terms.scope), self._known)

    def _known(self) -> Buckets:
        mine = self.asked.facts.buckets.in_scope(self.terms.scope).current()
        mine = mine.take(mine.start < self.asked.as_of)
        return mine.take(np.argsort(mine.start, kind="stable"))

    @functools.cached_property
    def counted(self) -> Buckets:
        """Return the known buckets that start in counted time."""
        return self.known.take(self.eligible(self.ruling.window).contains(self.known.start))

    def steps(self) -> Steps:
        """Return what each second's bucket says; the worst where buckets overlap, unknown where there is none."""
        known, steps = self.known, Steps.constant(CODE[Class.UNKNOWN])
        perfect = known.good == known.total
        none = (known.good == 0) & ~perfect
        for mask, one in ((perfect, Class.UP), (~perfect & ~none, Class.DEGRADED), (none, Class.DOWN)):
            chosen = np.asarray(mask, dtype=np.bool_)
            steps = steps.paint(Intervals.united(known.start[chosen], known.end[chosen]), CODE[one])
        return steps

    def tally(self, window: Window) -> Tally:
        """Return the events of the buckets that start in counted time within the window."""
        counted = self.counted
        first, last = np.searchsorted(counted.start, [window.start, window.end])
        good, total = (exact_sum(column[first:last]) for column in (counted.good, counted.total))
        return Tally(Fraction(good, counted.scale), Fraction(total, counted.scale))

    @staticmethod
    def judge(terms: ObjectiveTerms, seconds: Seconds, closed: bool, tally: Tally) -> Judgement:
        """Judge the events of a period."""
        target, good, total = terms.target, tally.good, tally.total
        if target is None:
            return NOTHING
        if not counted_seconds(seconds) or (not total and not terms.own.idle_is_met):
            verdict = Verdict.NO_DATA
        elif too_much_unknown(terms.unknown, seconds):
            verdict = Verdict.INDETERMINATE
        elif not total:
            verdict = idle_verdict(terms.own.idle_is_met, closed)
        else:
            verdict = events_verdict(target, good, total, closed)
        achieved = ratio(good, total)
        bound = None if seconds[Class.UNKNOWN] else achieved
        return Judgement(verdict, achieved, good, whole(total), bound, bound, events_budget(target, good, total))
