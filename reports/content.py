"""The figures of a month report as plain JSON: once published, the page is drawn from these and from nothing else.

Numbers that must stay exact are decimal text; instants are ISO 8601 in the agreement's zone.
"""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Q

from monitoring.figures.cut import Cut, cut_of, outages_of
from monitoring.models import Breach, BreachState, LedgerDay, PeriodResult
from reports.months import month_add, month_text
from reports.selectors.counts import JUDGED
from reports.selectors.matrix import ended_month
from slmo.accounts.models import Organisation

BY_STATES = ("availability", "outages")
HISTORY = 12  # months of verdicts beside each figure
TOLD_TERMS = ("reduce", "method", "clock", "slice", "good_when", "at_least")
OUTAGES_MOST = 40  # outages that a report tells one by one


def report_content(*, month: date, provider: Organisation, customer: Organisation | None) -> dict[str, Any]:
    """Return everything that the report of one month shows; the same rows give the same content."""
    results = list(results_reported(month, provider, customer))
    histories = _histories(results, month)
    breaches = _breaches(results)
    days = _days(results)
    entries = [
        _entry(result, histories.get(result.objective_id, []), breaches.get(result.pk), days, provider)
        for result in results
    ]
    return {
        "month": month_text(month),
        "provider": _party(provider),
        "customer": _party(customer) if customer else None,
        "counts": _counts(entries),
        "credits": _credits(entries),
        "objectives": entries,
    }


def results_reported(month: date, provider: Organisation, customer: Organisation | None) -> Iterable[PeriodResult]:
    """Return the current results whose period ended in the month, in the order in which a report tells them.

    For a customer: what the provider promised to it. Without one: all that the provider promised or was promised.
    """
    given = Q(objective__agreement__provider=provider)
    received = Q(objective__agreement__customer=provider)
    parties = given & Q(objective__agreement__customer=customer) if customer else given | received
    rows = PeriodResult.objects.filter(parties, current=True).exclude(verdict__in=("on_track", "at_risk"))
    return (
        rows.annotate(month=ended_month())
        .filter(month=month)
        .select_related("version", "objective__indicator")
        .select_related("objective__agreement__service", "objective__agreement__provider")
        .select_related("objective__agreement__customer")
        .order_by("objective__agreement__type", "objective__agreement__title", "objective__position", "start")
    )


def _party(organisation: Organisation) -> dict[str, str]:
    """Return how a report names an organisation."""
    return {"slug": organisation.slug, "name": organisation.name}


def _entry(
    result: PeriodResult, history: list[dict[str, str]], breach: Breach | None, days: Mapping, provider: Organisation
) -> dict[str, Any]:
    """Return what the report says of one objective in one period."""
    agreement = result.objective.agreement
    return {
        "result": result.pk,
        "revision": result.revision,
        "objective": result.objective.name,
        "agreement": {"slug": agreement.slug, "title": agreement.title, "type": agreement.type},
        "service": {"slug": agreement.service.slug, "name": agreement.service.name},
        "provider": _party(agreement.provider),
        "customer": _party(agreement.customer),
        "received": agreement.customer_id == provider.pk,
        "version": result.version.number if result.version else None,
        **_figures(result, ZoneInfo(agreement.timezone)),
        **_outages(result),
        "days": days.get(result.pk, []),
        "history": history,
        "breach": _told(breach),
    }


def _figures(result: PeriodResult, zone: ZoneInfo) -> dict[str, Any]:
    """Return the figures of one result."""
    return {
        "zone": zone.key,
        "start": result.start.astimezone(zone).isoformat(),
        "end": result.end.astimezone(zone).isoformat(),
        "verdict": result.verdict,
        "target": result.target,
        "achieved": result.achieved,
        "value": result.value,
        "kind": _kind(result),
        "terms": _terms(result),
        "lower": result.lower,
        "upper": result.upper,
        "good": _text(result.good),
        "total": _text(result.total),
        "allowed": _text(result.budget_allowed),
        "consumed": _text(result.budget_consumed),
        "seconds": result.seconds,
        "credit": _credit(result),
        "provenance": result.provenance,
    }


def _kind(result: PeriodResult) -> str:
    """Return the kind of indicator that the terms name, else the one that measures the objective."""
    indicator = result.objective.indicator
    return str(_written(result).get("indicator") or (indicator.kind if indicator else "availability"))


def _terms(result: PeriodResult) -> dict[str, str]:
    """Return the terms of the indicator's own that a sentence about the figure names."""
    written = _written(result)
    return {name: str(written[name]) for name in TOLD_TERMS if isinstance(written.get(name), str | int | float)}


def _written(result: PeriodResult) -> dict[str, Any]:
    """Return what the version that judged the period says of the objective."""
    listed = result.version.document.get("spec", {}).get("objectives", ()) if result.version else ()
    return next((dict(one) for one in listed if one.get("name") == result.objective.name), {})


