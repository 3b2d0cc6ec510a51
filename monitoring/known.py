""" "As known on": the figures of an objective as they stood, or would have come out, at a moment of the past.

What was final then is what was published. All else is computed from the facts recorded, the exclusions approved and the
versions signed by that moment. Which indicator measures an objective, and since when it is recorded, is as it is now.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from agreements.models import Objective, Version
from monitoring.instants import instant_of
from monitoring.models import PeriodResult, ResultState
from monitoring.record import Record, record_read
from monitoring.services.results import results_compute
from slmo.core.units import Window

NO_DATA = "no_data"


class KnownRefused(ValueError):
    """A moment that cannot be asked about; the text is a sentence for the reader."""


def known_moment(text: str, now: datetime) -> datetime:
    """Return the moment that a text such as `2026-03-01T12:00` names, in the reader's zone unless it has an offset.

    A date alone means its end. Raises KnownRefused for anything else, and for a moment to come.
    """
    try:
        found = parse_datetime(text.strip() if "T" in text or " " in text.strip() else f"{text.strip()}T23:59:59")
    except ValueError:
        found = None
    if found is None:
        raise KnownRefused(_("Expected a date and a time such as 2026-03-01T12:00."))
    moment = found if timezone.is_aware(found) else timezone.make_aware(found)
    if moment > now:
        raise KnownRefused(_("Nobody knows yet what will be known then: expected a moment that has passed."))
    return moment


def results_known(objective: Objective, results: Iterable[PeriodResult], known_at: datetime) -> list[PeriodResult]:
    """Return these results as known at a moment, those of periods that had begun by then, in their order.

    A result that was not final then is an unsaved row; it carries the key of the one that stands there now, by which
    its pages are found. Where nothing was recorded or signed by then the verdict is no_data.
    """
    begun = [result for result in results if result.start < known_at]
    finals = _finals(objective, begun, known_at)
    record = _record(objective, known_at)
    computed = _computed(record, [result for result in begun if result.start not in finals])
    found = []
    for result in begun:
        shown = finals.get(result.start) or computed.get(result.start) or _nothing(result)
        if shown._state.adding:
            shown.pk, shown.assessed_at, shown.revision = result.pk, known_at, result.revision
        shown.objective = objective
        found.append(shown)
    return found


def rows_known(rows: Sequence[Mapping[str, Any]], known_at: datetime) -> list[dict[str, Any]]:
    """Return rows of results (monitoring.selectors.result_rows) with their figures as known at a moment."""
    results = PeriodResult.objects.in_bulk([row["id"] for row in rows])
    wanted: dict[int, list[PeriodResult]] = {}
    for row in rows:
        wanted.setdefault(row["objective_id"], []).append(results[row["id"]])
    objectives = Objective.objects.select_related("agreement__service", "indicator").in_bulk(wanted)
    known = {
        (pk, result.pk): shown
        for pk, own in wanted.items()
        for result, shown in zip(
            (result for result in own if result.start < known_at),
            results_known(objectives[pk], own, known_at),
            strict=True,
        )
    }
    found = [(row, known.get((row["objective_id"], row["id"]))) for row in rows]
    return [{**row, **_columns(shown, row)} for row, shown in found if shown is not None]


def _columns(result: PeriodResult, row: Mapping[str, Any]) -> dict[str, Any]:
    """Return the figures of a result by the columns of a row; the row keeps its key and its names."""
    names = {field.attname for field in PeriodResult._meta.concrete_fields} & row.keys()
    return {name: getattr(result, name) for name in names - {"id", "objective_id"}}


def _record(objective: Objective, known_at: datetime) -> Record | None:
    """Return the objective's record at the moment; None where nothing was signed by then."""
    try:
        return record_read(objective, instant_of(known_at), known_at)
    except Version.DoesNotExist:
        return None


def _finals(objective: Objective, results: Sequence[PeriodResult], known_at: datetime) -> dict[datetime, PeriodResult]:
    """Return what was final at the moment, by the beginning of the period; of several issues the last one then."""
    rows = PeriodResult.objects.filter(
        objective=objective, start__in=[result.start for result in results], state=ResultState.CLOSED,
        closed_at__lte=known_at,
    )  # fmt: skip
    return {row.start: row for row in rows.order_by("revision")}


def _computed(record: Record | None, results: Sequence[PeriodResult]) -> dict[datetime, PeriodResult]:
    """Return the figures of these periods that the engine makes of what was known, by the beginning of the result."""
    if record is None or not record.span.seconds:
        return {}
    wanted = {result.start: _period(record, result) for result in results}
    periods = sorted({period for period in wanted.values() if period is not None})
    rows = {(instant_of(row.start), instant_of(row.end)): row for row in results_compute(record, periods)}
    return {start: rows[period.start, period.end] for start, period in wanted.items() if period is not None}


def _period(record: Record, result: PeriodResult) -> Window | None:
    """Return the period that a result is about as it lay at the moment; a rolling one ended then. None without any."""
    window = Window(instant_of(result.start), instant_of(result.end))
    if window in record.periods:
        return window
    rolling = [period for period in record.periods if period.seconds == window.seconds and period.end == record.as_of]
    return rolling[-1] if rolling else None


def _nothing(result: PeriodResult) -> PeriodResult:
    """Return a result without any figure."""
    seconds = dict.fromkeys(result.seconds, 0)
    return PeriodResult(start=result.start, end=result.end, verdict=NO_DATA, target=result.target, seconds=seconds)
