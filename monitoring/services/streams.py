"""What is kept beside the facts of a stream: read and written in the transaction that records them."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.db import connection

from monitoring.instants import instant_of, moment_of
from monitoring.kinds import FactKind
from monitoring.models import Stream

Key = tuple[int, str, str]  # indicator, origin, scope

_STORE = """
INSERT INTO monitoring_stream
    (kind, indicator_id, origin, scope, first, last, last_change, longest, highest, recorded_at)
SELECT %(kind)s, * FROM unnest(
    %(indicators)s::bigint[], %(origins)s::text[], %(scopes)s::text[], %(firsts)s::timestamptz[],
    %(lasts)s::timestamptz[], %(changes)s::timestamptz[], %(longest)s::interval[], %(highest)s::bigint[],
    %(recorded)s::timestamptz[]
)
ON CONFLICT (indicator_id, kind, origin, scope) DO UPDATE SET first = excluded.first, last = excluded.last,
    last_change = excluded.last_change, longest = excluded.longest, highest = excluded.highest,
    recorded_at = excluded.recorded_at
"""
_FOUND = """
SELECT extract(epoch FROM min("{first}"))::bigint, extract(epoch FROM max("{first}") FILTER (WHERE {change}))::bigint
FROM {table} WHERE indicator_id = %s AND origin = %s AND scope = %s AND superseded_at IS NULL
"""
_FOLLOWING = """
SELECT extract(epoch FROM min(start))::bigint FROM monitoring_fact
WHERE indicator_id = %s AND origin = %s AND scope = %s AND superseded_at IS NULL AND "end" IS NULL
    AND start > to_timestamp(%s) AND start <= to_timestamp(%s)
