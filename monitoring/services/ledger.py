"""The daily ledger: computed from facts for the days that were touched, and read back to sum periods."""

import datetime as dt
import hashlib
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from django.db import transaction

from agreements.models import Objective
from monitoring.instants import instant_of
from monitoring.models import LedgerDay, ObjectiveStatus
from monitoring.record import Record, record_read
from monitoring.services.ledger_sql import days_between, days_extent, days_upsert
from monitoring.volumes import volumes_of_day
from slmo.core import ledger as engine
from slmo.core.facts import Facts
from slmo.core.kinds import Tally
from slmo.core.partition import Class
from slmo.core.periods import day_start
from slmo.core.units import Window

CLASSES = [one.value for one in Class]
FIGURES = [
    *CLASSES, "outages", "longest_outage", "down_from_start", "down_to_end", "unadjusted", "tally",
    "unadjusted_tally", "facts_digest",
]  # fmt: skip
_FIELDS = ["version_id", *FIGURES]


class Difference(NamedTuple):
    """A day on which the ledger and the engine disagree; None where one of them has no such day."""

    day: dt.date
    ledger: dict[str, Any] | None
    engine: dict[str, Any] | None


def days_store(record: Record, spans: Iterable[Window]) -> list[Window]:
    """Write the ledger of the days that overlap the spans; return the spans of all days that were computed.

    Days outside the record are dropped, and those that lack are added.
    """
    hull = record.hull
    if not hull.seconds:
        LedgerDay.objects.filter(objective=record.objective).delete()
        return []
    kept = days_extent(record.objective.pk)
    (first, _), (last, _) = record.ends(hull)
    if kept[0] is not None and kept[1] is not None and not first <= kept[0] <= kept[1] <= last:
        LedgerDay.objects.filter(objective=record.objective).exclude(day__range=(first, last)).delete()
    computed: dict[dt.date, LedgerDay] = {}
    touched = spans_joined([*spans, *_lacking(record, hull, *kept)], hull)
    for span in touched:
        computed |= {row.day: row for row in days_compute(record, span)}
    days_upsert(computed.values())
    return [Window(days[0][1].start, days[-1][1].end) for span in touched if (days := record.days(span))]


def _lacking(record: Record, hull: Window, first: dt.date | None, last: dt.date | None) -> list[Window]:
    """Return the parts of the hull before the first and after the last day that the ledger has."""
    if first is None or last is None:
        return [hull]
    begun, ended = day_start(record.zone, first), day_start(record.zone, last + dt.timedelta(days=1))
    parts = (Window(hull.start, min(begun, hull.end)), Window(max(ended, hull.start), hull.end))
    return [part for part in parts if part.seconds]


def spans_joined(spans: Iterable[Window], within: Window) -> list[Window]:
    """Return the spans clipped, in order, those that overlap or adjoin as one."""
    joined: list[Window] = []
    for span in sorted(one.meet(within) for one in spans):
        if not span.seconds:
            continue
        if joined and span.start <= joined[-1].end:
            joined[-1] = Window(joined[-1].start, max(joined[-1].end, span.end))
        else:
            joined.append(span)
    return joined


def days_compute(record: Record, span: Window) -> list[LedgerDay]:
    """Return the ledger of the whole days that overlap the span, as the engine makes it from the facts; unsaved."""
    listed = record.days(span)
    if not listed:
        return []
    # The second before the first day tells whether an outage at its midnight began there or goes on.
    start = listed[0][1].start
    window = Window(max(start - 1, min(start, record.hull.start)), listed[-1][1].end)
    facts = record.facts(window)
    days = engine.days(record.terms, record.name, facts, window, record.as_of, record.exclusions, since=start)
    return [_row(record, day, facts) for day in days]


def _row(record: Record, day: engine.LedgerDay, facts: Facts) -> LedgerDay:
    """Return one day of the engine as a row; only states have outages."""
    outages = record.is_of_states
    known = day.window.meet(Window(day.window.start, record.as_of))
    unadjusted = day.unadjusted if day.unadjusted is not None and day.unadjusted != day.seconds else None
    return LedgerDay(
        objective=record.objective,
        day=day.date,
        version_id=record.version_ids.get(day.version_id or ""),
        **{one.value: day.seconds[one] for one in Class},
        outages=day.outages if outages else 0,
        longest_outage=day.longest_outage if outages else 0,
        down_from_start=day.down_from_start if outages else 0,
        down_to_end=day.down_to_end if outages else 0,
        unadjusted=unadjusted and {one.value: unadjusted[one] for one in Class},
        tally=day.tally and day.tally.to_json(),
        unadjusted_tally=_differing_tally(day),
        facts_digest=_day_digest(record, facts, known),
    )


