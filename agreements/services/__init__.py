"""Verbs of the catalogue and of the negotiating table: one for each change of state."""

from agreements.services.agreement import agreement_create
from agreements.services.attachment import attachment_add, attachment_remove
from agreements.services.authority import authority_limit_end, authority_limit_set
from agreements.services.clause import clause_edit
from agreements.services.comment import comment_resolve, comment_write, note_write
from agreements.services.dependency import dependency_add, dependency_remove, dependency_update
from agreements.services.document_text import document_read, document_write
from agreements.services.ending import agreement_end, agreement_end_propose, agreement_end_recorded
from agreements.services.importing import agreements_import, drafts_import
from agreements.services.indicator import indicator_compare, indicator_create, objective_measure
from agreements.services.position import clause_accept, clause_object, version_accept
from agreements.services.renewal import agreement_renew
from agreements.services.requirement import (
    requirement_answer,
    requirement_draft,
    requirement_edit,
    requirement_record,
    requirement_withdraw,
    wish_trace,
)
from agreements.services.service import service_create, service_update
from agreements.services.signature import version_sign, version_sign_recorded
from agreements.services.template import template_retire, template_save
from agreements.services.version import (
    version_counter,
    version_draft,
    version_edit,
    version_propose,
    version_step,
    version_withdraw,
)

__all__ = [
    "agreement_create",
    "agreement_end",
    "agreement_end_propose",
    "agreement_end_recorded",
    "agreement_renew",
    "agreements_import",
    "attachment_add",
    "attachment_remove",
    "authority_limit_end",
    "authority_limit_set",
    "clause_accept",
    "clause_edit",
    "clause_object",
    "comment_resolve",
    "comment_write",
    "dependency_add",
    "dependency_remove",
    "dependency_update",
    "document_read",
    "document_write",
    "drafts_import",
    "indicator_compare",
    "indicator_create",
    "note_write",
    "objective_measure",
    "requirement_answer",
    "requirement_draft",
    "requirement_edit",
    "requirement_record",
    "requirement_withdraw",
    "service_create",
    "service_update",
    "template_retire",
    "template_save",
    "version_accept",
    "version_counter",
    "version_draft",
    "version_edit",
    "version_propose",
    "version_sign",
    "version_sign_recorded",
    "version_step",
    "version_withdraw",
    "wish_trace",
]
