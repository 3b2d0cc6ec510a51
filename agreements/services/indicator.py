"""Verbs of measurement: indicators, and which of them an objective is judged by."""

from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from agreements.models import MEASURED_BY, Indicator, IndicatorKind, Objective, Service, VersionState
from agreements.services.service import services_needed
from slmo.accounts.models import Organisation, User
from slmo.accounts.policy import require
from slmo.audit.services import record


@transaction.atomic
def indicator_create(
    *,
    service: Service,
    slug: str,
    name: str,
    kind: str = IndicatorKind.AVAILABILITY,
    gaps_up: bool = False,
    recorded_from: datetime | None = None,
    recorded_until: datetime | None = None,
    measured_by: Organisation | None = None,
    actor: User | None,
    now: datetime,
) -> Indicator:
    """Open a stream of facts about a service.

    `gaps_up` says that silence means up, between `recorded_from` and `recorded_until`. `measured_by` names the customer
    whose measurement it is.
    Raises Denied, or ValidationError by field.
    """
    if actor is not None:
        require(actor, "source_edit", service.organisation)
    if recorded_from and recorded_until and recorded_until <= recorded_from:
        raise ValidationError({"recorded_until": _("The record must end after it began.")})
    indicator = Indicator(
        service=service,
        slug=slug,
        name=name,
        kind=kind,
        gaps_up=gaps_up,
        recorded_from=recorded_from,
        recorded_until=recorded_until,
        measured_by=measured_by,
    )
    indicator.full_clean()
    indicator.save()
    after: dict[str, Any] = {"slug": slug, "name": name, "kind": str(kind), "gaps_up": gaps_up}
    if measured_by is not None:
        after["measured_by"] = measured_by.slug
    record(
        actor=actor,
        action="indicator_create",
        subject=indicator,
        after=after,
        organisations=[service.organisation, *([measured_by] if measured_by else [])],
        now=now,
    )
    return indicator


@transaction.atomic
def indicator_compare(
    *, indicator: Indicator, since: datetime | None, note: str, actor: User, now: datetime
) -> Indicator:
    """Say since when an indicator's figures can be compared with each other, and what changed then; None: always.

    Facts and figures stay as they are: backtests over earlier time say that it was measured in another way.
    Raises Denied, or ValidationError by field.
    """
    found = (
        Indicator.objects.select_for_update(of=("self",)).select_related("service__organisation").get(pk=indicator.pk)
    )
    require(actor, "source_edit", found.service.organisation)
    before = {"comparable_since": _text(found.comparable_since), "comparable_note": found.comparable_note}
    found.comparable_since, found.comparable_note = since, note.strip() if since else ""
    found.full_clean()
    found.save(update_fields=["comparable_since", "comparable_note"])
    after = {"comparable_since": _text(since), "comparable_note": found.comparable_note}
    record(
        actor=actor,
        action="indicator_compare",
        subject=found,
        before=before,
        after=after,
        organisations=[found.service.organisation],
        now=now,
    )
    return found


def _text(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None


@transaction.atomic
def objective_measure(
    *,
    objective: Objective,
    indicator: Indicator | None,
    customer_indicator: Indicator | None = None,
    actor: User | None,
    now: datetime,
) -> Objective:
    """Set the facts by which an objective is judged, and the customer's own beside them; None: there are none.

    Raises Denied, or ValidationError where an indicator tells nothing about the agreed service (it must belong
    to that or to one that it needs), where it records other facts than the objective reads, or where it is not the
    measurement of the party for which it is chosen.
    """
    objective = (
        Objective.objects.select_for_update(of=("self",))
        .select_related(
            "agreement__provider", "agreement__customer", "agreement__service", "indicator", "customer_indicator"
        )
        .get(pk=objective.pk)
    )
    agreement = objective.agreement
    if actor is not None:
        require(actor, "source_edit", agreement.provider, agreement.customer)
    _measures_check(objective, indicator, customer_indicator)
    if (objective.indicator, objective.customer_indicator) == (indicator, customer_indicator):
        return objective
    before = _measures(objective)
    objective.indicator, objective.customer_indicator = indicator, customer_indicator
    objective.save(update_fields=["indicator", "customer_indicator"])
    record(
        actor=actor,
        action="objective_measure",
        subject=objective,
        before=before,
        after=_measures(objective),
        organisations=[agreement.provider, agreement.customer],
        now=now,
    )
    return objective


def _measures(objective: Objective) -> dict[str, str | None]:
    """Return what measures an objective, as the audit log keeps it."""
    first, second = objective.indicator, objective.customer_indicator
    return {"indicator": first.slug if first else None} | ({"customer_indicator": second.slug} if second else {})


def _measures_check(objective: Objective, indicator: Indicator | None, second: Indicator | None) -> None:
    """Refuse indicators that cannot measure the objective for the parties for which they are chosen."""
    agreement, needed = objective.agreement, services_needed(objective.agreement.service)
    for field, one in (("indicator", indicator), ("customer_indicator", second)):
        if one is None:
            continue
        if one.service_id not in needed:
            raise ValidationError({field: _("Choose an indicator of the agreed service or of one that it needs.")})
        _kind_check(objective, one, field)
    if indicator is not None and indicator.measured_by_id not in (None, agreement.provider_id):
        raise ValidationError({"indicator": _("This is a customer's measurement: choose the provider's.")})
    if second is None:
        return
    if second.measured_by_id != agreement.customer_id:
        sentence = _("Choose a measurement of %(customer)s.") % {"customer": agreement.customer}
        raise ValidationError({"customer_indicator": sentence})
    if indicator is None:
        raise ValidationError({"customer_indicator": _("Choose the provider's measurement first.")})
    if _facts_of(indicator) != _facts_of(second):
        raise ValidationError({"customer_indicator": _("Both measurements must record the same kind of facts.")})


def _facts_of(indicator: Indicator) -> str:
    """Return which facts an indicator has: availability and outages are both read from states."""
    kind = str(indicator.kind)
    return str(IndicatorKind.AVAILABILITY) if kind == IndicatorKind.OUTAGES else kind


def objective_kind(objective: Objective) -> str | None:
    """Return the kind of an objective by the version signed last that has it; None where none has."""
    signed = objective.agreement.versions.filter(state=VersionState.SIGNED).order_by("-effective_from")
    for document in signed.values_list("document", flat=True):
        for terms in document["spec"].get("objectives", ()):
            if terms["name"] == objective.name:
                return str(terms["indicator"])
    return None


def _kind_check(objective: Objective, indicator: Indicator, field: str) -> None:
    """Refuse an indicator whose facts the objective cannot read."""
    kind = objective_kind(objective)
    if kind is None or indicator.kind in MEASURED_BY[IndicatorKind(kind)]:
        return
    sentence = _("“%(indicator)s” measures “%(has)s”, but this objective is of the kind “%(needs)s”.")
    labels = {"has": IndicatorKind(indicator.kind).label, "needs": IndicatorKind(kind).label}
    raise ValidationError({field: sentence % {"indicator": indicator.name, **labels}})
