"""Verbs of sources: set up, and asked for facts on their clock.

A fetch holds a lease, not a lock, while it waits for the other end; a worker that dies lets the lease run out, and the
sweep fetches again. What a failed fetch did not bring is part of the next one's window.
"""

import logging
import random
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from agreements.models import Indicator
from monitoring.connectors import CONNECTORS, Connector, ConnectorError, config_check
from monitoring.instants import instant_of, moment_of
from monitoring.kinds import kinds_of
from monitoring.models import FactBatch, Source
from monitoring.rows import FactsRefused
from monitoring.services.facts import facts_record
from monitoring.services.probe import lanes_align
from monitoring.services.source_secrets import config_open, fault_text, secrets_kept, secrets_sealed
from slmo.accounts.models import User
from slmo.accounts.policy import require
from slmo.accounts.vault import scrubbed
from slmo.audit.services import record as audit
from slmo.core.units import Window

logger = logging.getLogger(__name__)

LEASE = timedelta(minutes=2)  # longer than any fetch takes: 30 s is the longest timeout that a connector has
BACK_OFF_MOST = timedelta(minutes=15)
JITTER = (0.8, 1.2)  # so that sources that failed together do not come back together
INTERVAL_LEAST, INTERVAL_MOST = 5, 86_400
WINDOW_MOST = 7 * 86_400  # seconds asked for at once
FIELDS = ("name", "config", "interval", "enabled")


def source_create(
    *,
    slug: str,
    name: str,
    kind: str,
    indicator: Indicator,
    config: Mapping[str, Any],
    interval: int = 60,
    actor: User | None,
    now: datetime,
) -> Source:
    """Set up a source that feeds an indicator; its first fetch is due at once.

    Raises Denied; ValidationError by field.
    """
    if actor is not None:
        require(actor, "source_edit", indicator.service.organisation)
    source = Source(slug=slug, name=name, kind=kind, indicator=indicator, interval=interval)
    replaced = _configure(source, config)
    source.next_due_at, source.asked_since = _due(source, now), now
    source.full_clean(exclude=["config", "secrets"])
    with transaction.atomic():
        source.save()
        lanes_align(source=source, now=now)
        _audit(source, "source_create", actor, now, None, {**_shown(source), **replaced})
    return source


def source_update(*, source: Source, actor: User | None, now: datetime, **changes: Any) -> Source:
    """Change name, config, interval or enabled of a source; it is fetched again at once.

    Raises Denied; ValidationError by field; TypeError for anything else to change.
    """
    if unknown := set(changes) - set(FIELDS):
        raise TypeError(f"A source has no {', '.join(sorted(unknown))} to change.")
    if actor is not None:
        require(actor, "source_edit", source.indicator.service.organisation)
    with transaction.atomic():
        source = Source.objects.select_for_update(of=("self",)).select_related("indicator__service").get(pk=source.pk)
        before = _shown(source)
        for field, value in changes.items():
            setattr(source, field, value)
        replaced = _configure(source, source.config, before["config"])
        source.full_clean(exclude=["config", "secrets"])
        source.next_due_at, source.asked_since = _due(source, now), now
        source.failures, source.last_error, source.silence_told_at = 0, "", None
        source.save()
        lanes_align(source=source, now=now)
        _audit(source, "source_update", actor, now, before, {**_shown(source), **replaced})
    return source


def source_delete(*, source: Source, actor: User | None, now: datetime) -> None:
    """Remove a source; the facts that it brought stay. Raises Denied."""
    if actor is not None:
        require(actor, "source_edit", source.indicator.service.organisation)
    with transaction.atomic():
        _audit(source, "source_delete", actor, now, _shown(source), None)
        source.delete()


def sources_due(now: datetime, limit: int = 1000) -> list[int]:
    """Return the ids of sources whose fetch is due and that nobody fetches, the longest due first."""
    free = Q(leased_until__isnull=True) | Q(leased_until__lte=now)
    due = Source.objects.filter(free, enabled=True, next_due_at__lte=now).order_by("next_due_at", "pk")
    return list(due.values_list("pk", flat=True)[:limit])


def source_fetch(*, source_id: int, now: datetime) -> FactBatch | None:
    """Ask a source for facts, if that is due, and record them; return their batch, None where none came.

    The window begins where the last success ended. A failure is written on the source and tried again later: soon
    where trying again may help, else only after the longest wait.
    """
    source = _lease(source_id, now)
    if source is None:
        return None
    window = window_due(source, now)
    config: Mapping[str, Any] = {}
    try:
        config = config_open(source)
        rows = CONNECTORS[source.kind].fetch(config, window, source.interval)
        with transaction.atomic():
            batch = facts_record(
                indicator=source.indicator, rows=rows, origin=origin_of(source), source=source, actor=None, now=now
            )
            _succeeded(source, window, now)
        CONNECTORS[source.kind].recorded(config)
    except (ConnectorError, FactsRefused) as error:
        if isinstance(error, FactsRefused):
            CONNECTORS[source.kind].refused(config, str(error))
        _failed(source, scrubbed(str(error), config.values()), now, again=getattr(error, "again", False))
        return None
    except Exception as error:  # a fault in a connector: said on the source's page, and tried again
        logger.error("Source %s could not be fetched.\n%s", source.slug, fault_text(config))
        _failed(source, scrubbed(f"{type(error).__name__}: {error}", config.values()), now, again=True)
        return None
    return batch


