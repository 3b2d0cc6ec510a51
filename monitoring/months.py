"""The months of the tables that are partitioned by them: their names, and which there are.

A month is a table of its own, made by monitoring_month_make (migrations/0015). What lies before 2000 and from 2100 on
has one table each, so that wrong clocks do not make thousands.
"""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import NamedTuple

from django.db import connection, models

from monitoring.models import Bucket, Fact, Sample

MONTHLY: tuple[type[models.Model], ...] = (Fact, Bucket, Sample)
_FIRST, _LAST = 2000, 2100

_LISTED = """
SELECT child.relname, pg_total_relation_size(child.oid), greatest(child.reltuples, 0)::bigint
FROM pg_inherits JOIN pg_class AS child ON child.oid = inhrelid
WHERE inhparent = %s::regclass ORDER BY child.relname
"""


class Month(NamedTuple):
    """One month of a table: its own table's name, when it begins and ends, its bytes on the disk and about its rows."""

    table: str
    start: datetime
    end: datetime
    size: int
    rows: int


def month_start(moment: datetime) -> datetime:
    """Return the beginning of the month in which a moment lies."""
    return moment.astimezone(UTC).replace(day=1, hour=0, minute=0, second=0, microsecond=0)


def month_next(start: datetime, steps: int = 1) -> datetime:
    """Return the beginning of a month that is some months later, or earlier."""
    count = start.year * 12 + start.month - 1 + steps
    return start.replace(year=count // 12, month=count % 12 + 1)


def month_table(table: str, start: datetime) -> str:
    """Return the name of the table of a month."""
    if not _FIRST <= start.year < _LAST:
        return f"{table}_{'before' if start.year < _FIRST else 'after'}"
    return f"{table}_y{start.year:04d}m{start.month:02d}"


def months_between(first: datetime, last: datetime) -> list[datetime]:
    """Return the beginnings of the months from that of one moment to that of another."""
    start, end = month_start(first), month_start(last)
    early, late = datetime(_FIRST - 1, 12, 1, tzinfo=UTC), datetime(_LAST, 1, 1, tzinfo=UTC)
    start, end = min(max(start, early), late), min(max(end, early), late)
    found = [start]
    while found[-1] < end:
        found.append(month_next(found[-1]))
    return found


def months_make(table: str, starts: Iterable[datetime]) -> None:
    """Make the months of a table that lack, in this transaction; nobody who reads or writes others waits."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT monitoring_month_make(%s, one) FROM unnest(%s) AS one", [table, list(starts)])


def months_of(model: type[models.Model]) -> list[Month]:
    """Return the months that a table has, in order, without what lies before 2000 and from 2100 on."""
    table = model._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(_LISTED, [table])
        rows = cursor.fetchall()
    found = []
    for name, size, count in rows:
        year, _m, month = name.removeprefix(f"{table}_y").partition("m")
        if year.isdigit() and month.isdigit():
            start = datetime(int(year), int(month), 1, tzinfo=UTC)
            found.append(Month(name, start, month_next(start), size, count))
    return found
