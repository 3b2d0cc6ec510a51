"""The rows of breaches that an assessment looks for with every fact, past the model layer's building of statements."""

from datetime import datetime

from monitoring.models import Breach
from monitoring.prepared import row_fetch
from monitoring.stored import columns, instances_fetch

_TABLE = Breach._meta.db_table
_OF_PERIOD = f"""
SELECT {columns(Breach)} FROM {_TABLE}
WHERE objective_id = %(objective)s AND period_start = %(start)s FOR UPDATE
"""
_OF_RESULT = f"""
SELECT breached_at FROM {_TABLE}
WHERE objective_id = %(objective)s AND result_id = %(result)s ORDER BY opened_at DESC LIMIT 1
"""


def breach_of_period(objective: int, start: datetime) -> Breach | None:
    """Return the breach of the period that begins then, locked until the transaction ends; None where it has none."""
    found = instances_fetch(Breach, _OF_PERIOD, objective=objective, start=start)
    return found[0] if found else None


def target_lost_of(objective: int, result: int) -> datetime | None:
    """Return when the target of a result was lost, as its breach says; None where it has no breach."""
    found = row_fetch(_OF_RESULT, objective=objective, result=result)
    return None if found is None else found[0]
