"""A clock that runs in service hours only, and stands still in pauses (docs/arithmetic.md, Tasks)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from slmo.core.facts.tasks import Pause
from slmo.core.intervals import OPEN, Intervals, Times


@dataclass(frozen=True, eq=False)
class ServiceClock:
    """Service time as intervals, with the service seconds that have passed at the end of each."""

    hours: Intervals
    passed: Times

    @classmethod
    def of(cls, hours: Intervals) -> ServiceClock:
        """Return the clock of these service hours."""
        return cls(hours, np.cumsum(hours.ends - hours.starts))

    def reading(self, at: int) -> int:
        """Return the service seconds from the clock's beginning to an instant."""
        place = int(np.searchsorted(self.hours.starts, at, "right"))
        if not place:
            return 0
        return int(self.passed[place - 1]) - max(0, int(self.hours.ends[place - 1]) - at)

    def instant(self, reading: int) -> int | None:
        """Return the first instant at which the clock shows a reading above 0; None if its hours end before."""
        place = int(np.searchsorted(self.passed, reading, "left"))
        if place == len(self.passed):
            return None
        return int(self.hours.ends[place]) - (int(self.passed[place]) - reading)

    def elapsed(self, start: int, end: int, pauses: Sequence[Pause] = ()) -> int:
        """Return the service seconds from start to end outside the pauses."""
        return sum(self.reading(b) - self.reading(a) for a, b in _running(start, end, pauses))

    def due(self, start: int, limit: int, pauses: Sequence[Pause] = ()) -> int | None:
        """Return when `limit` service seconds (at least one) have passed since start, outside the pauses.

        A limit that ends exactly at closing time is due at closing time. None if an open pause, or the end of the
        clock's hours, comes first.
        """
        left = limit
        for begin, end in _running(start, OPEN, pauses):
            at = self.reading(begin)
            available = self.reading(end) - at
            if available >= left:
                return self.instant(at + left)
            left -= available
        return None


def _running(start: int, end: int, pauses: Sequence[Pause]) -> list[tuple[int, int]]:
    """Return the spans between start and end that lie outside the pauses, which stand in order."""
    spans, at = [], start
    for begun, ended in pauses:
        if min(begun, end) > at:
            spans.append((at, min(begun, end)))
        at = max(at, OPEN if ended is None else ended)
    return [*spans, (at, end)] if at < end else spans
