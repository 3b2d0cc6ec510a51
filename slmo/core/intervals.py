"""Sets of seconds as sorted, disjoint, half-open intervals; and step functions over them. NumPy throughout."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from slmo.core.units import Window

Times: TypeAlias = npt.NDArray[np.int64]
Codes: TypeAlias = npt.NDArray[np.int8]
Mask: TypeAlias = npt.NDArray[np.bool_]

OPEN = int(np.iinfo(np.int64).max)  # the end of an interval that has not ended
BEGIN = -(2**62)  # before every instant
_BEGIN, _OPEN = np.array([BEGIN], dtype=np.int64), np.array([OPEN], dtype=np.int64)


def times(values: Any) -> Times:
    """Return the values as an int64 array."""
    return np.asarray(values, dtype=np.int64)


def united_edges(*parts: Times) -> Times:
    """Return all instants in order, each once, without OPEN; merges parts that are in order faster than np.unique."""
    edges = np.sort(np.concatenate(parts), kind="stable")
    keep = edges != OPEN
    keep[1:] &= edges[1:] != edges[:-1]
    return edges[keep]


@dataclass(frozen=True, eq=False)
class Intervals:
    """Sorted, disjoint, non-adjoining half-open intervals."""

    starts: Times
    ends: Times

    @classmethod
    def empty(cls) -> Intervals:
        """Return the set without a second."""
        return cls(times([]), times([]))

    @classmethod
    def of(cls, windows: Iterable[tuple[int, int]]) -> Intervals:
        """Unite windows in any order; those without a second are dropped."""
        pairs = [(start, end) for start, end in windows if end > start]
        return cls.united(times([start for start, _ in pairs]), times([end for _, end in pairs]))

    @classmethod
    def united(cls, starts: Times, ends: Times) -> Intervals:
        """Unite intervals given as columns in any order."""
        keep = ends > starts
        starts, ends = starts[keep], ends[keep]
        if len(starts) < 2:
            return cls(starts, ends)
        order = np.argsort(starts, kind="stable")
        starts, reach = starts[order], np.maximum.accumulate(ends[order])
        first = np.concatenate(([True], starts[1:] > reach[:-1]))
        last = np.concatenate((first[1:], [True]))
        return cls(starts[first], reach[last])

    def __len__(self) -> int:
        """Return the number of intervals."""
        return len(self.starts)

    def __eq__(self, other: object) -> bool:
        """Compare the seconds covered."""
        if not isinstance(other, Intervals):
            return NotImplemented
        return np.array_equal(self.starts, other.starts) and np.array_equal(self.ends, other.ends)

    __hash__ = None  # type: ignore[assignment]

    def windows(self) -> list[Window]:
        """Return the intervals as windows."""
        return [Window(start, end) for start, end in zip(self.starts.tolist(), self.ends.tolist(), strict=True)]

    @property
    def seconds(self) -> int:
        """Return how many seconds are covered."""
        return int((self.ends - self.starts).sum())

    def contains(self, at: Times) -> Mask:
        """Tell for each instant whether it is covered."""
        return np.searchsorted(self.starts, at, "right") > np.searchsorted(self.ends, at, "right")

    def clip(self, window: Window) -> Intervals:
        """Return the part inside the window."""
        starts, ends = np.maximum(self.starts, window.start), np.minimum(self.ends, window.end)
        keep = ends > starts
        return Intervals(starts[keep], ends[keep])

    def union(self, other: Intervals) -> Intervals:
        """Return what either covers."""
        return Intervals.united(np.concatenate((self.starts, other.starts)), np.concatenate((self.ends, other.ends)))

    def complement(self) -> Intervals:
        """Return what is not covered, from the beginning to the end of time."""
        starts, ends = np.concatenate((_BEGIN, self.ends)), np.concatenate((self.starts, _OPEN))
        keep = ends > starts  # in order and apart already, because these are
        return Intervals(starts[keep], ends[keep])

    def intersect(self, other: Intervals) -> Intervals:
        """Return what both cover."""
        return self.complement().union(other.complement()).complement()

    def subtract(self, other: Intervals) -> Intervals:
        """Return what this covers and the other does not."""
        return self.intersect(other.complement())


@dataclass(frozen=True, eq=False)
class Steps:
    """A value for every instant: `values[i]` from `edges[i]` to the next edge; `edges[0]` is BEGIN."""

    edges: Times
    values: Codes

    @classmethod
    def constant(cls, value: int) -> Steps:
        """Return the same value for ever."""
        return cls(times([BEGIN]), np.array([value], dtype=np.int8))

    def at(self, instants: Times) -> Codes:
        """Return the values at these instants."""
        return self.values[np.searchsorted(self.edges, instants, "right") - 1]

    def paint(self, intervals: Intervals, value: int) -> Steps:
        """Return the steps with `value` inside the intervals."""
        if not len(intervals):
            return self
        edges = united_edges(self.edges, intervals.starts, intervals.ends)
        values = self.at(edges)
        values[intervals.contains(edges)] = value
        return Steps(edges, values).merged()

    def merged(self) -> Steps:
        """Return the same function without edges at which nothing changes."""
        changes = self.values[1:] != self.values[:-1]
        if changes.all():
            return self
        keep = np.concatenate(([True], changes))
        return Steps(self.edges[keep], self.values[keep])

    def where(self, mask: Mask) -> Intervals:
        """Return the intervals of the steps that the mask selects."""
        ends = np.concatenate((self.edges[1:], [OPEN]))
        return Intervals.united(self.edges[mask], ends[mask])
