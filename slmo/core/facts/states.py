"""Facts of availability: states, as they were recorded (docs/formats.md, Facts)."""

from __future__ import annotations

import dataclasses
import enum
import functools
import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np

from slmo.core.errors import EngineError
from slmo.core.exclusions import ExclusionWindow
from slmo.core.facts.columns import coded
from slmo.core.intervals import OPEN, Codes, Mask, Times, times
from slmo.core.units import format_instant

__all__ = ["OPEN", "ExclusionWindow", "Gaps", "State", "States"]

Gaps: TypeAlias = Literal["unknown", "up"]


class State(enum.StrEnum):
    """What a service can be, least severe first. Where states meet, the severest is the worst, the first the best."""

    UP = "up"
    DEGRADED = "degraded"
    UNKNOWN = "unknown"
    DOWN = "down"

    @property
    def code(self) -> int:
        """Return the severity, 0 for up."""
        return _CODES[self]


_STATES = tuple(State)
_CODES = {state: code for code, state in enumerate(_STATES)}


@dataclass(frozen=True, eq=False)
class States:
    """Recorded states as columns of equal length.

    A row with `is_change` holds from `start` until the next change of its scope; its `end` is OPEN. Any other row holds
    in `[start, end)`. `scope` and `indicator` are indices into `scopes` and `indicators`, where "" means everywhere and
    every objective. `override` marks corrections: inside their interval and scope they win over rows of lower `seq`.
    `gaps` says what holds where no row says anything; before the first of mere changes that is always unknown.
    """

    start: Times
    end: Times
    state: Codes
    seq: Times
    is_change: Mask
    override: Mask
    scope: Times
    indicator: Times
    scopes: tuple[str, ...] = ("",)
    indicators: tuple[str, ...] = ("",)
    gaps: Gaps = "unknown"

    @classmethod
    def from_rows(
        cls,
        rows: Iterable[Sequence[object]],
        gaps: Gaps = "unknown",
    ) -> States:
        """Return states from rows `(start, end|None, state, scope, seq, is_change[, override[, indicator]])`.

        Raises EngineError for an unknown state or an end before its start.
        """
        full = [(*row, *(False, "")[len(row) - 6 :]) if len(row) < 8 else tuple(row) for row in rows]
        start, end, state, scope, seq, change, override, indicator = zip(*full, strict=True) if full else ((),) * 8
        scopes, scope_codes = coded(scope)
        indicators, indicator_codes = coded(indicator)
        made = cls(
            times(start), times([OPEN if one is None else one for one in end]),
            np.array([_state_code(one) for one in state], dtype=np.int8), times(seq),
            np.array(change, dtype=np.bool_), np.array(override, dtype=np.bool_),
            scope_codes, indicator_codes, scopes, indicators, gaps,
        )  # fmt: skip
        if (made.end < made.start).any():
            raise EngineError("A state must not end before it starts.")
        return made

    @classmethod
    def empty(cls, gaps: Gaps = "unknown") -> States:
        """Return no facts at all."""
        return cls.from_rows((), gaps)

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self.start)

    def rows(self) -> list[tuple[int, int, str, str, int, bool, bool, str]]:
        """Return the rows in the order of their sequence numbers, as `from_rows` takes them."""
        order = np.lexsort((self.start, self.seq))
        columns = (
            self.start,
            self.end,
            self.state,
            self.scope,
            self.seq,
            self.is_change,
            self.override,
            self.indicator,
        )
        return [
            (start, end, _STATES[state].value, self.scopes[scope], seq, change, override, self.indicators[indicator])
            for start, end, state, scope, seq, change, override, indicator in zip(
                *(column[order].tolist() for column in columns), strict=True
            )
        ]

    def for_objective(self, name: str) -> States:
        """Return the rows that belong to an objective: those that name it and those that name none."""
        wanted = [code for code, one in enumerate(self.indicators) if one in ("", name)]
        return self if len(wanted) == len(self.indicators) else self.take(np.isin(self.indicator, wanted))

    def take(self, mask: Mask) -> States:
        """Return the rows that the mask selects."""
        return States(
            self.start[mask], self.end[mask], self.state[mask], self.seq[mask], self.is_change[mask],
            self.override[mask], self.scope[mask], self.indicator[mask], self.scopes, self.indicators, self.gaps,
        )  # fmt: skip

    def joined(self, later: States) -> States:
        """Return these rows followed by later ones, whose sequence numbers are raised above these."""
        shift = (int(self.seq.max()) + 1 if len(self) else 0) - (int(later.seq.min()) if len(later) else 0)
        rows = self.rows() + [(*row[:4], row[4] + shift, *row[5:]) for row in later.rows()]
        return States.from_rows(rows, "up" if "up" in (self.gaps, later.gaps) else "unknown")

    def of_objective(self, name: str) -> States:
        """Return the rows that name an objective."""
        return self.take(self.indicator == (self.indicators.index(name) if name in self.indicators else -1))

    def named(self, name: str) -> States:
        """Return the same rows as those of one objective."""
        codes = np.ones(len(self), dtype=np.int64)
        return dataclasses.replace(self, indicator=codes, indicators=("", name))

    def without_corrections(self) -> States:
        """Return the rows as first recorded."""
        return self.take(~self.override) if self.override.any() else self

    @functools.cached_property
    def _digest(self) -> str:
        lines = [f"gaps {self.gaps}"]
        for start, end, state, scope, _, change, override, indicator in self.rows():
            until = "change" if change else "" if end == OPEN else format_instant(end)
            lines.append("\t".join([format_instant(start), until, state, scope, indicator, "override" * override]))
        return hashlib.sha256("\n".join(lines).encode()).hexdigest()

    def digest(self) -> str:
        """Return the SHA-256 of the rows in the order of their sequence; the numbers themselves do not matter."""
        return self._digest


def _state_code(state: object) -> int:
    try:
        return State(str(state)).code
    except ValueError as error:
        raise EngineError(f"A state is one of {', '.join(_STATES)}; found {state!r}.") from error
