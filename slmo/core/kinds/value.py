"""Value: one figure of the samples in counted time, against a limit."""

from __future__ import annotations

import functools
import math
from fractions import Fraction

import numpy as np

from slmo.core.classes import CODE, Class, Partition, Seconds
from slmo.core.facts import Samples
from slmo.core.facts.numbers import Mantissas, exact_sum
from slmo.core.intervals import Mask, Steps
from slmo.core.kinds.base import Kind, by_presence, painted
from slmo.core.kinds.tally import Tally
from slmo.core.percentile import linear, nearest_rank
from slmo.core.terms.model import ObjectiveTerms, Target
from slmo.core.terms.own import Reduce
from slmo.core.units import Window
from slmo.core.verdict import NOTHING, Judgement, Verdict, counted_seconds, idle_verdict, whole

_NEVER_BACK = {"max": ("<=", "<"), "count": ("<=", "<"), "min": (">=", ">")}  # figures that only move one way


def known_samples(kind: Kind) -> Samples:
    """Return the samples of a kind's scope that stand and had been taken, in the order in which they were taken."""
    return kind.asked.kept((Samples, kind.terms.scope), lambda: _known(kind))


def _known(kind: Kind) -> Samples:
    mine = kind.asked.facts.samples.in_scope(kind.terms.scope).current()
    mine = mine.take(mine.at < kind.asked.as_of)
    return mine.take(np.lexsort((mine.seq, mine.at)))


def reduced(values: Mantissas, reduce: Reduce) -> Fraction:
    """Return the figure of at least one value, in the order in which they were taken."""
    if reduce.how == "percentile":
        ordered = np.sort(values)
        return linear(ordered, reduce.share) if reduce.linear else nearest_rank(ordered, reduce.share)  # type: ignore[arg-type]
    if reduce.how == "mean":
        return Fraction(exact_sum(values), len(values))
    if reduce.how == "last":
        return Fraction(int(values[-1]))
    return Fraction(exact_sum(values) if reduce.how == "sum" else int(getattr(values, reduce.how)()))


def keep_limit(values: Mantissas, scale: int, limit: Target) -> Mask:
    """Tell for each value ÷ scale whether it keeps the limit, exactly."""
    bound = limit.value * scale
    if limit.op in (">=", "<"):
        edge = math.ceil(bound)
        return np.asarray(values >= edge if limit.op == ">=" else values < edge, dtype=np.bool_)
    edge = math.floor(bound)
    return np.asarray(values > edge if limit.op == ">" else values <= edge, dtype=np.bool_)


class Value(Kind):
    """Mean, sum, min, max, count, last or a percentile of samples."""

    additive = False
    has_value = True
    unit = "samples"

    @functools.cached_property
    def counted(self) -> Samples:
        """Return the known samples in counted time."""
        known = known_samples(self)
        return known.take(self.eligible(self.ruling.window).contains(known.at))

    def steps(self) -> Steps:
        """Return up; a window without any sample is unknown instead."""
        return Steps.constant(CODE[Class.UP])

    def partition(self, window: Window) -> Partition:
        """Return the window's classes: counted time is up if any sample was counted in it, else unknown."""
        one = Class.UP if self.tally(window).total else Class.UNKNOWN
        return painted(Steps.constant(CODE[one]), self.layers(window), window)

    def tally(self, window: Window) -> Tally:
        """Return the samples within the limit, all samples, and their figure."""
        counted, target, reduce = self.counted, self.terms.target, self.terms.own.reduce
        first, last = np.searchsorted(counted.at, [window.start, window.end])
        values = counted.value[first:last]
        if not len(values) or target is None:
            return Tally()
        good = int(keep_limit(values, counted.scale, target).sum())
        value = Fraction(len(values)) if reduce.how == "count" else reduced(values, reduce) / counted.scale
        return Tally(Fraction(good), Fraction(len(values)), value=value)

    @staticmethod
    def judge(terms: ObjectiveTerms, seconds: Seconds, closed: bool, tally: Tally) -> Judgement:
        """Judge the figure of a period's samples."""
        target, value = terms.target, tally.value
        if target is None:
            return NOTHING
        if not counted_seconds(seconds):
            verdict = Verdict.NO_DATA
        elif value is None:
            verdict = idle_verdict(terms.own.idle_is_met, closed)
        elif target.met(value):
            verdict = Verdict.MET if closed else Verdict.ON_TRACK
        else:
            lost = closed or target.op in _NEVER_BACK.get(terms.own.reduce.how, ())
            verdict = Verdict.BREACHED if lost else Verdict.AT_RISK
        return Judgement(verdict, None, tally.good, whole(tally.total), None, None, None, value)

    @staticmethod
    def settled(seconds: Seconds, tally: Tally) -> Seconds:
        """Return counted seconds as up if any sample was counted, else as unknown."""
        return by_presence(seconds, tally)
