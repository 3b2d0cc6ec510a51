"""Files of a version. An annex is named in the version's text by its digest, so that it is part of what is signed."""

import hashlib
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.translation import gettext as _

from agreements.attachments import annexes_of
from agreements.errors import Refused
from agreements.models import Attachment, Version, VersionState
from agreements.services.version import version_edit, version_lock
from slmo.accounts.models import User
from slmo.accounts.policy import require
from slmo.audit.services import record
from slmo.web.uploads import upload_check, upload_name

MOST = 40  # files of one version


@transaction.atomic
def attachment_add(
    *, version: Version, upload: UploadedFile, title: str, annex: bool, actor: User | None, now: datetime
) -> Attachment:
    """Add a file to a draft of one's own side; as an annex it is part of what is signed.

    Raises Denied, Refused where the version is no draft, ValidationError for `file`.
    """
    version = version_lock(version)
    _draft_check(version, actor)
    if version.attachments.count() >= MOST:
        raise Refused(_("A version has at most %(most)d files.") % {"most": MOST})
    content_type, content = upload_check(upload)
    digest = hashlib.sha256(content).hexdigest()
    if version.attachments.filter(sha256=digest).exists():
        raise ValidationError({"file": _("This file is there already.")})
    made = Attachment(version=version, name=upload_name(upload), content_type=content_type, size=len(content))
    made.title, made.sha256, made.content = title.strip() or made.name, digest, content
    made.added_by, made.added_at = actor, now
    made.full_clean(exclude=["version", "added_by"])
    made.save()
    if annex:
        named = {"name": made.name, "title": made.title, "sha256": digest, "size": made.size}
        _annexes_write(version, [*annexes_of(version), named], actor, now)
    _audit(made, "attachment_add", actor, now)
    return made


@transaction.atomic
def attachment_remove(*, version: Version, sha256: str, actor: User | None, now: datetime) -> None:
    """Take a file off a draft, out of its text too where it is an annex. Raises Denied, Refused, DoesNotExist."""
    version = version_lock(version)
    _draft_check(version, actor)
    named = [one for one in annexes_of(version) if one["sha256"] != sha256]
    if len(named) != len(annexes_of(version)):
        _annexes_write(version, named, actor, now)
    for found in version.attachments.filter(sha256=sha256):
        _audit(found, "attachment_remove", actor, now)
        found.delete()


def _annexes_write(version: Version, annexes: list[Mapping[str, Any]], actor: User | None, now: datetime) -> None:
    spec = {key: value for key, value in version.document["spec"].items() if key != "annexes"}
    if annexes:
        spec["annexes"] = annexes
    version_edit(
        version=version, document={**version.document, "spec": spec}, expected_changed_at=None, actor=actor, now=now
    )


def _draft_check(version: Version, actor: User | None) -> None:
    if actor is not None:
        require(actor, "version_draft", version.agreement.organisation_of(version.drafted_side))
    if version.state != VersionState.DRAFT or version.is_ending:
        raise Refused(_("Files are added to a draft, before it is proposed."))


def _audit(found: Attachment, action: str, actor: User | None, now: datetime) -> None:
    version = found.version
    after = {"title": found.title, "name": found.name, "digest": found.sha256}
    own = [version.agreement.organisation_of(version.drafted_side)]
    record(actor=actor, action=action, subject=found, after=after, organisations=own, now=now)
