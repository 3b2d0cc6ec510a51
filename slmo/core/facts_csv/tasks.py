"""Rows of tasks: `P3;P1@2026-03-02T10:00:00Z` is a priority with its changes, `start/end;start/` are pauses."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from typing import Any

from slmo.core.errors import EngineError
from slmo.core.facts import Facts, Gaps, Task, Tasks
from slmo.core.facts.tasks import Pause, pauses_check
from slmo.core.facts_csv.kind import FactKind
from slmo.core.facts_csv.sheet import Cells
from slmo.core.units import parse_instant

_LONGEST_NAME = 100


def priorities_read(text: str, opened: int) -> tuple[tuple[int, str], ...]:
    """Return (from when, priority) of `P3;P1@2026-03-02T10:00:00Z`; raise EngineError for anything else.

    >>> priorities_read("P3;P1@1970-01-01T00:02:00Z", 60)
    ((60, 'P3'), (120, 'P1'))
    """
    if not text:
        return ()
    first, *later = text.split(";")
    found = [(opened, _name(first))]
    for part in later:
        name, sign, at = part.partition("@")
        if not sign:
            raise EngineError("changes of priority as P1@2026-03-02T10:00:00Z, after a semicolon")
        since = parse_instant(at.strip())
        if since <= found[-1][0]:
            raise EngineError("changes of priority after the opening, in order")
        found.append((since, _name(name)))
    return tuple(found)


def _name(text: str) -> str:
    name = text.strip()
    if not name or "@" in name or len(name) > _LONGEST_NAME or not name.isprintable():
        raise EngineError("a priority such as P2, or P3;P1@2026-03-02T10:00:00Z")
    return name


def pauses_read(text: str) -> tuple[Pause, ...]:
    """Return the pauses of `start/end;start/`, in order and apart; an empty end is open.

    The clock stands still however many reasons it has, so that pauses that overlap are one. Raises EngineError for
    anything else, and for a pause that ends before it starts.

    >>> pauses_read("1970-01-01T00:01:00Z/;1970-01-01T00:00:30Z/1970-01-01T00:02:00Z")
    ((30, None),)
    """
    found: list[Pause] = []
    for start, end in sorted((_pause(part) for part in text.split(";")) if text else (), key=lambda one: one[0]):
        pauses_check(((start, end),))
        before = found[-1] if found else None
        if before is None or (before[1] is not None and before[1] < start):
            found.append((start, end))
        else:
            found[-1] = (before[0], None if before[1] is None or end is None else max(before[1], end))
    return tuple(found)


def _pause(text: str) -> Pause:
    start, slash, end = text.partition("/")
    if not slash:
        raise EngineError("pauses as start/end, joined by a semicolon")
    return parse_instant(start.strip()), parse_instant(end.strip()) if end.strip() else None


def _task(cells: Cells, seq: int) -> Task:
    number, opened = cells.text("id"), cells.instant("opened")
    done = {column: cells.instant_or_none(column) for column in ("responded", "resolved")}
    for column, at in done.items():
        if at is not None and at < opened:
            expected = f"a time not before the opening, {cells.values['opened']}"
            raise cells.refuse(column, cells.values[column], expected)
    priorities = cells.taken("priority", functools.partial(priorities_read, opened=opened), "a priority such as P2")
    pauses = cells.taken("pauses", pauses_read, "pauses as start/end, joined by a semicolon")
    return Task(
        number, opened, done["responded"], done["resolved"], priorities, pauses, seq, cells.override, cells.scope,
        cells.indicator,
    )  # fmt: skip


def _facts(rows: Sequence[Any], gaps: Gaps) -> Facts:
    return Facts(tasks=Tasks.of(rows))


TASKS = FactKind(
    ("id", "opened", "responded", "resolved", "priority", "pauses"), _task, _facts,
    "id", lambda task: None if task.override else (task.id, task.indicator),
)  # fmt: skip
