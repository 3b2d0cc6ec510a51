"""Time that is agreed not to count: maintenance windows of the agreement, and exclusions approved later."""

from __future__ import annotations

import datetime as dt
import functools
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from slmo.core.intervals import Intervals
from slmo.core.periods import local_date
from slmo.core.recurrence import starts_until
from slmo.core.units import DAY, Window, format_instant
from slmo.core.zones import wall_recurrence


class ExclusionWindow(NamedTuple):
    """An exclusion approved for one span `[start, end)`, in epoch seconds, with its reason."""

    start: int
    end: int
    reason: str = ""


def exclusions_digest(exclusions: Iterable[ExclusionWindow]) -> str:
    """Return the SHA-256 over approved exclusions, in their order."""
    lines = (f"{format_instant(one.start)}\t{format_instant(one.end)}\t{one.reason}\n" for one in exclusions)
    return hashlib.sha256("".join(lines).encode()).hexdigest()


@dataclass(frozen=True)
class Once:
    """A single agreed exclusion."""

    start: int
    end: int
    reason: str
    maintenance: bool = True

    def expand(self, window: Window) -> Intervals:
        """Return its part inside the window."""
        return Intervals.of([(self.start, self.end)]).clip(window)


@dataclass(frozen=True)
class Recurring:
    """An agreed window that recurs: a rule of RFC 5545 in local time; `seconds` is its exact length."""

    zone: str
    rule: str
    first: dt.datetime
    seconds: int
    reason: str
    skipped: frozenset[dt.date] = frozenset()
    maintenance: bool = True

    def expand(self, window: Window) -> Intervals:
        """Return its windows inside the window; those on skipped dates are left out, COUNT counts them."""
        years = range(
            local_date(self.zone, window.start - self.seconds - 2 * DAY).year,
            local_date(self.zone, window.end + 2 * DAY).year + 1,
        )
        found = Intervals.empty()
        for year in years:
            found = found.union(_year(self, year))
        return found.clip(window)


@functools.lru_cache(maxsize=4096)
def _year(recurring: Recurring, year: int) -> Intervals:
    """Return the windows that start in a local year."""
    starts = starts_until(recurring.rule, recurring.first, dt.datetime(year + 1, 1, 1), recurring.zone)
    kept = (s for s in starts if s.year == year and s.date() not in recurring.skipped)
    begun = (wall_recurrence(recurring.zone, start) for start in kept)
    return Intervals.of((start, start + recurring.seconds) for start in begun)


def excluded(agreed: Iterable[Once | Recurring], approved: Iterable[ExclusionWindow], window: Window) -> Intervals:
    """Return the excluded time inside the window."""
    found = Intervals.of((one.start, one.end) for one in approved).clip(window)
    for one in agreed:
        found = found.union(one.expand(window))
    return found
