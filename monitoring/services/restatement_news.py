"""Who is told of final figures that would be otherwise, and of those that were restated."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Q
from django.urls import reverse
from django.utils import translation

from agreements.models import Agreement
from monitoring.figures.numbers import figure_text as text_of
from monitoring.models import Restatement
from slmo.accounts.models import Organisation, Role, User
from slmo.accounts.policy import ACTIONS, can
from slmo.notify.services import message_enqueue


def deciders(action: str, *organisations: Organisation) -> Iterable[User]:
    """Return the active people whose level lets them do an act on what concerns these organisations.

    Where none of them is a provider, the provider's people act (slmo/accounts/policy.py).
    """
    providers = [one.pk for one in organisations if one.kind == Organisation.Kind.PROVIDER]
    people = User.objects.filter(
        is_active=True, assignments__role=Role.LEVEL, assignments__level__gte=ACTIONS[action].level
    )
    concerned = Q(assignments__organisation__in=providers)
    return people.filter(concerned if providers else Q(assignments__organisation__kind="provider")).distinct()


def parties_people(agreement: Agreement) -> list[User]:
    """Return the active people of both parties who follow what was promised: representatives, and all with a level."""
    people = User.objects.filter(assignments__organisation__in=[agreement.provider_id, agreement.customer_id])
    return list(people.filter(is_active=True).distinct().order_by("name", "pk"))


def people_of(organisation: Organisation, action: str) -> list[User]:
    """Return the active people of one organisation who may do an act on what is its own."""
    people = User.objects.filter(assignments__organisation=organisation, is_active=True).distinct().order_by("pk")
    return [user for user in people if can(user, action, organisation)]


def waiting_news(question: Restatement, now: datetime) -> None:
    """Tell those who may decide that a final figure would be another one today."""
    agreement = question.objective.agreement
    message_enqueue(
        kind="restatement_waiting",
        recipients=deciders("restatement_issue", agreement.provider, agreement.customer),
        context=_context(question),
        subject_type="monitoring.restatement",
        subject_id=question.pk,
        url=reverse("restatement", args=[question.pk]),
        dedupe_key=f"restatement:{question.pk}:waiting:{now.isoformat()}",
        now=now,
    )


def issued_news(restatement: Restatement, told: list[User], now: datetime) -> None:
    """Tell the people of both parties which figure was replaced by which."""
    message_enqueue(
        kind="figure_restated",
        recipients=told,
        context={**_context(restatement), "number": restatement.number, "reason": restatement.decision},
        subject_type="monitoring.restatement",
        subject_id=restatement.pk,
        url=reverse("restatement", args=[restatement.pk]),
        dedupe_key=f"restatement:{restatement.pk}:issued",
        now=now,
    )


def _context(row: Restatement) -> dict[str, Any]:
    """Return what both letters say."""
    agreement = row.objective.agreement
    return {
        "service": str(agreement.service),
        "agreement": str(agreement),
        "objective": row.objective.name,
        "period": row.period_start.astimezone(ZoneInfo(agreement.timezone)).date(),
        "old": figure_text(row.old),
        "new": figure_text(row.new),
    }


def figure_text(figures: dict[str, Any]) -> str:
    """Return a kept figure as letters show it: a percentage cut off against the provider, or the value."""
    with translation.override("en"):  # letters say it in each reader's language
        shown = text_of(figures["achieved"], figures["target"], figures["value"]) or "–"
        return shown.replace("\N{NO-BREAK SPACE}", " ")
