"""Verbs of the cost of levels: record what one costs from a date on, and take an entry out."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from agreements.models import IndicatorKind, Service
from monitoring.figures.numbers import target_of, target_written
from reports.models import CostSpan, LevelCost
from slmo.accounts.models import User
from slmo.accounts.policy import require
from slmo.audit.services import record


@transaction.atomic
def cost_record(
    *,
    service: Service,
    level: str,
    amount: Decimal,
    currency: str,
    since: date,
    kind: str = IndicatorKind.AVAILABILITY,
    per: str = CostSpan.MONTH,
    note: str = "",
    actor: User,
    now: datetime,
) -> LevelCost:
    """Record what a level costs from a date on; an entry for the same level and date is replaced.

    Raises Denied, or ValidationError by field.
    """
    require(actor, "cost_edit", service.organisation)
    target = target_of(level)
    if target is None:
        raise ValidationError({"level": _("Write a level as agreements do, such as “>= 99.9%” or “<= 4h”.")})
    rows = LevelCost.objects.select_for_update()
    found = rows.filter(service=service, kind=kind, level=target_written(target), since=since).first()
    before = _told(found) if found else None
    cost = found or LevelCost(service=service, kind=kind, level=target_written(target), since=since)
    cost.amount, cost.currency, cost.per, cost.note = amount, currency.strip().upper(), per, note.strip()
    cost.recorded_by, cost.recorded_at = actor, now
    cost.full_clean()
    cost.save()
    _record("cost_record", cost, actor, now, before=before, after=_told(cost))
    return cost


@transaction.atomic
def cost_remove(*, cost: LevelCost, actor: User, now: datetime) -> None:
    """Take an entry out of the table; the audit log keeps what it said. Raises Denied."""
    require(actor, "cost_edit", cost.service.organisation)
    cost = LevelCost.objects.select_for_update(of=("self",)).select_related("service__organisation").get(pk=cost.pk)
    _record("cost_remove", cost, actor, now, before=_told(cost))
    cost.delete()


def _told(cost: LevelCost) -> dict[str, Any]:
    return {
        "level": cost.level,
        "amount": str(cost.amount),
        "currency": cost.currency,
        "per": str(cost.per),
        "since": cost.since.isoformat(),
        "note": cost.note,
    }


def _record(
    action: str, cost: LevelCost, actor: User, now: datetime, *,
    before: dict[str, Any] | None = None, after: dict[str, Any] | None = None,
) -> None:  # fmt: skip
    """Write the audit entry, for the eyes of the service's own organisation."""
    parties = [cost.service.organisation]
    record(actor=actor, action=action, subject=cost, before=before, after=after, organisations=parties, now=now)
