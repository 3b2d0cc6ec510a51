"""Rows of what was measured, and of what follows from it."""

from monitoring.models.breach import Breach, BreachNote, BreachState, Cause, NoteKind
from monitoring.models.fact import Fact, FactBatch, FactState
from monitoring.models.ledger import LedgerDay
from monitoring.models.measured import Bucket, Measured, Sample, Statement, Task
from monitoring.models.result import ObjectiveStatus, PeriodResult, ResultState
from monitoring.models.source import Source

__all__ = [
    "Breach",
    "BreachNote",
    "BreachState",
    "Bucket",
    "Cause",
    "Fact",
    "FactBatch",
    "FactState",
    "LedgerDay",
    "Measured",
    "NoteKind",
    "ObjectiveStatus",
    "PeriodResult",
    "ResultState",
    "Sample",
    "Source",
    "Statement",
    "Task",
]
