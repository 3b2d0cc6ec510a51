"""Tasks: opened, answered, resolved, with priorities and pauses."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple, TypeVar

from django.utils.translation import gettext_lazy as _l

from agreements.models import Indicator, IndicatorKind
from monitoring.instants import instant_of
from monitoring.kinds.base import Column, FactKind, ItemRefused, item_instant, item_text, moment, recorded, seconds_of
from monitoring.models import Task
from monitoring.rows import instant_errors, is_instant, line_errors
from monitoring.sentence import Sentence, engine
from monitoring.sentence import gettext as _
from slmo.core.errors import EngineError
from slmo.core.facts import Facts, Tasks
from slmo.core.facts import Task as EngineTask
from slmo.core.facts_csv.tasks import pauses_read, priorities_read
from slmo.core.kinds import Asked, TaskState, task_outcomes
from slmo.core.terms import Agreement as Terms
from slmo.core.units import Window, format_instant

T = TypeVar("T")
PRIORITY_LONGEST, LISTED_MOST = 100, 200


_COLUMNS = f"{seconds_of('opened', 'responded', 'resolved')}, priorities, pauses, scope, reference, override"
# What is told of one task by several origins, or in a correction, is read together: the last told holds.
_WITHIN = f"""
reference IN (
    SELECT reference FROM {Task._meta.db_table} WHERE indicator_id = %(indicator)s AND {{holds}}
        AND opened < %(until)s AND (resolved IS NULL OR resolved >= %(since)s OR responded >= %(since)s)
)
"""


class TaskRow(NamedTuple):
    """A task with its whole log, in epoch seconds: `priorities` are (since, name), `pauses` (start, end or None)."""

    opened: int
    responded: int | None
    resolved: int | None
    priorities: tuple[tuple[int, str], ...] = ()
    pauses: tuple[tuple[int, int | None], ...] = ()
    scope: str = ""
    key: str = ""
    reference: str = ""
    override: bool = False


class TasksKind(FactKind):
    """A task is known by its name (`reference`), its key, too: what is sent later takes the place of the earlier."""

    name = "tasks"
    indicators = (IndicatorKind.TASKS,)
    model = Task
    row = TaskRow
    columns = (
        moment("opened"), moment("responded"), moment("resolved"), Column("priorities", "jsonb"),
        Column("pauses", "jsonb"),
    )  # fmt: skip
    begins = "fact.opened"
    # while it is open it bears on every period up to the present
    ends = "CASE WHEN fact.resolved IS NOT NULL THEN greatest(fact.responded, fact.resolved) + interval '1 second' END"
    kin = "reference"
    first, last = "opened", "resolved"
    files = ("tasks",)
    common = ("scope",)
    labels = {
        "id": _l("Task"),
        "responded": _l("Responded"),
        "priority": _l("Priority"),
        "pauses": _l("Pauses"),
    }
    told = _l("When a task was opened, answered and resolved, its priority, and when its clock stood still.")
    fields = ("id", "opened", "responded", "resolved", "priority", "pauses")
    sample = (
        "id,opened,responded,resolved,priority,pauses\n"
        "INC-1042,2026-01-14T09:12:00Z,2026-01-14T09:20:00Z,2026-01-14T11:05:00Z,P1,\n"
        "INC-1043,2026-01-14T10:02:00Z,,,P3;P1@2026-01-14T12:00:00Z,2026-01-14T10:30:00Z/2026-01-14T11:30:00Z\n"
    )

    def row_reach(self, row: TaskRow) -> tuple[int, int | None]:
        """Return from the opening to just after the end; to the present while the task is open."""
        return row.opened, None if row.resolved is None else max(row.responded or 0, row.resolved) + 1

    def own_errors(self, row: TaskRow) -> Iterable[tuple[str, Sentence]]:
        """Return what is wrong with the times and lists of a task."""
        errors = [*instant_errors(row, "opened")]
        for field in ("responded", "resolved"):
            value = getattr(row, field)
            if value is not None and (not is_instant(value) or (not errors and value < row.opened)):
                errors.append((field, _("This must be a time that is not before the opening.")))
        if len(row.priorities) > LISTED_MOST or len(row.pauses) > LISTED_MOST:
            sentence = _("A task may have at most %(count)d pauses and priorities.") % {"count": LISTED_MOST}
            errors.append(("pauses", sentence))
        for _since, name in row.priorities:
            errors += [("priority", said) for _f, said in line_errors(_Named(name), "name", PRIORITY_LONGEST)]
        if row.reference == "":
            errors.append(("id", _("A task must have a name.")))
        return errors or self._log_errors(row)

    def _log_errors(self, row: TaskRow) -> list[tuple[str, Sentence]]:
        """Return what the engine finds wrong with the log of a task."""
        try:
            engine_task(row.reference, row)
        except EngineError as error:
            said = engine(str(error))
            return [("pauses", said if said.endswith(".") else _("Expected %(what)s.") % {"what": said})]
        return []

    def staged(self, row: TaskRow) -> Sequence[Any]:
        """Return the lists as JSON."""
        return (*row[:3], json.dumps(row.priorities), json.dumps(row.pauses), *row[5:])

    def item_row(self, item: Mapping[str, Any]) -> TaskRow:
        """Return a task's item as a row; `priority` and `pauses` are written as in a file."""
        opened = item_instant(item, "opened")
        responded = None if item.get("responded") in (None, "") else item_instant(item, "responded")
        resolved = None if item.get("resolved") in (None, "") else item_instant(item, "resolved")
        priorities = _parsed(item, "priority", lambda text: priorities_read(text, opened))
        pauses = _parsed(item, "pauses", pauses_read)
        name = item_text(item, "id")
        return TaskRow(opened, responded, resolved, priorities, pauses, item["scope"], name, name)

    def file_rows(self, facts: Facts) -> Iterator[TaskRow]:
        """Yield the file's tasks."""
        for one in facts.tasks:
            yield TaskRow(
                one.opened, one.responded, one.resolved, one.priorities, one.pauses, one.scope, one.id, one.id,
                one.override,
            )  # fmt: skip

    def read(self, indicator: Indicator, window: Window, terms: Terms | None, known_at: datetime | None) -> Facts:
        """Return the tasks opened before the window's end and not done before its start, with all told of each."""
        rows = recorded(self, _COLUMNS, _WITHIN, indicator, window, known_at)
        return Facts(tasks=Tasks.of(_read(*row) for row in rows))

    def day_lines(self, facts: Facts, window: Window) -> Iterator[str]:
        """Yield the tasks to which something happened on a day, and those that were open and still are."""
        for one in facts.tasks:
            happened = any(at is not None and window.start <= at < window.end for at in _events(one))
            if happened or (one.resolved is None and one.opened < window.end):
                yield one.line()

    def touched_by_time(self, asked: Asked, since: int) -> Iterator[Window]:
        """Yield the seconds in which tasks were opened whose limit has passed, or that were told beforehand."""
        for one in task_outcomes(asked):
            passed = one.done is None and one.due is not None and since <= one.due < asked.as_of
            if passed or any(at is not None and at >= since for at in _events(one.task)):
                yield Window(one.task.opened, one.task.opened + 1)

    def looks_at(self, asked: Asked) -> int | None:
        """Return just after the next limit of an open task."""
        outcomes = task_outcomes(asked)
        coming = [one.due + 1 for one in outcomes if one.state is TaskState.PENDING and one.due is not None]
        return min(coming, default=None)

    def file_lines(self, facts: Facts, until: int) -> tuple[Sequence[str], Iterator[Sequence[str]]]:
        """Return the tasks."""
        lines = (
            (
                one.id, format_instant(one.opened), _told(one.responded), _told(one.resolved),
                *cells_of(one.priorities, one.pauses).values(), one.scope, "yes" if one.override else "",
            )
            for one in facts.tasks
        )  # fmt: skip
        return ("id", "opened", "responded", "resolved", "priority", "pauses", "scope", "override"), lines

    def shown(self, fact: Any) -> Mapping[str, str]:
        """Return the log of a task as a file writes it."""
        return {
            "id": fact.reference,
            "responded": _told(fact.responded),
            **cells_of(fact.priorities, fact.pauses),
        }


