"""Recording facts: append-only, idempotent, bitemporal.

A delivery is copied into a temporary table and compared there with what is known. A row that says what is known
already changes nothing; one that says something else under the same key supersedes the earlier row.
"""

import csv
import io
from collections.abc import Iterable
from datetime import datetime
from functools import partial
from typing import Any

from django.db import connection, transaction

from agreements.models import Indicator
from monitoring.models import FactBatch, Source
from monitoring.rows import FactRow, FactsRefused, row_key, rows_errors
from monitoring.services.facts_sql import COMPARE, COPY, INSERT, SPAN, STAGE, SUPERSEDE
from monitoring.services.status import objectives_assess_soon, statuses_mark
from slmo.accounts.models import User
from slmo.accounts.policy import require
from slmo.audit.services import record

__all__ = ["FactRow", "FactsRefused", "facts_record", "row_key"]


def facts_record(
    *,
    indicator: Indicator,
    rows: Iterable[FactRow],
    origin: str,
    source: Source | None = None,
    actor: User | None = None,
    now: datetime,
    file_name: str = "",
    file_sha256: str = "",
    action: str = "facts_record",
) -> FactBatch:
    """Record a delivery of facts and mark what has to be assessed again; return its batch.

    `origin` names the stream: a change holds until the next change of the same stream and scope, and a key identifies
    a fact within it. Within one delivery the last row of a key holds. The same delivery twice records nothing new.

    Raises FactsRefused, with nothing recorded, where a row is unusable; Denied where the actor may not do `action`.
    """
    if actor is not None:
        require(actor, action, indicator.service.organisation)
    delivered = list(rows)
    if errors := rows_errors(delivered):
        raise FactsRefused(errors)
    with transaction.atomic():
        # Deliveries for one indicator take turns: each compares itself with what all earlier ones have recorded.
        Indicator.objects.select_for_update().get(pk=indicator.pk)
        batch = FactBatch.objects.create(
            indicator=indicator,
            source=source,
            origin=origin,
            file_name=file_name[:255],
            file_sha256=file_sha256,
            recorded_by=actor,
            recorded_at=now,
            rows=len(delivered),
        )
        _rows_store(batch, delivered)
        if batch.new and actor is not None:
            _batch_audit(batch, actor, action, now)
    return batch


def _rows_store(batch: FactBatch, rows: list[FactRow]) -> None:
    """Write what is new, supersede what it replaces, and mark the objectives that read it."""
    values: dict[str, Any] = {
        "indicator": batch.indicator_id,
        "origin": batch.origin,
        "batch": batch.pk,
        "now": batch.recorded_at,
    }
    with connection.cursor() as cursor:
        cursor.execute(STAGE)
        cursor.copy_expert(COPY, _copy_text(rows))
        cursor.execute(COMPARE, values)
        cursor.execute(SUPERSEDE, values)
        batch.replaced = cursor.rowcount
        cursor.execute(INSERT, values)
        batch.new = cursor.rowcount
        cursor.execute(SPAN, values)
        touched_from, touched_until = cursor.fetchone()
    if batch.new:
        batch.save(update_fields=["new", "replaced"])
        marked = statuses_mark(indicator=batch.indicator, since=touched_from, until=touched_until)
        transaction.on_commit(partial(objectives_assess_soon, marked))


def _copy_text(rows: list[FactRow]) -> io.StringIO:
    """Return the rows as the CSV text that COPY reads, numbered in the order of their arrival."""
    text = io.StringIO()
    csv.writer(text).writerows((number, *row) for number, row in enumerate(rows))
    text.seek(0)
    return text


def _batch_audit(batch: FactBatch, actor: User, action: str, now: datetime) -> None:
    """Record in the audit log who brought facts, and how many."""
    record(
        actor=actor,
        action=action,
        subject=batch.indicator,
        after={
            "origin": batch.origin,
            "rows": batch.rows,
            "new": batch.new,
            "replaced": batch.replaced,
            "file": batch.file_name,
            "sha256": batch.file_sha256,
        },
        organisations=[batch.indicator.service.organisation],
        now=now,
    )
