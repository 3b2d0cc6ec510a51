"""Verbs of sources: set up, changed, and removed. How they are asked: services/fetching.py."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from agreements.models import Indicator
from monitoring.connectors import CONNECTORS, Connector, config_check
from monitoring.kinds import kinds_of
from monitoring.models import Source
from monitoring.services.fetch import is_windowed, origin_of
from monitoring.services.fetching import source_fetch, sources_due
from monitoring.services.probe import lanes_align
from monitoring.services.source_secrets import secrets_kept, secrets_sealed
from monitoring.silence import PATIENCE
from slmo.accounts.models import User
from slmo.accounts.policy import require
from slmo.audit.services import record as audit
from slmo.web import words

__all__ = ["origin_of", "source_create", "source_delete", "source_fetch", "source_update", "sources_due"]

INTERVAL_LEAST, INTERVAL_MOST = 5, 86_400
SINCE_MOST = timedelta(days=400)  # thirteen months, and a few days to choose from
FIELDS = ("name", "config", "interval", "enabled")


def source_create(
    *,
    slug: str,
    name: str,
    kind: str,
    indicator: Indicator,
    config: Mapping[str, Any],
    interval: int = 60,
    since: datetime | None = None,
    actor: User | None,
    now: datetime,
) -> Source:
    """Set up a source that feeds an indicator; its first fetch is due at once.

    `since`: from when on a source is asked that can be asked for the past, week by week; None: from now on.

    Raises Denied; ValidationError by field.
    """
    if actor is not None:
        require(actor, "source_edit", indicator.service.organisation)
    source = Source(slug=slug, name=name, kind=kind, indicator=indicator, interval=interval)
    replaced = _configure(source, config)
    source.next_due_at, source.asked_since = _due(source, now), now
    if since is not None:
        source.covered_until = _begun(source, since, now)
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
        source.failures, source.silence_told_at = 0, None
        source.last_error, source.last_error_parts = "", None
        source.lease, source.leased_until = source.lease + 1, None  # what is under way was asked by other settings
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
    if waits := connector.expects(checked.settings):
        source.interval = max(INTERVAL_LEAST, waits // PATIENCE)
    source.config, source.secrets = checked.settings, secrets_sealed(source.secrets, checked.secrets)
    return {"secrets_changed": sorted(checked.secrets)} if checked.secrets else {}


def _begun(source: Source, since: datetime, now: datetime) -> datetime:
    """Return how far a new source counts as covered, so that its first window begins at `since` and not before it.

    Raises ValidationError where it cannot be asked from then on.
    """
    if not is_windowed(source):
        raise ValidationError({"since": _("A source of this kind cannot be asked for the past.")})
    if not now - SINCE_MOST <= since <= now:
        sentence = _("Choose a day from %(first)s to today.")
        raise ValidationError({"since": sentence % {"first": words.day(now - SINCE_MOST)}})
    return since + timedelta(seconds=source.overlap)


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
