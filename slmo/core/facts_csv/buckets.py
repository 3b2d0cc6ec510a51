"""Rows of counted events."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from slmo.core.facts import Buckets, Facts, Gaps
from slmo.core.facts.numbers import parse_number
from slmo.core.facts_csv.kind import FactKind
from slmo.core.facts_csv.sheet import Cells


def _bucket(cells: Cells, seq: int) -> tuple[Any, ...]:
    start, end = cells.instant("start"), cells.instant("end")
    if end <= start:
        raise cells.refuse("end", cells.values["end"], f"a time after the start, {cells.values['start']}")
    good, total = (cells.taken(column, parse_number, "a plain number") for column in ("good", "total"))
    if total < 0:
        raise cells.refuse("total", cells.values["total"], "a number from 0 on")
    if not 0 <= good <= total:
        raise cells.refuse("good", cells.values["good"], f"a number from 0 to the total, {cells.values['total']}")
    return start, end, good, total, cells.scope, seq, cells.override, cells.indicator


def _facts(rows: Sequence[Any], gaps: Gaps) -> Facts:
    return Facts(buckets=Buckets.from_rows(rows))


BUCKETS = FactKind(("start", "end", "good", "total"), _bucket, _facts)
