"""Outages: how many there were, the longest, the mean time to repair and between failures."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from fractions import Fraction

import numpy as np

from slmo.core.classes import Class, Seconds
from slmo.core.facts import State
from slmo.core.intervals import Intervals
from slmo.core.kinds.availability import StateKind, good_total, known_good
from slmo.core.kinds.tally import Tally
from slmo.core.terms.model import ObjectiveTerms, Target
from slmo.core.units import Window
from slmo.core.verdict import (
    AT_RISK_SHARE,
    NOTHING,
    Judgement,
    Verdict,
    counted_seconds,
    too_much_unknown,
)


class Outages(StateKind):
    """A figure of the runs of down, each as long as its counted seconds in the period."""

    has_value = True

    def tally(self, window: Window) -> Tally:
        """Return the runs of down that have counted seconds in the window, each with when it began and how many."""
        part, runs = self.partition(window), self._runs
        found: dict[int, int] = {}
        bad = [Class.DOWN, Class.DEGRADED] if self.terms.degraded_is_down else [Class.DOWN]
        for spans in (part.of_class(one) for one in bad):
            places = np.searchsorted(runs.starts, spans.starts, "right") - 1
            for place, length in zip(places.tolist(), (spans.ends - spans.starts).tolist(), strict=True):
                start = int(runs.starts[place])
                found[start] = found.get(start, 0) + length
        return Tally(runs=tuple(sorted(found.items())))

    @functools.cached_property
    def _runs(self) -> Intervals:
        """Return the runs of down after the terms, before hours, exclusions and the window clip them."""
        steps = self.state_steps()
        bad = steps.values == State.DOWN.code
        return steps.where(bad | (steps.values == State.DEGRADED.code) if self.terms.degraded_is_down else bad)

    @staticmethod
    def judge(terms: ObjectiveTerms, seconds: Seconds, closed: bool, tally: Tally) -> Judgement:
        """Judge the number or the lengths of outages."""
        if terms.target is None:
            return NOTHING
        good, total = good_total(terms, seconds)
        lengths = [length for _, length in tally.runs if length >= terms.own.at_least]
        known = counted_seconds(seconds) - seconds[Class.UNKNOWN]
        value = figure(terms.own.reduce, lengths, known_good(terms, seconds)) if known else None
        if not known:
            verdict = Verdict.NO_DATA
        elif too_much_unknown(terms.unknown, seconds):
            verdict = Verdict.INDETERMINATE
        else:
            verdict = _verdict(terms.own.reduce, terms.target, value, closed)
        return Judgement(verdict, None, good, total, None, None, None, value)


def figure(reduce: str, lengths: Sequence[int], good: Fraction) -> Fraction | None:
    """Return the figure of outages of these lengths, in seconds but for the count; None for a mean of none.

    `good` is the counted time in which the service worked.

    >>> [str(figure(one, [60, 120], Fraction(3600))) for one in ("count", "longest", "mttr", "mtbf")]
    ['2', '120', '90', '1800']
    """
    if reduce == "count":
        return Fraction(len(lengths))
    if reduce == "longest":
        return Fraction(max(lengths, default=0))
    if not lengths:
        return None
    return Fraction(sum(lengths), len(lengths)) if reduce == "mttr" else good / len(lengths)


def _verdict(reduce: str, target: Target, value: Fraction | None, closed: bool) -> Verdict:
    """Judge a figure; while the period is open, count and longest only ever grow."""
    met = value is None or target.met(value)
    if closed:
        return Verdict.MET if met else Verdict.BREACHED
    grows = reduce in ("count", "longest") and target.op in ("<=", "<")
    if not met:
        return Verdict.BREACHED if grows else Verdict.AT_RISK
    near = grows and reduce == "count" and bool(value) and value >= AT_RISK_SHARE * target.value  # type: ignore[operator]
    return Verdict.AT_RISK if near else Verdict.ON_TRACK
