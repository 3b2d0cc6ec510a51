"""What is due: rows that say which objectives have to be assessed again, and from when on."""

import logging
from collections.abc import Iterable
from datetime import datetime

from celery import current_app
from django.db import connection
from kombu.exceptions import OperationalError

from agreements.models import Indicator

logger = logging.getLogger(__name__)

ASSESS_TASK = "monitoring.tasks.objective_assess_task"  # by name: the task stands above the services that it calls

# Where something is due already, the span grows; an empty due_until means "to the present".
MARK = """
INSERT INTO monitoring_objectivestatus AS status
    (objective_id, verdict, due_from, due_until, terms_digest, basis, error, facts_seen)
SELECT id, 'no_data', %(since)s, %(until)s, '', '', '', 0
FROM agreements_objective WHERE {which} ORDER BY id
ON CONFLICT (objective_id) DO UPDATE SET
    due_until = CASE WHEN status.due_from IS NULL THEN excluded.due_until
        WHEN status.due_until IS NULL OR excluded.due_until IS NULL THEN NULL
        ELSE greatest(status.due_until, excluded.due_until) END,
    due_from = least(status.due_from, excluded.due_from),
    retry_at = NULL
RETURNING objective_id
"""


def statuses_mark(*, indicator: Indicator, since: datetime, until: datetime | None) -> list[int]:
    """Mark every objective that reads the indicator as due for `[since, until)`; return their ids.

    `until` None means up to the present. An objective that is being assessed at this moment is marked afterwards.
    """
    with connection.cursor() as cursor:
        which = MARK.format(which="indicator_id = %(indicator)s")
        cursor.execute(which, {"indicator": indicator.pk, "since": since, "until": until})
        return [objective_id for (objective_id,) in cursor.fetchall()]


def objectives_mark(*, objective_ids: Iterable[int], since: datetime, until: datetime) -> None:
    """Mark these objectives as due for `[since, until)`; one that is being assessed at this moment is marked after."""
    with connection.cursor() as cursor:
        which = MARK.format(which="id = ANY(%(ids)s)")
        cursor.execute(which, {"ids": list(objective_ids), "since": since, "until": until})


def objectives_assess_soon(objective_ids: Iterable[int]) -> None:
    """Ask the workers to assess these objectives; without a broker the sweep finds them by their rows."""
    try:
        for objective_id in objective_ids:
            current_app.send_task(ASSESS_TASK, args=[objective_id])
    except OperationalError:
        logger.warning("No broker: what is due waits for the next sweep.")
