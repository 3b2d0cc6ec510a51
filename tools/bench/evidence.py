"""The evidence beside a clause: 13 months of checks a minute, and what an edit costs until it is judged."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from django.core.cache import cache
from django.db import connection

from agreements.models import Indicator, Objective, Service, Version, VersionState
from monitoring.models import FactBatch
from monitoring.months import months_between, months_make
from reports.evidence.backtest import backtest
from reports.evidence.question import Question
from reports.evidence.record import records_forget
from reports.evidence.words import outcome_shown

from .measure import Measurement, best, under, within
from .terms import OFFICE, document
from .world import NOW, STREAMS, World, agreement_make, filling

DAYS = 396  # 13 months: 570,240 minutes
DRAFT: dict[str, Any] = {
    "name": "a0",
    "indicator": "availability",
    "target": ">= 99.9%",
    "period": "month",
    "hours": "office",
    "unknown": {"counts_as": "excluded", "last_for": "5m"},
    "credits": {
        "of": "monthly-charge", "charge": 12000, "cap_year": 30000,
        "tiers": [{"below": "99.9%", "percent": 10}, {"below": "99%", "percent": 25}],
    },
}  # fmt: skip
# One check a minute, at two places by turns: down for some minutes now and then, so that every month has outages.
CHECKS = """
INSERT INTO monitoring_fact (indicator_id, start, state, scope, origin, key, reference, override, batch_id, recorded_at)
SELECT %(indicator)s, at, CASE WHEN n %% 9973 < 7 OR n %% 40009 < 35 THEN 2 ELSE 0 END,
    CASE n %% 2 WHEN 0 THEN 'north' ELSE 'south' END, 'checks', extract(epoch FROM at)::bigint || '|' || n %% 2, '',
    false, %(batch)s, at
FROM generate_series(0, %(count)s - 1) AS n, LATERAL (SELECT %(begun)s::timestamptz + n * interval '1 minute') AS t (at)
"""
READ = 'COPY (SELECT start, "end", state FROM monitoring_fact WHERE indicator_id = {pk} ORDER BY start) TO STDOUT'


class _Nowhere:
    def write(self, data: bytes) -> int:
        """Take data and forget it."""
        return len(data)


def measured(world: World, scale: float) -> Iterator[Measurement]:
    """Yield the cost of the first look at a draft, and of each kind of edit after it."""
    objective, checks = objective_make(world, scale)
    version = draft_make(objective)
    baseline = best(lambda: _copy(objective.indicator_id), 3)
    name = f"evidence: {checks} checks, 12 months, 50 targets"
    first = best(lambda: _anew(version), 3)
    yield under(f"{name}: read anew (hours, scope)", first, 1500, baseline)
    yield within(f"{name}: read anew, against reading the rows alone", first, baseline, 3)
    for edit, changes in EDITS.items():
        yield under(f"{name}: an edit of {edit}", best(lambda changes=changes: look(version, **changes)), 300, baseline)  # type: ignore[misc]


EDITS: dict[str, dict[str, Any]] = {
    "the target": {"target": ">= 99.95%"},
    "the tiers": {"credits": {**DRAFT["credits"], "tiers": [{"below": "99.9%", "percent": 15}]}},
    "the unknown rule": {"unknown": {"counts_as": "down", "indeterminate_above": "5%"}},
    "the exclusions": {"exclusions": [{"rrule": "FREQ=WEEKLY;BYDAY=TH", "starting": "2020-01-02", "at": "12:00",
                                       "for": "2h", "reason": "Patches"}]},
    "the hours": {"hours": None},
    "the scope": {"scope": ["north"]},
}  # fmt: skip


def look(version: Version, **changes: Any) -> dict[str, Any]:
    """Return what the column shows for changed terms."""
    spec = dict(version.document["spec"])
    for part in ("exclusions",):
        if part in changes:
            spec[part] = changes.pop(part)
    spec["objectives"] = [{**DRAFT, **changes}]
    return outcome_shown(backtest(Question(version, "a0", {**version.document, "spec": spec}, True, NOW)))


def _anew(version: Version) -> None:
    records_forget()
    cache.clear()
    look(version)


def _copy(indicator: int | None) -> None:
    with connection.cursor() as cursor:
        cursor.copy_expert(READ.format(pk=indicator), _Nowhere())


def objective_make(world: World, scale: float) -> tuple[Objective, int]:
    """Return an objective that is measured by so many months of checks, and how many checks these are."""
    service = Service.objects.create(slug="evidence", name="evidence", organisation=world.provider, created_at=NOW)
    indicator = Indicator.objects.create(service=service, slug="checks", name="checks")
    text = document(0, 1)
    text["metadata"] = {"name": "evidence", "title": "evidence"}
    text["spec"]["objectives"] = [DRAFT]
    agreement = agreement_make(world, service, text)
    count = int(DAYS * 1440 * scale)
    begun = NOW - timedelta(days=DAYS)
    batch = FactBatch.objects.create(indicator=indicator, origin="checks", recorded_at=begun, rows=count, new=count)
    months_make("monitoring_fact", months_between(begun, NOW))
    values = {"indicator": indicator.pk, "batch": batch.pk, "count": count, "begun": begun}
    with filling("monitoring_fact") as cursor:
        cursor.execute(CHECKS, values)
        cursor.execute(STREAMS, {"indicators": [indicator.pk]})
    return Objective.objects.create(agreement=agreement, name="a0", indicator=indicator), count


def draft_make(objective: Objective) -> Version:
    """Return a draft of the agreement: office hours, and one objective."""
    signed = objective.agreement.versions.get()
    text = {**signed.document, "spec": {**signed.document["spec"], "calendars": {"office": OFFICE}}}
    return Version.objects.create(
        agreement=objective.agreement, number=2, state=VersionState.DRAFT, document=text, digest="",
        effective_from=date(2030, 1, 1), drafted_at=NOW, changed_at=NOW,
    )  # fmt: skip
