"""Many groups of samples at once: the figure of each, kept as a fraction of whole numbers and compared exactly."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from slmo.core.facts.numbers import Mantissas
from slmo.core.intervals import Mask, Times
from slmo.core.terms.model import Target
from slmo.core.terms.own import Reduce

_SAFE = 2**62  # whole numbers up to here are added and multiplied in 64 bits


class Figures(NamedTuple):
    """Figures `over` ÷ `under`, which is positive."""

    over: Mantissas
    under: Mantissas

    def keep(self, limit: Target, scale: int) -> Mask:
        """Tell for each figure ÷ scale whether it keeps the limit."""
        bound = limit.value * scale
        left, right = times_exactly(self.over, bound.denominator), times_exactly(self.under, bound.numerator)
        kept = {
            ">=": left >= right,
            ">": left > right,
            "<=": left <= right,
            "<": left < right,
        }[limit.op]
        return np.asarray(kept, dtype=np.bool_)


def runs_of(ascending: Times) -> tuple[Times, Times]:
    """Return the different values of a column in ascending order, and where each is first."""
    firsts = np.flatnonzero(np.append(True, ascending[1:] != ascending[:-1])[: len(ascending)])
    return ascending[firsts], firsts


def figures_of(values: Mantissas, firsts: Times, reduce: Reduce) -> Figures:
    """Return the figure of each group; `firsts` are the places of the groups' first values, in ascending order.

    Values stand in the order in which they were taken; no group is empty.
    """
    counts = np.diff(np.append(firsts, len(values)))
    one = np.ones(len(firsts), dtype=np.int64)
    if reduce.how == "count":
        return Figures(counts, one)
    if reduce.how == "percentile":
        return _percentiles(_sorted_within(values, counts), firsts, counts, reduce)
    if reduce.how == "last":
        return Figures(values[firsts + counts - 1], one)
    if reduce.how in ("min", "max"):
        return Figures(getattr(np, f"{reduce.how}imum").reduceat(values, firsts), one)
    sums = sums_of(values, firsts)
    return Figures(sums, counts if reduce.how == "mean" else one)


def sums_of(values: Mantissas, firsts: Times) -> Mantissas:
    """Return the sum of each group, exactly."""
    if not len(firsts):
        return values[:0]
    most = int(np.diff(np.append(firsts, len(values))).max())
    wide = values.dtype != object and int(np.abs(values).max()) > _SAFE // most
    sums: Mantissas = np.add.reduceat(values.astype(object) if wide else values, firsts)
    return sums


def times_exactly(values: Mantissas, factor: int) -> Mantissas:
    """Return each value × factor, exactly."""
    fits = values.dtype != object and int(np.abs(values).max(initial=0)) <= _SAFE // max(abs(factor), 1)
    return values * factor if fits else values.astype(object) * factor


def _sorted_within(values: Mantissas, counts: Times) -> Mantissas:
    """Return the values sorted within their groups."""
    ascending = np.argsort(values, kind="stable")
    group = np.repeat(np.arange(len(counts)), counts)
    return values[ascending[np.argsort(group[ascending], kind="stable")]]


def _percentiles(ordered: Mantissas, firsts: Times, counts: Times, reduce: Reduce) -> Figures:
    """Return a percentile of each group, as slmo.core.percentile says of one."""
    assert reduce.share is not None
    p, q = reduce.share.numerator, reduce.share.denominator
    if not reduce.linear:
        rank = np.maximum(-(-p * counts // q), 1) - 1
        return Figures(ordered[firsts + rank], np.ones(len(firsts), dtype=np.int64))
    low, rest = np.divmod(p * (counts - 1), q)
    below = ordered[firsts + low].astype(object)
    above = ordered[firsts + np.minimum(low + 1, counts - 1)].astype(object)
    return Figures(below * q + rest.astype(object) * (above - below), np.full(len(firsts), q))
