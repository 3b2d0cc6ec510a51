"""Verbs of the catalogue: services. What each needs to work is in agreements/services/dependency.py."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from agreements.models import Criticality, Dependency, Service
from slmo.accounts.models import Organisation, User
from slmo.accounts.policy import require
from slmo.audit.services import record

EDITABLE = ("name", "summary", "owner", "criticality")


@transaction.atomic
def service_create(
    *,
    slug: str,
    name: str,
    organisation: Organisation,
    summary: str = "",
    owner: User | None = None,
    criticality: int = Criticality.MEDIUM,
    actor: User | None,
    now: datetime,
) -> Service:
    """Put a service into the catalogue of the organisation that delivers it.

    `actor` None is the system itself. Raises Denied, or ValidationError by field.
    """
    if actor is not None:
        require(actor, "service_edit", organisation)
    service = Service(
        slug=slug,
        name=name,
        organisation=organisation,
        summary=summary,
        owner=owner,
        criticality=criticality,
        created_at=now,
    )
    service.full_clean()
    service.save()
    record(
        actor=actor,
        action="service_create",
        subject=service,
        after=service_facts(service),
        organisations=[organisation],
        now=now,
    )
    return service


@transaction.atomic
def service_update(*, service: Service, changes: Mapping[str, Any], actor: User | None, now: datetime) -> Service:
    """Change name, summary, owner or criticality; what is not in `changes` stays.

    Raises Denied, KeyError for another field, or ValidationError by field.
    """
    service = Service.objects.select_for_update(of=("self",)).select_related("organisation").get(pk=service.pk)
    if actor is not None:
        require(actor, "service_edit", service.organisation)
    before = service_facts(service)
    for field, value in changes.items():
        if field not in EDITABLE:
            raise KeyError(field)
        setattr(service, field, value)
    service.full_clean()
    after = service_facts(service)
    if after != before:
        service.save(update_fields=list(changes))
        record(
            actor=actor,
            action="service_update",
            subject=service,
            before=before,
            after=after,
            organisations=[service.organisation],
            now=now,
        )
    return service


def service_facts(service: Service) -> dict[str, Any]:
    """Return what the audit log keeps of a service."""
    return {
        "slug": service.slug,
        "name": service.name,
        "summary": service.summary,
        "organisation": service.organisation.slug,
        "owner": str(service.owner) if service.owner else None,
        "criticality": service.criticality,
    }


def services_needed(service: Service) -> set[int]:
    """Return the ids of `service` and of everything that it needs, near and far."""
    edges: dict[int, list[int]] = {}
    for source, target in Dependency.objects.values_list("service_id", "needs_id"):
        edges.setdefault(source, []).append(target)
    seen, waiting = set(), [service.pk]
    while waiting:
        current = waiting.pop()
        if current not in seen:
            seen.add(current)
            waiting.extend(edges.get(current, ()))
    return seen
