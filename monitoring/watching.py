"""Whether objectives are really watched: which have no source, a stale one, or one that never saw a failure."""

from datetime import datetime, timedelta
from typing import Any

from django.db.models import Case, CharField, Exists, F, OuterRef, Q, QuerySet, Subquery, Value, When

from agreements.models import Objective
from agreements.selectors import objectives_visible
from monitoring.models import FactBatch, PeriodResult, Source
from monitoring.silence import silent_now
from slmo.accounts.models import User

BY_HAND = timedelta(days=35)  # what people deliver comes once a month at least
PROVEN_AFTER = timedelta(days=30)  # for so long a measurement may see no failure without a question

UNMEASURED, STALE, UNPROVEN, WATCHED = "unmeasured", "stale", "unproven", "watched"
STATES = (UNMEASURED, STALE, UNPROVEN, WATCHED)  # the worst first


def objectives_watched(user: User, now: datetime) -> QuerySet[Objective, Any]:
    """Return the objectives that a person may see, each with `watch`, `last_at` and `first_at` of its deliveries.

    `unmeasured`: nothing measures it, or nothing was ever delivered. `stale`: every source in use is silent, or what is
    delivered by hand is older than 35 days. `unproven`: measured for 30 days without one failure, so that nobody knows
    whether the measurement would notice. Else `watched`.
    """
    sources = Source.objects.filter(indicator=OuterRef("indicator"), enabled=True)
    batches = FactBatch.objects.filter(indicator=OuterRef("indicator")).values("recorded_at")
    bad = Q(budget_consumed__gt=0) | Q(verdict="breached") | Q(good__lt=F("total"))
    failed = PeriodResult.objects.filter(bad, objective=OuterRef("pk"))
    rows = objectives_visible(user).annotate(
        last_at=Subquery(batches.order_by("-recorded_at")[:1]),
        first_at=Subquery(batches.order_by("recorded_at")[:1]),
        has_source=Exists(sources),
        speaks=Exists(sources.exclude(silent_now(now))),
        failed=Exists(failed),
    )
    fresh = Q(has_source=True, speaks=True) | Q(has_source=False, last_at__gt=now - BY_HAND)
    watch = Case(
        When(Q(indicator=None) | Q(last_at=None, has_source=False), then=Value(UNMEASURED)),
        When(~fresh, then=Value(STALE)),
        When(failed=False, first_at__lt=now - PROVEN_AFTER, then=Value(UNPROVEN)),
        default=Value(WATCHED),
        output_field=CharField(),
    )
    return rows.annotate(watch=watch)
