"""Recording facts: append-only, idempotent, bitemporal.

Deliveries are copied into a temporary table and compared there with what is known. A row that says what is known
already changes nothing; one that says something else under the same key supersedes the earlier row.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any, NamedTuple

from django.db import transaction

from agreements.models import Indicator
from monitoring.instants import moment_of
from monitoring.kinds import FactKind, kind_of, kind_of_rows, kinds_of, rows_errors
from monitoring.models import FactBatch, Source
from monitoring.rows import FactRow, FactsRefused, RowError, row_key
from monitoring.sentence import gettext as _
from monitoring.services.batches import batches_count, batches_open
from monitoring.services.staging import Staged
from monitoring.services.status import Marked, indicators_mark, objectives_assess_soon
from monitoring.services.streams import Beside
from monitoring.writers import record_act
from slmo.accounts.models import User
from slmo.accounts.policy import require
from slmo.audit.services import record

__all__ = ["Delivery", "FactRow", "FactsRefused", "deliveries_record", "facts_record", "row_key"]


@dataclass(frozen=True)
class Delivery:
    """Facts of one kind for one indicator on their way in; `origin` names the stream that they belong to."""

    indicator: Indicator
    rows: Sequence[Any]
    origin: str
    source: Source | None = None
    file_name: str = ""
    file_sha256: str = ""


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
        require(actor, *record_act(indicator, action))
    delivery = Delivery(indicator, list(rows), origin, source, file_name, file_sha256)
    with transaction.atomic():
        (batch,) = deliveries_record(deliveries=[delivery], actor=actor, now=now)
        if batch.new and actor is not None:
            _batch_audit(batch, actor, action, now)
    return batch


def deliveries_record(*, deliveries: Sequence[Delivery], actor: User | None, now: datetime) -> list[FactBatch]:
    """Record deliveries to different indicators, all of one kind, in one transaction; return their batches in order.

    A batch tells what this delivery brought, also where it adds to the batch of its source's day. Raises FactsRefused,
    with nothing recorded, where any row is unusable; its positions are those in its own delivery.
    """
    for delivery in deliveries:
        if errors := rows_errors(delivery.rows):
            raise FactsRefused(errors)
    with transaction.atomic(savepoint=False):
        # Deliveries for one indicator take turns: each compares itself with what all earlier ones have recorded.
        ids = sorted({delivery.indicator.pk for delivery in deliveries})
        locked = {one.pk: one for one in Indicator.objects.select_for_update().filter(pk__in=ids).order_by("pk")}
        kind = _kind_of(deliveries, locked)
        beside = Beside(kind, ids)
        for delivery in deliveries:
            _kind_check(locked[delivery.indicator.pk], kind, beside.kinds)
        batches = batches_open(deliveries, actor, now)
        staged = Staged(kind, deliveries, [batch.pk for batch in batches])
        marked = _store(staged, beside, now)
        for number, batch in enumerate(batches):
            batch.rows, batch.new, batch.replaced = staged.counts(number)
        batches_count(batches)
    transaction.on_commit(partial(objectives_assess_soon, marked))
    return batches


class Compared(NamedTuple):
    """What a delivery would bring: facts that are new, that replace earlier ones, and that are recorded already."""

    new: int
    changed: int
    known: int


@transaction.atomic
def rows_compare(*, indicator: Indicator, rows: Iterable[Any], origin: str) -> Compared:
    """Return what a delivery would bring; nothing is recorded. Raises FactsRefused as `facts_record` does."""
    delivery = Delivery(indicator, list(rows), origin)
    kind = _kind_of([delivery], {indicator.pk: indicator})
    beside = Beside(kind, [indicator.pk])
    _kind_check(indicator, kind, beside.kinds)
    staged = Staged(kind, [delivery], [0])
    staged.compare(beside)
    _rows, new, replaced = staged.counts(0)
    return Compared(new - replaced, replaced, len(staged.rows) - new)


def _kind_of(deliveries: Sequence[Delivery], indicators: dict[int, Indicator]) -> FactKind:
    """Return the one kind of facts that deliveries have; raises TypeError where they are mixed."""
    kinds = [kind_of_rows(delivery.rows) for delivery in deliveries]
    found = {kind for kind in kinds if kind is not None}
    if len(found) > 1:
        raise TypeError("Deliveries that are recorded together must be of one kind.")
    return found.pop() if found else kind_of(indicators[deliveries[0].indicator.pk])


def _kind_check(indicator: Indicator, kind: FactKind, recorded: set[tuple[int, str]]) -> None:
    """Refuse facts of a kind that the indicator has not, or that stand beside another kind's; raises FactsRefused."""
    kinds = kinds_of(indicator.kind)
    if kind not in kinds:
        sentence = _("%(indicator)s is not measured by facts of this kind.") % {"indicator": indicator}
        raise FactsRefused([RowError(0, "", sentence)])
    if any((indicator.pk, other.name) in recorded for other in kinds if other is not kind):
        sentence = _("%(indicator)s has facts of another kind already; open a further indicator.")
        raise FactsRefused([RowError(0, "", sentence % {"indicator": indicator})])


def _store(staged: Staged, beside: Beside, now: datetime) -> list[int]:
    """Write what is new, supersede what it replaces, and mark the objectives that read it; return their ids."""
    staged.compare(beside)
    if not staged.brings:
        return []
    staged.supersede(now)
    highest = staged.insert(now)
    spans: list[Marked] = []
    for number, delivery in enumerate(staged.deliveries):
        told, ceased = staged.told(number), staged.ceased(number)
        if not told:
            continue
        indicator, origin = delivery.indicator.pk, delivery.origin
        if staged.kind.monthly:
            beside.add(indicator, origin, told, now)
            beside.remove(indicator, origin, ceased)
        since, until = beside.span(indicator, origin, [*told, *ceased])
        since, until = staged.kin_span(number, since, until)
        spans.append(Marked(indicator, moment_of(since), None if until is None else moment_of(until)))
    if staged.kind.monthly:
        beside.store(highest)
    return indicators_mark(spans)


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
