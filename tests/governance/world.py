"""A small world for tests: a provider, two customers, a supplier, their people, and agreements in force since 2026."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from agreements.models import Agreement, Indicator, Objective, Service, Side
from agreements.services import agreement_create, indicator_create, objective_measure, service_create
from agreements.services.signature import version_sign, version_sign_recorded
from agreements.services.version import version_propose
from slmo.accounts.models import Organisation, User
from slmo.accounts.services.assignment import assignment_grant
from slmo.accounts.services.organisation import organisation_create
from slmo.accounts.services.user import user_create

NOW = datetime(2026, 6, 15, 12, tzinfo=UTC)
START = datetime(2026, 1, 1, tzinfo=UTC)
PASSWORD = "a long enough passphrase 7"


@dataclass
class World:
    """Everything by name."""

    provider: Organisation
    retail: Organisation
    clinic: Organisation
    supplier: Organisation
    people: dict[str, User]
    payments: Service
    compute: Service
    indicator: Indicator
    sla: Agreement
    other: Agreement
    uc: Agreement

    @property
    def objective(self) -> Objective:
        """Return the objective of the retail customer's agreement."""
        return self.sla.objectives.get()


def document(target: str = ">= 99.9%") -> dict[str, Any]:
    """Return the terms of an agreement with one monthly objective, around the clock, in force from 2026."""
    objective = {"name": "availability", "indicator": "availability", "target": target, "period": "month"}
    return {
        "apiVersion": "slmo/v1",
        "kind": "Agreement",
        "spec": {"effective": {"from": "2026-01-01"}, "currency": "EUR", "objectives": [objective]},
    }


def party(slug: str, kind: str, zone: str = "UTC") -> Organisation:
    """Create an organisation."""
    return organisation_create(slug=slug, name=slug.title(), kind=kind, timezone=zone, actor=None, now=START)


def person(name: str, organisation: Organisation, level: int | None) -> User:
    """Create a person with a level, or without one a customer's representative."""
    user = user_create(email=f"{name}@example.org", name=name.title(), password=PASSWORD, actor=None, now=START)
    role = "level" if level else "customer"
    assignment_grant(user=user, organisation=organisation, role=role, level=level, actor=None, now=START)
    return User.objects.get(pk=user.pk)


def agreed(slug: str, service: Service, customer: Organisation, zone: str = "Europe/Berlin") -> Agreement:
    """Create an agreement and sign its first version on both sides."""
    agreement = agreement_create(
        slug=slug,
        title=slug.replace("-", " ").title(),
        service=service,
        provider=service.organisation,
        customer=customer,
        timezone=zone,
        document=document(),
        actor=None,
        now=START,
    )
    version = version_propose(version=agreement.versions.get(), actor=None, now=START)
    for side in Side.values:
        people = User.objects.filter(assignments__organisation=agreement.organisation_of(side), assignments__level=5)
        representative = User.objects.filter(
            assignments__organisation=agreement.organisation_of(side), assignments__role="customer"
        )
        signer = people.first() or representative.first()
        if signer:
            version = version_sign(version=version, side=side, actor=signer, now=START)
        else:
            version = version_sign_recorded(
                version=version, side=side, signer_name="Terms", evidence="Published terms.", actor=None, now=START
            )
    agreement.refresh_from_db()
    return agreement


def world_make() -> World:
    """Build the world in the database of the test."""
    provider, retail = party("provider", "provider"), party("retail", "customer", "Europe/Berlin")
    clinic, supplier = party("clinic", "customer"), party("cloud", "supplier")
    people = {
        "clerk": person("clerk", provider, 2),
        "operator": person("operator", provider, 3),
        "analyst": person("analyst", provider, 4),
        "manager": person("manager", provider, 5),
        "head": person("head", provider, 6),
        "director": person("director", provider, 7),
        "buyer": person("buyer", retail, None),
        "doctor": person("doctor", clinic, None),
    }
    payments = service_create(slug="payments", name="Payments", organisation=provider, actor=None, now=START)
    compute = service_create(slug="compute", name="Compute", organisation=supplier, actor=None, now=START)
    indicator = indicator_create(service=payments, slug="availability", name="Availability", actor=None, now=START)
    sla, other = agreed("payments-retail", payments, retail), agreed("payments-clinic", payments, clinic, "UTC")
    uc = agreed("compute-terms", compute, provider, "UTC")
    for agreement in (sla, other):
        objective_measure(objective=agreement.objectives.get(), indicator=indicator, actor=None, now=START)
    return World(provider, retail, clinic, supplier, people, payments, compute, indicator, sla, other, uc)


def first_of(month: int, year: int = 2026) -> date:
    """Return the first day of a month of 2026."""
    return date(year, month, 1)
