"""Compaction: in months that are old enough, a run of equal checks becomes one interval with their number.

Assessments read intervals, so no figure changes; what was known on a date can still be told, to the minute. A month is
written anew beside the old one and takes its place in a moment, if nothing was recorded into it meanwhile.
"""

from datetime import datetime, timedelta
from typing import NamedTuple

from django.conf import settings
from django.db import OperationalError, connection, transaction

from monitoring.models import Fact
from monitoring.months import Month, months_of
from monitoring.services import compaction_sql as sql
from slmo.audit.services import Subject
from slmo.audit.services import record as audit

LOCK_WAIT = "5s"  # for the moment in which the tables change places; else another day


class Compacted(NamedTuple):
    """What became of a month: rows before and after, bytes before and after; `done` tells whether it was changed."""

    month: str
    rows: tuple[int, int]
    size: tuple[int, int]
    done: bool


def months_compactable(now: datetime) -> list[Month]:
    """Return the months of states whose rows have been kept for long enough."""
    last = now - timedelta(days=settings.FACTS_ROWS_DAYS)
    return [month for month in months_of(Fact) if month.end <= last]


def month_compact(month: Month, *, now: datetime) -> Compacted:
    """Compact one month of states; nothing is done where there is no run, or facts arrive in it at this moment."""
    names = {"month": month.table, "start": f"{month.start:%Y-%m-%d %H:%M}+00", "end": f"{month.end:%Y-%m-%d %H:%M}+00"}
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(hashtext(%s))", [f"compact {month.table}"])
        if not cursor.fetchone()[0]:
            return _left(month)
        cursor.execute("SET LOCAL work_mem = '128MB'")
        cursor.execute(sql.STATE.format(**names))
        before = cursor.fetchone()
        cursor.execute(sql.MEMBERS.format(**names))
        cursor.execute(sql.RUNS)
        cursor.execute("ANALYZE compaction_member; ANALYZE compaction_run")
        cursor.execute(sql.CROSSED)
        cursor.execute("SELECT count(*) FROM compaction_run")
        if not cursor.fetchone()[0]:
            return _left(month)
        cursor.execute(sql.MAKE.format(**names))
        cursor.execute(sql.FILL.format(**names))
        rows = cursor.rowcount
        cursor.execute("SELECT pg_total_relation_size(%s::regclass)", [f"{month.table}_new"])
        size = cursor.fetchone()[0]
        try:
            with transaction.atomic():
                cursor.execute(f"SET LOCAL lock_timeout = '{LOCK_WAIT}'")
                cursor.execute("LOCK TABLE monitoring_fact IN ACCESS EXCLUSIVE MODE")
        except OperationalError:  # somebody reads for long: the month is compacted another day
            transaction.set_rollback(True)
            return _left(month)
        cursor.execute(sql.STATE.format(**names))
        if cursor.fetchone() != before:
            transaction.set_rollback(True)
            return _left(month)
        cursor.execute(sql.SWAP.format(**names))
        cursor.execute(f"ANALYZE {month.table}")
        subject = Subject("monitoring.month", month.table, f"{month.start:%Y-%m}")
        audit(actor=None, action="facts_compact", subject=subject, after={"rows": rows}, now=now)
    return Compacted(month.table, (before[0], rows), (month.size, size), True)


def _left(month: Month) -> Compacted:
    """Return that a month was left as it is."""
    return Compacted(month.table, (month.rows, month.rows), (month.size, month.size), False)
