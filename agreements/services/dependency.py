"""Verbs of the catalogue: what a service needs to work."""

from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.utils.translation import gettext as _

from agreements.errors import Refused
from agreements.models import Dependency, DependencyMode, Service
from agreements.services.service import services_needed
from slmo.accounts.models import User
from slmo.accounts.policy import require
from slmo.audit.services import record

EDGES_LOCK = 0x534C4D01  # "SLM" and a number of our own among the advisory locks
EDITABLE = ("mode", "group", "needed", "note")


@transaction.atomic
def dependency_add(
    *,
    service: Service,
    needs: Service,
    mode: str = DependencyMode.SERIAL,
    group: str = "",
    needed: int = 1,
    note: str = "",
    actor: User | None,
    now: datetime,
) -> Dependency:
    """Say that `service` needs `needs`; of the redundant edges of one `group` so many are `needed`.

    Raises Denied, ValidationError by field, or Refused where the edge would close a circle.
    """
    if actor is not None:
        require(actor, "dependency_edit", service.organisation)
    _edges_lock()
    if service.pk in services_needed(needs):
        raise Refused(
            _("“%(needs)s” already needs “%(service)s”: the two cannot need each other.")
            % {"needs": needs, "service": service}
        )
    edge = _edge_write(Dependency(service=service, needs=needs, mode=mode, group=group, needed=needed, note=note))
    _record(edge, "dependency_add", None, edge_facts(edge), actor, now)
    return edge


@transaction.atomic
def dependency_update(
    *, dependency: Dependency, mode: str, group: str, needed: int, note: str, actor: User | None, now: datetime
) -> Dependency:
    """Change how much a service needs another; raises Denied, or ValidationError by field."""
    _edges_lock()
    edge = Dependency.objects.select_related("service__organisation", "needs").get(pk=dependency.pk)
    if actor is not None:
        require(actor, "dependency_edit", edge.service.organisation)
    before = edge_facts(edge)
    edge.mode, edge.group, edge.needed, edge.note = mode, group, needed, note
    edge = _edge_write(edge)
    if edge_facts(edge) != before:
        _record(edge, "dependency_update", before, edge_facts(edge), actor, now)
    return edge


@transaction.atomic
def dependency_remove(*, dependency: Dependency, actor: User | None, now: datetime) -> None:
    """Take an edge out of the catalogue; raises Denied."""
    if actor is not None:
        require(actor, "dependency_edit", dependency.service.organisation)
    before = edge_facts(dependency)
    dependency.delete()
    _record(dependency, "dependency_remove", before, None, actor, now)


def edge_facts(edge: Dependency) -> dict[str, Any]:
    """Return what the audit log keeps of an edge."""
    return {"needs": edge.needs.slug, **{field: getattr(edge, field) for field in EDITABLE}}


def _edge_write(edge: Dependency) -> Dependency:
    """Save an edge; the number that is needed holds for its whole group, and only redundant edges have either."""
    if edge.mode != DependencyMode.REDUNDANT:
        edge.group, edge.needed = "", 1
    if edge.needed < 1:
        raise ValidationError({"needed": _("At least one of them must work.")})
    edge.full_clean()
    edge.save()
    if edge.mode == DependencyMode.REDUNDANT:
        alike = Dependency.objects.filter(service=edge.service_id, mode=edge.mode, group=edge.group)
        alike.exclude(pk=edge.pk).update(needed=edge.needed)
    return edge


def _edges_lock() -> None:
    """Let one transaction at a time change edges: two at once, each harmless alone, might close a circle."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [EDGES_LOCK])


def _record(
    edge: Dependency,
    action: str,
    before: dict[str, Any] | None,
    after: dict[str, Any] | None,
    actor: User | None,
    now: datetime,
) -> None:
    """Write the audit entry of an act on an edge."""
    service = edge.service
    organisations = [service.organisation]
    record(
        actor=actor, action=action, subject=service, before=before, after=after, organisations=organisations, now=now
    )
