"""A small table: a provider, two customers and a supplier, with people of several levels."""

import copy
from datetime import UTC, date, datetime
from types import SimpleNamespace
from typing import Any

from agreements.models import Agreement, Side, Version
from agreements.services import (
    agreement_create,
    dependency_add,
    indicator_create,
    service_create,
    version_draft,
    version_edit,
    version_propose,
    version_sign,
)
from slmo.accounts.models import Assignment, Organisation, User

NOW = datetime(2026, 2, 3, 10, tzinfo=UTC)
SLUG = "payments-retail"
PASSWORD = "correct horse battery staple"
TERMS: dict[str, Any] = {
    "spec": {
        "effective": {"from": "2026-01-01"},
        "currency": "EUR",
        "calendars": {"office": {"weekly": {"mon-thu": ["09:00-13:00", "14:00-18:00"], "fri": ["09:00-16:00"]}}},
        "objectives": [
            {
                "name": "availability",
                "indicator": "availability",
                "target": ">= 99.9%",
                "period": "month",
                "credits": {"of": "charge", "charge": 1000, "tiers": [{"below": "99.9%", "percent": 10}]},
            }
        ],
    }
}


def terms(**objective: Any) -> dict[str, Any]:
    """Return the terms with the only objective changed."""
    changed = copy.deepcopy(TERMS)
    changed["spec"]["objectives"][0].update(objective)
    return changed


def organisation(slug: str, kind: str, zone: str = "Europe/Berlin") -> Organisation:
    return Organisation.objects.create(slug=slug, name=slug.title(), kind=kind, timezone=zone)


def person(name: str, where: Organisation, role: str, level: int | None = None) -> User:
    user = User.objects.create_user(f"{name}@example.org", PASSWORD, name=name.title())
    Assignment.objects.create(user=user, organisation=where, role=role, level=level)
    return user


def table_make() -> SimpleNamespace:
    """Make the parties, their people, two services and one agreement with a draft."""
    provider, supplier = organisation("provider", "provider"), organisation("supplier", "supplier")
    retail, bank = organisation("retail", "customer"), organisation("bank", "customer", "Pacific/Auckland")
    people = {
        "manager": person("manager", provider, "level", 5),
        "head": person("head", provider, "level", 6),
        "analyst": person("analyst", provider, "level", 4),
        "watcher": person("watcher", provider, "level", 2),
        "carl": person("carl", retail, "customer"),
        "bella": person("bella", bank, "customer"),
    }
    payments = service_create(slug="payments", name="Payments", organisation=provider, actor=None, now=NOW)
    compute = service_create(slug="compute", name="Compute", organisation=supplier, actor=None, now=NOW)
    indicator_create(service=payments, slug="availability", name="Availability", actor=None, now=NOW)
    agreement = agreement_create(
        slug="payments-retail", title="Payments for Retail", service=payments, provider=provider, customer=retail,
        timezone="Europe/Berlin", document=TERMS, actor=people["manager"], now=NOW,
    )  # fmt: skip
    return SimpleNamespace(
        provider=provider, supplier=supplier, retail=retail, bank=bank, payments=payments, compute=compute,
        agreement=agreement, draft=agreement.versions.get(), **people,
    )  # fmt: skip


def signed(version: Version) -> Version:
    """Propose a draft and sign it for both sides."""
    version = version_propose(version=version, actor=None, now=NOW)
    for side in Side.values:
        version = version_sign(version=version, side=side, actor=None, now=NOW)
    return version


def contract(table: SimpleNamespace, slug: str = "compute-uc") -> Agreement:
    """Return an underpinning contract with a supplier that has nobody in the portal."""
    return agreement_create(
        slug=slug, title=f"Contract {slug}", type="UC", service=table.compute, provider=table.supplier,
        customer=table.provider, timezone="UTC", document=TERMS, actor=None, now=NOW,
    )  # fmt: skip


def amended_make() -> SimpleNamespace:
    """Return a table whose agreement is in force, with a draft to amend it, a supplier's contract and a dependency."""
    table = table_make()
    signed(table.draft)
    signed(contract(table).versions.get())
    dependency_add(service=table.payments, needs=table.compute, actor=None, now=NOW)
    draft = version_draft(agreement=table.agreement, effective_from=date(2026, 4, 1), actor=None, now=NOW)
    objectives = terms(target=">= 99.95%", hours="office")["spec"]["objectives"]
    table.amendment = version_edit(
        version=draft, document={**draft.document, "spec": {**draft.document["spec"], "objectives": objectives}},
        expected_changed_at=None, actor=None, now=NOW,
    )  # fmt: skip
    return table


def many(table: SimpleNamespace, count: int) -> None:
    """Fill catalogue and register."""
    for number in range(count):
        service = service_create(
            slug=f"s{number}", name=f"Service {number}", organisation=table.provider, actor=None, now=NOW
        )
        made = agreement_create(
            slug=f"a{number}", title=f"Agreement {number}", service=service, provider=table.provider,
            customer=table.retail, timezone="UTC", document=TERMS, actor=None, now=NOW,
        )  # fmt: skip
        signed(made.versions.get())
        dependency_add(service=service, needs=table.payments, actor=None, now=NOW)


def text_of(answer: Any) -> str:
    """Return the text of an answer, each space an ordinary one."""
    return answer.content.decode().replace("\N{NO-BREAK SPACE}", " ")
