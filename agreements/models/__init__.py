"""Rows of the catalogue and of what was agreed."""

from agreements.models.agreement import Agreement, AgreementType, Side
from agreements.models.authority import AuthorityLimit
from agreements.models.indicator import MEASURED_BY, Indicator, IndicatorKind
from agreements.models.objective import Objective
from agreements.models.service import Criticality, Dependency, DependencyMode, Service
from agreements.models.version import Signature, Version, VersionState

__all__ = [
    "MEASURED_BY",
    "Agreement",
    "AgreementType",
    "AuthorityLimit",
    "Criticality",
    "Dependency",
    "DependencyMode",
    "Indicator",
    "IndicatorKind",
    "Objective",
    "Service",
    "Side",
    "Signature",
    "Version",
    "VersionState",
]
