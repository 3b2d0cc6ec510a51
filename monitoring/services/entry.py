"""Entering one fact by hand, with what proves it."""

from datetime import datetime
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from agreements.models import Indicator
from monitoring.models import FactBatch
from monitoring.services.evidence import evidence_keep
from monitoring.services.facts import facts_record
from slmo.accounts.models import User

HAND = "hand"


@transaction.atomic
def fact_enter(
    *, indicator: Indicator, row: Any, link: str = "", upload: UploadedFile | None = None, actor: User, now: datetime
) -> FactBatch:
    """Record one fact that a person enters, with a link or a file that proves it; return its batch.

    What was known already is not recorded again, and its proof is not kept. Raises Denied; FactsRefused;
    ValidationError for `file` where that can not be kept.
    """
    batch = facts_record(indicator=indicator, rows=[row], origin=HAND, actor=actor, now=now)
    if batch.new and (link or upload is not None):
        batch.evidence_link = link
        batch.evidence = evidence_keep(upload=upload, actor=actor, now=now) if upload is not None else None
        batch.save(update_fields=["evidence", "evidence_link"])
    return batch
