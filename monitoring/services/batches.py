"""Batches: what was delivered, by whom, and what became of it. A source has one for each day, that grows."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from django.db import connection

from agreements.models import Indicator
from monitoring.models import FactBatch, Source
from slmo.accounts.models import User

_COUNT = """
UPDATE monitoring_factbatch AS batch SET rows = batch.rows + brought.rows, new = batch.new + brought.new,
    replaced = batch.replaced + brought.replaced
FROM unnest(%s::bigint[], %s::int[], %s::int[], %s::int[]) AS brought (id, rows, new, replaced)
WHERE batch.id = brought.id
"""


class Delivered(Protocol):
    """What a batch tells of a delivery."""

    @property
    def indicator(self) -> Indicator: ...
    @property
    def origin(self) -> str: ...
    @property
    def source(self) -> Source | None: ...
    @property
    def file_name(self) -> str: ...
    @property
    def file_sha256(self) -> str: ...


def batches_open(deliveries: Sequence[Delivered], actor: User | None, now: datetime) -> list[FactBatch]:
    """Return a batch for each delivery: a new one, or that of its source's day; their indicators are locked."""
    day = now.replace(hour=0, minute=0, second=0, microsecond=0)
    sources = [delivery.source.pk for delivery in deliveries if delivery.source]
    open_now = FactBatch.objects.filter(source__in=sources, recorded_at__gte=day) if sources else []
    of_source = {(batch.source_id, batch.origin): batch for batch in open_now}
    keys = [(delivery.source.pk if delivery.source else None, delivery.origin) for delivery in deliveries]
    found = [of_source.get(key) for key in keys]
    made = [
        FactBatch(
            indicator=delivery.indicator,
            source=delivery.source,
            origin=delivery.origin,
            file_name=delivery.file_name[:255],
            file_sha256=delivery.file_sha256,
            recorded_by=actor,
            recorded_at=now,
        )
        for delivery, batch in zip(deliveries, found, strict=True)
        if batch is None
    ]
    fresh = iter(FactBatch.objects.bulk_create(made))
    return [batch or next(fresh) for batch in found]


def batches_count(batches: Sequence[FactBatch]) -> None:
    """Add to the batches what their deliveries brought, as their fields tell it now."""
    columns = zip(*((batch.pk, batch.rows, batch.new, batch.replaced) for batch in batches), strict=True)
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, [list(column) for column in columns])
