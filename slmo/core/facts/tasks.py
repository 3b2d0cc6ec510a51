"""Tasks: opened, answered, resolved, with priorities and pauses."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from slmo.core.errors import EngineError
from slmo.core.facts.records import Records
from slmo.core.units import format_instant

Pause = tuple[int, int | None]


@dataclass(frozen=True)
class Task:
    """A task's whole event log, in epoch seconds; None is what has not happened.

    `priorities` are (from when, name), the first from the opening on; `pauses` are (start, end), in order and apart,
    and only the last may be open. Raises EngineError for a log that contradicts itself.
    """

    id: str
    opened: int
    responded: int | None = None
    resolved: int | None = None
    priorities: tuple[tuple[int, str], ...] = ()
    pauses: tuple[Pause, ...] = ()
    seq: int = 0
    override: bool = False
    scope: str = ""
    indicator: str = ""

    def __post_init__(self) -> None:
        """Check that nothing happens before the opening and that pauses stand in order."""
        ended = [at for at in (self.responded, self.resolved) if at is not None]
        if any(at < self.opened for at in ended):
            raise EngineError("A task must not be answered or resolved before it was opened.")
        changed = [at for at, _ in self.priorities]
        if changed and (changed[0] != self.opened or changed != sorted(set(changed))):
            raise EngineError("A task's priorities must begin with its opening and stand in order.")
        pauses_check(self.pauses)

    def priority_at(self, at: int | None = None) -> str:
        """Return the priority in force just before an instant, the last one if none is given; "" if it has none."""
        held = [name for since, name in self.priorities if at is None or since < at]
        return held[-1] if held else self.priorities[0][1] if self.priorities else ""

    def line(self) -> str:
        """Return the task as a canonical line."""
        first = self.priorities[0][1] if self.priorities else ""
        changes = (f"{name}@{format_instant(at)}" for at, name in self.priorities[1:])
        return "\t".join([
            "task", self.id, format_instant(self.opened), _instant(self.responded), _instant(self.resolved),
            ";".join([first, *changes]), ";".join(f"{_instant(a)}/{_instant(b)}" for a, b in self.pauses), self.scope,
            self.indicator, "override" * self.override,
        ])  # fmt: skip


def pauses_check(pauses: tuple[Pause, ...]) -> None:
    """Raise EngineError for pauses that overlap, end before they start, or go on after an open one."""
    before: int | None = None
    for n, (start, end) in enumerate(pauses):
        if end is not None and end < start:
            raise EngineError("pauses that end after they start")
        if end is None and n < len(pauses) - 1:
            raise EngineError("an open end only for the last pause")
        if before is not None and start < before:
            raise EngineError("pauses in order that do not overlap")
        before = end


def _instant(at: int | None) -> str:
    return "" if at is None else format_instant(at)


class Tasks(Records[Task]):
    """Tasks in the order in which they were recorded; of several with one id the last recorded holds."""

    def current(self) -> Tasks:
        """Return each task once, as last recorded."""
        latest = {one.id: one for one in self.records}
        return self if len(latest) == len(self) else Tasks(tuple(latest.values()))

    def lines(self) -> Iterator[str]:
        """Yield the tasks as canonical lines."""
        return (one.line() for one in self)
