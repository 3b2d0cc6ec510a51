"""Scoped reads: which facts, results and breaches a person may know of. What is not theirs does not exist for them.

People see the facts of the indicators, and the results of the objectives, that agreements/selectors.py shows them.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.db.models import Exists, F, OuterRef, QuerySet

from agreements.models import Objective
from agreements.selectors import indicators_visible, objectives_visible
from monitoring.kinds import KINDS, FactKind
from monitoring.models import Breach, FactBatch, LedgerDay, ObjectiveStatus, PeriodResult, Source
from monitoring.reading import states_load
from slmo.accounts.models import User

__all__ = [
    "batches_visible",
    "breach_get",
    "breaches_visible",
    "facts_visible",
    "ledger_visible",
    "result_get",
    "result_rows",
    "results_visible",
    "source_get",
    "sources_visible",
    "states_load",
    "statuses_visible",
]

STATES = KINDS["states"]
RESULT_FIELDS = (
    "id", "objective_id", "start", "end", "verdict", "target", "achieved", "value", "lower", "upper", "unadjusted",
    "good", "total", "budget_allowed", "budget_consumed", "credit_percent", "credit_amount", "outages",
    "longest_outage", "state", "revision", "assessed_at", "closed_at",
)  # fmt: skip
OBJECTIVE_FIELDS = {
    "objective_name": "objective__name",
    "agreement": "objective__agreement__slug",
    "agreement_title": "objective__agreement__title",
    "service": "objective__agreement__service__slug",
    "service_name": "objective__agreement__service__name",
    "zone": "objective__agreement__timezone",
}
_PARTIES = ("objective__agreement__service", "objective__agreement__provider", "objective__agreement__customer")

Reader = User | AnonymousUser


def _objectives(user: Reader) -> QuerySet[Objective]:
    """Return the visible objectives, for use inside another query."""
    return objectives_visible(user).select_related(None).order_by()


def results_visible(user: Reader) -> QuerySet[PeriodResult]:
    """Return the current results of the objectives that the person may see."""
    return PeriodResult.objects.filter(current=True, objective__in=_objectives(user)).select_related(*_PARTIES)


def result_get(user: Reader, result_id: int) -> PeriodResult:
    """Return one result, current or replaced; raises PeriodResult.DoesNotExist where it is not to be seen."""
    results = PeriodResult.objects.filter(objective__in=_objectives(user))
    return results.select_related(*_PARTIES, "objective__indicator", "version").get(pk=result_id)


def result_rows(results: QuerySet[PeriodResult]) -> Iterable[dict[str, Any]]:
    """Return results as plain rows with the names of their objective, agreement and service, in one query."""
    names = {name: F(path) for name, path in OBJECTIVE_FIELDS.items()}
    return results.select_related(None).values(*RESULT_FIELDS, **names)


def statuses_visible(user: Reader) -> QuerySet[ObjectiveStatus]:
    """Return where the objectives stand that the person may see."""
    return ObjectiveStatus.objects.filter(objective__in=_objectives(user)).select_related(*_PARTIES, "result")


def breaches_visible(user: Reader) -> QuerySet[Breach]:
    """Return the breaches of the objectives that the person may see."""
    return Breach.objects.filter(objective__in=_objectives(user)).select_related(*_PARTIES, "result", "owner")


def breach_get(user: Reader, breach_id: int) -> Breach:
    """Return one breach; raises Breach.DoesNotExist where it is not to be seen."""
    return breaches_visible(user).get(pk=breach_id)


def ledger_visible(user: Reader) -> QuerySet[LedgerDay]:
    """Return the ledger days of the objectives that the person may see."""
    return LedgerDay.objects.filter(objective__in=_objectives(user)).order_by("objective_id", "day")


def facts_visible(user: Reader, known_at: datetime | None = None, kind: FactKind = STATES) -> QuerySet[Any]:
    """Return the facts of one kind of the indicators that the person may see: the current ones, or those known then."""
    seen = indicators_visible(user).select_related(None).order_by()
    rows = kind.model._default_manager.filter(indicator__in=seen)
    facts = rows.select_related("indicator__service", "batch__recorded_by").order_by(f"-{kind.first}", "-id")
    if known_at is None:
        return facts.filter(superseded_at=None)
    return facts.filter(recorded_at__lte=known_at).exclude(superseded_at__lte=known_at)


def batches_visible(user: Reader) -> QuerySet[FactBatch]:
    """Return the deliveries of facts that the person may see."""
    seen = indicators_visible(user).select_related(None).order_by()
    return FactBatch.objects.filter(indicator__in=seen).select_related("indicator__service", "recorded_by", "source")


def sources_visible(user: Reader) -> QuerySet[Source]:
    """Return the sources of services that the person's own organisations deliver, or have delivered to them."""
    seen = indicators_visible(user).select_related(None).order_by().filter(pk=OuterRef("indicator"))
    return Source.objects.filter(Exists(seen)).select_related("indicator__service__organisation")


def source_get(user: Reader, slug: str) -> Source:
    """Return one source; raises Source.DoesNotExist where it is not to be seen."""
    return sources_visible(user).get(slug=slug)
