"""Buckets: how many events were good, and how many there were, between two instants."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, ClassVar, Self

import numpy as np

from slmo.core.errors import EngineError
from slmo.core.facts.columns import Columns, coded, shift, unzipped
from slmo.core.facts.numbers import Mantissas, decimal_of, number_text, scaled
from slmo.core.intervals import Times, times
from slmo.core.units import format_instant


@dataclass(frozen=True, eq=False, kw_only=True)
class Buckets(Columns):
    """Counted events: `good` of `total`, each ÷ `scale` (a power of ten), in `[start, end)`."""

    KEYS: ClassVar[tuple[str, ...]] = ("start", "end", "good", "total")
    start: Times
    end: Times
    good: Mantissas
    total: Mantissas
    scale: int = 1

    @classmethod
    def from_rows(cls, rows: Iterable[Sequence[Any]]) -> Self:
        """Return buckets from rows `(start, end, good, total, scope, seq[, override[, indicator]])`.

        `good` and `total` are int or Decimal. Raises EngineError unless start < end and 0 ≤ good ≤ total.
        """
        start, end, good, total, scope, seq, override, indicator = unzipped(list(rows), 6)
        (good_column, total_column), scale = scaled(good, total)
        scopes, scope_codes = coded(scope)
        indicators, indicator_codes = coded(indicator)
        made = cls(
            start=times(start), end=times(end), good=good_column, total=total_column, scale=scale, seq=times(seq),
            override=np.array(override, dtype=np.bool_), scope=scope_codes, indicator=indicator_codes,
            scopes=scopes, indicators=indicators,
        )  # fmt: skip
        if bool((made.end <= made.start).any()):
            raise EngineError("A bucket must end after it starts.")
        if bool((made.good < 0).any()) or bool((made.good > made.total).any()):
            raise EngineError("A bucket must not have more good events than events, nor fewer than none.")
        return made

    def rows(self) -> list[tuple[int, int, Decimal, Decimal, str, int, bool, str]]:
        """Return the rows in the order of their sequence numbers, as `from_rows` takes them."""
        return [
            (start, end, decimal_of(good, self.scale), decimal_of(total, self.scale), self.scopes[scope], seq,
             override, self.indicators[indicator])
            for start, end, good, total, scope, seq, override, indicator in self._listed()
        ]  # fmt: skip

    def joined(self, later: Self) -> Self:
        """Return these rows followed by later ones."""
        if not len(later) or not len(self):
            return self if len(self) else later
        up = shift(self.seq, later.seq)
        return type(self).from_rows(self.rows() + [(*row[:5], row[5] + up, *row[6:]) for row in later.rows()])

    def current(self) -> Self:
        """Return the rows that stand: a correction replaces earlier buckets of the same start, end and scope."""
        return self.standing(self.start, self.end)

    def lines(self) -> Iterator[str]:
        """Yield the rows as canonical lines."""
        for start, end, good, total, scope, _, override, indicator in self._listed():
            yield "\t".join([
                "bucket", format_instant(start), format_instant(end), number_text(good, self.scale),
                number_text(total, self.scale), self.scopes[scope], self.indicators[indicator], "override" * override,
            ])  # fmt: skip

    def _listed(self) -> Iterator[tuple[Any, ...]]:
        order = self.order()
        columns = (
            self.start, self.end, self.good, self.total, self.scope, self.seq, self.override, self.indicator,
        )  # fmt: skip
        return zip(*(column[order].tolist() for column in columns), strict=True)
