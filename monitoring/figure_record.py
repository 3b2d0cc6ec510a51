"""What people did about one figure, and what one may do: restatements, corrections and exclusions of its period."""

from typing import Any
from urllib.parse import urlencode

from django.db.models import Q
from django.urls import reverse

from agreements.models import Objective
from monitoring.measured import indicators_of
from monitoring.models import PeriodResult, RestatementState
from monitoring.proposal_page import figure_shown, span_shown
from monitoring.proposals import corrections_visible, exclusions_visible, restatements_visible
from slmo.accounts.models import User
from slmo.accounts.policy import can

PROPOSALS_MOST = 20


def figure_record(user: User, result: PeriodResult) -> dict[str, Any]:
    """Return the restatements, corrections and exclusions that the person may know of about a figure's period."""
    rows = list(restatements_visible(user).filter(objective=result.objective_id, period_start=result.start))
    asked = [row for row in rows if row.state in (RestatementState.WAITING, RestatementState.DECLINED)]
    return {
        "restatements": [_restated(row) for row in rows if row.state == RestatementState.ISSUED],
        "question": next((_restated(row) for row in asked if row.before_id == result.pk), None),
        "proposals": _proposals(user, result),
    }


def acts_of(user: User, objective: Objective) -> dict[str, str]:
    """Return where the person may propose to correct the facts of an objective, and to exclude time from it."""
    agreement, indicator = objective.agreement, objective.indicator
    found = {"correct_url": "", "exclude_url": ""}
    if indicator is not None and can(user, "correction_propose", indicator.service.organisation):
        url = reverse("correction_new", args=[indicator.service.slug, indicator.slug])
        found["correct_url"] = f"{url}?{urlencode({'objective': objective.pk})}"
    if can(user, "exclusion_propose", agreement.provider, agreement.customer):
        query = urlencode({"agreement": agreement.slug, "objective": objective.name})
        found["exclude_url"] = f"{reverse('exclusion_new')}?{query}"
    return found


def _restated(row: Any) -> dict[str, Any]:
    """Return one restatement as the page names it."""
    return {
        "row": row,
        "old": figure_shown(row.old),
        "new": figure_shown(row.new),
        "waits": row.state == RestatementState.WAITING,
        "url": reverse("restatement", args=[row.pk]),
    }


def _proposals(user: User, result: PeriodResult) -> list[dict[str, Any]]:
    """Return the corrections and exclusions that reach into the figure's period, the latest first."""
    objective = result.objective
    inside = Q(start__lt=result.end, end__gt=result.start)
    corrections = corrections_visible(user).filter(inside, indicator__in=indicators_of(objective))
    about = Q(agreement=objective.agreement_id) & (Q(objective=None) | Q(objective=objective.pk))
    exclusions = exclusions_visible(user).filter(inside).filter(about | Q(service=objective.agreement.service_id))
    found = [
        {"what": what, "row": row, "url": reverse(what, args=[row.pk]), "span": span_shown(row.start, row.end)}
        for what, rows in (("correction", corrections), ("exclusion", exclusions))
        for row in rows[:PROPOSALS_MOST]
    ]
    return sorted(found, key=lambda one: one["row"].proposed_at, reverse=True)
