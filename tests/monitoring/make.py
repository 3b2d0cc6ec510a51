"""Rows for the tests of monitoring, made by the portal's own verbs."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from agreements.models import Agreement, Indicator, Objective, Service, Side, Version
from agreements.services import (
    agreement_create,
    indicator_create,
    service_create,
    version_draft,
    version_propose,
    version_sign,
)
from monitoring.instants import instant_of
from monitoring.models import FactState
from monitoring.rows import FactRow, row_key
from slmo.accounts.models import Assignment, Organisation, Role, User

NOW = datetime(2026, 6, 15, 12, 0, tzinfo=UTC)
UP, DEGRADED, DOWN, UNKNOWN = FactState.UP, FactState.DEGRADED, FactState.DOWN, FactState.UNKNOWN


def at(text: str) -> datetime:
    """Return a time such as `2026-03-01 09:00` as UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def row(start: str, end: str | None, state: int, *, scope: str = "", key: str = "", override: bool = False) -> FactRow:
    """Return a fact from times such as `2026-03-01 09:00` in UTC."""
    begun = instant_of(at(start))
    ended = None if end is None else instant_of(at(end))
    return FactRow(begun, ended, int(state), scope, key or row_key(begun, scope), "", override)


def user_make(organisation: Organisation, name: str, level: int | None = None) -> User:
    """Return a person with a level, or a representative where there is none."""
    user = User.objects.create_user(f"{name}@example.org", "correct horse battery", name=name.title())
    role = Role.CUSTOMER if level is None else Role.LEVEL
    Assignment.objects.create(user=user, organisation=organisation, role=role, level=level)
    return user


def organisations_make() -> tuple[Organisation, Organisation]:
    """Return the provider and a customer."""
    provider, _ = Organisation.objects.get_or_create(slug="it", defaults={"name": "IT operations", "kind": "provider"})
    customer, _ = Organisation.objects.get_or_create(slug="retail", defaults={"name": "Retail", "kind": "customer"})
    return provider, customer


def service_make(slug: str = "payments") -> Service:
    """Return a service of the provider."""
    provider, _ = organisations_make()
    return service_create(slug=slug, name=slug.title(), organisation=provider, actor=None, now=NOW)


def indicator_make(service: Service | None = None, slug: str = "up", **values: Any) -> Indicator:
    """Return an indicator of availability."""
    return indicator_create(service=service or service_make(), slug=slug, name=slug, actor=None, now=NOW, **values)


def document_make(name: str, objectives: list[Mapping[str, Any]], **spec: Any) -> dict[str, Any]:
    """Return an agreement's document."""
    body = {"effective": {"from": "2026-01-01"}, "currency": "EUR", "objectives": objectives, **spec}
    return {"apiVersion": "slmo/v1", "kind": "Agreement", "metadata": {"name": name, "title": name}, "spec": body}


def terms_make(**values: Any) -> dict[str, Any]:
    """Return the terms of an availability objective, or of another one; None leaves a term out."""
    terms = {"name": "availability", "indicator": "availability", "target": ">= 99.9%", "period": "month", **values}
    return {name: value for name, value in terms.items() if value is not None}


def agreement_make(
    indicator: Indicator,
    /,
    slug: str = "payments-retail",
    zone: str = "UTC",
    spec: Mapping[str, Any] | None = None,
    **terms: Any,
) -> Agreement:
    """Return an agreement in force since 2026-01-01 with one objective that the indicator measures."""
    provider, customer = organisations_make()
    agreement = agreement_create(
        slug=slug,
        title=slug,
        service=indicator.service,
        provider=provider,
        customer=customer,
        timezone=zone,
        document=document_make(slug, [terms_make(**terms)], **(spec or {})),
        actor=None,
        now=NOW - timedelta(days=365),
    )
    sign(agreement.versions.get())
    agreement.objectives.update(indicator=indicator)
    agreement.refresh_from_db()
    return agreement


def objective_make(indicator: Indicator | None = None, **values: Any) -> Objective:
    """Return the objective of a new agreement."""
    return agreement_make(indicator or indicator_make(), **values).objectives.get()


def sign(version: Version, now: datetime = NOW) -> Version:
    """Propose a version and sign it on both sides."""
    version_propose(version=version, actor=None, now=now)
    for side in Side.values:
        version_sign(version=version, side=side, actor=None, now=now)
    version.refresh_from_db()
    return version


def amend(agreement: Agreement, effective_from: str, now: datetime = NOW, **terms: Any) -> Version:
    """Put an amendment in force that replaces the terms of the only objective."""
    base = agreement.versions.filter(state="signed").order_by("-effective_from").first()
    assert base is not None
    spec = {**base.document["spec"], "objectives": [{**base.document["spec"]["objectives"][0], **terms}]}
    day = datetime.fromisoformat(effective_from).date()
    spec["effective"] = {"from": effective_from}
    draft = version_draft(
        agreement=agreement, document={**base.document, "spec": spec}, effective_from=day, actor=None, now=now
    )
    return sign(draft, now)
