"""What came after a figure was assessed and bears on it: corrections, exclusions, facts, versions, the engine."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import Q

from agreements.models import VersionState
from agreements.selectors import terms_of
from monitoring.instants import instant_of
from monitoring.kinds import kinds_of
from monitoring.measured import indicators_of, measuring
from monitoring.models import Correction, Exclusion, FactBatch, PeriodResult, ProposalState
from slmo.core import ENGINE_VERSION
from slmo.core.units import Window

BATCHES_MOST = 20  # deliveries named one by one


def causes_since(result: PeriodResult, now: datetime) -> list[dict[str, Any]]:
    """Return what was learned or decided about a result's period since it was assessed, the earliest first.

    Each cause says `what` it is, `at` which time, `by` whom, its `id`, and a `text`.
    """
    found = [*_corrections(result, now), *_exclusions(result, now), *_facts(result, now), *_versions(result, now)]
    if result.provenance.get("engine") not in (None, ENGINE_VERSION):
        found.append(_cause("engine", now, "", 0, ENGINE_VERSION))
    return sorted(found, key=lambda cause: cause["at"])


def _cause(what: str, at: datetime, by: str, pk: int, text: str) -> dict[str, Any]:
    return {"what": what, "at": at.isoformat(), "by": by, "id": pk, "text": text}


def _corrections(result: PeriodResult, now: datetime) -> Iterator[dict[str, Any]]:
    """Yield the corrections that were approved."""
    rows = Correction.objects.filter(
        indicator__in=indicators_of(result.objective), state=ProposalState.APPROVED,
        start__lt=result.end, end__gt=result.start, decided_at__gt=result.assessed_at, decided_at__lte=now,
    )  # fmt: skip
    for row in rows.select_related("decided_by"):
        if row.decided_at:
            yield _cause("correction", row.decided_at, str(row.decided_by or ""), row.pk, row.reason)


def _exclusions(result: PeriodResult, now: datetime) -> Iterator[dict[str, Any]]:
    """Yield the exclusions that were approved, and those that were revoked."""
    objective = result.objective
    agreement = objective.agreement
    of_agreement = Q(agreement=agreement.pk) & (Q(objective=None) | Q(objective=objective.pk))
    rows = Exclusion.objects.filter(of_agreement | Q(service=agreement.service_id))
    rows = rows.filter(start__lt=result.end, end__gt=result.start).select_related("decided_by", "revoked_by")
    for row in rows.filter(decided_at__gt=result.assessed_at, decided_at__lte=now, state=ProposalState.APPROVED):
        if row.decided_at:
            yield _cause("exclusion", row.decided_at, str(row.decided_by or ""), row.pk, row.reason)
    for row in rows.filter(revoked_at__gt=result.assessed_at, revoked_at__lte=now):
        if row.revoked_at:
            yield _cause("revocation", row.revoked_at, str(row.revoked_by or ""), row.pk, row.revocation)


_LATE = """
SELECT batch_id FROM {table} AS fact
WHERE indicator_id = ANY(%(indicators)s) AND recorded_at > %(since)s AND recorded_at <= %(now)s AND NOT override
    AND {begins} < %(end)s AND coalesce({ends}, 'infinity') > %(start)s
GROUP BY batch_id ORDER BY batch_id LIMIT %(most)s
"""


def _facts(result: PeriodResult, now: datetime) -> Iterator[dict[str, Any]]:
    """Yield the deliveries that brought facts about the period late."""
    indicator = result.objective.indicator
    if indicator is None:
        return
    window = Window(instant_of(result.start), instant_of(result.end))
    ruling = measuring(result.objective, terms_of(result.objective.agreement), window)
    values: dict[str, Any] = {
        "indicators": [one.pk for one in ruling], "since": result.assessed_at, "now": now,
        "start": result.start, "end": result.end, "most": BATCHES_MOST,
    }  # fmt: skip
    late: list[int] = []
    for kind in kinds_of(indicator.kind):
        statement = _LATE.format(table=kind.model._meta.db_table, begins=kind.begins, ends=kind.ends)
        with connection.cursor() as cursor:
            cursor.execute(statement, values)
            late += [batch for (batch,) in cursor.fetchall()]
    for row in FactBatch.objects.filter(pk__in=late).select_related("recorded_by"):
        yield _cause("facts", row.recorded_at, str(row.recorded_by or ""), row.pk, row.file_name or row.origin)


def _versions(result: PeriodResult, now: datetime) -> Iterator[dict[str, Any]]:
    """Yield the versions that were signed later and reach back."""
    rows = result.objective.agreement.versions.filter(
        state=VersionState.SIGNED, signed_at__gt=result.assessed_at, signed_at__lte=now,
        effective_from__lt=result.end.date(),
    )  # fmt: skip
    for row in rows:
        if row.signed_at:
            yield _cause("version", row.signed_at, "", row.number, row.note)
