"""Histograms: what they answer exactly, and what is an estimate (docs/forecast.md, Histograms)."""

from __future__ import annotations

import itertools
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from slmo.core.errors import EngineError


@dataclass(frozen=True)
class Estimate:
    """A figure read from a histogram; `low` and `high` enclose the true one (None where that side is open).

    `exact` says that the figure is the true one; any other is an interpolation and must be shown as an estimate.
    """

    value: Fraction
    exact: bool
    low: Fraction | None
    high: Fraction | None

    @property
    def certain(self) -> Fraction | None:
        """Return the figure if it is exact, None if it is only an estimate."""
        return self.value if self.exact else None


@dataclass(frozen=True)
class Histogram:
    """Cumulative counts: `counts[i]` values are at most `bounds[i]`, `total` values there are in all.

    Bounds rise strictly, counts never fall. If the first bound is above 0, no value is taken to be below 0.
    """

    bounds: tuple[Fraction, ...]
    counts: tuple[Fraction, ...]
    total: Fraction

    @classmethod
    def of(
        cls, buckets: Iterable[tuple[Fraction, Fraction]], total: Fraction | int, *, repair: bool = False
    ) -> Histogram:
        """Return the histogram of `(bound, cumulative count)` pairs in any order, the same bound's counts added up.

        With `repair` counts that fall are raised to the largest before them, as some monitoring systems do; else they
        raise EngineError, and so do counts below 0 or above the total.
        """
        summed: dict[Fraction, Fraction] = {}
        for bound, count in buckets:
            summed[bound] = summed.get(bound, Fraction(0)) + count
        bounds = tuple(sorted(summed))
        counts = [summed[bound] for bound in bounds]
        whole = Fraction(total)
        if repair:
            *counts, whole = itertools.accumulate([*counts, whole], max)
        if any(a > b for a, b in itertools.pairwise([Fraction(0), *counts, whole])):
            raise EngineError("cumulative counts that start at 0 or more and never fall")
        return cls(bounds, tuple(counts), whole)

    def share_at_most(self, limit: Fraction | None) -> Estimate | None:
        """Return the share of values up to a limit (None: no limit); None if there are no values.

        Exact where the limit is a bound, or lies in a bucket without values. In the open bucket above the last bound
        none of its values is taken to be within the limit.
        """
        if self.total == 0:
            return None
        count, low, high = self._rank(limit)
        return Estimate(count / self.total, low == high, low / self.total, high / self.total)

    def share_between(self, low: Fraction | None, high: Fraction | None) -> Estimate | None:
        """Return the share of values above `low` and up to `high`, each None for no limit; None without any values."""
        if self.total == 0:
            return None
        zero = Fraction(0)
        a, b = (zero, zero, zero) if low is None else self._rank(low), self._rank(high)
        least, most = (max(zero, one) / self.total for one in (b[1] - a[2], b[2] - a[1]))
        return Estimate(max(zero, b[0] - a[0]) / self.total, least == most, least, most)

    def quantile(self, q: Fraction) -> Estimate | None:
        """Return the q-quantile by linear interpolation in its bucket; None without any values.

        Never exact: a histogram knows only in which bucket the value lies. In the open bucket above the last bound the
        answer is that bound, and `high` is None. Raises EngineError for q outside 0 … 1.
        """
        if not 0 <= q <= 1:
            raise EngineError("a quantile from 0 to 1")
        if self.total == 0 or not self.bounds:
            return None
        rank = q * self.total
        index = bisect_left(self.counts, rank)
        if index == len(self.bounds):
            return Estimate(self.bounds[-1], False, self.bounds[-1], None)
        low, high = self._edges(index)
        if low is None:
            return Estimate(high, False, None, high)
        before = self.counts[index - 1] if index else Fraction(0)
        inside = self.counts[index] - before
        share = (rank - before) / inside if inside else Fraction(1)
        return Estimate(low + (high - low) * share, False, low, high)

    def quantile_within(self, q: Fraction, limit: Fraction) -> bool | None:
        """Tell whether the q-quantile (nearest rank) is at most a limit; None if the histogram cannot tell.

        It always can where the limit is one of its bounds.
        """
        share = self.share_at_most(limit)
        if share is None or share.low is None or share.high is None:
            return None
        return True if share.low >= q else False if share.high < q else None

    def _edges(self, index: int) -> tuple[Fraction | None, Fraction]:
        """Return a bucket's bounds; the first one's lower bound is 0, or none if its upper is not above 0."""
        if index:
            return self.bounds[index - 1], self.bounds[index]
        return (Fraction(0) if self.bounds[0] > 0 else None), self.bounds[0]

    def _rank(self, limit: Fraction | None) -> tuple[Fraction, Fraction, Fraction]:
        """Return how many values are at most the limit: as estimated, at least, and at most."""
        if limit is None:
            return self.total, self.total, self.total
        index = bisect_left(self.bounds, limit)
        before = self.counts[index - 1] if index else Fraction(0)
        if index == len(self.bounds):
            return before, before, self.total
        upto, (low, high) = self.counts[index], self._edges(index)
        if limit == high:
            return upto, upto, upto
        if low is None:  # below the lowest bound nothing is known of where its values lie
            return upto, before, upto
        if limit < low:
            return before, before, before
        return before + (upto - before) * (limit - low) / (high - low), before, upto


def merged(histograms: Sequence[Histogram]) -> Histogram:
    """Return the histogram of all values together: counts are added, quantiles are never averaged.

    Only bounds that all have are kept, so that what is exact in the result is true of every part.
    """
    if not histograms:
        return Histogram((), (), Fraction(0))
    common = sorted(set.intersection(*(set(one.bounds) for one in histograms)))
    counts = [sum((one.counts[one.bounds.index(bound)] for one in histograms), Fraction(0)) for bound in common]
    return Histogram(tuple(common), tuple(counts), sum((one.total for one in histograms), Fraction(0)))
