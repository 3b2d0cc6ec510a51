"""Whether what lies below the service carries the drafted terms: OLAs and supplier contracts, as figures.

Computed from what these parties promise, and measured from what they delivered; the same plain values as the backtest.
"""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

from django.core.cache import cache
from django.db.models import Sum

from agreements.models import Agreement, Indicator
from agreements.reading.composition import Composition, Part, Promise, chains_of, composition_of
from agreements.reading.coverage import gaps_of
from agreements.ruling import version_in_force
from agreements.selectors import dependencies_visible, terms_load
from monitoring.composition import composition_measured, indicators_of
from monitoring.figures.numbers import target_written
from monitoring.instants import moment_of
from monitoring.models import PeriodResult
from reports.evidence.question import Question
from reports.evidence.record import extent_now
from slmo.accounts.models import User
from slmo.core.calendar import Calendar
from slmo.core.terms import Conditions, agreement_parse
from slmo.core.units import Window

Figures = dict[str, Any]
KEPT = 7 * 86_400  # seconds; the key names every fact, so nothing that is kept grows old


def feasibility(question: Question, user: User, span: Window | None) -> Figures | None:
    """Return what the parties below the service promise and delivered, held against the draft; None without any.

    `span` is the time of the backtest, for which credits are compared.
    """
    service = question.version.agreement.service
    found = composition_of(user, service, dependencies_visible(user), question.now)
    if found is None:
        return None
    own = Promise(question.version.agreement, question.clause, _hours(question))
    composition = replace(found, own=(own,), chains=tuple(chains_of([own], found.parts)))
    return {
        "service": service.slug,
        "past": composition.past,
        "moment": composition.moment,
        "share": _share(question, composition),
        "parts": [_part(one) for one in composition.parts],
        "measured": _measured(composition) if question.clause.indicator == "availability" else None,
        "gaps": [_gap(one) for one in gaps_of(composition, question.now)],
        "chains": [_chain(one) for one in composition.chains],
        "terms": list(_misaligned(question, composition.parts)),
        "credits": _recoverable(composition.parts, span) if span else [],
    }


def _hours(question: Question) -> Calendar:
    version = question.drafted.versions[0]
    return version.calendar_of(question.clause)


def _share(question: Question, composition: Composition) -> Figures | None:
    """Return the computed bound beside the drafted target; None where the target is no share of time."""
    target = question.clause.target
    if question.clause.indicator != "availability" or target is None or composition.bound is None:
        return None
    return {"bound": str(composition.bound), "target": str(target.value), "open": len(composition.unpromised)}


def _part(part: Part) -> Figures:
    promise = part.promise
    return {
        "name": part.service.name,
        "slug": part.service.slug,
        "depth": part.depth,
        "mode": str(part.edge.mode),
        "target": None if promise is None else target_written(promise.terms.target) if promise.terms.target else "",
        "agreement": promise.agreement.slug if promise else "",
        "title": promise.agreement.title if promise else "",
    }


def _measured(composition: Composition) -> Figures | None:
    """Return the joint record of the parts, month by month; kept until a part has another fact."""
    found = [one for one in indicators_of(composition.parts).values() if one is not None]
    if not found:
        return None
    key = _measured_key(composition, found)
    kept: Figures | None = cache.get(key)
    if kept is None:
        year = composition_measured(composition)
        kept = {
            "months": [
                {"start": one.window.start, "end": one.window.end,
                 "figure": None if one.availability is None else str(one.availability),
                 "down": one.joint.down.seconds, "unknown": one.joint.unknown.seconds}
                for one in year.months
            ]
        }  # fmt: skip
        cache.set(key, kept, KEPT)
    return kept if any(one["figure"] for one in kept["months"]) else None


def _measured_key(composition: Composition, found: Iterable[tuple[Indicator, tuple[str, ...]]]) -> str:
    """Return a text that changes with everything that the joint record follows from."""
    hours = composition.own[0].calendar
    month = moment_of(composition.moment).astimezone(ZoneInfo(hours.zone)).strftime("%Y-%m")
    facts = [(one.pk, scope, tuple(extent_now(one)), one.gaps_up, one.recorded_until) for one, scope in found]
    dated = sorted((day.isoformat(), repr(what)) for day, what in hours.exceptions.items())
    told = repr((composition.structure, month, composition.past, hours.zone, hours.weekly, dated, facts))
    return f"evidence-parts:{hashlib.sha256(told.encode()).hexdigest()}"


def _gap(gap: Any) -> Figures:
    return {
        "name": gap.part.service.name,
        "slug": gap.part.service.slug,
        "agreement": gap.supporting.agreement.slug,
        "seconds": gap.seconds,
        "spans": list(gap.spans),
        "more": gap.more,
    }


def _chain(chain: Any) -> Figures:
    _promise, limits = chain
    return {"limit": limits.limit, "needed": limits.needed, "supporting": [list(one) for one in limits.supporting]}


def supporting_agreements(parts: Sequence[Part]) -> list[Agreement]:
    """Return the agreements about the parts, each once, in the order of the parts."""
    found = {one.agreement.pk: one.agreement for part in parts for one in part.supporting}
    return list(found.values())


def _misaligned(question: Question, parts: Sequence[Part]) -> Iterable[Figures]:
    """Yield the supporting agreements that end, or can be ended, before what is drafted for the customer."""
    drafted = agreement_parse([question.version.document]).versions[0].conditions
    until = question.version.effective_until
    for agreement in supporting_agreements(parts):
        version = version_in_force(agreement, question.now.astimezone(ZoneInfo(agreement.timezone)).date())
        if version is None:
            yield _misalignment(agreement, "over", None, None)
            continue
        conditions = agreement_parse([version.document]).versions[0].conditions
        extended = conditions.renewal is not None and conditions.renewal.months
        end = None if extended else version.effective_until
        if end is not None and (until is None or end < until):
            yield _misalignment(agreement, "ends", end.isoformat(), until.isoformat() if until else None)
        short, owed = _notice(conditions, "provider"), _notice(drafted, "provider")
        if short is not None and owed is not None and short < owed:
            yield _misalignment(agreement, "notice", short, owed)


def _notice(conditions: Conditions, side: str) -> int | None:
    """Return with how many days of notice a side may leave; None where the terms do not say."""
    termination = conditions.termination
    return termination.notice if termination and termination.by in ("either", side) else None


def _misalignment(agreement: Agreement, kind: str, theirs: Any, ours: Any) -> Figures:
    return {"agreement": agreement.slug, "title": agreement.title, "kind": kind, "theirs": theirs, "ours": ours}


def _recoverable(parts: Sequence[Part], span: Window) -> list[Figures]:
    """Return what the supporting agreements owe for periods in the same time, by agreement."""
    agreements = supporting_agreements(parts)
    rows = PeriodResult.objects.filter(
        objective__agreement__in=agreements, current=True,
        start__gte=_moment(span.start), end__lte=_moment(span.end), credit_amount__isnull=False,
    )  # fmt: skip
    sums = dict(rows.order_by().values_list("objective__agreement").annotate(Sum("credit_amount")))
    terms = terms_load(agreements)
    return [
        {"agreement": one.slug, "title": one.title, "amount": str(sums[one.pk]), "currency": terms[one.pk].currency}
        for one in agreements
        if one.pk in sums
    ]


def _moment(instant: int) -> datetime:
    return moment_of(instant)


def is_carried(figures: Figures) -> bool | None:
    """Tell whether the computed bound reaches the drafted target; None where nothing is computed."""
    share = figures["share"]
    return None if share is None else Fraction(share["bound"]) >= Fraction(share["target"])
