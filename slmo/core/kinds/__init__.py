"""Kinds of indicator. Adding one is adding a file here, its terms in slmo/core/terms/own.py, and a line below."""

from __future__ import annotations

from collections.abc import Mapping

from slmo.core.kinds.attested import Attested
from slmo.core.kinds.availability import Availability
from slmo.core.kinds.base import Asked, Kind
from slmo.core.kinds.outages import Outages
from slmo.core.kinds.ratio import Ratio
from slmo.core.kinds.slices import SlicesKind
from slmo.core.kinds.tally import Tally
from slmo.core.kinds.tasks import TaskOutcome, TasksKind, TaskState, task_outcomes
from slmo.core.kinds.value import Value

__all__ = ["KINDS", "Asked", "Kind", "Tally", "TaskOutcome", "TaskState", "task_outcomes"]

KINDS: Mapping[str, type[Kind]] = {
    "availability": Availability,
    "ratio": Ratio,
    "slices": SlicesKind,
    "value": Value,
    "tasks": TasksKind,
    "outages": Outages,
    "attested": Attested,
}
