"""States between the moments at which they change."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from monitoring.models import FactState
from slmo.core.units import Window


class Change(NamedTuple):
    """A state that holds from a moment on."""

    at: int
    state: FactState
    reference: str


def pieces(changes: Sequence[Change], known: Window, interval: int) -> Iterator[tuple[int, int, Change]]:
    """Yield the states within a span, each as start, end and what began it, cut at multiples of the interval.

    Of changes at one instant the last holds. Before the first change nothing is known.
    """
    ordered = sorted(changes, key=lambda change: change.at)  # stable: the last of one instant stays the last
    for number, change in enumerate(ordered):
        until = ordered[number + 1].at if number + 1 < len(ordered) else known.end
        start, end = max(change.at, known.start), min(until, known.end)
        while start < end:
            cut = min(end, (start // interval + 1) * interval)
            yield start, cut, change
            start = cut
