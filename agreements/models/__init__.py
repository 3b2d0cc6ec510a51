"""Rows of the catalogue and of what was agreed."""

from agreements.models.agreement import Agreement, AgreementType, Side
from agreements.models.attachment import Attachment
from agreements.models.authority import AuthorityLimit
from agreements.models.indicator import MEASURED_BY, Indicator, IndicatorKind
from agreements.models.negotiation import (
    BOTH,
    Comment,
    Negotiation,
    Position,
    PrivateNote,
    Revision,
    Round,
    RoundKind,
    Stand,
    Turn,
)
from agreements.models.objective import Objective
from agreements.models.paper import SealedPaper
from agreements.models.requirement import Requirement, RequirementState, Weight, Wish
from agreements.models.service import Criticality, Dependency, DependencyMode, Service
from agreements.models.template import Template
from agreements.models.version import Signature, Version, VersionState

__all__ = [
    "BOTH",
    "MEASURED_BY",
    "Agreement",
    "AgreementType",
    "Attachment",
    "AuthorityLimit",
    "Comment",
    "Criticality",
    "Dependency",
    "DependencyMode",
    "Indicator",
    "IndicatorKind",
    "Negotiation",
    "Objective",
    "Position",
    "PrivateNote",
    "Requirement",
    "RequirementState",
    "Revision",
    "Round",
    "RoundKind",
    "SealedPaper",
    "Service",
    "Side",
    "Signature",
    "Stand",
    "Template",
    "Turn",
    "Version",
    "VersionState",
    "Weight",
    "Wish",
]
