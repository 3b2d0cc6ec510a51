"""What a kind of facts needs to be read from a file."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from slmo.core.facts import Facts, Gaps
from slmo.core.facts_csv.sheet import Cells


class FactKind(NamedTuple):
    """The columns of a kind, how a row is read (`cells`, its number), and how the rows become facts.

    `key` says what may stand only once in a file unless it corrects: the column and the rows' key.
    """

    columns: tuple[str, ...]
    row: Callable[[Cells, int], Any]
    facts: Callable[[Sequence[Any], Gaps], Facts]
    unique: str = ""
    key: Callable[[Any], Any] | None = None
