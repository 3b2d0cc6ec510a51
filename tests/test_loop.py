"""One agreement walks the whole circle: through the services, a real worker and a real database.

Read it beside docs/tour.md: each function below is one station of the loop.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

import pytest

from agreements.models import Agreement, Indicator, Objective, Side, Version
from agreements.services import (
    agreement_create,
    indicator_create,
    objective_measure,
    service_create,
    version_edit,
    version_propose,
    version_sign,
)
from governance.services.review import review_conclude, review_hold, review_schedule
from monitoring.models import Breach, Fact, LedgerDay, PeriodResult
from monitoring.services.breach import breach_acknowledge, breach_close, breach_explain
from monitoring.services.facts import FactRow, facts_record
from reports.services.report import report_compile, report_publish
from slmo.accounts.models import User
from slmo.audit.models import Entry
from slmo.audit.services import chain_verify
from tests.support.people import organisation, person
from tests.support.worker import wait_for, worker_running

pytestmark = pytest.mark.django_db(transaction=True)

OUTAGE = 45 * 60  # seconds; 99.9 % of February's 28 × 86 400 s allows 2 419.2 s


def at(text: str) -> datetime:
    """Return an instant in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.fixture
def people() -> dict[str, User]:
    """Return the two sides of the table, and who carries breaches."""
    provider, customer = organisation("northlight"), organisation("retail", "customer")
    return {
        "manager": person("anna", provider, 5),
        "head": person("dora", provider, 6),
        "operator": person("jonas", provider, 3),
        "owner": person("mariam", provider, 4),
        "customer": person("kaarel", customer),
    }


@pytest.fixture
def worker() -> Iterator[None]:
    """Keep a worker running for the whole walk."""
    with worker_running():
        yield


def document(target: str = ">= 99.9%") -> dict[str, Any]:
    """Return the terms: one objective a month, around the clock, from January 2026."""
    objective = {"name": "availability", "indicator": "availability", "target": target, "period": "month"}
    spec = {"effective": {"from": "2026-01-01"}, "currency": "EUR", "objectives": [objective]}
    return {"apiVersion": "slmo/v1", "kind": "Agreement", "spec": spec}


def agreement_agree(people: dict[str, User]) -> Agreement:
    """Catalogue → agreement: a service, its indicator, and terms that both sides sign."""
    manager, now = people["manager"], at("2025-12-10")
    provider = manager.assignments.get().organisation
    service = service_create(slug="payments", name="Payments", organisation=provider, actor=manager, now=now)
    indicator = indicator_create(service=service, slug="checks", name="Checks", actor=manager, now=now)
    agreement = agreement_create(
        slug="payments-retail",
        title="Payments for Retail",
        service=service,
        provider=provider,
        customer=people["customer"].assignments.get().organisation,
        timezone="Europe/Berlin",
        document=document(),
        actor=manager,
        now=now,
    )
    version_agree(agreement.versions.get(), people, now)
    objective_measure(objective=agreement.objectives.get(), indicator=indicator, actor=manager, now=now)
    return agreement


def version_agree(version: Version, people: dict[str, User], now: datetime) -> None:
    """Propose a draft and sign it on both sides."""
    version = version_propose(version=version, actor=people["manager"], now=now)
    version = version_sign(version=version, side=Side.PROVIDER, actor=people["head"], now=now)
    version_sign(version=version, side=Side.CUSTOMER, actor=people["customer"], now=now)


def facts_deliver(indicator: Indicator, people: dict[str, User]) -> None:
    """Sources → facts: January was quiet, and one evening in February was not."""
    start, end = int(at("2025-12-31T23:00").timestamp()), int(at("2026-02-28T23:00").timestamp())
    broke = int(at("2026-02-10T18:00").timestamp())
    rows = [
        FactRow(start, broke, 0, "", "well", ""),
        FactRow(broke, broke + OUTAGE, 2, "", "INC-7", "INC-7"),
        FactRow(broke + OUTAGE, end, 0, "", "well-again", ""),
    ]
    facts_record(indicator=indicator, rows=rows, origin="log", actor=people["operator"], now=at("2026-03-01T06:00"))


def assessed(objective: Objective) -> bool:
    """Tell whether the worker has taken in everything that is recorded."""
    last = Fact.objects.order_by("-id").values_list("id", flat=True).first()
    status = objective.status if hasattr(objective, "status") else None
    return bool(status) and status.due_from is None and status.facts_seen == last


