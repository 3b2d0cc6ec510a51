"""Verbs of probe points: set up, and looking from them, each on its own clock.

A source that is looked at from points has one lane for each; what a point saw is an observation, and the source's own
fetch makes facts of what the points saw together. Whatever a worker loses is found again in the rows.
"""

import logging
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import InterfaceError, OperationalError, transaction

from monitoring.connectors import CONNECTORS, ConnectorError
from monitoring.connectors.errors import fault
from monitoring.connectors.outbound import networks_refresh
from monitoring.connectors.probing import Observed, Probe
from monitoring.instants import instant_of, moment_of
from monitoring.models import ProbeLane, ProbeObservation, ProbePoint, Source
from monitoring.sentence import Sentence, kept, sentence_of, verbatim
from monitoring.sentence import gettext as _
from monitoring.services.source_secrets import config_open, fault_text
from slmo.accounts.models import User
from slmo.accounts.policy import require
from slmo.audit.services import record as audit

logger = logging.getLogger(__name__)

LEASE = timedelta(minutes=2)  # longer than any look takes: 60 s with its retries
KEPT = timedelta(days=7)  # as long as a source's fetch looks back at most


class PointInUse(ValueError):
    """A point from which sources are looked at is not removed."""


def point_create(*, slug: str, name: str, actor: User, now: datetime) -> ProbePoint:
    """Name a place from which probes look. Raises Denied; ValidationError by field."""
    require(actor, "source_edit")
    point = ProbePoint(slug=slug, name=name)
    point.full_clean()
    with transaction.atomic():
        point.save()
        audit(actor=actor, action="probe_point_create", subject=point, after={"slug": slug, "name": name}, now=now)
    return point


def point_delete(*, point: ProbePoint, actor: User, now: datetime) -> None:
    """Remove a place that no source uses. Raises Denied, PointInUse."""
    require(actor, "source_edit")
    with transaction.atomic():
        if point.lanes.exists():
            raise PointInUse(_("Sources are looked at from here; take the point out of them first."))
        before = {"slug": point.slug, "name": point.name}
        audit(actor=actor, action="probe_point_delete", subject=point, before=before, now=now)
        point.delete()


def lanes_align(*, source: Source, now: datetime) -> None:
    """Give a source a lane for each of its points, due at once, and no others."""
    slugs = source.config.get("points") or []
    source.lanes.exclude(point__slug__in=slugs).delete()
    lanes = [ProbeLane(source=source, point=point, next_due_at=now) for point in _points(slugs)]
    ProbeLane.objects.bulk_create(lanes, ignore_conflicts=True)
    source.lanes.update(next_due_at=now)


def lanes_due(now: datetime, limit: int = 1000) -> list[tuple[int, str, int]]:
    """Return the lanes whose look is due and that nobody has: id, queue and the seconds for which that is so."""
    due = ProbeLane.objects.filter(next_due_at__lte=now, source__enabled=True).exclude(leased_until__gt=now)
    rows = due.select_related("point", "source").order_by("next_due_at", "pk")[:limit]
    return [(lane.pk, lane.point.queue, lane.source.interval) for lane in rows]


def lane_look(*, lane_id: int, now: datetime) -> bool:
    """Look at a source from a point, if that is due, and keep what was seen; return whether it looked."""
    lane = _lease(lane_id, now)
    if lane is None:
        return False
    start = instant_of(now) // lane.source.interval * lane.source.interval
    seen, error = _observed(lane, start)
    _looked(lane, start, seen, error, now)
    return True


def _observed(lane: ProbeLane, start: int) -> tuple[Observed | None, Sentence]:
    """Return what looking from a point finds, or nothing and why; raises what a database raises that is away."""
    config: Mapping[str, Any] = {}
    try:
        networks_refresh()
        config = config_open(lane.source)
        connector = CONNECTORS[lane.source.kind]
        assert isinstance(connector, Probe)
        return connector.observe(config, start, lane.point.slug), verbatim("")
    except ConnectorError as error:
        return None, sentence_of(error).without(config.values())
    except (InterfaceError, OperationalError):
        raise  # once the lease is over, another worker looks
    except Exception as error:  # a fault in a connector: said on the source's page, and tried again
        logger.error("No look at %s from %s.\n%s", lane.source.slug, lane.point.slug, fault_text(config))
        return None, fault(error).without(config.values())


def _points(slugs: list[str]) -> list[ProbePoint]:
    return list(ProbePoint.objects.filter(slug__in=slugs)) if slugs else []


@transaction.atomic
def _lease(lane_id: int, now: datetime) -> ProbeLane | None:
    """Return a lane with a lease on it; None where it is not due, or another worker has it."""
    rows = ProbeLane.objects.select_for_update(skip_locked=True, of=("self",)).select_related("source", "point")
    lane = rows.filter(pk=lane_id, source__enabled=True, next_due_at__lte=now).first()
    if lane is None or (lane.leased_until and lane.leased_until > now) or lane.source.kind not in CONNECTORS:
        return None
    lane.leased_until = now + LEASE
    lane.save(update_fields=["leased_until"])
    return lane


@transaction.atomic
def _looked(lane: ProbeLane, start: int, seen: Observed | None, error: Sentence, now: datetime) -> None:
    """Keep what was seen, once for each interval, and say when the next look is due."""
    if seen is not None:
        ProbeObservation.objects.update_or_create(
            source=lane.source, point=lane.point, start=moment_of(start),
            defaults={"state": seen.state, "seen": seen.seen, "value": seen.value},
        )  # fmt: skip
    ProbeObservation.objects.filter(source=lane.source, start__lt=now - KEPT).delete()
    told = kept(error)
    ProbeLane.objects.filter(pk=lane.pk, leased_until=lane.leased_until).update(
        leased_until=None, last_error=told.text, last_error_parts=told.parts,
        next_due_at=moment_of(start + lane.source.interval),
    )  # fmt: skip
    ProbePoint.objects.filter(pk=lane.point_id).update(seen_at=now)
