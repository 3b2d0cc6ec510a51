"""What an act on facts or exclusions changes: figures before and after, and the same rehearsed without being kept."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any, TypeAlias

from django.db import connection, transaction

from agreements.models import Objective
from monitoring.models import Breach, BreachState, PeriodResult
from monitoring.services.assessment import objective_try
from monitoring.services.restatement import restatements_issue, waiting_of

REHEARSED_MOST = 60  # objectives of one rehearsal; an act itself reaches all
LOCK_PATIENCE = "3s"  # a rehearsal never stands in the way of the work for longer

Key: TypeAlias = tuple[int, datetime]
Figures: TypeAlias = dict[str, Any]

_SHOWN = (
    "id", "objective_id", "start", "end", "verdict", "target", "achieved", "value", "good", "total", "unadjusted",
    "credit_percent", "credit_amount", "state", "revision",
)  # fmt: skip
_COMPARED = ("verdict", "achieved", "value", "good", "total", "unadjusted", "credit_amount", "breach")


def effects_apply(
    act: Callable[[], Any], objectives: Iterable[Objective], *, actor: Any, now: datetime, reason: str = ""
) -> list[dict[str, Any]]:
    """Do an act, assess what it touched, restate what was final; return which figures changed, in one transaction.

    Final figures that differ only because of what came late before the act stay questions for a person.
    """
    reached = sorted(objectives, key=lambda one: one.pk)
    with transaction.atomic():
        _assess(reached, now)  # so that what time and earlier facts have brought is not laid to this act
        before = _figures(reached)
        asked = waiting_of(reached)
        act()
        _assess(reached, now)
        fresh = [pk for pk, new in waiting_of(reached).items() if asked.get(pk) != new]
        restatements_issue(fresh, decision=reason, actor=actor, now=now)
        return _changed(before, _figures(reached), reached)


def effects_rehearse(
    act: Callable[[], Any], objectives: Iterable[Objective], *, now: datetime
) -> tuple[list[dict[str, Any]], int]:
    """Return what `effects_apply` would change, and how many objectives were left out of the rehearsal.

    Everything is really done with the engine and the database, and then undone: nothing of it is kept or sent.
    Raises OperationalError where somebody else holds the same rows for longer than a moment.
    """
    everyone = list(objectives)
    reached = everyone[:REHEARSED_MOST]
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(f"SET LOCAL lock_timeout = '{LOCK_PATIENCE}'")
        effects = effects_apply(act, reached, actor=None, now=now)
        transaction.set_rollback(True)
    return effects, len(everyone) - len(reached)


def _assess(objectives: Iterable[Objective], now: datetime) -> None:
    """Assess what is due of these objectives; one that cannot be assessed does not stop the others."""
    for objective in objectives:
        objective_try(objective_id=objective.pk, now=now)


def _figures(objectives: Iterable[Objective]) -> dict[Key, Figures]:
    """Return the present figures of the objectives by objective and period, with the state of each one's breach."""
    wanted = list(objectives)
    breaches = {
        (objective, start): state
        for objective, start, state in Breach.objects.filter(objective__in=wanted)
        .exclude(state=BreachState.WITHDRAWN)
        .values_list("objective_id", "period_start", "state")
    }
    rows = PeriodResult.objects.filter(objective__in=wanted, current=True).order_by("start").values(*_SHOWN)
    return {
        (row["objective_id"], row["start"]): {
            **row,
            "breach": breaches.get((row["objective_id"], row["start"]), ""),
        }
        for row in rows
    }


def _changed(
    before: Mapping[Key, Figures], after: Mapping[Key, Figures], objectives: Iterable[Objective]
) -> list[dict[str, Any]]:
    """Return the periods whose figures differ, as JSON values: by agreement and objective, oldest first."""
    names = {one.pk: one for one in objectives}
    found = []
    for key in sorted(before.keys() | after.keys()):
        was, now = before.get(key), after.get(key)
        if was is None or now is None or any(was[name] != now[name] for name in _COMPARED):
            found.append(_effect(names[key[0]], was, now))
    return sorted(found, key=lambda one: (one["agreement_title"], one["objective"], one["start"]))


def _effect(objective: Objective, was: Figures | None, now: Figures | None) -> dict[str, Any]:
    """Return one changed period."""
    agreement = objective.agreement
    either = now or was or {}
    return {
        "objective_id": objective.pk,
        "objective": objective.name,
        "agreement": agreement.slug,
        "agreement_title": agreement.title,
        "service": agreement.service.name,
        "zone": agreement.timezone,
        "start": either["start"].isoformat(),
        "end": either["end"].isoformat(),
        "final": was is not None and was["state"] == "closed",
        "before": _plain(was),
        "after": _plain(now),
    }


def _plain(figures: Figures | None) -> dict[str, Any] | None:
    """Return figures as JSON values."""
    if figures is None:
        return None
    left_out = ("objective_id", "start", "end", "state")
    return {name: _text(value) for name, value in figures.items() if name not in left_out}


def _text(value: Any) -> Any:
    """Return a number as exact text."""
    return f"{value.normalize():f}" if isinstance(value, Decimal) else value
