"""Samples: a value measured at an instant."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, ClassVar, Self

import numpy as np

from slmo.core.facts.columns import Columns, coded, shift, unzipped
from slmo.core.facts.numbers import Mantissas, decimal_of, number_text, scaled
from slmo.core.intervals import Times, times
from slmo.core.units import format_instant


@dataclass(frozen=True, eq=False, kw_only=True)
class Samples(Columns):
    """Measured values, each ÷ `scale` (a power of ten)."""

    KEYS: ClassVar[tuple[str, ...]] = ("at", "value")
    at: Times
    value: Mantissas
    scale: int = 1

    @classmethod
    def from_rows(cls, rows: Iterable[Sequence[Any]]) -> Self:
        """Return samples from rows `(at, value, scope, seq[, override[, indicator]])`; `value` is int or Decimal."""
        at, value, scope, seq, override, indicator = unzipped(list(rows), 4)
        (values,), scale = scaled(value)
        scopes, scope_codes = coded(scope)
        indicators, indicator_codes = coded(indicator)
        return cls(
            at=times(at), value=values, scale=scale, seq=times(seq), override=np.array(override, dtype=np.bool_),
            scope=scope_codes, indicator=indicator_codes, scopes=scopes, indicators=indicators,
        )  # fmt: skip

    def rows(self) -> list[tuple[int, Decimal, str, int, bool, str]]:
        """Return the rows in the order of their sequence numbers, as `from_rows` takes them."""
        return [
            (at, decimal_of(value, self.scale), self.scopes[scope], seq, override, self.indicators[indicator])
            for at, value, scope, seq, override, indicator in self._listed()
        ]

    def joined(self, later: Self) -> Self:
        """Return these rows followed by later ones."""
        if not len(later) or not len(self):
            return self if len(self) else later
        up = shift(self.seq, later.seq)
        return type(self).from_rows(self.rows() + [(*row[:3], row[3] + up, *row[4:]) for row in later.rows()])

    def current(self) -> Self:
        """Return the rows that stand: a correction replaces earlier samples of the same instant and scope."""
        return self.standing(self.at)

    def lines(self) -> Iterator[str]:
        """Yield the rows as canonical lines."""
        for at, value, scope, _, override, indicator in self._listed():
            yield "\t".join([
                "sample", format_instant(at), number_text(value, self.scale), self.scopes[scope],
                self.indicators[indicator], "override" * override,
            ])  # fmt: skip

    def _listed(self) -> Iterator[tuple[Any, ...]]:
        order = self.order()
        columns = (self.at, self.value, self.scope, self.seq, self.override, self.indicator)
        return zip(*(column[order].tolist() for column in columns), strict=True)
