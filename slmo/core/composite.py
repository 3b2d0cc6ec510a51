"""A service that depends on others: the computed bound, and what the recorded outages themselves give.

docs/forecast.md, Composition. The computed figure assumes that parts fail independently of each other; the measured one
assumes nothing.
"""

from __future__ import annotations

import functools
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TypeAlias

from slmo.core.errors import EngineError
from slmo.core.intervals import Intervals
from slmo.core.partition import Class, Partition

_MOST_SHARED = 12  # 2¹² cases; each part that stands in several places doubles them


@dataclass(frozen=True)
class Serial:
    """All parts are needed."""

    parts: tuple[Structure, ...]


@dataclass(frozen=True)
class Redundant:
    """One part suffices."""

    parts: tuple[Structure, ...]


@dataclass(frozen=True)
class KOutOfN:
    """So many of the parts are needed."""

    needed: int
    parts: tuple[Structure, ...]

    def __post_init__(self) -> None:
        """Refuse a number that no choice of parts can have."""
        if not 1 <= self.needed <= len(counted_parts(self)):
            raise EngineError(f"a number of needed parts from 1 to {len(counted_parts(self))}")


@dataclass(frozen=True)
class BestEffort:
    """Parts that help but are not needed: their outages take nothing down."""

    parts: tuple[Structure, ...]


Structure: TypeAlias = "str | Serial | Redundant | KOutOfN | BestEffort"


def names_of(structure: Structure) -> list[str]:
    """Return the names of the parts, each as often as it stands in the structure."""
    if isinstance(structure, str):
        return [structure]
    return [name for part in structure.parts for name in names_of(part)]


def counted_parts(structure: Serial | Redundant | KOutOfN | BestEffort) -> list[Structure]:
    """Return the parts whose outages count."""
    if isinstance(structure, BestEffort):
        return []
    return [part for part in structure.parts if not isinstance(part, BestEffort)]


def needed_of(structure: Serial | Redundant | KOutOfN | BestEffort) -> int:
    """Return how many of the parts whose outages count must be up."""
    if isinstance(structure, KOutOfN):
        return structure.needed
    count = len(counted_parts(structure))
    return min(1, count) if isinstance(structure, Redundant) else count


def bound(structure: Structure, availabilities: Mapping[str, Fraction]) -> Fraction:
    """Return the exact availability of the whole if parts fail independently of each other.

    A part that stands in several places is one part: it is up in all of them or in none. Raises EngineError for a part
    without an availability, one outside 0 … 1, or more than twelve parts that stand in several places.
    """
    for name in names_of(structure):
        if not 0 <= availabilities.get(name, Fraction(-1)) <= 1:
            raise EngineError(f'an availability from 0 to 1 of "{name}"')
    shared = [name for name, count in Counter(names_of(structure)).items() if count > 1]
    if len(shared) > _MOST_SHARED:
        raise EngineError(f"at most {_MOST_SHARED} parts that stand in several places")
    return _conditioned(structure, dict(availabilities), shared)


def _conditioned(structure: Structure, availabilities: dict[str, Fraction], shared: Sequence[str]) -> Fraction:
    """Return the availability as the mean of the cases in which the shared parts are up or down."""
    if not shared:
        return _probability(structure, availabilities)
    name, rest = shared[0], shared[1:]
    chance = availabilities[name]
    up, down = (
        _conditioned(structure, {**availabilities, name: Fraction(state)}, rest) if weight else Fraction(0)
        for state, weight in ((1, chance), (0, 1 - chance))
    )
    return chance * up + (1 - chance) * down


def _probability(structure: Structure, availabilities: Mapping[str, Fraction]) -> Fraction:
    if isinstance(structure, str):
        return availabilities[structure]
    counts = [Fraction(1)]  # counts[n]: the chance that n of the parts seen so far are up
    for part in counted_parts(structure):
        chance = _probability(part, availabilities)
        counts = [
            (counts[n] if n < len(counts) else 0) * (1 - chance) + (counts[n - 1] if n else 0) * chance
            for n in range(len(counts) + 1)
        ]
    return sum(counts[needed_of(structure) :], Fraction(0))


