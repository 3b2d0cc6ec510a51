"""Verbs of fetches: sources become due by their rows, are leased, asked, and what came is recorded.

A fetch holds a lease, not a lock, while it waits for the other end. A worker that dies lets the lease run out, and the
next one that looks fetches again; one that comes late finds the number of the lease changed and writes nothing. What a
failed fetch did not bring is part of the next one's window.
"""

import logging
import random
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from django.db import InterfaceError, OperationalError, connection, transaction
from django.db.models import Q

from monitoring.connectors import CONNECTORS
from monitoring.connectors.errors import fault
from monitoring.instants import moment_of
from monitoring.kinds import kind_of_rows
from monitoring.models import FactBatch, Source
from monitoring.rows import FactsRefused
from monitoring.sentence import kept, sentence_of
from monitoring.services.facts import Delivery, deliveries_record
from monitoring.services.fetch import Outcome, covered_by, due_next, is_windowed, origin_of, source_ask
from monitoring.services.source_secrets import fault_text
from slmo.core.units import DAY, Window

logger = logging.getLogger(__name__)

LEASE = timedelta(minutes=2)  # longer than any fetch takes: 30 s is the longest timeout that a connector has
BACK_OFF_MOST = timedelta(minutes=15)
JITTER = (0.8, 1.2)  # so that sources that failed together do not come back together

# Workers that look at once get different sources: a row that another one locks is passed over.
_LEASE = """
WITH due AS (
    SELECT id FROM monitoring_source
    WHERE enabled AND next_due_at <= %(now)s AND (leased_until IS NULL OR leased_until <= %(now)s)
        AND kind = ANY(%(kinds)s) AND (%(only)s::bigint IS NULL OR id = %(only)s)
    ORDER BY next_due_at, id LIMIT %(limit)s FOR UPDATE SKIP LOCKED
)
UPDATE monitoring_source AS source SET leased_until = %(until)s, lease = lease + 1 FROM due WHERE source.id = due.id
RETURNING source.id
"""
_HELD = """
SELECT source.id FROM monitoring_source AS source
JOIN unnest(%s::bigint[], %s::bigint[]) AS held (id, lease) ON held.id = source.id AND held.lease = source.lease
ORDER BY source.id FOR UPDATE OF source
"""
_SUCCEEDED = """
UPDATE monitoring_source AS source SET leased_until = NULL, last_success_at = %(now)s, last_error = '',
    last_error_parts = NULL, failures = 0, silence_told_at = NULL, next_due_at = done.due,
    covered_until = coalesce(done.covered, source.covered_until)
FROM unnest(%(ids)s::bigint[], %(due)s::timestamptz[], %(covered)s::timestamptz[]) AS done (id, due, covered)
WHERE source.id = done.id
"""
_DAYS = """
INSERT INTO monitoring_sourceday (source_id, day, covered, fetched, failed)
SELECT id, day, least(sum(covered), 86400), sum(fetched), sum(failed)
FROM unnest(%(ids)s::bigint[], %(days)s::date[], %(covered)s::int[], %(fetched)s::int[], %(failed)s::int[])
    AS one (id, day, covered, fetched, failed)
GROUP BY id, day ORDER BY id, day
ON CONFLICT (source_id, day) DO UPDATE SET fetched = monitoring_sourceday.fetched + excluded.fetched,
    failed = monitoring_sourceday.failed + excluded.failed,
    covered = least(monitoring_sourceday.covered + excluded.covered, 86400)
"""


def sources_due(now: datetime, limit: int = 1000) -> list[int]:
    """Return the ids of sources whose fetch is due and that nobody fetches, the longest due first."""
    free = Q(leased_until__isnull=True) | Q(leased_until__lte=now)
    due = Source.objects.filter(free, enabled=True, next_due_at__lte=now).order_by("next_due_at", "pk")
    return list(due.values_list("pk", flat=True)[:limit])


