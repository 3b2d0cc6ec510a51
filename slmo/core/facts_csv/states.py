"""Rows of states: changes, and intervals."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from slmo.core.facts import Facts, Gaps, State, States
from slmo.core.facts_csv.kind import FactKind
from slmo.core.facts_csv.sheet import Cells


def _change(cells: Cells, seq: int) -> tuple[Any, ...]:
    at = cells.instant("at")
    state = cells.taken("state", State, "one of up, degraded, down, unknown", tuple(State))
    if cells.values.get("override"):
        raise cells.refuse("override", cells.values["override"], "nothing, or yes for an interval with start and end")
    return at, None, state, cells.scope, seq, True, False, cells.indicator


def _interval(cells: Cells, seq: int) -> tuple[Any, ...]:
    start, end = cells.instant("start"), cells.instant_or_none("end")
    if end is not None and end < start:
        raise cells.refuse("end", cells.values["end"], f"a time not before the start, {cells.values['start']}")
    state = cells.taken("state", State, "one of up, degraded, down, unknown", tuple(State))
    override = cells.values.get("override", "")
    if override not in ("", "yes") or (override and end is None):
        raise cells.refuse("override", override, "nothing, or yes for an interval with start and end")
    return start, end, state, cells.scope, seq, False, override == "yes", cells.indicator


def _changes(rows: Sequence[Any], gaps: Gaps) -> Facts:
    return Facts(states=States.from_rows(rows))


def _intervals(rows: Sequence[Any], gaps: Gaps) -> Facts:
    return Facts(states=States.from_rows(rows, gaps))


CHANGES = FactKind(("at", "state"), _change, _changes)
INTERVALS = FactKind(("start", "end", "state"), _interval, _intervals)
