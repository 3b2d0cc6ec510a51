"""Rows of statements: somebody says on a proof that an obligation was met."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from slmo.core.facts import Facts, Gaps, Statement, Statements
from slmo.core.facts_csv.kind import FactKind
from slmo.core.facts_csv.sheet import Cells


def _statement(cells: Cells, seq: int) -> Statement:
    start, end = cells.instant("start"), cells.instant("end")
    if end <= start:
        raise cells.refuse("end", cells.values["end"], f"a time after the start, {cells.values['start']}")
    met = cells.values["met"]
    if met not in ("yes", "no"):
        raise cells.refuse("met", met or None, "yes or no")
    return Statement(
        start, end, met == "yes", cells.text("by"), cells.text("evidence"), seq, cells.override, cells.scope,
        cells.indicator,
    )  # fmt: skip


def _facts(rows: Sequence[Any], gaps: Gaps) -> Facts:
    return Facts(statements=Statements.of(rows))


STATEMENTS = FactKind(("start", "end", "met", "by", "evidence"), _statement, _facts)
