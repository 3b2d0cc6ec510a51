"""For the provider's eyes only: what else is promised about the service, and what levels of it cost."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from agreements.models import Agreement, Service
from agreements.selectors import agreements_visible, terms_load
from monitoring.figures.numbers import target_of, target_text, target_written
from monitoring.instants import instant_of
from reports.evidence.question import Question
from reports.models import LevelCost
from slmo.accounts.models import User
from slmo.core.calendar import Calendar
from slmo.core.terms import ObjectiveTerms
from slmo.core.units import Window
from slmo.web import words

WEEK = Window(4 * 86_400, 11 * 86_400)  # Monday to Monday, the first whole week of 1970
MONTHS_A_YEAR = 12


@dataclass(frozen=True)
class Precedent:
    """One promise of the same kind about the same service."""

    agreement: Agreement
    name: str
    target: str
    hours: str
    tiers: str
    period: str
    past: bool


def precedents(question: Question, user: User) -> list[Precedent]:
    """Return what other agreements promise about the service; three queries, whatever their number."""
    mine = question.version.agreement
    others = list(agreements_visible(user).filter(service=mine.service, provider=mine.provider).exclude(pk=mine.pk))
    terms = terms_load(others)
    found = []
    for other in others:
        if other.pk not in terms:
            continue
        now = terms[other.pk].version_at(instant_of(question.now))
        version = now or terms[other.pk].versions[-1]
        for clause in version.objectives.values():
            if clause.indicator == question.clause.indicator:
                found.append(_precedent(other, clause, version.calendar_of(clause), past=now is None))
    return found


def _precedent(agreement: Agreement, clause: ObjectiveTerms, calendar: Calendar, *, past: bool) -> Precedent:
    return Precedent(
        agreement=agreement,
        name=clause.name,
        target=target_text(target_written(clause.target)) if clause.target else words.DASH,
        hours=hours_text(calendar),
        tiers=tiers_text(clause),
        period=clause.period,
        past=past,
    )


def hours_text(calendar: Calendar) -> str:
    """Return how many hours of an ordinary week count: "24 × 7", or "45 h a week"."""
    if calendar.weekly is None:
        return "24 × 7"
    seconds = Calendar("UTC", calendar.weekly).open(WEEK).seconds
    return _("%(hours)s h a week") % {"hours": words.number(seconds // 3600)}


def tiers_text(clause: ObjectiveTerms) -> str:
    """Return the credit tiers shortly: "< 99.9 %: 10 %, < 99 %: 25 %"."""
    if clause.credits is None:
        return _("no credits")
    return "; ".join(_tiers(clause))


def _tiers(clause: ObjectiveTerms) -> Iterator[str]:
    unit = clause.target.unit if clause.target else "%"
    for tier in reversed(clause.credits.tiers if clause.credits else ()):
        bound, sign = (tier.below, "<") if tier.below is not None else (tier.at_least, "≥")
        if bound is None:
            continue
        limit = words.percent_exact(bound) if unit == "%" else words.duration(bound) if unit == "seconds" else bound
        yield f"{sign}{words.NBSP}{limit}: {words.percent_exact(tier.percent / 100)}"


def costs_now(service: Service, kind: str, today: date) -> list[LevelCost]:
    """Return what each level costs on a date: the latest entry of each, the cheapest level first."""
    rows = LevelCost.objects.filter(service=service, kind=kind, since__lte=today).order_by("level", "-since")
    latest: dict[str, LevelCost] = {}
    for row in rows:
        latest.setdefault(row.level, row)
    return sorted(latest.values(), key=lambda one: (monthly(one), one.level))


def monthly(cost: LevelCost) -> Decimal:
    """Return a cost a month."""
    return cost.amount if cost.per == "month" else cost.amount / MONTHS_A_YEAR


def cost_shown(question: Question) -> dict[str, Any]:
    """Return what the drafted level costs more than the one in force; `known` tells whether both are recorded."""
    service = question.version.agreement.service
    rows = costs_now(service, question.clause.indicator, question.now.date())
    known = {row.level: row for row in rows}
    drafted = known.get(target_written(question.clause.target)) if question.clause.target else None
    agreed = _agreed(question, known)
    shown: dict[str, Any] = {"service": service, "rows": [_row(row, drafted) for row in rows], "known": bool(drafted)}
    if drafted is not None:
        shown["drafted"] = _amount(drafted)
    if drafted is not None and agreed is not None and drafted.currency == agreed.currency:
        shown["difference"] = _difference(monthly(drafted) - monthly(agreed), drafted.currency)
    return shown


def _agreed(question: Question, known: dict[str, LevelCost]) -> LevelCost | None:
    """Return the cost of the level in force; None where there is none, or it is not known."""
    if question.agreed is None:
        return None
    target = question.agreed.versions[0].objectives[question.name].target
    return known.get(target_written(target)) if target else None


def _row(row: LevelCost, drafted: LevelCost | None) -> dict[str, Any]:
    target = target_of(row.level)
    return {
        "level": target_text(row.level) if target else row.level,
        "amount": _amount(row),
        "since": row.since,
        "note": row.note,
        "here": drafted is not None and row.pk == drafted.pk,
    }


def _amount(cost: LevelCost) -> str:
    return f"{words.number(cost.amount, 2)}{words.NBSP}{cost.currency} {cost.get_per_display()}"


def _difference(amount: Decimal, currency: str) -> str:
    """Say what the draft costs more or less than the terms in force."""
    values = {"amount": f"{words.number(abs(amount), 2)}{words.NBSP}{currency}"}
    if amount > 0:
        return _("%(amount)s a month more than the level in force.") % values
    if amount < 0:
        return _("%(amount)s a month less than the level in force.") % values
    return _("As much as the level in force.")
