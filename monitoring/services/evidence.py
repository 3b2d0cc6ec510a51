"""Evidence that people hand in, kept beside what it proves."""

import hashlib
from datetime import datetime

from django.core.files.uploadedfile import UploadedFile

from monitoring.models import Evidence
from slmo.accounts.models import User
from slmo.web.uploads import upload_check, upload_name


def evidence_keep(*, upload: UploadedFile, actor: User | None, now: datetime) -> Evidence:
    """Keep a file as it is; raises ValidationError for `file` where it is too large or not what its name says."""
    content_type, content = upload_check(upload)
    return Evidence.objects.create(
        name=upload_name(upload),
        content_type=content_type,
        size=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        content=content,
        uploaded_by=actor,
        uploaded_at=now,
    )
