"""What entries say, in words: one table of actions, one of kinds of things, one of fields.

An entry keeps the code of what was done; its words may change and be translated. A test finds the codes in the code.
"""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

ACTION_TEXTS: Mapping[str, str | Promise] = {
    "user_create": _("created the user"),
    "user_update": _("changed the user"),
    "user_activate": _("let the user log in again"),
    "user_deactivate": _("deactivated the user"),
    "user_update_preferences": _("changed their preferences"),
    "user_change_password": _("changed their password"),
    "organisation_create": _("created the organisation"),
    "organisation_update": _("changed the organisation"),
    "assignment_grant": _("granted the assignment"),
    "assignment_revoke": _("revoked the assignment"),
    "api_token_issue": _("issued the token"),
    "api_token_revoke": _("revoked the token"),
    "service_create": _("put the service into the catalogue"),
    "service_update": _("changed the service"),
    "dependency_add": _("added the dependency"),
    "dependency_remove": _("removed the dependency"),
    "dependency_update": _("changed the dependency"),
    "indicator_create": _("created the indicator"),
    "objective_measure": _("chose what measures the objective"),
    "agreement_create": _("opened the agreement"),
    "version_draft": _("drafted the version"),
    "version_edit": _("edited the draft"),
    "version_propose": _("proposed the version"),
    "version_accept": _("accepted the version"),
    "version_withdraw": _("withdrew the version"),
    "draft_discard": _("discarded the draft"),
    "clause_accept": _("accepted a clause of the version"),
    "clause_object": _("objected to a clause of the version"),
    "comment_write": _("commented on a clause of the version"),
    "comment_resolve": _("settled a comment on the version"),
    "note_write": _("kept a private note"),
    "version_sign": _("signed the version"),
    "version_sign_recorded": _("recorded a signature given outside the portal"),
    "authority_limit_set": _("entered the limit for signing"),
    "authority_limit_end": _("ended the limit for signing"),
    "facts_record": _("recorded facts"),
    "facts_import": _("imported facts"),
    "facts_fetch": _("fetched facts"),
    "source_create": _("set up the source"),
    "source_update": _("changed the source"),
    "source_silent": _("found no more facts coming from the source"),
    "source_delete": _("removed the source"),
    "probe_point_create": _("named the probe point"),
    "probe_point_delete": _("removed the probe point"),
    "network_allow": _("allowed sources to reach the network"),
    "network_forbid": _("forbade sources to reach the network"),
    "breach_open": _("opened the breach"),
    "breach_reopen": _("reopened the breach"),
    "breach_withdraw": _("withdrew the breach"),
    "breach_acknowledge": _("acknowledged the breach"),
    "breach_assign": _("assigned the breach"),
    "breach_note": _("wrote a note on the breach"),
    "breach_explain": _("explained the breach"),
    "breach_close": _("closed the breach"),
    "objective_verdict": _("found a new verdict for the objective"),
    "result_differs": _("found that a closed result would differ today"),
    "correction_propose": _("proposed the correction"),
    "correction_approve": _("approved the correction"),
    "correction_decline": _("declined the correction"),
    "correction_withdraw": _("withdrew the correction"),
    "exclusion_propose": _("proposed the exclusion"),
    "exclusion_approve": _("approved the exclusion"),
    "exclusion_decline": _("declined the exclusion"),
    "exclusion_withdraw": _("withdrew the exclusion"),
    "exclusion_revoke": _("revoked the exclusion"),
    "restatement_issue": _("restated the figure"),
    "restatement_decline": _("let the final figure stand"),
    "report_compile": _("compiled the report"),
    "report_write": _("wrote the covering letter"),
    "report_publish": _("published the report"),
    "review_schedule": _("scheduled the review"),
    "review_hold": _("recorded the minutes of the review"),
    "review_conclude": _("concluded the review"),
    "improvement_create": _("put the improvement into the register"),
    "improvement_update": _("changed the improvement"),
    "improvement_start": _("started the improvement"),
    "improvement_done": _("reported the improvement as done"),
    "improvement_drop": _("dropped the improvement"),
}

SUBJECT_TEXTS: Mapping[str, str | Promise] = {
    "accounts.user": _("user"),
    "accounts.organisation": _("organisation"),
    "accounts.assignment": _("assignment"),
    "accounts.apitoken": _("token"),
    "agreements.service": _("service"),
    "agreements.dependency": _("dependency"),
    "agreements.indicator": _("indicator"),
    "agreements.agreement": _("agreement"),
    "agreements.version": _("version"),
    "agreements.objective": _("objective"),
    "agreements.signature": _("signature"),
    "agreements.authoritylimit": _("limit for signing"),
    "agreements.privatenote": _("private note"),
    "monitoring.source": _("source"),
    "monitoring.probepoint": _("probe point"),
    "monitoring.networkallowed": _("network"),
    "monitoring.breach": _("breach"),
    "monitoring.periodresult": _("result"),
    "monitoring.correction": _("correction"),
    "monitoring.exclusion": _("exclusion"),
    "monitoring.restatement": _("restatement"),
    "reports.report": _("report"),
    "governance.review": _("review"),
    "governance.improvement": _("improvement"),
}

FIELD_TEXTS: Mapping[str, str | Promise] = {
    "name": pgettext_lazy("person or thing", "Name"),
    "email": _("E-mail address"),
    "language": _("Language"),
    "timezone": _("Time zone"),
    "theme": _("Appearance"),
    "is_active": _("Active"),
    "slug": _("Short name"),
    "kind": _("Kind"),
    "user": _("User"),
    "organisation": _("Organisation"),
    "role": _("Role"),
    "level": _("Level"),
    "expires_at": _("Valid until"),
    "revoked_at": _("Revoked"),
    "state": _("State"),
    "note": _("Note"),
    "digest": _("Digest"),
    "reason": _("Reason"),
    "decision": _("Decision"),
    "word": _("Decision"),
    "title": _("Title"),
    "owner": _("Owner"),
    "criticality": _("Criticality"),
    "currency": _("Currency"),
    "charge_most": _("Charge a year, at most"),
    "credit_most": _("Credits a year, at most"),
    "strictest": _("Strictest target, in per cent"),
    "valid_from": _("From"),
    "valid_until": _("Until"),
    "source": _("Decided by"),
    "signer": _("Who signed"),
    "evidence": _("Evidence"),
    "method": _("Recognised by"),
    "description": _("Description"),
    "clause": _("Clause"),
    "side": _("Side"),
    "text": _("Text"),
    "answer_until": _("Answer until"),
}


def action_text(action: str) -> str:
    """Return what was done, in words; a code without words as it is, without its underscores."""
    return str(ACTION_TEXTS.get(action) or action.replace("_", " "))


def subject_text(subject_type: str) -> str:
    """Return the kind of a thing in words."""
    return str(SUBJECT_TEXTS.get(subject_type) or subject_type.partition(".")[2])


def field_text(name: str) -> str:
    """Return the name of a field in words."""
    return str(FIELD_TEXTS.get(name) or name.replace("_", " ").capitalize())
