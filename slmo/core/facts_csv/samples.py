"""Rows of measured values."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from slmo.core.facts import Facts, Gaps, Samples
from slmo.core.facts.numbers import parse_number
from slmo.core.facts_csv.kind import FactKind
from slmo.core.facts_csv.sheet import Cells


def _sample(cells: Cells, seq: int) -> tuple[Any, ...]:
    value = cells.taken("value", parse_number, "a plain number")
    return cells.instant("at"), value, cells.scope, seq, cells.override, cells.indicator


def _facts(rows: Sequence[Any], gaps: Gaps) -> Facts:
    return Facts(samples=Samples.from_rows(rows))


SAMPLES = FactKind(("at", "value"), _sample, _facts)