def _told(at: datetime | int | None) -> str:
    """Return an instant as a file writes it."""
    return "" if at is None else format_instant(at if isinstance(at, int) else instant_of(at))


def _events(task: EngineTask) -> tuple[int | None, ...]:
    """Return when a task was opened and ended."""
    return task.opened, task.responded, task.resolved


class _Named(NamedTuple):
    name: str


def _parsed(item: Mapping[str, Any], field: str, read: Callable[[str], T]) -> T:
    """Return a field that is written as in a file; raises ItemRefused."""
    value = item.get(field) or ""
    if not isinstance(value, str):
        raise ItemRefused(field, _("Expected a text as in the file of facts."))
    try:
        return read(value)
    except EngineError as error:
        raise ItemRefused(field, _("Expected %(what)s.") % {"what": engine(str(error))}) from error


def engine_task(name: str, row: TaskRow, seq: int = 0) -> EngineTask:
    """Return a row as the engine's task; raises EngineError for a log that contradicts itself."""
    priorities = tuple((since, priority) for since, priority in row.priorities)
    pauses = tuple((start, end) for start, end in row.pauses)
    return EngineTask(
        name, row.opened, row.responded, row.resolved, priorities, pauses, seq, row.override, row.scope
    )  # fmt: skip


def _read(
    opened: int, responded: int | None, resolved: int | None, priorities: str, pauses: str, scope: str, name: str,
    override: bool, seq: int,
) -> EngineTask:  # fmt: skip
    """Return a row of the table as the engine's task."""
    listed = json.loads(priorities), json.loads(pauses)
    return engine_task(name, TaskRow(opened, responded, resolved, *listed, scope, "", name, override), seq)


def cells_of(priorities: Sequence[Any], pauses: Sequence[Any]) -> dict[str, str]:
    """Return priorities and pauses as the cells of a file."""
    names = [name if n == 0 else f"{name}@{format_instant(since)}" for n, (since, name) in enumerate(priorities)]
    spans = [f"{format_instant(start)}/{'' if end is None else format_instant(end)}" for start, end in pauses]
    return {"priority": ";".join(names), "pauses": ";".join(spans)}


kind = TasksKind()
