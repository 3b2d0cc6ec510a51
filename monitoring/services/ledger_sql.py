"""The ledger's rows on their way into the database and out of it, past the model layer's building of statements."""

import datetime as dt
import json
from collections.abc import Iterable

from monitoring.models import LedgerDay
from monitoring.prepared import carry_out, columns_of, row_fetch
from monitoring.stored import attributes, columns, instances_fetch

_TABLE = LedgerDay._meta.db_table
_IDENTITY = ("objective_id", "day")
_FIGURES = tuple(name for name in attributes(LedgerDay) if name not in {"id", *_IDENTITY})
_WRITTEN = (*_IDENTITY, *_FIGURES)
_UPSERT = f"""
INSERT INTO {_TABLE} AS kept ({columns_of(_WRITTEN)})
SELECT {columns_of(_WRITTEN)} FROM json_populate_recordset(NULL::{_TABLE}, %(rows)s)
ON CONFLICT (objective_id, day) DO UPDATE SET {", ".join(f"{name} = EXCLUDED.{name}" for name in _FIGURES)}
WHERE ({columns_of(_FIGURES, "kept")}) IS DISTINCT FROM ({columns_of(_FIGURES, "EXCLUDED")})
"""
_EXTENT = f"SELECT min(day), max(day) FROM {_TABLE} WHERE objective_id = %(objective)s"
_BETWEEN = f"""
SELECT {columns(LedgerDay)} FROM {_TABLE}
WHERE objective_id = %(objective)s AND day BETWEEN %(first)s AND %(last)s ORDER BY day
"""


def days_upsert(rows: Iterable[LedgerDay]) -> None:
    """Write ledger days by objective and day; a day that is there takes the new figures where they differ."""
    values = [{name: getattr(row, name) for name in _WRITTEN} for row in rows]
    if values:
        carry_out(_UPSERT, rows=json.dumps(values, default=str))


def days_extent(objective: int) -> tuple[dt.date | None, dt.date | None]:
    """Return the first and the last day that the ledger of an objective has; None where it has none."""
    first, last = row_fetch(_EXTENT, objective=objective) or (None, None)
    return first, last


def days_between(objective: int, first: dt.date, last: dt.date) -> list[LedgerDay]:
    """Return an objective's ledger from the first to the last of these days, in order."""
    return instances_fetch(LedgerDay, _BETWEEN, objective=objective, first=first, last=last)
