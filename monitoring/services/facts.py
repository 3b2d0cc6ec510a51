"""Recording facts: append-only, idempotent, bitemporal.

A delivery is copied into a temporary table and compared there with what is known. A row that says what is known
already changes nothing; one that says something else under the same key supersedes the earlier row.
"""

import csv
import io
from collections.abc import Iterable
from datetime import datetime
from functools import partial
from typing import Any, NamedTuple

from django.db import connection, transaction
from django.utils.translation import gettext as _

from agreements.models import Indicator
from monitoring.kinds import FactKind, kind_of, kind_of_rows, kinds_of, rows_errors
from monitoring.models import FactBatch, Source
from monitoring.rows import FactRow, FactsRefused, RowError, row_key
from monitoring.services.facts_sql import statements_of
from monitoring.services.status import objectives_assess_soon, statuses_mark
from slmo.accounts.models import User
from slmo.accounts.policy import require
from slmo.audit.services import record

__all__ = ["FactRow", "FactsRefused", "facts_record", "row_key"]


def facts_record(
    *,
    indicator: Indicator,
    rows: Iterable[Any],
    origin: str,
    source: Source | None = None,
    actor: User | None = None,
    now: datetime,
    file_name: str = "",
    file_sha256: str = "",
    action: str = "facts_record",
) -> FactBatch:
    """Record a delivery of facts and mark what has to be assessed again; return its batch.

    `rows` are of one kind (monitoring/kinds), one that the indicator has: FactRow for states, BucketRow and so on.
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
        locked = Indicator.objects.select_for_update().get(pk=indicator.pk)
        kind = kind_of_rows(delivered) or kind_of(locked)
        _kind_check(locked, kind)
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
        _rows_store(batch, kind, delivered)
        if batch.new and actor is not None:
            _batch_audit(batch, actor, action, now)
    return batch


class Compared(NamedTuple):
    """What a delivery would bring: facts that are new, that replace earlier ones, and that are recorded already."""

    new: int
    changed: int
    known: int


@transaction.atomic
def rows_compare(*, indicator: Indicator, rows: Iterable[Any], origin: str) -> Compared:
    """Return what a delivery would bring; nothing is recorded. Raises FactsRefused as `facts_record` does."""
    delivered = list(rows)
    kind = kind_of_rows(delivered) or kind_of(indicator)
    _kind_check(indicator, kind)
    change = f"{kind.name}_change"
    with connection.cursor() as cursor:
        _rows_stage(cursor, kind, delivered, {"indicator": indicator.pk, "origin": origin})
        cursor.execute(f"SELECT count(*) - count(known), count(known) FROM {change}")
        new, changed = cursor.fetchone()
    return Compared(new, changed, len({row.key for row in delivered}) - new - changed)


def _kind_check(indicator: Indicator, kind: FactKind) -> None:
    """Refuse facts of a kind that the indicator has not, or that stand beside another kind's; raises FactsRefused."""
    kinds = kinds_of(indicator.kind)
    if kind not in kinds:
        sentence = _("%(indicator)s is not measured by facts of this kind.") % {"indicator": indicator}
        raise FactsRefused([RowError(0, "", sentence)])
    if any(other.model._default_manager.filter(indicator=indicator).exists() for other in kinds if other is not kind):
        sentence = _("%(indicator)s has facts of another kind already; open a further indicator.")
        raise FactsRefused([RowError(0, "", sentence % {"indicator": indicator})])


def _rows_stage(cursor: Any, kind: FactKind, rows: list[Any], values: dict[str, Any]) -> None:
    """Copy the rows and find which of them say something new."""
    sql = statements_of(kind.name)
    cursor.execute(sql.stage)
    cursor.copy_expert(sql.copy, _copy_text(kind, rows))
    cursor.execute(sql.compare, values)


def _rows_store(batch: FactBatch, kind: FactKind, rows: list[Any]) -> None:
    """Write what is new, supersede what it replaces, and mark the objectives that read it."""
    values: dict[str, Any] = {
        "indicator": batch.indicator_id,
        "origin": batch.origin,
        "batch": batch.pk,
        "now": batch.recorded_at,
    }
    sql = statements_of(kind.name)
    with connection.cursor() as cursor:
        _rows_stage(cursor, kind, rows, values)
        cursor.execute(sql.supersede, values)
        batch.replaced = cursor.rowcount
        cursor.execute(sql.insert, values)
        batch.new = cursor.rowcount
        cursor.execute(sql.span, values)
        touched_from, touched_until = cursor.fetchone()
    if batch.new:
        batch.save(update_fields=["new", "replaced"])
        marked = statuses_mark(indicator=batch.indicator, since=touched_from, until=touched_until)
        transaction.on_commit(partial(objectives_assess_soon, marked))


def _copy_text(kind: FactKind, rows: list[Any]) -> io.StringIO:
    """Return the rows as the CSV text that COPY reads, numbered in the order of their arrival."""
    text = io.StringIO()
    csv.writer(text).writerows((number, *kind.staged(row)) for number, row in enumerate(rows))
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
