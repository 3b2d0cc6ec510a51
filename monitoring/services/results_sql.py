"""Results on their way into the database and out of it, past the model layer's building of statements."""

import json
from collections.abc import Iterable, Sequence
from datetime import datetime

from monitoring.models import PeriodResult
from monitoring.prepared import columns_of, row_fetch, rows_fetch
from monitoring.stored import attributes, columns, instance, instances_fetch

_TABLE = PeriodResult._meta.db_table
_COLUMNS = columns(PeriodResult)
_IDENTITY = ("objective_id", "start", "revision")
_WRITTEN = tuple(name for name in attributes(PeriodResult) if name != "id")
_KEPT = ("state", "closed_at")  # of a row that is there: what only the closing of a period changes
_FIGURES = tuple(name for name in _WRITTEN if name not in {*_IDENTITY, *_KEPT})
_NEAR = f"""
SELECT {_COLUMNS} FROM {_TABLE} WHERE objective_id = %(objective)s AND current
AND (start = ANY(%(computed)s) OR state = 'provisional' AND NOT start = ANY(%(periods)s))
"""
_AT = f"""
SELECT {_COLUMNS} FROM {_TABLE}
WHERE objective_id = %(objective)s AND current AND start < %(now)s AND "end" >= %(now)s ORDER BY start DESC LIMIT 1
"""
_UPSERT = f"""
INSERT INTO {_TABLE} ({columns_of(_WRITTEN)})
SELECT {columns_of(_WRITTEN)} FROM json_populate_recordset(NULL::{_TABLE}, %(rows)s)
ON CONFLICT (objective_id, start, revision)
DO UPDATE SET {", ".join(f'"{name}" = EXCLUDED."{name}"' for name in _FIGURES)}
RETURNING id, start
"""
_CARRIED = """
SELECT period_start FROM monitoring_breach WHERE objective_id = %(objective)s AND period_start = ANY(%(starts)s)
"""


def results_near(objective: int, computed: Sequence[datetime], periods: Sequence[datetime]) -> list[PeriodResult]:
    """Return the current results of the periods computed, and provisional ones of what is no period any more.

    Periods are given by their beginnings.
    """
    return instances_fetch(
        PeriodResult, _NEAR, objective=objective, computed=list(computed), periods=list(periods)
    )  # fmt: skip


def result_at(objective: int, now: datetime) -> PeriodResult | None:
    """Return the current result of the period in which a moment lies; of several that which began last."""
    found = row_fetch(_AT, objective=objective, now=now)
    return None if found is None else instance(PeriodResult, found)


def results_upsert(rows: Iterable[PeriodResult]) -> None:
    """Write results by objective, beginning and revision, and give each its id; what is there takes the new figures."""
    by_start = {row.start: row for row in rows}
    if not by_start:
        return
    values = [{name: getattr(row, name) for name in _WRITTEN} for row in by_start.values()]
    for pk, start in rows_fetch(_UPSERT, rows=json.dumps(values, default=str)):
        by_start[start].pk = pk
        by_start[start]._state.adding = False


def breaches_carried(objective: int, starts: Sequence[datetime]) -> set[datetime]:
    """Return which of the periods, by their beginnings, have a breach in whatever state."""
    return {start for (start,) in rows_fetch(_CARRIED, objective=objective, starts=list(starts))}