def origin_of(source: Source) -> str:
    """Return the name of the stream that a source's facts belong to."""
    return f"source:{source.pk}"


def window_due(source: Source, now: datetime) -> Window:
    """Return what to ask for: from the end of the last success to the end of the interval in which `now` lies."""
    end = _slot_end(source, now)
    since = _slot_end(source, source.last_success_at) if source.last_success_at else end - source.interval
    return Window(max(min(since, end - source.interval), end - WINDOW_MOST), end)


def _slot_end(source: Source, moment: datetime) -> int:
    """Return the end of the interval of the clock in which a moment lies."""
    return (instant_of(moment) // source.interval + 1) * source.interval


def _lease(source_id: int, now: datetime) -> Source | None:
    """Return the source with a lease on it; None where it is not due, or another worker has it."""
    with transaction.atomic():
        rows = Source.objects.select_for_update(skip_locked=True, of=("self",)).select_related(
            "indicator__service__organisation"
        )
        source = rows.filter(pk=source_id, enabled=True, next_due_at__lte=now).first()
        if source is None or (source.leased_until and source.leased_until > now) or source.kind not in CONNECTORS:
            return None
        source.leased_until = now + LEASE
        source.save(update_fields=["leased_until"])
        return source


def _succeeded(source: Source, window: Window, now: datetime) -> None:
    """Write a success on the source; the next fetch is due when the present interval ends."""
    _still_leased(source).update(
        leased_until=None, last_success_at=now, last_error="", failures=0, silence_told_at=None,
        next_due_at=moment_of(window.end),
    )  # fmt: skip


def _failed(source: Source, error: str, now: datetime, *, again: bool) -> None:
    """Write a failure on the source, with the time of the next try."""
    wait = timedelta(seconds=source.interval) * 2 ** min(source.failures, 16) if again else BACK_OFF_MOST
    wait = min(wait, BACK_OFF_MOST) * random.uniform(*JITTER)
    logger.warning("Source %s brought no facts: %s", source.slug, error)
    _still_leased(source).update(
        leased_until=None, last_error=error[:2000], last_error_at=now, failures=source.failures + 1,
        next_due_at=now + wait,
    )  # fmt: skip


def _still_leased(source: Source) -> Any:
    """Return the source's row, unless the lease ran out and another worker has taken it over."""
    return Source.objects.filter(pk=source.pk, leased_until=source.leased_until)


def _configure(source: Source, config: Mapping[str, Any], before: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Give a source its configuration and its secrets; return which secrets are new or gone, for the audit log.

    `before` is the configuration that its stored secrets were typed for. Raises ValidationError by field.
    """
    if source.kind not in CONNECTORS:
        raise ValidationError({"kind": _("Choose a kind of source that this portal knows.")})
    if not INTERVAL_LEAST <= source.interval <= INTERVAL_MOST:
        sentence = _("Choose an interval from %(least)d seconds to one day.") % {"least": INTERVAL_LEAST}
        raise ValidationError({"interval": sentence})
    connector = CONNECTORS[source.kind]
    checked = config_check(connector, config, held=source.secrets)
    _kind_check(connector, checked.settings, source.indicator)
    secrets_kept(connector, source, before, checked)
    source.config, source.secrets = checked.settings, secrets_sealed(source.secrets, checked.secrets)
    return {"secrets_changed": sorted(checked.secrets)} if checked.secrets else {}


def _due(source: Source, now: datetime) -> datetime | None:
    """Return when a source that was set up or changed is asked next: at once, or never if it sends by itself."""
    return now if CONNECTORS[source.kind].asked else None


def _kind_check(connector: Connector, config: Mapping[str, Any], indicator: Indicator) -> None:
    """Raise ValidationError where the indicator is not measured by what such a source brings."""
    names = [kind.name for kind in kinds_of(indicator.kind)]
    if (connector.brings(config) or names[0]) not in names:
        sentence = _("%(indicator)s is not measured by facts of the kind that this source brings.")
        raise ValidationError({"indicator": sentence % {"indicator": indicator}})


def _shown(source: Source) -> dict[str, Any]:
    """Return the fields that the audit log keeps."""
    shown = {name: getattr(source, name) for name in ("slug", "kind", *FIELDS)}
    return {**shown, "indicator": source.indicator.slug}


def _audit(source: Source, action: str, actor: User | None, now: datetime, before: Any, after: Any) -> None:
    """Write the audit entry of a source."""
    organisation = source.indicator.service.organisation
    audit(actor=actor, action=action, subject=source, before=before, after=after, organisations=[organisation], now=now)
