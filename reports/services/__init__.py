"""Verbs of the reports application: each does lock, permission, transition, audit and outbox in one transaction."""

from reports.services.close import periods_close
from reports.services.report import report_compile, report_digest, report_intact, report_publish, report_write

__all__ = [
    "periods_close",
    "report_compile",
    "report_digest",
    "report_intact",
    "report_publish",
    "report_write",
]
