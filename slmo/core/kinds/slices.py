"""Slices: good slices of N seconds ÷ counted slices, each good by its own samples or events."""

from __future__ import annotations

import functools
from fractions import Fraction
from typing import NamedTuple

import numpy as np

from slmo.core.budget import Budget
from slmo.core.classes import CODE, Class, Seconds
from slmo.core.facts.numbers import Mantissas
from slmo.core.intervals import BEGIN, Codes, Intervals, Mask, Steps, Times, times
from slmo.core.kinds.base import Kind
from slmo.core.kinds.ratio import Ratio
from slmo.core.kinds.tally import Tally
from slmo.core.kinds.value import keep_limit, known_samples, reduced
from slmo.core.periods import local_days
from slmo.core.terms.model import ObjectiveTerms
from slmo.core.terms.own import SlicesTerms
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


class SlicesKind(Kind):
    """Good slices ÷ counted slices."""

    unit = "slices"

    @functools.cached_property
    def slices(self) -> Slices:
        """Return the slices of the local days that the ruling touches; the last of a day may be shorter."""
        own: SlicesTerms = self.terms.own
        days = [day for _, day in local_days(self.asked.agreement.timezone, self.ruling.window)]
        starts = np.concatenate([np.arange(day.start, day.end, own.slice) for day in days])
        ends = np.concatenate((starts[1:], [days[-1].end]))
        eligible = self.eligible(Window(days[0].start, days[-1].end))
        what = np.full(len(starts), UNKNOWN, dtype=np.int8)
        for at, verdict in (self._of_samples(starts, eligible), self._of_buckets(starts, eligible)):
            what[at] = np.where(what[at] == BAD, BAD, verdict)
        what[ends > self.asked.as_of] = AHEAD
        return Slices(starts, ends, eligible.contains(starts), what)

    def _of_samples(self, starts: Times, eligible: Intervals) -> tuple[Times, Codes]:
        """Return the slices that have samples in counted time, and what these make of each."""
        own, samples = self.terms.own, known_samples(self)
        samples = samples.take(eligible.contains(samples.at))
        places, firsts = np.unique(np.searchsorted(starts, samples.at, "right") - 1, return_index=True)
        groups = np.split(samples.value, firsts[1:]) if len(places) else []
        keep = [_keeps(group, samples.scale, own) for group in groups]
        return places, np.where(np.array(keep, dtype=np.bool_), GOOD, BAD).astype(np.int8)

    def _of_buckets(self, starts: Times, eligible: Intervals) -> tuple[Times, Codes]:
        """Return the slices that have events in counted time, and what these make of each."""
        own, buckets = self.terms.own, Ratio(self.asked, self.ruling).known
        buckets = buckets.take(eligible.contains(buckets.start))
        places, of = np.unique(np.searchsorted(starts, buckets.start, "right") - 1, return_inverse=True)
        good, total = (np.zeros(len(places), dtype=object) for _ in range(2))
        np.add.at(good, of, buckets.good.astype(object))
        np.add.at(total, of, buckets.total.astype(object))
        keep = [
            bool(n) and own.good_when.met(Fraction(g, n)) for g, n in zip(good.tolist(), total.tolist(), strict=True)
        ]
        idle = np.array([n == 0 for n in total.tolist()], dtype=np.bool_)
        what = np.where(np.array(keep, dtype=np.bool_), GOOD, BAD).astype(np.int8)
        if own.idle_is_met:
            what[idle] = GOOD
            return places, what
        return places[~idle], what[~idle]

    def steps(self) -> Steps:
        """Return for every second what its slice is."""
        found = self.slices
        return Steps(
            np.concatenate((times([BEGIN]), found.starts)),
            np.concatenate((np.array([UNKNOWN], dtype=np.int8), found.what)),
        ).merged()

    def tally(self, window: Window) -> Tally:
        """Return the slices that start in the window and in counted time."""
        first, last = np.searchsorted(self.slices.starts, [window.start, window.end])
        what = self.slices.what[first:last][self.slices.counts[first:last]]
        good, bad, unknown, ahead = (int((what == one).sum()) for one in (GOOD, BAD, UNKNOWN, AHEAD))
        return Tally(Fraction(good), Fraction(good + bad), unknown, ahead)

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


def _keeps(values: Mantissas, scale: int, own: SlicesTerms) -> bool:
    """Tell whether the samples of one slice make it good."""
    if own.reduce.how == "count":
        return own.good_when.met(Fraction(len(values)))
    if len(values) == 1:
        return bool(keep_limit(values, scale, own.good_when)[0])
    return own.good_when.met(reduced(values, own.reduce) / scale)
