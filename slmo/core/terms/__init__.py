"""Agreements: what they may say, and how a document becomes terms that can be judged (docs/formats.md)."""

from slmo.core.terms.annexes import Annex
from slmo.core.terms.conditions import (
    AmendmentRule,
    Conditions,
    Contact,
    Ending,
    Prose,
    Renewal,
    Reporting,
    Termination,
)
from slmo.core.terms.document import agreement_parse, document_canonical, document_digest
from slmo.core.terms.model import (
    Agreement,
    CreditTerms,
    Measurement,
    ObjectiveTerms,
    Target,
    Tier,
    UnknownRule,
    Version,
    Workload,
)
from slmo.core.terms.own import OutagesTerms, RatioTerms, Reduce, SlicesTerms, TasksTerms, ValueTerms

__all__ = [
    "Agreement",
    "AmendmentRule",
    "Annex",
    "Conditions",
    "Contact",
    "CreditTerms",
    "Ending",
    "Measurement",
    "ObjectiveTerms",
    "OutagesTerms",
    "Prose",
    "RatioTerms",
    "Reduce",
    "Renewal",
    "Reporting",
    "SlicesTerms",
    "Target",
    "TasksTerms",
    "Termination",
    "Tier",
    "UnknownRule",
    "ValueTerms",
    "Version",
    "Workload",
    "agreement_parse",
    "document_canonical",
    "document_digest",
]
