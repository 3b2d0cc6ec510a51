"""What a record asks of the database besides its facts: where these begin and end, and what is signed."""

import datetime as dt
from collections.abc import Sequence
from typing import NamedTuple

from django.db.models import Model

from monitoring.kinds import FactKind
from monitoring.prepared import row_fetch, rows_fetch
from monitoring.states_sql import CURRENT, KNOWN_AT

# by the index of current facts in order of time, and that of all facts by the time they were learned
_EXTENT = """
SELECT first.at, latest.id, latest.recorded_at FROM (
    SELECT id, recorded_at FROM {table} WHERE indicator_id = %(indicator)s ORDER BY recorded_at DESC, id DESC LIMIT 1
) AS latest LEFT JOIN (
    SELECT "{first}" AS at FROM {table} WHERE indicator_id = %(indicator)s AND {holds} ORDER BY "{first}" LIMIT 1
) AS first ON true
"""
# the same by what is kept beside the facts, so that no month is read
_EXTENT_OF_STREAMS = """
SELECT {first}, (array_agg(highest ORDER BY recorded_at DESC, highest DESC))[1], max(recorded_at)
FROM monitoring_stream WHERE indicator_id = %(indicator)s AND kind = %(kind)s HAVING count(*) > 0
"""
_FIRST_KNOWN = (
    '(SELECT "{first}" FROM {table} WHERE indicator_id = %(indicator)s AND {holds} ORDER BY "{first}" LIMIT 1)'
)
_SIGNED = "SELECT effective_from, id FROM agreements_version WHERE agreement_id = %(agreement)s AND state = 'signed'"


class Extent(NamedTuple):
    """When the first fact that holds begins, and number and time of the one recorded last; 0 and None without facts."""

    first: dt.datetime | None = None
    highest: int = 0
    recorded_at: dt.datetime | None = None


def extent_of(model: type[Model], first: str, indicator: int, known_at: dt.datetime | None) -> Extent:
    """Return the extent of an indicator's facts; `first` is the column of their beginning.

    The first one is that of those that hold, or that held as known at a moment.
    """
    holds = CURRENT if known_at is None else KNOWN_AT
    statement = _EXTENT.format(table=model._meta.db_table, first=first, holds=holds)
    found = row_fetch(statement, indicator=indicator, known_at=known_at)
    return Extent(*found) if found else Extent()


def extent_of_streams(kind: FactKind, indicator: int, known_at: dt.datetime | None) -> Extent:
    """Return the same as `extent_of` for facts that lie in months."""
    first = "min(first)"
    if known_at is not None:
        first = _FIRST_KNOWN.format(first=kind.first, table=kind.model._meta.db_table, holds=KNOWN_AT)
    statement = _EXTENT_OF_STREAMS.format(first=first)
    found = row_fetch(statement, indicator=indicator, kind=kind.name, known_at=known_at)
    return Extent(*found) if found else Extent()


def extents_joined(found: Sequence[Extent]) -> Extent:
    """Return the extent of several indicators' facts together."""
    if len(found) == 1:
        return found[0]
    begun = [one.first for one in found if one.first is not None]
    latest = max(found, key=lambda one: one.highest, default=Extent())
    return Extent(min(begun, default=None), latest.highest, latest.recorded_at)


def versions_signed(agreement: int) -> dict[str, int]:
    """Return the ids of an agreement's signed versions by the engine's names for them, their first dates."""
    return {date.isoformat(): pk for date, pk in rows_fetch(_SIGNED, agreement=agreement)}
