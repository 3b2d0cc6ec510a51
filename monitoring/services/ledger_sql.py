"""The ledger's rows on their way into the database: many at once, over those that are there."""

from collections.abc import Iterable

from django.db import connection
from psycopg2.extras import Json, execute_values

from monitoring.models import LedgerDay

_IDENTITY = ("objective_id", "day")
_FIGURES = tuple(field.attname for field in LedgerDay._meta.concrete_fields if field.attname not in {"id", *_IDENTITY})
_UPSERT = """
INSERT INTO {table} ({columns}) VALUES %s
ON CONFLICT (objective_id, day) DO UPDATE SET {updates}
""".format(
    table=LedgerDay._meta.db_table,
    columns=", ".join((*_IDENTITY, *_FIGURES)),
    updates=", ".join(f"{name} = EXCLUDED.{name}" for name in _FIGURES),
)


def days_upsert(rows: Iterable[LedgerDay]) -> None:
    """Write ledger days by objective and day; a day that is there takes the new figures.

    Goes past the model layer, which takes longer to build its statements than the database to carry them out.
    """
    values = [tuple(_adapted(getattr(row, name)) for name in (*_IDENTITY, *_FIGURES)) for row in rows]
    if values:
        with connection.cursor() as cursor:
            execute_values(cursor.cursor, _UPSERT, values, page_size=1000)


def _adapted(value: object) -> object:
    """Return the value as the driver takes it."""
    return Json(value) if isinstance(value, dict) else value
