"""Rows of what was published, shared and recorded beside the figures."""

from reports.models.cost import CostSpan, LevelCost
from reports.models.evidence import SharedEvidence
from reports.models.report import Report, ReportState

__all__ = ["CostSpan", "LevelCost", "Report", "ReportState", "SharedEvidence"]
