"""Verbs of monitoring: facts in, assessment, breaches, sources."""

from monitoring.services.assessment import objective_assess, objectives_due
from monitoring.services.breach import (
    breach_acknowledge,
    breach_assign,
    breach_close,
    breach_explain,
    breach_note,
)
from monitoring.services.facts import FactRow, FactsRefused, facts_record
from monitoring.services.fetching import source_fetch
from monitoring.services.source import source_create, source_delete, source_update

__all__ = [
    "FactRow",
    "FactsRefused",
    "breach_acknowledge",
    "breach_assign",
    "breach_close",
    "breach_explain",
    "breach_note",
    "facts_record",
    "objective_assess",
    "objectives_due",
    "source_create",
    "source_delete",
    "source_fetch",
    "source_update",
]