def breach_carry(breach: Breach, people: dict[str, User]) -> None:
    """Breach: acknowledged, explained, closed, each by who may."""
    breach_acknowledge(breach=breach, actor=people["operator"], now=at("2026-03-01T07:00"))
    explanation = "The database's disk was full: INC-7."
    breach_explain(
        breach=breach, cause="capacity", explanation=explanation, actor=people["owner"], now=at("2026-03-02T09:00")
    )
    breach_close(breach=breach, outcome="Disk watched and enlarged.", actor=people["owner"], now=at("2026-03-03T09:00"))


def review_amend(agreement: Agreement, people: dict[str, User]) -> Version:
    """Report → review: the month is published, discussed, and a stricter promise is drafted."""
    manager, provider = people["manager"], agreement.provider
    report = report_compile(
        month=date(2026, 2, 1), provider=provider, customer=agreement.customer, actor=manager, now=at("2026-03-04")
    )
    report = report_publish(report=report, actor=manager, now=at("2026-03-05"))
    review = review_schedule(
        agreement=agreement,
        covers_from=date(2026, 1, 1),
        covers_until=date(2026, 3, 1),
        due_at=at("2026-03-10T09:00"),
        actor=manager,
        now=at("2026-03-05"),
    )
    review = review_hold(
        review=review, minutes="Discussed February.", reports=[report], actor=manager, now=at("2026-03-10T10:00")
    )
    review = review_conclude(
        review=review,
        decision="amend",
        reasons="The shop needs 99.95 %.",
        effective_from=date(2026, 4, 1),
        actor=manager,
        now=at("2026-03-10T11:00"),
    )
    assert review.draft is not None
    return review.draft


def test_one_agreement_walks_the_whole_circle(people: dict[str, User], worker: None) -> None:
    agreement = agreement_agree(people)
    objective = agreement.objectives.get()

    facts_deliver(Indicator.objects.get(), people)
    wait_for(lambda: assessed(Objective.objects.get()), "the worker's assessment")

    january, february = PeriodResult.objects.filter(objective=objective, current=True).order_by("start")[:2]
    assert (january.verdict, february.verdict) == ("met", "breached")
    # February in Berlin has 28 × 86 400 = 2 419 200 s; 2 700 of them were down.
    assert (february.good, february.total) == (2_416_500, 2_419_200)
    assert february.achieved == "0.998883928"
    assert LedgerDay.objects.get(objective=objective, day=date(2026, 2, 10)).down == OUTAGE

    breach = Breach.objects.get()
    assert (breach.objective, breach.state) == (objective, "open")
    breach_carry(breach, people)
    assert Breach.objects.get().state == "closed"

    draft = review_amend(agreement, people)
    assert draft.effective_from == date(2026, 4, 1)
    february.refresh_from_db()
    assert february.state == "closed"

    version_edit(
        version=draft,
        document={**draft.document, "spec": {**draft.document["spec"], "objectives": [stricter(draft)]}},
        note="99.95 % as the review decided.",
        expected_changed_at=draft.changed_at,
        actor=people["manager"],
        now=at("2026-03-11"),
    )
    version_agree(Version.objects.get(pk=draft.pk), people, at("2026-03-12"))

    april = int(at("2026-04-10T10:00").timestamp())
    facts_record(
        indicator=Indicator.objects.get(),
        rows=[FactRow(april, april + 60, 2, "", "INC-9", "INC-9")],
        origin="log",
        actor=people["operator"],
        now=at("2026-05-01T06:00"),
    )
    wait_for(lambda: assessed(Objective.objects.get()), "the assessment under the amended terms")

    results = {r.start.astimezone(UTC).date(): r for r in PeriodResult.objects.filter(current=True)}
    assert results[date(2026, 3, 31)].target == ">= 99.95%"
    assert results[date(2026, 1, 31)].target == ">= 99.9%", "the older month is still judged by the older promise"
    assert results[date(2026, 1, 31)].achieved == "0.998883928"
    assert chain_verify().broken is None
    assert Entry.objects.filter(action="version_sign").count() == 4


def stricter(draft: Version) -> dict[str, Any]:
    """Return the draft's objective with the promise that the review decided."""
    objective: dict[str, Any] = draft.document["spec"]["objectives"][0]
    return {**objective, "target": ">= 99.95%"}
