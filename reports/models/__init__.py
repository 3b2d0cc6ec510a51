"""Rows of what was published."""

from reports.models.report import Report, ReportState

__all__ = ["Report", "ReportState"]
