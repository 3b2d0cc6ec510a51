"""What is due: rows that say which objectives have to be assessed again, and from when on."""

import logging
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from celery import current_app
from django.db import connection
from kombu.exceptions import OperationalError

from monitoring.prepared import rows_fetch

logger = logging.getLogger(__name__)

ASSESS_TASK = "monitoring.tasks.objective_assess_task"  # by name: the task stands above the services that it calls

# Where something is due already, the span grows; an empty due_until means "to the present".
MARK = """
INSERT INTO monitoring_objectivestatus AS status
    (objective_id, verdict, due_from, due_until, terms_digest, basis, error, facts_seen)
SELECT objective.id, 'no_data', since, until, '', '', '', 0
FROM {which} ORDER BY objective.id
ON CONFLICT (objective_id) DO UPDATE SET
    due_until = CASE WHEN status.due_from IS NULL THEN excluded.due_until
        WHEN status.due_until IS NULL OR excluded.due_until IS NULL THEN NULL
        ELSE greatest(status.due_until, excluded.due_until) END,
    due_from = least(status.due_from, excluded.due_from),
    retry_at = NULL
RETURNING objective_id
"""


# Objectives that an indicator measures, for either party, and those of the same agreement whose signed terms limit the
# volume of one that it measures; of several spans of one objective the one around all of them.
_OF_INDICATORS = """
(
    WITH marked AS (
        SELECT * FROM unnest(%(indicators)s::bigint[], %(since)s::timestamptz[], %(until)s::timestamptz[])
            AS one (indicator, since, until)
    ), touched AS (
        SELECT measured.id, agreement_id, name, since, until
        FROM marked JOIN agreements_objective AS measured ON measured.indicator_id = indicator
        UNION ALL
        SELECT compared.id, agreement_id, name, since, until
        FROM marked JOIN agreements_objective AS compared ON compared.customer_indicator_id = indicator
    ), reading AS (
        SELECT id, since, until FROM touched
        UNION ALL
        SELECT limited.id, since, until FROM touched
        JOIN agreements_version AS version ON version.agreement_id = touched.agreement_id AND version.state = 'signed'
        CROSS JOIN LATERAL jsonb_path_query(
            version.document, '$.spec.objectives[*] ? (@.workload.objective == $name).name',
            jsonb_build_object('name', touched.name)
        ) AS named
        JOIN agreements_objective AS limited
            ON limited.agreement_id = touched.agreement_id AND limited.name = named #>> '{}'
    )
    SELECT id, min(since) AS since, CASE WHEN bool_or(until IS NULL) THEN NULL ELSE max(until) END AS until
    FROM reading GROUP BY id
) AS objective
"""
_MARK_READING = MARK.format(which=_OF_INDICATORS)
_OF_OBJECTIVES = """
(SELECT id, %(since)s::timestamptz AS since, %(until)s::timestamptz AS until
    FROM agreements_objective WHERE id = ANY(%(ids)s)) AS objective
"""


class Marked(NamedTuple):
    """The span of time in which the record of an indicator is otherwise; without an end up to the present."""

    indicator: int
    since: datetime
    until: datetime | None


def indicators_mark(spans: Sequence[Marked]) -> list[int]:
    """Mark every objective that reads one of the indicators as due for its span; return their ids.

    An objective that is being assessed at this moment is marked afterwards.
    """
    if not spans:
        return []
    values: dict[str, Any] = {
        "indicators": [span.indicator for span in spans],
        "since": [span.since for span in spans],
        "until": [span.until for span in spans],
    }
    return [objective_id for (objective_id,) in rows_fetch(_MARK_READING, **values)]


def objectives_mark(*, objective_ids: Iterable[int], since: datetime, until: datetime) -> None:
    """Mark these objectives as due for `[since, until)`; one that is being assessed at this moment is marked after."""
    with connection.cursor() as cursor:
        values: dict[str, Any] = {"ids": list(objective_ids), "since": since, "until": until}
        cursor.execute(MARK.format(which=_OF_OBJECTIVES), values)


def objectives_assess_soon(objective_ids: Iterable[int]) -> None:
    """Ask the workers to assess these objectives; without a broker the sweep finds them by their rows.

    A broker that does not answer is not asked again: whoever delivers facts would wait for it.
    """
    try:
        for objective_id in objective_ids:
            current_app.send_task(ASSESS_TASK, args=[objective_id], retry=False)
    except OperationalError:
        logger.warning("No broker: what is due waits for the next sweep.")
