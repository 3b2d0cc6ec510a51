"""What several probe points saw, and what follows from it."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any, NamedTuple

from monitoring.kinds.buckets import BucketRow
from monitoring.kinds.samples import SampleRow
from monitoring.models import FactState
from monitoring.rows import FactRow, row_key
from slmo.core.units import Window

OBSERVED = "observed"  # under this name a configuration brings what the points saw


class Observed(NamedTuple):
    """What one point saw in the interval that begins at `start`, epoch seconds; `value` is what it measured."""

    start: int
    point: str
    state: int
    seen: str
    value: Decimal | None


def agreed(states: Sequence[int], points: int, needed: int) -> FactState:
    """Return the state of an interval in which some of the `points` looked and `needed` must agree that it is down.

    Down once so many say so; not down once the others can not make it so many any more; else unknown.
    """
    down = sum(state == FactState.DOWN for state in states)
    if down >= needed:
        return FactState.DOWN
    if len(states) - down <= points - needed:
        return FactState.UNKNOWN
    impaired = down + sum(state == FactState.DEGRADED for state in states)
    return FactState.DEGRADED if impaired >= needed else FactState.UP


def rows_agreed(
    config: Mapping[str, Any], window: Window, interval: int
) -> list[FactRow] | list[SampleRow] | list[BucketRow]:
    """Return the facts that follow from what the points saw, for the intervals that are over or that all have seen."""
    points, needed = len(config["points"]), int(config.get("agree") or 1)
    slots = _by_slot(config[OBSERVED])
    if config.get("records") == "time":
        return [
            SampleRow(one.start, one.value, one.point, row_key(one.start, one.point))
            for seen in slots.values()
            for one in seen
            if one.value is not None and one.state != FactState.DOWN
        ]
    if config.get("records") == "answer":
        return [_bucket(start, interval, seen) for start, seen in slots.items()]
    first = min([window.start, *slots])
    rows = []
    for start in range(first, window.end, interval):
        seen = slots.get(start, [])
        if start + interval < window.end or len(seen) == points:
            state = agreed([one.state for one in seen], points, needed)
            rows.append(FactRow(start, start + interval, int(state), "", row_key(start, ""), _told(seen, state)))
    return rows


def _by_slot(observed: Iterable[Observed]) -> dict[int, list[Observed]]:
    slots: dict[int, list[Observed]] = defaultdict(list)
    for one in observed:
        slots[one.start].append(one)
    return dict(sorted(slots.items()))


def _bucket(start: int, interval: int, seen: Sequence[Observed]) -> BucketRow:
    good = sum(one.state == FactState.UP for one in seen)
    return BucketRow(start, start + interval, Decimal(good), Decimal(len(seen)), key=row_key(start, ""))


def _told(seen: Sequence[Observed], state: FactState) -> str:
    """Return which points saw what, for the record of a state that is not up."""
    if state == FactState.UP:
        return ""
    return "; ".join(f"{one.point}: {one.seen or FactState(one.state).name.lower()}" for one in seen)[:200]