@dataclass(frozen=True, eq=False)
class Recorded:
    """What is recorded of a part: when it was down, and when nothing is known of it."""

    down: Intervals
    unknown: Intervals

    @classmethod
    def of(cls, partition: Partition) -> Recorded:
        """Return what a partition says; time that does not count there (hours, exclusions) is neither."""
        return cls(
            partition.of_class(Class.DOWN),
            partition.of_class(Class.UNKNOWN).union(partition.of_class(Class.FUTURE)),
        )


@dataclass(frozen=True, eq=False)
class Joint:
    """The whole, as its parts' records give it: seconds of `counted` in which it was down, unknown, or up."""

    counted: Intervals
    down: Intervals
    unknown: Intervals

    @property
    def availability(self) -> Fraction | None:
        """Return up ÷ known seconds; None if nothing is known."""
        known = self.counted.seconds - self.unknown.seconds
        return Fraction(known - self.down.seconds, known) if known else None

    @property
    def lower(self) -> Fraction | None:
        """Return the availability if all that is unknown was down."""
        total = self.counted.seconds
        return Fraction(total - self.down.seconds - self.unknown.seconds, total) if total else None

    @property
    def upper(self) -> Fraction | None:
        """Return the availability if all that is unknown was up."""
        total = self.counted.seconds
        return Fraction(total - self.down.seconds, total) if total else None


def measured(structure: Structure, recorded: Mapping[str, Recorded], counted: Intervals) -> Joint:
    """Return when the whole was down: the union of its parts' outages, their intersection for redundant ones.

    It is down where it is so even if all that is unknown was up, and unknown where that would decide. A part without a
    record is unknown throughout. `counted` is the time asked about.
    """
    nothing = Recorded(Intervals.empty(), counted)
    parts = {name: recorded.get(name, nothing) for name in names_of(structure)}
    surely = _down(structure, {name: one.down for name, one in parts.items()})
    possibly = _down(structure, {name: one.down.union(one.unknown) for name, one in parts.items()})
    return Joint(counted, surely.intersect(counted), possibly.subtract(surely).intersect(counted))


def _down(structure: Structure, outages: Mapping[str, Intervals]) -> Intervals:
    if isinstance(structure, str):
        return outages[structure]
    parts = [_down(part, outages) for part in counted_parts(structure)]
    return at_least(parts, len(parts) - needed_of(structure) + 1) if parts else Intervals.empty()


def at_least(sets: Sequence[Intervals], count: int) -> Intervals:
    """Return the time that at least so many of the sets cover."""
    if count == 1:
        return functools.reduce(Intervals.union, sets)
    if count == len(sets):
        return functools.reduce(Intervals.intersect, sets)
    changes = sorted(
        [(int(at), 1) for one in sets for at in one.starts] + [(int(at), -1) for one in sets for at in one.ends]
    )
    covered, begun, found = 0, 0, []
    for at, change in changes:
        if change == 1 and covered == count - 1:
            begun = at
        if change == -1 and covered == count:
            found.append((begun, at))
        covered += change
    return Intervals.of(found)


@dataclass(frozen=True)
class ResponseChain:
    """A customer's limit and the limits of those who support it, in seconds of service hours."""

    limit: int
    supporting: tuple[tuple[str, int], ...]

    @property
    def needed(self) -> int:
        """Return the sum of the supporting parties' limits."""
        return sum(seconds for _, seconds in self.supporting)

    @property
    def spare(self) -> int:
        """Return what is left of the customer's limit; below 0 the chain cannot keep it."""
        return self.limit - self.needed

    @property
    def holds(self) -> bool:
        """Tell whether the supporting limits together do not exceed the customer's."""
        return self.spare >= 0


def coverage_gaps(customer: Intervals, supporting: Mapping[str, Intervals]) -> dict[str, Intervals]:
    """Return for each supporting party the customer's service hours in which it has none; parties without are left out.

    `customer` and `supporting` are the opening hours of one window, as Calendar.open returns them.
    """
    gaps = {name: customer.subtract(hours) for name, hours in supporting.items()}
    return {name: gap for name, gap in gaps.items() if len(gap)}
