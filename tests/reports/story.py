"""A story for tests: a supplier, a provider and two customers in the first half of 2026, with outages that matter.

Payments were down for 50 minutes in February (99.9 % of 28 days allows 40 min 19 s: missed), for 10 minutes in March
(met), and were degraded for two hours in April.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.test import Client

from agreements.models import Agreement, Indicator, Objective
from agreements.services import (
    agreement_create,
    indicator_create,
    objective_measure,
    service_create,
    version_propose,
    version_sign_recorded,
)
from monitoring.instants import instant_of
from monitoring.models import FactState, PeriodResult
from monitoring.services import FactRow, facts_record, objective_assess
from slmo.accounts.models import Organisation, User
from tests.support.people import organisation, person

NOW = datetime(2026, 6, 15, 12, tzinfo=UTC)
EARLY = datetime(2025, 12, 1, tzinfo=UTC)
DOWN, DEGRADED, UP = FactState.DOWN, FactState.DEGRADED, FactState.UP


@dataclass
class Story:
    """Everything by name."""

    provider: Organisation
    retail: Organisation
    clinic: Organisation
    supplier: Organisation
    manager: User
    analyst: User
    buyer: User
    doctor: User
    indicator: Indicator
    retail_sla: Agreement
    clinic_sla: Agreement
    contract: Agreement

    @property
    def objective(self) -> Objective:
        """Return the objective that the retail customer was promised."""
        return self.retail_sla.objectives.get()

    def result(self, month: int, agreement: Agreement | None = None) -> PeriodResult:
        """Return the current result of a month of 2026, of the retail agreement unless another is named."""
        rows = PeriodResult.objects.filter(objective__agreement=agreement or self.retail_sla, current=True)
        return rows.get(start=datetime(2026, month, 1, tzinfo=UTC))


def at(text: str) -> datetime:
    """Return a time such as `2026-02-10 09:00` in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def fact(start: str, end: str, state: int, reference: str = "", *, override: bool = False) -> FactRow:
    """Return a fact."""
    begun = instant_of(at(start))
    return FactRow(begun, instant_of(at(end)), int(state), "", f"{start} {reference}", reference, override)


def record(indicator: Indicator, *rows: FactRow, now: datetime = NOW) -> None:
    """Record facts."""
    facts_record(indicator=indicator, rows=rows, origin="test", actor=None, now=now)


def terms(**changes: Any) -> dict[str, Any]:
    """Return the terms of one objective."""
    credits = {"of": "monthly-charge", "charge": 1000, "tiers": [{"below": "99.9%", "percent": 10}]}
    return {
        "name": "availability",
        "indicator": "availability",
        "target": ">= 99.9%",
        "period": "month",
        "credits": credits,
        **changes,
    }


def agreed(slug: str, indicator: Indicator, customer: Organisation, *, zone: str = "UTC", **changes: Any) -> Agreement:
    """Return an agreement in force since January 2026 whose objectives the indicator measures."""
    objectives, spec = changes.pop("objectives", None), changes.pop("spec", {})
    objectives = objectives or [terms(**changes)]
    provider = indicator.service.organisation
    document = {
        "apiVersion": "slmo/v1",
        "kind": "Agreement",
        "spec": {"effective": {"from": "2026-01-01"}, "currency": "EUR", "objectives": objectives, **spec},
    }
    agreement = agreement_create(
        slug=slug,
        title=slug.replace("-", " ").capitalize(),
        type="UC" if provider.kind == "supplier" else "SLA",
        service=indicator.service,
        provider=provider,
        customer=customer,
        timezone=zone,
        document=document,
        actor=None,
        now=EARLY,
    )
    version = version_propose(version=agreement.versions.get(), actor=None, now=EARLY)
    for side in ("provider", "customer"):
        version = version_sign_recorded(
            version=version, side=side, signer_name="A. Signer", evidence="On paper.", actor=None, now=EARLY
        )
    for objective in agreement.objectives.all():
        objective_measure(objective=objective, indicator=indicator, actor=None, now=EARLY)
    return Agreement.objects.get(pk=agreement.pk)


def measured(slug: str, of: Organisation) -> Indicator:
    """Return the indicator of a new service for which silence means up since January 2026."""
    service = service_create(slug=slug, name=slug.capitalize(), organisation=of, actor=None, now=EARLY)
    indicator = indicator_create(
        service=service, slug="availability", name="Availability", gaps_up=True, actor=None, now=EARLY
    )
    indicator.recorded_from = datetime(2026, 1, 1, tzinfo=UTC)
    indicator.save()
    return indicator


def assess(*agreements: Agreement, now: datetime = NOW) -> None:
    """Assess every objective of the agreements."""
    for agreement in agreements:
        for objective in agreement.objectives.all():
            objective_assess(objective_id=objective.pk, now=now)


def story_make() -> Story:
    """Write the story into the database of the test."""
    provider = organisation("northlight")
    retail, clinic = organisation("retail", "customer"), organisation("clinic", "customer")
    supplier = organisation("cloud", "supplier")
    payments, compute = measured("payments", provider), measured("compute", supplier)
    retail_sla, clinic_sla = agreed("payments-retail", payments, retail), agreed("payments-clinic", payments, clinic)
    contract = agreed("compute-terms", compute, provider)
    record(
        payments,
        fact("2026-02-10 09:00", "2026-02-10 09:50", DOWN, "INC-7"),
        fact("2026-03-05 09:00", "2026-03-05 09:10", DOWN, "INC-8"),
        fact("2026-04-02 10:00", "2026-04-02 12:00", DEGRADED, "INC-9"),
    )
    record(compute, fact("2026-02-10 08:55", "2026-02-10 09:45", DOWN, "CLOUD-1"))
    assess(retail_sla, clinic_sla, contract)
    return Story(
        provider, retail, clinic, supplier,
        person("manager", provider, 5), person("analyst", provider, 4),
        person("buyer", retail), person("doctor", clinic),
        payments, retail_sla, clinic_sla, contract,
    )  # fmt: skip


def browser_of(user: User) -> Client:
    """Return a client that is logged in."""
    client = Client()
    client.force_login(user, backend=settings.AUTHENTICATION_BACKENDS[1])
    return client
