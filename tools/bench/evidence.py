"""The evidence beside a clause: 13 months of checks a minute, and what an edit costs until the column is answered."""

import json
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from agreements.models import Indicator, Objective, Service, Version, VersionState
from monitoring.models import FactBatch
from monitoring.months import months_between, months_make
from reports.evidence.record import records_forget

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
PATCHES = {"rrule": "FREQ=WEEKLY;BYDAY=TH", "starting": "2020-01-02", "at": "12:00", "for": "2h", "reason": "Patches"}
EDITS: dict[str, dict[str, Any]] = {
    "the target": {"target": ">= 99.95%"},
    "the tiers": {"credits": {**DRAFT["credits"], "tiers": [{"below": "99.9%", "percent": 15}]}},
    "the unknown rule": {"unknown": {"counts_as": "down", "indeterminate_above": "5%"}},
    "the exclusions": {"exclusions": [PATCHES]},
    "the hours": {"hours": None},
    "the scope": {"scope": ["north"]},
}
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
    """Yield the cost of the first answer about a draft, and of the answer to each kind of edit after it.

    An answer is a whole request: session, permission, evidence, and the column as HTML.
    """
    now = timezone.now().replace(second=0, microsecond=0)
    objective, checks = objective_make(world, scale, now)
    desk = Desk(world, draft_make(objective))
    baseline = best(lambda: _copy(objective.indicator_id), 3)
    name = f"evidence: {checks} checks, 12 months, 50 targets"
    first = best(lambda: _anew(desk), 3)
    yield under(f"{name}: read anew", first, 1500, baseline)
    yield within(f"{name}: read anew, against reading the rows alone", first, baseline, 3)
    for edit, changes in EDITS.items():
        limit = 1500 if edit in ("the hours", "the scope") else 300
        cost = best(lambda changes=changes: desk.answer(**changes))  # type: ignore[misc]
        yield under(f"{name}: an edit of {edit}", cost, limit, baseline)


class Desk:
    """Somebody who edits a draft, with the evidence beside it."""

    def __init__(self, world: World, version: Version) -> None:
        """Log the person in."""
        self.client = Client(SERVER_NAME="localhost")
        self.client.force_login(world.reader, backend=settings.AUTHENTICATION_BACKENDS[1])
        self.path = reverse("evidence", args=[version.agreement.slug, version.number, "a0"])

    def answer(self, **changes: Any) -> None:
        """Post changed terms, as the editor does while somebody types."""
        posted = {"exclusions": json.dumps(changes.pop("exclusions"))} if "exclusions" in changes else {}
        terms = {key: value for key, value in {**DRAFT, **changes}.items() if value is not None}
        answer = self.client.post(self.path, {"terms": json.dumps(terms), **posted}, headers={"HX-Request": "true"})
        if answer.status_code != 200:
            raise RuntimeError(f"The evidence answered {answer.status_code}.")


def _anew(desk: Desk) -> None:
    records_forget()
    cache.clear()
    desk.answer()


def _copy(indicator: int | None) -> None:
    with connection.cursor() as cursor:
        cursor.copy_expert(READ.format(pk=indicator), _Nowhere())


def objective_make(world: World, scale: float, now: datetime) -> tuple[Objective, int]:
    """Return an objective that is measured by so many months of checks, and how many checks these are."""
    service = Service.objects.create(slug="evidence", name="evidence", organisation=world.provider, created_at=NOW)
    indicator = Indicator.objects.create(service=service, slug="checks", name="checks")
    text = document(0, 1)
    text["metadata"] = {"name": "evidence", "title": "evidence"}
    text["spec"]["objectives"] = [DRAFT]
    agreement = agreement_make(world, service, text)
    count = int(DAYS * 1440 * scale)
    begun = now - timedelta(days=DAYS)
    batch = FactBatch.objects.create(indicator=indicator, origin="checks", recorded_at=begun, rows=count, new=count)
    months_make("monitoring_fact", months_between(begun, now))
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
        effective_from=date(2040, 1, 1), drafted_at=NOW, changed_at=NOW,
    )  # fmt: skip