def _credit(result: PeriodResult) -> dict[str, Any] | None:
    """Return the credit that the terms promise for this figure, or None where they promise none."""
    if not result.credit_percent:
        return None
    document = result.version.document if result.version else {}
    return {
        "percent": _text(result.credit_percent),
        "amount": _text(result.credit_amount),
        "currency": str(document.get("spec", {}).get("currency") or ""),
    }


def _outages(result: PeriodResult) -> dict[str, Any]:
    """Return the outages that counted in the period, with the incidents that caused them."""
    if not result.outages or result.objective.indicator is None or _kind(result) not in BY_STATES:
        return {"outage_count": result.outages, "longest": result.longest_outage, "outages": []}
    cut: Cut = cut_of(result)
    zone = ZoneInfo(result.objective.agreement.timezone)
    told = [
        {
            "start": datetime.fromtimestamp(outage.start, zone).isoformat(),
            "end": datetime.fromtimestamp(outage.end, zone).isoformat(),
            "seconds": outage.seconds,
            "references": list(outage.references),
        }
        for outage in outages_of(cut)[:OUTAGES_MOST]
    ]
    return {"outage_count": result.outages, "longest": result.longest_outage, "outages": told}


def _histories(results: list[PeriodResult], month: date) -> dict[int, list[dict[str, str]]]:
    """Return the verdicts of the months up to this one, oldest first, by objective."""
    rows = (
        PeriodResult.objects.filter(current=True, objective__in={result.objective_id for result in results})
        .annotate(month=ended_month())
        .filter(month__range=(month_add(month, 1 - HISTORY), month))
        .order_by("end")
        .values_list("objective_id", "month", "verdict", "achieved", "target", "value")
    )
    found: dict[int, list[dict[str, str]]] = {}
    for objective, ended, verdict, achieved, target, value in rows:
        line = {"month": month_text(ended), "verdict": verdict, "achieved": achieved, "target": target, "value": value}
        found.setdefault(objective, []).append(line)
    return found


def _breaches(results: list[PeriodResult]) -> dict[int, Breach]:
    """Return the breaches of these results."""
    starts = {(result.objective_id, result.start): result.pk for result in results if result.verdict == "breached"}
    rows = Breach.objects.filter(objective__in={objective for objective, _start in starts})
    rows = rows.exclude(state=BreachState.WITHDRAWN)
    return {starts[key]: row for row in rows if (key := (row.objective_id, row.period_start)) in starts}


def _told(breach: Breach | None) -> dict[str, Any] | None:
    """Return what is told of a breach."""
    if breach is None:
        return None
    return {
        "id": breach.pk,
        "state": breach.state,
        "cause": breach.cause,
        "explanation": breach.explanation,
        "outcome": breach.outcome,
    }


def _days(results: list[PeriodResult]) -> dict[int, list[list[Any]]]:
    """Return, by result, each day of its period with its counted, lost and unknown seconds."""
    spans: dict[int, list[tuple[int, date, date]]] = {}
    for result in results:
        spans.setdefault(result.objective_id, []).append((result.pk, *_local_days(result)))
    every = [span for spans_of in spans.values() for span in spans_of]
    if not every:
        return {}
    between = (min(span[1] for span in every), max(span[2] for span in every))
    found: dict[int, list[list[Any]]] = {}
    for row in LedgerDay.objects.filter(objective__in=spans, day__range=between).order_by("day"):
        counted = row.unknown + row.down + row.degraded + row.up
        line = [row.day.isoformat(), counted, row.down, row.degraded, row.unknown]
        for pk, begins, ends in spans[row.objective_id]:
            if begins <= row.day <= ends:
                found.setdefault(pk, []).append(line)
    return found


def _local_days(result: PeriodResult) -> tuple[date, date]:
    """Return the first and last local day of a result's period."""
    zone = ZoneInfo(result.objective.agreement.timezone)
    last = datetime.fromtimestamp(result.end.timestamp() - 1, zone)
    return result.start.astimezone(zone).date(), last.date()


def _counts(entries: list[dict[str, Any]]) -> dict[str, int]:
    """Return how many periods there are of each verdict, and how many were judged."""
    counts = dict.fromkeys(("met", "breached", "indeterminate", "no_data"), 0)
    for entry in entries:
        counts[entry["verdict"]] += 1
    return {**counts, "judged": sum(counts[verdict] for verdict in JUDGED)}


def _credits(entries: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the sum of credits by direction and currency."""
    sums: dict[tuple[bool, str], Decimal] = {}
    for entry in entries:
        if entry["credit"]:
            key = (entry["received"], entry["credit"]["currency"])
            sums[key] = sums.get(key, Decimal(0)) + Decimal(entry["credit"]["amount"] or 0)
    return [{"received": key[0], "currency": key[1], "amount": _text(value)} for key, value in sorted(sums.items())]


def _text(number: Decimal | None) -> str | None:
    """Return a number as exact text without needless zeros."""
    return None if number is None else f"{number.normalize():f}"