def sources_lease(*, now: datetime, limit: int, only: int | None = None) -> list[Source]:
    """Lease sources that are due, the longest due first, at most `limit`; nobody else gets them meanwhile."""
    values: dict[str, Any] = {
        "now": now, "until": now + LEASE, "limit": limit, "only": only,
        "kinds": [kind for kind, connector in CONNECTORS.items() if connector.asked],
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(_LEASE, values)
        ids = [pk for (pk,) in cursor.fetchall()]
    if not ids:
        return []
    rows = Source.objects.filter(pk__in=ids).select_related("indicator__service__organisation")
    return list(rows.order_by("next_due_at", "pk"))


def source_fetch(*, source_id: int, now: datetime) -> FactBatch | None:
    """Ask a source for facts, if that is due, and record them; return their batch, None where none came.

    A failure is written on the source and tried again later: soon where trying again may help, else only after the
    longest wait.
    """
    leased = sources_lease(now=now, limit=1, only=source_id)
    batches = outcomes_record(outcomes=[source_ask(source, now) for source in leased], now=now)
    return batches[0] if batches else None


def outcomes_record(*, outcomes: Sequence[Outcome], now: datetime) -> list[FactBatch]:
    """Record what fetches brought, and on each source how it went; return the batches of those that brought facts.

    What several sources brought is recorded in one transaction. An outcome whose lease is not held any more is dropped
    as a whole: another worker has asked since, or the source was changed.
    """
    if not outcomes:
        return []
    try:
        held, batches = _recorded(outcomes, now)
    except (OperationalError, InterfaceError):
        raise  # the database does not answer: the same outcomes can be recorded later
    except Exception as error:
        if len(outcomes) > 1:
            return [batch for one in outcomes for batch in outcomes_record(outcomes=[one], now=now)]
        _unusable(outcomes[0], error, now)
        return []
    for one in held:
        if not one.error:
            CONNECTORS[one.source.kind].recorded(one.config)
    return batches


def _unusable(outcome: Outcome, error: Exception, now: datetime) -> None:
    """Write on a source that its facts can not be recorded; nothing of them is."""
    sentence = sentence_of(error)
    if not isinstance(error, FactsRefused):  # a fault in a connector: said on the source's page
        logger.error("What %s brought could not be recorded.\n%s", outcome.source.slug, fault_text(outcome.config))
        sentence = fault(error)
    sentence = sentence.without(outcome.config.values())
    CONNECTORS[outcome.source.kind].refused(outcome.config, sentence.english())
    failed = replace(outcome, rows=(), error=sentence, again=False)
    _recorded([failed], now)


@transaction.atomic
def _recorded(outcomes: Sequence[Outcome], now: datetime) -> tuple[list[Outcome], list[FactBatch]]:
    """Record outcomes whose lease is held; return these, and the batches. Raises FactsRefused."""
    with connection.cursor() as cursor:
        cursor.execute(_HELD, [[one.source.pk for one in outcomes], [one.source.lease for one in outcomes]])
        alive = {pk for (pk,) in cursor.fetchall()}
    held = [one for one in outcomes if one.source.pk in alive]
    came = [one for one in held if not one.error]
    batches = _delivered(came, now)
    _succeeded(came, now)
    for one in held:
        if one.error:
            _failed(one, now)
    _days_count(held, now)
    return held, batches


def _delivered(outcomes: Iterable[Outcome], now: datetime) -> list[FactBatch]:
    """Record the facts of fetches, those of one kind together; return their batches."""
    kinds: dict[str, list[Delivery]] = {}
    for one in outcomes:
        kind = kind_of_rows(one.rows)
        if kind is not None:
            delivery = Delivery(one.source.indicator, list(one.rows), origin_of(one.source), one.source)
            kinds.setdefault(kind.name, []).append(delivery)
    return [
        batch
        for deliveries in kinds.values()
        for batch in deliveries_record(deliveries=deliveries, actor=None, now=now)
    ]


def _succeeded(outcomes: Sequence[Outcome], now: datetime) -> None:
    """Write successes on their sources, with the time of the next fetch and how far the past is covered."""
    if not outcomes:
        return
    covered = [
        moment_of(covered_by(one.source, one.window, now).end) if is_windowed(one.source) else None for one in outcomes
    ]
    values: dict[str, Any] = {
        "now": now,
        "ids": [one.source.pk for one in outcomes],
        "due": [due_next(one.source, one.window, now) for one in outcomes],
        "covered": covered,
    }
    with connection.cursor() as cursor:
        cursor.execute(_SUCCEEDED, values)


def _failed(outcome: Outcome, now: datetime) -> None:
    """Write a failure on the source, with the time of the next try."""
    source = outcome.source
    wait = timedelta(seconds=source.interval) * 2 ** min(source.failures, 16) if outcome.again else BACK_OFF_MOST
    wait = min(wait, BACK_OFF_MOST) * random.uniform(*JITTER)
    told = kept(outcome.error)
    logger.warning("Source %s brought no facts: %s", source.slug, told.text)
    Source.objects.filter(pk=source.pk).update(
        leased_until=None, last_error=told.text, last_error_parts=told.parts, last_error_at=now,
        failures=source.failures + 1, next_due_at=now + wait,
    )  # fmt: skip


def _days_count(outcomes: Iterable[Outcome], now: datetime) -> None:
    """Count on the days of sources what was covered, and what failed."""
    rows = [row for one in outcomes for row in _day_rows(one, now)]
    if not rows:
        return
    names = ("ids", "days", "covered", "fetched", "failed")
    columns = zip(*rows, strict=True)
    with connection.cursor() as cursor:
        cursor.execute(_DAYS, dict(zip(names, map(list, columns), strict=True)))


def _day_rows(outcome: Outcome, now: datetime) -> list[tuple[Any, ...]]:
    """Return source, day, covered seconds, fetches and failures of an outcome, for each day that it covers."""
    source, today = outcome.source.pk, now.date()
    if outcome.error:
        return [(source, today, 0, 0, 1)]
    covered = covered_by(outcome.source, outcome.window, now)
    rows: list[tuple[Any, ...]] = [(source, today, 0, 1, 0)]
    for midnight in range(covered.start // DAY * DAY, covered.end, DAY):
        part = covered.meet(Window(midnight, midnight + DAY))
        rows.append((source, moment_of(midnight).date(), part.seconds, 0, 0))
    return rows
