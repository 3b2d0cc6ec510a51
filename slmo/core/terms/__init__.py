"""Agreements: what they may say, and how a document becomes terms that can be judged (docs/formats.md)."""

from slmo.core.terms.document import agreement_parse, document_canonical, document_digest
from slmo.core.terms.model import Agreement, CreditTerms, ObjectiveTerms, Target, Tier, UnknownRule, Version
from slmo.core.terms.own import OutagesTerms, RatioTerms, Reduce, SlicesTerms, TasksTerms, ValueTerms

__all__ = [
    "Agreement",
    "CreditTerms",
    "ObjectiveTerms",
    "OutagesTerms",
    "RatioTerms",
    "Reduce",
    "SlicesTerms",
    "Target",
    "TasksTerms",
    "Tier",
    "UnknownRule",
    "ValueTerms",
    "Version",
    "agreement_parse",
    "document_canonical",
    "document_digest",
]
