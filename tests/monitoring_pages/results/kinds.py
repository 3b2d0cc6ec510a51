"""One agreement with an objective of every kind, measured and assessed in the first half of 2026."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from agreements.models import Agreement
from agreements.services import agreement_create, indicator_create, objective_measure, version_propose
from agreements.services import version_sign_recorded as sign
from monitoring.instants import instant_of
from monitoring.kinds.buckets import BucketRow
from monitoring.kinds.samples import SampleRow
from monitoring.kinds.statements import StatementRow
from monitoring.kinds.tasks import TaskRow
from monitoring.models import PeriodResult
from monitoring.services import facts_record
from tests.reports.story import DOWN, EARLY, NOW, Story, assess, fact

OBJECTIVES: list[dict[str, Any]] = [
    {"name": "success", "indicator": "ratio", "target": ">= 99%", "period": "month"},
    {"name": "fast", "indicator": "slices", "target": ">= 90%", "period": "month", "slice": "1h",
     "good_when": "<= 0.3"},
    {"name": "p50", "indicator": "value", "target": "<= 1s", "period": "month", "reduce": "p50"},
    {"name": "tickets", "indicator": "tasks", "target": ">= 50%", "period": "month", "clock": "resolved", "limit": "2h",
     "hours": "office"},
    {"name": "outages", "indicator": "outages", "target": "<= 1", "period": "quarter", "reduce": "count"},
    {"name": "restore", "indicator": "attested", "period": "quarter"},
]  # fmt: skip
CALENDARS = {"office": {"weekly": {"mon-fri": ["09:00-17:00"]}}}


def at(text: str) -> int:
    """Return a time such as `2026-02-10 09:00` in UTC, in epoch seconds."""
    return instant_of(datetime.fromisoformat(text).replace(tzinfo=UTC))


def rows_of(kind: str) -> list[Any]:
    """Return the facts of one kind."""
    return {
        "ratio": [_bucket("2026-02-03 10:00", 990, 1000), _bucket("2026-02-04 10:00", 1995, 2000),
                  _bucket("2026-03-04 10:00", 100, 100)],
        "slices": [SampleRow(at(f"2026-02-03 {hour:02}:10"), Decimal("0.9" if hour == 9 else "0.2"), key=str(hour))
                   for hour in range(24)],
        "value": [SampleRow(at(f"2026-02-03 10:0{n}"), Decimal(value), key=str(n))
                  for n, value in enumerate(("0.2", "0.2834", "4"))],
        "tasks": [_task("T-1", "2026-02-03 16:00", "2026-02-04 09:30"),
                  _task("T-2", "2026-02-05 10:00", "2026-02-05 13:00"), _task("T-3", "2026-06-15 11:30", None)],
        "outages": [fact("2026-02-10 09:00", "2026-02-10 09:50", DOWN, "INC-7"),
                    fact("2026-03-05 09:00", "2026-03-05 09:10", DOWN, "INC-8")],
        "attested": [StatementRow(at("2026-01-01 00:00"), at("2026-04-01 00:00"), True, "Olga Orlova",
                                  "Restore test of 14 January, protocol 2026-004.", key="s1")],
    }[kind]  # fmt: skip


def _bucket(start: str, good: int, total: int) -> BucketRow:
    return BucketRow(at(start), at(start) + 3600, Decimal(good), Decimal(total), key=start)


def _task(name: str, opened: str, resolved: str | None) -> TaskRow:
    return TaskRow(at(opened), None, at(resolved) if resolved else None, key=name, reference=name)


def kinds_make(story: Story) -> Agreement:
    """Write the agreement and its facts into the database of the test."""
    service = story.indicator.service
    document = {
        "apiVersion": "slmo/v1",
        "kind": "Agreement",
        "spec": {
            "effective": {"from": "2026-01-01"},
            "currency": "EUR",
            "calendars": CALENDARS,
            "objectives": OBJECTIVES,
        },
    }
    agreement = agreement_create(
        slug="all-kinds", title="All kinds", type="SLA", service=service, provider=service.organisation,
        customer=story.retail, timezone="UTC", document=document, actor=None, now=EARLY,
    )  # fmt: skip
    version = version_propose(version=agreement.versions.get(), actor=None, now=EARLY)
    for side in ("provider", "customer"):
        version = sign(version=version, side=side, signer_name="A", evidence="On paper.", actor=None, now=EARLY)
    kinds = {one["name"]: one["indicator"] for one in OBJECTIVES}
    for objective in agreement.objectives.all():
        kind = kinds[objective.name]
        indicator = indicator_create(
            service=service, slug=kind, name=kind, kind=kind, gaps_up=kind == "outages",
            recorded_from=datetime(2026, 1, 1, tzinfo=UTC) if kind == "outages" else None, actor=None, now=EARLY,
        )  # fmt: skip
        facts_record(indicator=indicator, rows=rows_of(kind), origin="test", actor=None, now=NOW)
        objective_measure(objective=objective, indicator=indicator, actor=None, now=EARLY)
    assess(agreement)
    return Agreement.objects.get(pk=agreement.pk)


def result_of(agreement: Agreement, name: str) -> PeriodResult:
    """Return the result of February, or of the first quarter."""
    rows = PeriodResult.objects.filter(objective__agreement=agreement, objective__name=name, current=True)
    moment = datetime(2026, 2, 10, tzinfo=UTC)
    return rows.get(start__lte=moment, end__gt=moment)
