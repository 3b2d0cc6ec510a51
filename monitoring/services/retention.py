"""Retention: months whose facts nobody needs any more are dropped as a whole.

A month goes when every indicator with facts in it has kept them for long enough, and every period that overlaps it is
final. The figures of those periods stay, with their digests; the facts behind them do not.
"""

import logging
from collections.abc import Iterator
from datetime import datetime
from typing import Any, NamedTuple

from django.conf import settings
from django.db import OperationalError, connection, models, transaction

from monitoring.kinds import kind_of_model
from monitoring.models import Fact, Keeping
from monitoring.months import MONTHLY, Month, month_next, month_start, months_make, months_of
from slmo.audit.services import Subject
from slmo.audit.services import record as audit

logger = logging.getLogger(__name__)

AHEAD = 3  # months that exist before their first fact
LOCK_WAIT = "5s"

_INDICATORS = "SELECT DISTINCT indicator_id FROM {month}"
_UNSETTLED = """
SELECT count(DISTINCT objective.id) FROM agreements_objective AS objective
LEFT JOIN monitoring_objectivestatus AS status ON status.objective_id = objective.id
WHERE (objective.indicator_id = ANY(%(indicators)s) OR objective.customer_indicator_id = ANY(%(indicators)s)) AND (
    EXISTS (
        SELECT FROM monitoring_periodresult AS result WHERE result.objective_id = objective.id AND result.current
            AND result.state <> 'closed' AND result.start < %(end)s AND result."end" > %(start)s
    ) OR status.due_from < %(end)s OR status.objective_id IS NULL
)
"""
# States that still hold when an open period begins, or now: the last change of a stream, an interval that lasts.
_HOLDING = """
WITH open AS (
    SELECT one.id AS indicator_id, coalesce((
        SELECT min(result.start) FROM monitoring_periodresult AS result
        JOIN agreements_objective AS objective ON objective.id = result.objective_id
        WHERE one.id IN (objective.indicator_id, objective.customer_indicator_id)
            AND result.current AND result.state <> 'closed'
    ), %(now)s) AS start FROM unnest(%(indicators)s::bigint[]) AS one (id)
), held AS (
    SELECT indicator_id, origin, scope, max(start) AS start FROM {month}
    WHERE superseded_at IS NULL AND "end" IS NULL GROUP BY 1, 2, 3
)
SELECT (
    SELECT count(*) FROM held JOIN open USING (indicator_id) WHERE NOT EXISTS (
        SELECT FROM monitoring_fact AS later WHERE later.indicator_id = held.indicator_id
            AND later.origin = held.origin AND later.scope = held.scope AND later.superseded_at IS NULL
            AND later."end" IS NULL AND later.start >= %(end)s AND later.start <= open.start
    )
) + (
    SELECT count(*) FROM {month} AS fact JOIN open USING (indicator_id)
    WHERE fact.superseded_at IS NULL AND fact."end" > open.start
)
"""
_DROP = """
LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE;
ALTER TABLE {table} DETACH PARTITION {month};
DROP TABLE {month};
"""
_STREAMS = """
UPDATE monitoring_stream AS stream SET first = (
    SELECT min("{at}") FROM {table} AS fact WHERE fact.indicator_id = stream.indicator_id
        AND fact.origin = stream.origin AND fact.scope = stream.scope AND fact.superseded_at IS NULL
)
WHERE kind = %(kind)s AND first < %(end)s
"""


class MonthReport(NamedTuple):
    """What retention makes of one month of a table: whether it may go, and if not, for whom it stays."""

    table: str
    month: Month
    kept_longer: int
    unsettled: int
    holding: int

    @property
    def droppable(self) -> bool:
        """Tell whether nothing needs the month any more."""
        return not (self.kept_longer or self.unsettled or self.holding)


def months_ahead(*, now: datetime) -> None:
    """Make this month and those to come, so that the first fact of a month finds it."""
    starts = [month_next(month_start(now), step) for step in range(AHEAD + 1)]
    for model in MONTHLY:
        months_make(model._meta.db_table, starts)


def retention_report(now: datetime) -> list[MonthReport]:
    """Return every month that the shortest retention asks to drop, oldest first; nothing is changed."""
    return [report for model in MONTHLY for report in _reports(model, now)]


def retention_apply(*, now: datetime) -> list[MonthReport]:
    """Drop the months that nothing needs any more; return them. One that somebody reads for long waits a night."""
    return [report for report in retention_report(now) if report.droppable and _dropped(report, now)]


def _dropped(report: MonthReport, now: datetime) -> bool:
    """Drop a month if it may still go, and tell whether it did; False also where its table is not to be had."""
    try:
        with transaction.atomic():
            if not _again(report, now).droppable:
                return False
            _drop(report, now)
    except OperationalError as error:
        logger.warning("%s stays for another night: %s", report.month.table, error)
        return False
    return True


def _reports(model: type[models.Model], now: datetime) -> Iterator[MonthReport]:
    """Yield the months of a table that are old enough for anybody."""
    spans = [settings.FACTS_KEEP_MONTHS, *Keeping.objects.values_list("months", flat=True)]
    shortest = min((span for span in spans if span), default=None)
    if shortest is None:
        return
    for month in months_of(model):
        if month.end <= month_next(month_start(now), -shortest):
            yield _report(model._meta.db_table, month, now)


def _report(table: str, month: Month, now: datetime) -> MonthReport:
    """Return for whom a month stays."""
    with connection.cursor() as cursor:
        cursor.execute(_INDICATORS.format(month=month.table))
        indicators = [pk for (pk,) in cursor.fetchall()]
        cursor.execute(_UNSETTLED, {"indicators": indicators, "start": month.start, "end": month.end})
        unsettled, holding = cursor.fetchone()[0], 0
        if table == Fact._meta.db_table:
            values: dict[str, Any] = {"indicators": indicators, "end": month.end, "now": now}
            cursor.execute(_HOLDING.format(month=month.table), values)
            holding = cursor.fetchone()[0]
    own = dict(Keeping.objects.filter(indicator__in=indicators).values_list("indicator", "months"))
    spans = [own.get(pk, settings.FACTS_KEEP_MONTHS) for pk in indicators]
    longer = sum(not span or month.end > month_next(month_start(now), -span) for span in spans)
    return MonthReport(table, month, longer, unsettled, holding)


def _again(report: MonthReport, now: datetime) -> MonthReport:
    """Look at a month once more, now that nobody can record into its table."""
    with connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL lock_timeout = '{LOCK_WAIT}'; LOCK TABLE {report.table} IN ACCESS EXCLUSIVE MODE")
    return _report(report.table, report.month, now)


def _drop(report: MonthReport, now: datetime) -> None:
    """Drop a month, and what is kept beside its facts."""
    kind = kind_of_model(next(model for model in MONTHLY if model._meta.db_table == report.table))
    with connection.cursor() as cursor:
        cursor.execute(_DROP.format(table=report.table, month=report.month.table))
        cursor.execute(_STREAMS.format(table=report.table, at=kind.first), {"kind": kind.name, "end": report.month.end})
        cursor.execute(
            "DELETE FROM monitoring_factname WHERE kind = %s AND at >= %s AND at < %s",
            [kind.name, report.month.start, report.month.end],
        )
    month = f"{report.month.start:%Y-%m}"
    subject = Subject("monitoring.month", report.month.table, month)
    after = {"table": report.table, "month": month, "rows": report.month.rows}
    audit(actor=None, action="facts_drop", subject=subject, after=after, now=now)
