"""One clause of a draft, changed by itself: its digest says from which words the editor started."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from agreements.errors import Conflict, Refused
from agreements.models import Version
from agreements.services.document_clauses import clause_digest, clause_put, clauses_of
from agreements.services.version import version_edit, version_lock
from slmo.accounts.models import User


@transaction.atomic
def clause_edit(
    *,
    version: Version,
    clause: str,
    value: Mapping[str, Any] | list[Any] | None,
    expected_digest: str,
    actor: User | None,
    now: datetime,
) -> Version:
    """Replace one clause of a draft; None takes it out. Other clauses stay as somebody else may have written them.

    `expected_digest` is that of the clause from which the editor started, empty for a new one.
    Raises Conflict where that clause has changed since, Denied, Refused, or DocumentRefused.
    """
    version = version_lock(version)
    present = clauses_of(version.document).get(clause)
    if clause_digest(present) not in (expected_digest, clause_digest(value)):
        raise Conflict(
            _("Somebody else has changed this clause since you opened it. Nothing of yours was saved yet."), [clause]
        )
    _name_check(clause, value)
    document = clause_put(version.document, clause, value)
    return version_edit(version=version, document=document, expected_changed_at=None, actor=actor, now=now)


def clause_base(version: Version, clause: str, digest: str) -> Any:
    """Return the words of a clause that have this digest, as a draft had them once; None where none had."""
    for revision in version.revisions.order_by("-pk"):
        found = clauses_of(revision.document).get(clause)
        if clause_digest(found) == digest:
            return found
    return None


def _name_check(clause: str, value: Any) -> None:
    """Raise Refused where a named clause says another name than its key: that would be another clause."""
    kind, _dot, name = clause.partition(".")
    field = {"objective": "name", "clause": "id"}.get(kind)
    if field and value is not None and (not isinstance(value, Mapping) or value.get(field) != name):
        raise Refused(_("A clause keeps its name: “%(name)s”.") % {"name": name})
