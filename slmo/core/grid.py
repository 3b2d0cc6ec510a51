"""A grid of slices: local days, one after the other, each cut into slices of the same length from its midnight on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from slmo.core.intervals import Intervals, Times, times
from slmo.core.units import Window


@dataclass(frozen=True, eq=False)
class Grid:
    """Slices of adjoining days by their numbers, without a row for each; the last slice of a day may be shorter.

    `midnights` are the days' beginnings and the last one's end; `first` has the number of each day's first slice, and
    how many there are in all.
    """

    length: int
    midnights: Times
    first: Times

    @classmethod
    def of(cls, days: Sequence[Window], length: int) -> Grid:
        """Return the grid of at least one day."""
        midnights = times([*(day.start for day in days), days[-1].end])
        counts = -(-np.diff(midnights) // length)
        return cls(length, midnights, np.concatenate((times([0]), np.cumsum(counts))))

    def __len__(self) -> int:
        """Return the number of slices."""
        return int(self.first[-1])

    @property
    def window(self) -> Window:
        """Return the days' time."""
        return Window(int(self.midnights[0]), int(self.midnights[-1]))

    def before(self, instants: Times) -> Times:
        """Return how many slices start before each instant."""
        at = np.clip(instants, self.midnights[0], self.midnights[-1])
        day = np.clip(np.searchsorted(self.midnights, at, "left") - 1, 0, len(self.midnights) - 2)
        return np.minimum(self.first[day] - (self.midnights[day] - at) // self.length, self.first[day + 1])

    def holding(self, instants: Times) -> Times:
        """Return the number of the slice in which each instant of these days lies."""
        day = np.searchsorted(self.midnights, instants, "right") - 1
        return self.first[day] + (instants - self.midnights[day]) // self.length

    def starts(self, numbers: Times) -> Times:
        """Return when slices start."""
        day = np.searchsorted(self.first, numbers, "right") - 1
        return self.midnights[day] + (numbers - self.first[day]) * self.length

    def ends(self, numbers: Times) -> Times:
        """Return when slices end."""
        day = np.searchsorted(self.first, numbers, "right") - 1
        return np.minimum(self.starts(numbers) + self.length, self.midnights[day + 1])

    def count(self, within: Intervals) -> int:
        """Return how many slices start within the intervals."""
        return int((self.before(within.ends) - self.before(within.starts)).sum())

    def open_from(self, instant: int) -> int:
        """Return when the first slice starts that has not ended at an instant; the days' end where all have."""
        if instant >= self.midnights[-1]:
            return int(self.midnights[-1])
        return int(self.starts(self.holding(times([max(instant, int(self.midnights[0]))])))[0])
