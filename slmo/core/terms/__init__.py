"""Agreements: what they may say, and how a document becomes terms that can be judged (docs/formats.md)."""

from slmo.core.terms.document import agreement_parse, document_canonical, document_digest
from slmo.core.terms.model import Agreement, CreditTerms, ObjectiveTerms, Target, Tier, UnknownRule, Version

__all__ = [
    "Agreement",
    "CreditTerms",
    "ObjectiveTerms",
    "Target",
    "Tier",
    "UnknownRule",
    "Version",
    "agreement_parse",
    "document_canonical",
    "document_digest",
]
