"""Period results: the engine's values as rows, with everything that is needed to check them."""

import bisect
import hashlib
from collections.abc import Iterable, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any

from monitoring.exclusions import exclusions_digest
from monitoring.instants import moment_of
from monitoring.models import LedgerDay, PeriodResult
from monitoring.record import Record
from monitoring.services.ledger import days_read, outages_of
from slmo.core.compliance import assess
from slmo.core.ledger import period_from_days
from slmo.core.result import PLACES
from slmo.core.result import PeriodResult as Figures
from slmo.core.units import Window, truncate

SCALE = Decimal("0.000001")


def periods_touched(record: Record, spans: Sequence[Window]) -> list[Window]:
    """Return the periods whose figures may have changed: those that the spans reach, and what a cap hangs on them."""
    touched = [
        period for period in record.periods
        if record.rolls(period) or any(span.meet(period).seconds for span in spans)
    ]  # fmt: skip
    if not touched or not record.capped:
        return touched
    return [period for period in record.periods if period.end > min(one.start for one in touched)]


def results_compute(record: Record, periods: Sequence[Window]) -> list[PeriodResult]:
    """Return the results of these periods, from the ledger; those that no days add up to from the facts.

    Such are rolling periods, and figures such as percentiles. Rows are unsaved.
    """
    fixed = [period for period in periods if record.adds_up and not record.rolls(period)]
    rows: list[PeriodResult] = []
    if fixed:
        hull = Window(record.credit_year(fixed[0].start), fixed[-1].end)
        read = days_read(record, hull)
        starts = [day.window.start for day, _row in read]
        for period in fixed:
            first, last = bisect.bisect_left(starts, period.start), bisect.bisect_left(starts, period.end)
            summed = bisect.bisect_left(starts, record.credit_year(period.start))
            days = [day for day, _row in read[summed:last]]
            figures = period_from_days(record.terms, record.name, days, period, record.as_of)
            rows.append(_fixed_row(record, figures, [row for _day, row in read[first:last]]))
    others = [period for period in periods if period not in fixed]
    return rows + [_facts_row(record, period) for period in others]


def _fixed_row(record: Record, figures: Figures, days: Sequence[LedgerDay]) -> PeriodResult:
    """Return the row of a period that was summed from whole days."""
    row = _row(record, figures)
    row.outages, row.longest_outage = outages_of(days)
    row.provenance["facts_sha256"] = digest_of_days(days)
    return row


def digest_of_days(days: Iterable[LedgerDay]) -> str:
    """Return the SHA-256 over the digests of the days' facts: one line `date digest` for each day with facts."""
    lines = [f"{day.day.isoformat()} {day.facts_digest}\n" for day in days if day.facts_digest]
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def _facts_row(record: Record, period: Window) -> PeriodResult:
    """Return the row of a period that is read from the facts."""
    facts = record.facts_alone(Window(record.credit_year(period.start), period.end))
    judged = assess(record.terms, record.name, facts, period, record.as_of, record.exclusions)
    figures = next(one for one in judged if one.window == period)
    row = _row(record, figures)
    outages = figures.partition.outages() if figures.partition and record.is_of_states else []
    row.outages, row.longest_outage = len(outages), max((one.seconds for one in outages), default=0)
    row.provenance["facts_sha256"] = facts.digest()
    return row


def _row(record: Record, figures: Figures) -> PeriodResult:
    """Return the engine's figures as an unsaved row."""
    budget, credit = figures.budget, figures.credit
    return PeriodResult(
        objective=record.objective,
        start=moment_of(figures.window.start),
        end=moment_of(figures.window.end),
        version_id=record.version_ids.get(figures.version or ""),
        verdict=figures.verdict.value,
        target=target_text(record, figures),
        achieved=_share(figures.achieved),
        value=figures.shown(figures.value) or "",
        lower=_share(figures.lower),
        upper=_share(figures.upper),
        unadjusted=figures.shown(figures.unadjusted) or "",
        good=_decimal(figures.good),
        total=_decimal(Fraction(figures.total)),
        seconds={one.value: seconds for one, seconds in figures.seconds.items()},
        budget_allowed=_decimal(budget.allowed) if budget else None,
        budget_consumed=_decimal(budget.consumed) if budget else None,
        credit_percent=credit.percent.quantize(Decimal("0.001")) if credit else None,
        credit_amount=credit.amount if credit else None,
        parts=[{**part.to_json(record.zone), "target": target_text(record, part)} for part in figures.parts],
        provenance=_provenance(record, figures.window),
    )


def _provenance(record: Record, period: Window) -> dict[str, Any]:
    """Return what a period's figures are computed from; the digest of approved exclusions where any reaches into it."""
    digest = exclusions_digest(record.exclusions, period)
    return {**record.provenance, **({"exclusions_sha256": digest} if digest else {})}


def target_text(record: Record, figures: Figures) -> str:
    """Return the target as the agreement writes it; of several versions the last one's.

    Beyond a workload limit it is the one that holds there.
    """
    load = (figures.parts[-1] if figures.parts else figures).load
    if load is not None and load.reprices and load.terms.beyond is not None:
        return load.terms.beyond.text[:40]
    version = figures.parts[-1].version if figures.parts else figures.version
    for one in record.terms.versions:
        if one.id == version:
            listed = one.document["spec"]["objectives"]
            return next((str(terms.get("target", "")) for terms in listed if terms["name"] == record.name), "")[:40]
    return ""


def _share(value: Fraction | None) -> str:
    """Return a share as decimal text cut to nine places; nothing where there is none."""
    return "" if value is None else truncate(value, PLACES)


def _decimal(value: Fraction) -> Decimal:
    """Return exact seconds as the column keeps them: cut to six places."""
    return (Decimal(value.numerator * 10**6 // value.denominator) * SCALE).quantize(SCALE)