def _day_digest(record: Record, facts: Facts, known: Window) -> str:
    """Return the SHA-256 over the facts that bear on a day, and over what they tell of volumes that terms limit."""
    if record.kind is None:
        return ""
    own = record.kind.day_digest(facts.for_objective(record.name), known)
    told = [f"{one} {day}" for one, day in volumes_of_day(record.terms, record.name, facts, known)]
    return hashlib.sha256("\n".join([own, *told]).encode()).hexdigest() if told else own


def _differing_tally(day: engine.LedgerDay) -> dict[str, Any] | None:
    """Return what a day counts without exclusions and corrections, where that is something else."""
    raw = day.unadjusted_tally
    return None if raw is None or raw == day.tally else raw.to_json()


def days_read(record: Record, window: Window) -> list[tuple[engine.LedgerDay, LedgerDay]]:
    """Return the ledger of a window as the engine sums it, each day beside its row; days to come are one more row."""
    windows = dict(record.days(window))
    if not windows:
        return []
    rows = days_between(record.objective.pk, min(windows), max(windows))
    names = {pk: name for name, pk in record.version_ids.items()}
    ahead = Window(max(record.hull.end, window.start), window.end)
    coming = engine.ahead(record.terms, record.name, ahead, record.as_of, record.exclusions)
    days = [(_engine_day(row, windows[row.day], names), row) for row in rows]
    return days + [(day, _ahead(record, day)) for day in coming]


def _ahead(record: Record, day: engine.LedgerDay) -> LedgerDay:
    """Return a day after the ledger's last as an unsaved row."""
    seconds = {one.value: day.seconds[one] for one in Class}
    tally = day.tally and day.tally.to_json()
    return LedgerDay(objective=record.objective, day=day.date, tally=tally, facts_digest="", **seconds)


def _engine_day(row: LedgerDay, window: Window, names: dict[int, str]) -> engine.LedgerDay:
    """Return a row as the engine's value."""
    seconds = {one: getattr(row, one.value) for one in Class}
    unadjusted = {one: row.unadjusted[one.value] for one in Class} if row.unadjusted else seconds
    version = names.get(row.version_id or 0)
    tally = None if row.tally is None else Tally.from_json(row.tally)
    raw = tally if row.unadjusted_tally is None else Tally.from_json(row.unadjusted_tally)
    return engine.LedgerDay(
        row.day, window, version, seconds, row.outages, row.longest_outage, unadjusted, tally, raw
    )  # fmt: skip


def outages_of(rows: Sequence[LedgerDay]) -> tuple[int, int]:
    """Return how many outages began in these adjoining days, and the longest one's seconds within them."""
    longest = running = 0
    for row in rows:
        whole_day = sum(getattr(row, one) for one in CLASSES)
        reached = running + row.down_from_start
        longest = max(longest, row.longest_outage, reached)
        running = reached if row.down_from_start == whole_day else row.down_to_end
    return sum(row.outages for row in rows), longest


def ledger_differences(*, objective: Objective, now: datetime) -> list[Difference]:
    """Return the days on which the ledger is not what the engine makes of the facts, as of the last assessment."""
    status = ObjectiveStatus.objects.filter(objective=objective).first()
    assessed_at = status.assessed_at if status and status.assessed_at else now
    record = record_read(objective, instant_of(assessed_at))
    kept = {row.day: _figures(row) for row in LedgerDay.objects.filter(objective=objective)}
    made = {row.day: _figures(row) for row in days_compute(record, record.hull)}
    return [
        Difference(day, kept.get(day), made.get(day))
        for day in sorted(kept.keys() | made.keys())
        if kept.get(day) != made.get(day)
    ]


def _figures(row: LedgerDay) -> dict[str, Any]:
    """Return what is compared of a day."""
    return {field: getattr(row, field) for field in _FIELDS}


def ledger_rebuild(*, objective: Objective, now: datetime) -> list[Difference]:
    """Mark an objective whose ledger differs from the facts as due from the beginning; return the differences.

    The next assessment computes every day again. Differences of days with facts that are not yet assessed count too.
    """
    with transaction.atomic():
        differences = ledger_differences(objective=objective, now=now)
        if differences:
            ObjectiveStatus.objects.filter(objective=objective).update(terms_digest="", basis="", retry_at=None)
    return differences
