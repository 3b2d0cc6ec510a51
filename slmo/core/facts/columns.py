"""What events kept as columns have in common: order, scope, objective, corrections."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Self

import numpy as np

from slmo.core.intervals import Mask, Times, times


@dataclass(frozen=True, eq=False, kw_only=True)
class Columns:
    """Columns of equal length.

    `scope` and `indicator` are indices into `scopes` and `indicators`, where "" means everywhere and every objective.
    `override` marks corrections.
    """

    KEYS: ClassVar[tuple[str, ...]]  # the columns, besides these here
    seq: Times
    override: Mask
    scope: Times
    indicator: Times
    scopes: tuple[str, ...] = ("",)
    indicators: tuple[str, ...] = ("",)

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self.seq)

    def take(self, chosen: Any) -> Self:
        """Return the rows that a mask or positions select, in that order."""
        names = (*self.KEYS, "seq", "override", "scope", "indicator")
        return dataclasses.replace(self, **{name: getattr(self, name)[chosen] for name in names})

    def for_objective(self, name: str) -> Self:
        """Return the rows that belong to an objective: those that name it and those that name none."""
        wanted = [code for code, one in enumerate(self.indicators) if one in ("", name)]
        return self if len(wanted) == len(self.indicators) else self.take(np.isin(self.indicator, wanted))

    def of_objective(self, name: str) -> Self:
        """Return the rows that name an objective."""
        return self.take(self.indicator == (self.indicators.index(name) if name in self.indicators else -1))

    def named(self, name: str) -> Self:
        """Return the same rows as those of one objective."""
        codes = np.ones(len(self), dtype=np.int64)
        return dataclasses.replace(self, indicator=codes, indicators=("", name))

    def in_scope(self, scope: Sequence[str]) -> Self:
        """Return the rows of the scopes named and those that hold everywhere; all rows where none is named."""
        if not scope:
            return self
        wanted = [code for code, one in enumerate(self.scopes) if one in ("", *scope)]
        return self if len(wanted) == len(self.scopes) else self.take(np.isin(self.scope, wanted))

    def without_corrections(self) -> Self:
        """Return the rows as first recorded."""
        return self.take(~self.override) if bool(self.override.any()) else self

    def order(self) -> Times:
        """Return the positions of the rows in the order of their sequence numbers."""
        return np.argsort(self.seq, kind="stable")

    def standing(self, *keys: Times) -> Self:
        """Return the rows that stand: a correction replaces earlier rows of the same scope and the same keys."""
        if not bool(self.override.any()):
            return self
        last: dict[tuple[Any, ...], int] = {}  # the sequence number of each key's last correction
        listed = list(zip(self.scope.tolist(), *(key.tolist() for key in keys), strict=True))
        numbers = self.seq.tolist()
        for key, seq, corrects in zip(listed, numbers, self.override.tolist(), strict=True):
            if corrects:
                last[key] = max(seq, last.get(key, seq))
        stands = [seq >= last.get(key, seq) for key, seq in zip(listed, numbers, strict=True)]
        return self.take(np.array(stands, dtype=np.bool_))


def shift(earlier: Sequence[int] | Times, later: Sequence[int] | Times) -> int:
    """Return by how much later sequence numbers have to be raised to come after the earlier ones."""
    return (int(max(earlier)) + 1 if len(earlier) else 0) - (int(min(later)) if len(later) else 0)


def coded(values: Sequence[object]) -> tuple[tuple[str, ...], Times]:
    """Return the names that occur, with "", and each value as an index into them."""
    names = tuple(sorted({str(value or "") for value in values} | {""}))
    codes = {name: code for code, name in enumerate(names)}
    return names, times([codes[str(value or "")] for value in values])


def unzipped(rows: Sequence[Sequence[Any]], least: int) -> list[tuple[Any, ...]]:
    """Return rows as columns; each row has `least` values and may have two more: whether it corrects, its objective."""
    full = [(*row, *(False, "")[len(row) - least :]) for row in rows]
    return list(zip(*full, strict=True)) if full else [()] * (least + 2)
