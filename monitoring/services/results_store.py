"""Results into rows: provisional ones follow the facts, closed ones never change, and breaches follow both."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db.models import Max

from monitoring.instants import moment_of
from monitoring.models import Breach, PeriodResult, ResultState
from monitoring.record import Record
from monitoring.services.breach import BREACHED, breach_follow
from monitoring.services.restatement_found import restatements_follow
from monitoring.services.results_sql import breaches_carried, results_near, results_upsert

FIGURES = (
    "end", "version_id", "verdict", "target", "achieved", "value", "lower", "upper", "unadjusted", "good", "total",
    "seconds", "budget_allowed", "budget_consumed", "credit_percent", "credit_amount", "outages",
    "longest_outage", "parts",
)  # fmt: skip
_CHECKED = ("facts_sha256", "agreement_sha256", "exclusions_sha256", "engine")


def results_store(record: Record, computed: Sequence[PeriodResult], now: datetime) -> list[PeriodResult]:
    """Store computed results and let breaches follow them; return the rows that are stored for their periods now.

    What has not changed is not written. A closed result stays as it is: a figure that differs from it becomes the
    question whether to restate. Results of periods that are no more are taken out of sight.
    """
    periods = {moment_of(period.start) for period in record.periods}
    near = results_near(record.objective.pk, [row.start for row in computed], list(periods))
    _rolling_move(record, computed, near)
    known = {row.start: row for row in near}
    changed = [row for row in computed if not _same(known.get(row.start), row)]
    _finals_follow(record, computed, known, now)
    provisional = [row for row in changed if not _is_closed(known.get(row.start))]
    before = {start: row.verdict for start, row in known.items()}
    _upsert(record, provisional, known, now)
    carried = breaches_carried(record.objective.pk, [row.start for row in provisional]) if provisional else set()
    for row in provisional:
        if row.verdict == BREACHED or row.start in carried:
            breach_follow(record, row, now, before.get(row.start, ""))
    _stale_drop(record, [row for row in near if row.start not in periods and not _is_closed(row)], now)
    written = {row.start: row for row in provisional}
    return [written.get(row.start) or known[row.start] for row in computed]


def _is_closed(row: PeriodResult | None) -> bool:
    """Tell whether there is a row and it is frozen."""
    return row is not None and row.state == ResultState.CLOSED


def _same(known: PeriodResult | None, row: PeriodResult) -> bool:
    """Tell whether the stored row says the same, from the same facts and terms."""
    if known is None or _figures(known) != _figures(row):
        return False
    return _is_closed(known) or all(known.provenance.get(key) == row.provenance.get(key) for key in _CHECKED)


def _figures(row: PeriodResult) -> dict[str, Any]:
    """Return the figures of a row."""
    return {name: getattr(row, name) for name in FIGURES}


def _upsert(record: Record, rows: Iterable[PeriodResult], known: dict[datetime, PeriodResult], now: datetime) -> None:
    """Write the rows: over the current ones of their periods, or as a further revision where none is current."""
    rows = list(rows)
    revisions: dict[datetime, int] = {}
    if lacking := [row.start for row in rows if row.start not in known]:
        earlier = record.objective.results.filter(start__in=lacking).order_by()
        revisions = dict(earlier.values_list("start").annotate(Max("revision")))
    for row in rows:
        current = known.get(row.start)
        row.revision = current.revision if current else revisions.get(row.start, 0) + 1
        row.assessed_at = now
    results_upsert(rows)


def _rolling_move(record: Record, computed: Iterable[PeriodResult], near: Iterable[PeriodResult]) -> None:
    """Move the one provisional row of a rolling period, where it is near, to where the window lies now."""
    for row in computed:
        if not record.rolls_for(row.start, row.end):
            continue
        length = row.end - row.start
        for known in near:
            if not _is_closed(known) and known.end - known.start == length and known.start != row.start:
                known.start, known.end = row.start, row.end
                known.save(update_fields=["start", "end"])
                return


def _stale_drop(record: Record, stale: Iterable[PeriodResult], now: datetime) -> None:
    """Take provisional results of periods that are no more out of sight; their breaches are withdrawn."""
    for row in stale:
        if Breach.objects.filter(result=row).exists():
            row.verdict, row.current = "no_data", False
            row.save(update_fields=["verdict", "current"])
            breach_follow(record, row, now)
        else:
            row.delete()


def _stands(row: PeriodResult) -> dict[str, Any]:
    """Return the figures that a restatement would change; how things stood before any correction is none of them."""
    return {name: value for name, value in _figures(row).items() if name != "unadjusted"}


def _finals_follow(
    record: Record, computed: Iterable[PeriodResult], known: Mapping[datetime, PeriodResult], now: datetime
) -> None:
    """Let the questions about closed results follow what would stand in their place now."""
    finals = [
        (final, row, _stands(final) == _stands(row))
        for row in computed
        if (final := known.get(row.start)) is not None and _is_closed(final)
    ]
    if finals:
        restatements_follow(record, finals, now)
