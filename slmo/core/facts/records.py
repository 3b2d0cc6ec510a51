"""What events kept as records have in common: order, scope, objective, corrections."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Generic, Self, TypeVar

from slmo.core.facts.columns import shift

R = TypeVar("R", bound="Any")


@dataclass(frozen=True)
class Records(Generic[R]):
    """Records in the order of their sequence numbers; each has `seq`, `override`, `scope` and `indicator`."""

    records: tuple[R, ...] = ()

    @classmethod
    def of(cls, records: Iterable[R]) -> Self:
        """Return the records, put in order."""
        return cls(tuple(sorted(records, key=lambda one: one.seq)))

    def __len__(self) -> int:
        """Return the number of records."""
        return len(self.records)

    def __iter__(self) -> Iterator[R]:
        """Yield the records in order."""
        return iter(self.records)

    def for_objective(self, name: str) -> Self:
        """Return the records that belong to an objective: those that name it and those that name none."""
        return self._kept(one for one in self.records if one.indicator in ("", name))

    def of_objective(self, name: str) -> Self:
        """Return the records that name an objective."""
        return self._kept(one for one in self.records if one.indicator == name)

    def named(self, name: str) -> Self:
        """Return the same records as those of one objective."""
        return type(self)(tuple(dataclasses.replace(one, indicator=name) for one in self.records))

    def in_scope(self, scope: Sequence[str]) -> Self:
        """Return the records of the scopes named and those that hold everywhere; all of them where none is named."""
        return self._kept(one for one in self.records if one.scope in ("", *scope)) if scope else self

    def without_corrections(self) -> Self:
        """Return the records as first recorded."""
        return self._kept(one for one in self.records if not one.override)

    def _kept(self, records: Iterable[R]) -> Self:
        kept = tuple(records)
        return self if len(kept) == len(self.records) else type(self)(kept)

    def joined(self, later: Self) -> Self:
        """Return these records followed by later ones."""
        if not len(later) or not len(self):
            return self if len(self) else later
        up = shift([one.seq for one in self], [one.seq for one in later])
        return type(self)(self.records + tuple(dataclasses.replace(one, seq=one.seq + up) for one in later))
