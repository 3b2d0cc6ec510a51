"""What the page of a breach shows whoever reads it: impact, stream, and what earlier ones teach, ready to be drawn."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from agreements.models import VersionState
from monitoring import history
from monitoring.figures.numbers import budget_text, figure_of, is_counted, target_text
from monitoring.models import Breach, BreachState, PeriodResult
from slmo.accounts.models import User
from slmo.notify.selectors import muted_until
from slmo.web import words

STATE_KINDS = ("availability", "outages")
WHOLE_MONTH = 28  # days; a period at least so long is named by its month


@dataclass(frozen=True)
class Similar:
    """An earlier or later breach of the same objective, as a line."""

    pk: int
    name: str
    state: str
    cause: str
    explanation: str
    outcome: str
    percent: str


def breach_context(user: User, breach: Breach, now: datetime) -> dict[str, Any]:
    """Return the figures, the stream and the neighbours of a breach."""
    others = history.similar(user, breach)
    over, counted = overspent(breach.result), is_counted(breach.objective)
    return {
        "breach": breach,
        "agreement": breach.objective.agreement,
        "result": breach.result,
        "period": period_name(breach, inside=True),
        "percent": figure_of(breach.result),
        "target": target_text(breach.result.target),
        "currency": currency_of(breach.result),
        "over": over,
        "left": -over if over is not None else None,
        "beyond": budget_text(abs(over), counted=counted) if over is not None else "",
        "allowed": budget_text(breach.result.budget_allowed, counted=counted),
        "by_states": breach.objective.indicator is None or breach.objective.indicator.kind in STATE_KINDS,
        "settled": breach.state in (BreachState.CLOSED, BreachState.WITHDRAWN),
        "steps": history.step_items(breach, now),
        "stream": history.stream(breach, history.outages_in(breach)),
        "similar": [similar_line(one) for one in others[: history.SIMILAR_MOST]],
        "similar_count": others.count(),
        "affected": history.affected(user, breach),
        "muted": muted_until(user, "monitoring.breach", breach.pk, now),
        "now": now,
    }


def period_name(breach: Breach, *, inside: bool = False) -> str:
    """Return the period as its month, or its first day where it is shorter, in the agreement's zone.

    `inside`: as it stands inside a sentence.
    """
    first = breach.period_start.astimezone(words.zone_of(breach.objective.agreement.timezone)).date()
    whole = (breach.period_end - breach.period_start).days >= WHOLE_MONTH
    month = words.month_inside if inside else words.month
    return month(first) if whole else words.day(first)


def currency_of(result: PeriodResult) -> str:
    """Return the currency in which the version that judged the period counts credits."""
    version = result.version
    if version is None or version.state != VersionState.SIGNED:
        return ""
    return str(version.document.get("spec", {}).get("currency", ""))


def overspent(result: PeriodResult) -> Decimal | None:
    """Return by how much a period overspent its error budget (seconds, events …); negative where some is left."""
    if result.budget_allowed is None or result.budget_consumed is None:
        return None
    return result.budget_consumed - result.budget_allowed


def similar_line(breach: Breach) -> Similar:
    """Return another breach as a line."""
    return Similar(
        pk=breach.pk,
        name=period_name(breach),
        state=breach.state,
        cause=str(breach.get_cause_display()),
        explanation=breach.explanation,
        outcome=breach.outcome,
        percent=figure_of(breach.result),
    )
