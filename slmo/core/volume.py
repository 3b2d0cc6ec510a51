"""The volume that comes in: events, samples or tasks, and where there are more of them than was agreed."""

from __future__ import annotations

from fractions import Fraction
from typing import Any, NamedTuple

import numpy as np

from slmo.core.facts import Facts
from slmo.core.facts.numbers import Mantissas, exact_sum
from slmo.core.grid import Grid
from slmo.core.groups import Figures, runs_of, sums_of
from slmo.core.intervals import Intervals, Times, times
from slmo.core.periods import local_days
from slmo.core.terms.model import ObjectiveTerms, Workload
from slmo.core.terms.own import TasksTerms
from slmo.core.units import DAY, Window, exact_decimal

_STEP = {"day": 2 * DAY, "hour": 3600}  # no day is as long as two


class Load(NamedTuple):
    """The volume of a period (or of one version's part of it), and how many spans of it had more than was agreed."""

    volume: Fraction
    exceeded: int
    terms: Workload

    @property
    def suspends_all(self) -> bool:
        """Tell whether the whole period's target is suspended."""
        return self._whole and self.terms.beyond is None

    @property
    def reprices(self) -> bool:
        """Tell whether the period is judged by another target."""
        return self._whole and self.terms.beyond is not None

    @property
    def _whole(self) -> bool:
        return self.terms.per == "period" and self.exceeded > 0

    def to_json(self) -> dict[str, Any]:
        """Return the load as docs/formats.md says."""
        return {
            "objective": self.terms.objective,
            "volume": self.volume.numerator if self.volume.denominator == 1 else exact_decimal(self.volume),
            "limit": self.terms.limit.text,
            "per": self.terms.per,
            "exceeded": self.exceeded,
            "beyond": self.terms.beyond.text if self.terms.beyond else "suspended",
        }


class Volume(NamedTuple):
    """What came in, in the order of time: when, and how much ÷ `scale`."""

    at: Times
    amount: Mantissas
    scale: int

    @classmethod
    def of(cls, facts: Facts, terms: ObjectiveTerms, as_of: int) -> Volume:
        """Return what the facts of an objective say came in before an instant, whatever the hour.

        Those are all events of buckets, by when these start; samples, one each; tasks of the objective's priorities,
        one each, by when they were opened and the priority that they had then.
        """
        buckets = facts.buckets.in_scope(terms.scope).current()
        samples = facts.samples.in_scope(terms.scope).current()
        opened = [
            one.opened for one in facts.tasks.in_scope(terms.scope).current()
            if isinstance(terms.own, TasksTerms) and terms.own.has(one.priority_at(one.opened + 1))
        ]  # fmt: skip
        single = np.concatenate((samples.at if terms.indicator in ("value", "slices") else times([]), times(opened)))
        counted = buckets if terms.indicator in ("ratio", "slices") else buckets.take(times([]))
        at = np.concatenate((counted.start, single))
        ones = np.full(len(single), counted.scale, dtype=np.int64)
        amount = np.concatenate((counted.total, ones.astype(counted.total.dtype)))
        order = np.argsort(at, kind="stable")
        order = order[at[order] < as_of]
        return cls(at[order], amount[order], counted.scale)

    def load(self, workload: Workload, zone: str, window: Window) -> Load:
        """Return the volume of a window, and in how many of its spans the limit is exceeded."""
        first, last = np.searchsorted(self.at, [window.start, window.end]).tolist()
        volume = Fraction(exact_sum(self.amount[first:last]), self.scale)
        if workload.per == "period":
            return Load(volume, int(not workload.limit.met(volume)), workload)
        numbers, grid = self._beyond(workload, zone, window)
        inside = (grid.ends(numbers) > window.start) & (grid.starts(numbers) < window.end)
        return Load(volume, int(inside.sum()), workload)

    def spans_beyond(self, workload: Workload, zone: str, window: Window) -> Intervals:
        """Return the local days or hours, of the days that a window reaches, with more than the limit."""
        numbers, grid = self._beyond(workload, zone, window)
        return Intervals.united(grid.starts(numbers), grid.ends(numbers))

    def _beyond(self, workload: Workload, zone: str, window: Window) -> tuple[Times, Grid]:
        grid = Grid.of([day for _, day in local_days(zone, window)], _STEP[workload.per])
        first, last = np.searchsorted(self.at, [grid.window.start, grid.window.end]).tolist()
        numbers, firsts = runs_of(grid.holding(self.at[first:last]))
        sums = sums_of(self.amount[first:last], firsts)
        kept = Figures(sums, np.ones(len(numbers), dtype=np.int64)).keep(workload.limit, self.scale)
        return numbers[~kept], grid
