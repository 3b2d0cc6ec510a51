"""Statements: a person says that an obligation was met in some time, and on which proof."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from slmo.core.errors import EngineError
from slmo.core.facts.records import Records
from slmo.core.units import format_instant


@dataclass(frozen=True)
class Statement:
    """What `by` states about `[start, end)` on the proof `evidence`; raises EngineError for one without either."""

    start: int
    end: int
    met: bool
    by: str
    evidence: str
    seq: int = 0
    override: bool = False
    scope: str = ""
    indicator: str = ""

    def __post_init__(self) -> None:
        """Check that the statement is about some time, by somebody and on a proof."""
        if self.end <= self.start:
            raise EngineError("A statement must be about some time.")
        if not self.by or not self.evidence:
            raise EngineError("A statement needs a person and evidence.")

    def line(self) -> str:
        """Return the statement as a canonical line."""
        return "\t".join([
            "statement", format_instant(self.start), format_instant(self.end), "yes" if self.met else "no", self.by,
            self.evidence, self.scope, self.indicator, "override" * self.override,
        ])  # fmt: skip


class Statements(Records[Statement]):
    """Statements in the order in which they were recorded; where two meet, the later one holds."""

    def lines(self) -> Iterator[str]:
        """Yield the statements as canonical lines."""
        return (one.line() for one in self)
