"""Facts as they were recorded: states, buckets, samples, tasks, statements (docs/formats.md, Facts)."""

from slmo.core.facts.buckets import Buckets
from slmo.core.facts.container import Facts
from slmo.core.facts.samples import Samples
from slmo.core.facts.statements import Statement, Statements
from slmo.core.facts.states import OPEN, ExclusionWindow, Gaps, State, States
from slmo.core.facts.tasks import Task, Tasks

__all__ = [
    "OPEN", "Buckets", "ExclusionWindow", "Facts", "Gaps", "Samples", "State", "Statement", "Statements", "States",
    "Task", "Tasks",
]  # fmt: skip
