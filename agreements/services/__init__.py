"""Verbs of the catalogue and of the negotiating table: one for each change of state."""

from agreements.services.agreement import agreement_create
from agreements.services.authority import authority_limit_end, authority_limit_set
from agreements.services.dependency import dependency_add, dependency_remove, dependency_update
from agreements.services.document_text import document_read, document_write
from agreements.services.indicator import indicator_create, objective_measure
from agreements.services.service import service_create, service_update
from agreements.services.signature import version_sign, version_sign_recorded
from agreements.services.version import version_draft, version_edit, version_propose, version_step, version_withdraw

__all__ = [
    "agreement_create",
    "authority_limit_end",
    "authority_limit_set",
    "dependency_add",
    "dependency_remove",
    "dependency_update",
    "document_read",
    "document_write",
    "indicator_create",
    "objective_measure",
    "service_create",
    "service_update",
    "version_draft",
    "version_edit",
    "version_propose",
    "version_sign",
    "version_sign_recorded",
    "version_step",
    "version_withdraw",
]
