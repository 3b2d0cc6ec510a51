"""Stored figures of many objectives, read as columns: one message an instant at which periods end.

What the database would say of sixty thousand results row by row takes longer to take apart than to find.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from functools import lru_cache
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import numpy as np
from django.db import connection

from monitoring.instants import instant_of, moment_of
from slmo.core.intervals import Mask, Times
from slmo.core.periods import day_start

SEPARATOR = "\x1f"  # stands in no text of a result
# worst first: what a month shows that holds several periods; their first letters differ
SEVERITY = ("breached", "indeterminate", "at_risk", "no_data", "on_track", "met")
_RANK = {word[0]: rank for rank, word in enumerate(SEVERITY)}
# Groups are few: periods end at the same instants everywhere in a zone.
_READ = """
SELECT asked.zone, "end", string_agg(int8send(result.objective_id), ''), string_agg(int8send(result.id), ''),
    string_agg(left(verdict, 1), ''), string_agg(left(state, 1), ''), string_agg(achieved, E'\\x1f'),
    string_agg(target, E'\\x1f'), string_agg(value, E'\\x1f')
FROM unnest(%(ids)s::bigint[], %(zones)s::bigint[]) AS asked (id, zone)
JOIN monitoring_periodresult AS result ON result.objective_id = asked.id
WHERE current AND "end" > %(earliest)s AND "end" <= %(latest)s
    AND "end" > (%(since)s::timestamptz[])[asked.zone] AND "end" <= (%(until)s::timestamptz[])[asked.zone]
GROUP BY asked.zone, "end"
"""


class Figures(NamedTuple):
    """Results as columns of one length. `end` is in epoch seconds; `rank` is the verdict's place in SEVERITY.

    `month` counts the months from the first one that was asked for to the one in which the period stands.
    """

    objective: Times
    month: Times
    end: Times
    result: Times
    rank: Times
    closed: Mask
    achieved: list[str]
    target: list[str]
    value: list[str]


def figures_read(objectives: Sequence[Mapping[str, Any]], first: date, after: date) -> Figures:
    """Return the current results of objectives whose periods stand in the months from `first` until before `after`.

    Objectives are given with `id` and `zone`. A period stands in the local month that holds its last second.
    """
    zones = list(dict.fromkeys(row["zone"] for row in objectives))
    number = {zone: place for place, zone in enumerate(zones, 1)}
    since = [moment_of(day_start(zone, first)) for zone in zones]
    until = [moment_of(day_start(zone, after)) for zone in zones]
    values = {
        "ids": _array(row["id"] for row in objectives), "zones": _array(number[row["zone"]] for row in objectives),
        "since": since, "until": until, "earliest": min(since, default=None), "latest": max(until, default=None),
    }  # fmt: skip
    groups: list[Figures] = []
    with connection.cursor() as cursor:
        cursor.execute(_READ, values)
        for zone, ended, *columns in cursor.fetchall():
            groups.append(_group(month_place(instant_of(ended), zones[zone - 1], first), instant_of(ended), columns))
    return _joined(groups)


@lru_cache(maxsize=10_000)
def month_place(end: int, zone: str, first: date) -> int:
    """Return how many months after `first` the local month lies that holds the last second before `end`."""
    last = moment_of(end - 1).astimezone(ZoneInfo(zone))
    return (last.year - first.year) * 12 + last.month - first.month


def _array(numbers: Any) -> str:
    """Return whole numbers as the database writes an array: shorter to send and to read than a list of them."""
    return f"{{{','.join(map(str, numbers))}}}"


def _group(month: int, end: int, columns: Sequence[Any]) -> Figures:
    """Return what the database said of the periods that end at one instant, taken apart."""
    objective, result, verdict, state, *texts = columns
    ids = np.frombuffer(objective, dtype=">i8").astype(np.int64)
    ranks = np.array([_RANK[letter] for letter in verdict], dtype=np.int64)
    achieved, target, value = (text.split(SEPARATOR) for text in texts)
    return Figures(
        ids, np.full(len(ids), month), np.full(len(ids), end), np.frombuffer(result, dtype=">i8").astype(np.int64),
        ranks, np.frombuffer(state.encode(), dtype=np.uint8) == ord("c"), achieved, target, value,
    )  # fmt: skip


def _joined(groups: Sequence[Figures]) -> Figures:
    """Return groups one after the other."""

    def numbers(column: int, kind: type = np.int64) -> Any:
        return np.concatenate([np.asarray([], dtype=kind), *(group[column] for group in groups)])

    def texts(column: int) -> list[str]:
        return [text for group in groups for text in group[column]]

    return Figures(
        numbers(0), numbers(1), numbers(2), numbers(3), numbers(4), numbers(5, np.bool_), texts(6), texts(7), texts(8)
    )
