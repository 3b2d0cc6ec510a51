"""Rows of what was measured, and of what follows from it."""

from monitoring.models.breach import Breach, BreachNote, BreachState, Cause, NoteKind
from monitoring.models.correction import Correction
from monitoring.models.difference import Difference
from monitoring.models.disruption import Announcement, Disruption, DisruptionMove, DisruptionState, DisruptionWindow
from monitoring.models.evidence import Evidence
from monitoring.models.exclusion import Exclusion, ExclusionKind
from monitoring.models.fact import Fact, FactBatch, FactState
from monitoring.models.ledger import LedgerDay
from monitoring.models.measured import Bucket, Measured, Monthly, Sample, Statement, Task
from monitoring.models.network import NetworkAllowed
from monitoring.models.probe import ProbeLane, ProbeObservation, ProbePoint
from monitoring.models.proposal import Proposal, ProposalState
from monitoring.models.push import PushDelivery
from monitoring.models.restatement import Restatement, RestatementState
from monitoring.models.result import ObjectiveStatus, PeriodResult, ResultState
from monitoring.models.source import Source, SourceDay
from monitoring.models.stream import FactName, Keeping, Stream

__all__ = [
    "Announcement",
    "Breach",
    "BreachNote",
    "BreachState",
    "Bucket",
    "Cause",
    "Correction",
    "Difference",
    "Disruption",
    "DisruptionMove",
    "DisruptionState",
    "DisruptionWindow",
    "Evidence",
    "Exclusion",
    "ExclusionKind",
    "Fact",
    "FactBatch",
    "FactName",
    "FactState",
    "Keeping",
    "LedgerDay",
    "Measured",
    "Monthly",
    "NetworkAllowed",
    "NoteKind",
    "ObjectiveStatus",
    "PeriodResult",
    "ProbeLane",
    "ProbeObservation",
    "ProbePoint",
    "Proposal",
    "ProposalState",
    "PushDelivery",
    "Restatement",
    "RestatementState",
    "ResultState",
    "Sample",
    "Source",
    "SourceDay",
    "Statement",
    "Stream",
    "Task",
]
