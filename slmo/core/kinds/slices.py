"""Slices: good slices of N seconds ÷ counted slices, each good by its own samples or events."""

from __future__ import annotations

import functools
from fractions import Fraction
from typing import NamedTuple

import numpy as np

from slmo.core.budget import Budget
from slmo.core.classes import CODE, Class, Seconds
from slmo.core.grid import Grid
from slmo.core.groups import Figures, figures_of, runs_of, sums_of
from slmo.core.intervals import OPEN, Codes, Intervals, Mask, Steps, Times, times
from slmo.core.kinds.base import Kind
from slmo.core.kinds.ratio import Ratio
from slmo.core.kinds.tally import Tally
from slmo.core.kinds.value import known_samples
from slmo.core.periods import local_days
from slmo.core.terms.model import ObjectiveTerms
from slmo.core.units import Window
from slmo.core.verdict import (
    NOTHING,
    Judgement,
    Verdict,
    counted_seconds,
    idle_verdict,
    ratio,
    span_verdict,
    too_much_unknown,
    whole,
)

UNKNOWN, GOOD, BAD, AHEAD = (CODE[one] for one in (Class.UNKNOWN, Class.UP, Class.DOWN, Class.FUTURE))


class Slices(NamedTuple):
    """Slices in order: where each starts and ends, whether it counts (its start does), and what it is."""

    starts: Times
    ends: Times
    counts: Mask
    what: Codes


class Told(NamedTuple):
    """Slices of which facts tell something, in order: their numbers in the grid, and whether each is good."""

    numbers: Times
    good: Mask


_NOTHING = Told(times([]), np.array([], dtype=np.bool_))


class SlicesKind(Kind):
    """Good slices ÷ counted slices. Only those of which something is told are kept one by one."""

    unit = "slices"

    @functools.cached_property
    def grid(self) -> Grid:
        """Return the slices of the local days that the ruling touches."""
        days = local_days(self.asked.agreement.timezone, self.ruling.window)
        return Grid.of([day for _, day in days], self.terms.own.slice)

    @functools.cached_property
    def slices(self) -> Slices:
        """Return the slices of the local days that the ruling touches, one by one."""
        numbers = np.arange(len(self.grid))
        starts, ends = self.grid.starts(numbers), self.grid.ends(numbers)
        what = np.full(len(numbers), UNKNOWN, dtype=np.int8)
        what[self._told.numbers] = np.where(self._told.good, GOOD, BAD)
        what[ends > self.asked.as_of] = AHEAD
        return Slices(starts, ends, self._eligible.contains(starts), what)

    @functools.cached_property
    def _eligible(self) -> Intervals:
        return self.eligible(self.grid.window)

    @functools.cached_property
    def _ahead(self) -> int:
        """Return when the first slice starts that has not ended."""
        return self.grid.open_from(self.asked.as_of)

    @functools.cached_property
    def _told(self) -> Told:
        """Return the ended slices of which samples or events in counted time tell something; bad if any says so."""
        parts = (self._of_samples(), self._of_buckets())
        numbers, of = np.unique(np.concatenate([part.numbers for part in parts]), return_inverse=True)
        good = np.ones(len(numbers), dtype=np.bool_)
        np.logical_and.at(good, of, np.concatenate([part.good for part in parts]))
        ended = self.grid.starts(numbers) < self._ahead
        return Told(numbers[ended], good[ended])

    @functools.cached_property
    def _counted(self) -> tuple[Times, Times]:
        """Return where the told slices that count start, and how many of them up to each are good."""
        starts = self.grid.starts(self._told.numbers)
        mine = self._eligible.contains(starts)
        return starts[mine], np.concatenate((times([0]), np.cumsum(self._told.good[mine])))

    def _of_samples(self) -> Told:
        """Return the slices that have samples in counted time, and what these make of each."""
        own, samples = self.terms.own, known_samples(self)
        samples = samples.take(self._eligible.contains(samples.at))
        numbers, firsts = runs_of(self.grid.holding(samples.at))
        if not len(numbers):
            return _NOTHING
        scale = 1 if own.reduce.how == "count" else samples.scale
        return Told(numbers, figures_of(samples.value, firsts, own.reduce).keep(own.good_when, scale))

    def _of_buckets(self) -> Told:
        """Return the slices that have events in counted time, and what these make of each."""
        own, buckets = self.terms.own, Ratio(self.asked, self.ruling).known
        buckets = buckets.take(self._eligible.contains(buckets.start))
        numbers, firsts = runs_of(self.grid.holding(buckets.start))
        if not len(numbers):
            return _NOTHING
        good, total = sums_of(buckets.good, firsts), sums_of(buckets.total, firsts)
        busy = np.asarray(total > 0, dtype=np.bool_)
        keep = busy & Figures(good, total).keep(own.good_when, 1)
        return Told(numbers, keep | ~busy) if own.idle_is_met else Told(numbers[busy], keep[busy])

    def steps(self) -> Steps:
        """Return for every second what its slice is."""
        steps, told = Steps.constant(UNKNOWN), self._told
        for mask, one in ((told.good, GOOD), (~told.good, BAD)):
            numbers = told.numbers[mask]
            steps = steps.paint(Intervals.united(self.grid.starts(numbers), self.grid.ends(numbers)), one)
        return steps.paint(Intervals.of([(self._ahead, OPEN)]), AHEAD)

    def tally(self, window: Window) -> Tally:
        """Return the slices that start in the window and in counted time."""
        starts, good_until = self._counted
        first, last = np.searchsorted(starts, [window.start, window.end]).tolist()
        eligible = self._eligible.clip(window)
        ahead = self.grid.count(eligible.clip(Window(max(window.start, self._ahead), max(window.end, self._ahead))))
        good, total = int(good_until[last] - good_until[first]), last - first
        return Tally(Fraction(good), Fraction(total), self.grid.count(eligible) - ahead - total, ahead)

    @staticmethod
    def judge(terms: ObjectiveTerms, seconds: Seconds, closed: bool, tally: Tally) -> Judgement:
        """Judge the slices of a period."""
        target, counts_as, ahead = terms.target, terms.unknown.counts_as, 0 if closed else tally.ahead
        if target is None:
            return NOTHING
        seen = tally.total + tally.unknown
        good = tally.good + (tally.unknown if counts_as == "up" else 0)
        total = whole(tally.total if counts_as == "excluded" else seen)
        if not counted_seconds(seconds) or (not total and not terms.own.idle_is_met):
            verdict = Verdict.NO_DATA
        elif too_much_unknown(terms.unknown, seconds):
            verdict = Verdict.INDETERMINATE
        elif not total:
            verdict = idle_verdict(terms.own.idle_is_met, closed)
        else:
            verdict = span_verdict(target, good, int(total), ahead, closed)
        allowed = (1 - target.value) * (total + ahead)
        budget = Budget.of(allowed, Fraction(total - good)) if total + ahead else None
        upper = ratio(tally.good + tally.unknown, seen)
        return Judgement(verdict, ratio(good, total), good, total, ratio(tally.good, seen), upper, budget)