"""


class Known(NamedTuple):
    """The current row of a key that was delivered: what it says is the `same`, or is superseded."""

    number: int
    id: int
    place: datetime
    same: bool
    scope: str
    begins: int
    ends: int | None
    changes: bool


class Told(NamedTuple):
    """A fact that begins or ceases to hold: its scope, span in epoch seconds, and whether it is a change."""

    scope: str
    start: int
    end: int | None
    changes: bool


class Beside:
    """The streams of some indicators, of one kind, while facts are recorded; their indicators are locked."""

    def __init__(self, kind: FactKind, indicators: Iterable[int]) -> None:
        """Read the streams."""
        self.kind = kind
        rows = list(Stream.objects.filter(indicator__in=list(indicators)))
        self.rows: dict[Key, Stream] = {_key(row): row for row in rows if row.kind == kind.name}
        self.kinds = {(row.indicator_id, row.kind) for row in rows if row.first is not None}
        self.named_before = self.named()
        self.touched: set[Key] = set()

    def named(self) -> set[tuple[int, str]]:
        """Return the scopes that current facts name, by indicator."""
        return {(key[0], key[2]) for key, row in self.rows.items() if key[2] and row.first is not None}

    def began_by(self, indicator: int, origin: str) -> int | None:
        """Return by when all facts of an origin have begun; None where it has none."""
        lasts = [row.last for key, row in self.rows.items() if key[:2] == (indicator, origin)]
        return max(map(instant_of, lasts), default=None)

    def first(self, indicator: int) -> int | None:
        """Return where the current facts of an indicator begin."""
        firsts = [row.first for key, row in self.rows.items() if key[0] == indicator and row.first]
        return min(map(instant_of, firsts), default=None)

    def add(self, indicator: int, origin: str, facts: Iterable[Told], now: datetime) -> None:
        """Take in facts that begin to hold."""
        for scope, (low, high, change, longest) in _extremes(facts).items():
            key = (indicator, origin, scope)
            first = last = moment_of(low)
            row = self.rows.setdefault(
                key,
                Stream(
                    kind=self.kind.name, indicator_id=indicator, origin=origin, scope=scope, first=first, last=last,
                    longest=timedelta(0), recorded_at=now,
                ),
            )  # fmt: skip
            row.first = min(row.first or first, first)
            row.last = max(row.last, moment_of(high))
            changes = [row.last_change, None if change is None else moment_of(change)]
            row.last_change = max(filter(None, changes), default=None)
            row.longest = max(row.longest, timedelta(seconds=longest))
            row.recorded_at = max(row.recorded_at, now)
            self.touched.add(key)

    def remove(self, indicator: int, origin: str, facts: Iterable[Told]) -> None:
        """Take out facts that were superseded in the database: ask it where one stood at an end of its stream."""
        for scope in {fact.scope for fact in facts if self._at_an_end((indicator, origin, fact.scope), fact)}:
            key = (indicator, origin, scope)
            table, first = self.kind.model._meta.db_table, self.kind.first
            change = '"end" IS NULL' if self.kind.name == "states" else "false"
            with connection.cursor() as cursor:
                cursor.execute(_FOUND.format(table=table, first=first, change=change), key)
                found, changed = cursor.fetchone()
            self.rows[key].first = None if found is None else moment_of(found)
            self.rows[key].last_change = None if changed is None else moment_of(changed)
            self.touched.add(key)

    def _at_an_end(self, key: Key, fact: Told) -> bool:
        """Tell whether a fact stood where its stream begins, or is its last change."""
        row, start = self.rows.get(key), moment_of(fact.start)
        return row is not None and (row.first == start or (fact.changes and row.last_change == start))

    def store(self, highest: Iterable[tuple[int, str, str, int]]) -> None:
        """Write the streams that were touched; `highest` tells the highest number of what was inserted into each."""
        for indicator, origin, scope, number in highest:
            row = self.rows[indicator, origin, scope]
            row.highest = max(row.highest, number)
        rows = [self.rows[key] for key in sorted(self.touched)]
        values: dict[str, Any] = {
            "kind": self.kind.name,
            "indicators": [row.indicator_id for row in rows],
            "origins": [row.origin for row in rows],
            "scopes": [row.scope for row in rows],
            "firsts": [row.first for row in rows],
            "lasts": [row.last for row in rows],
            "changes": [row.last_change for row in rows],
            "longest": [row.longest for row in rows],
            "highest": [row.highest for row in rows],
            "recorded": [row.recorded_at for row in rows],
        }
        with connection.cursor() as cursor:
            cursor.execute(_STORE, values)

    def span(self, indicator: int, origin: str, facts: list[Told]) -> tuple[int, int | None]:
        """Return from when to when the record is otherwise by these facts; None: up to the present.

        A change reaches to the next change of its stream. Where a scope is named for the first time, or no longer,
        everything is otherwise, because the scopes that the facts name are united in every second.
        """
        since = min(fact.start for fact in facts)
        if self.kind.name != "states":
            ends = [fact.end for fact in facts]
            return since, None if None in ends else max(end for end in ends if end is not None)
        scopes = {(indicator, fact.scope) for fact in facts if fact.scope}
        if not scopes <= self.named_before & self.named():
            first = self.first(indicator)
            return since if first is None else min(since, first), None
        ends = [fact.end for fact in facts if not fact.changes]
        for scope, (_low, _high, change, _longest) in _extremes(facts).items():
            if change is not None:
                ends.append(self._following((indicator, origin, scope), change))
        return since, None if None in ends else max(end for end in ends if end is not None)

    def _following(self, key: Key, change: int) -> int | None:
        """Return when the next change of a stream follows one; None where none does."""
        row = self.rows.get(key)
        last = None if row is None or row.last_change is None else instant_of(row.last_change)
        if last is None or last <= change:
            return None
        with connection.cursor() as cursor:
            cursor.execute(_FOLLOWING, [*key, change, last])
            found: int | None = cursor.fetchone()[0]
            return found


def _key(row: Stream) -> Key:
    """Return what a stream is known by among those of its kind."""
    return row.indicator_id, row.origin, row.scope


def _extremes(facts: Iterable[Told]) -> dict[str, tuple[int, int, int | None, int]]:
    """Return for each scope the first and last beginning, the last change, and the longest interval in seconds."""
    found: dict[str, tuple[int, int, int | None, int]] = {}
    for scope, start, end, changes in facts:
        low, high, change, longest = found.get(scope, (start, start, None, 0))
        if changes:
            change = start if change is None or start > change else change
        elif end is not None and end - start > longest:
            longest = end - start
        found[scope] = (min(low, start), max(high, start), change, longest)
    return found
