"""Rows of deliveries beside what is known: copied into a temporary table, compared, and inserted."""

import csv
import io
import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any, Protocol

from django.conf import settings
from django.db import connection
from django.db.models import Max, Min
from django.utils import timezone

from agreements.models import Indicator
from monitoring.instants import moment_of
from monitoring.kinds import FactKind
from monitoring.models import FactName
from monitoring.months import months_between
from monitoring.services.facts_sql import RUNS_MET, statements_of
from monitoring.services.streams import Beside, Known, Told

_PLACED = re.compile(r"(\d{1,11})[|/]")  # a key that tells where its fact begins, such as that of monitoring.rows


class Delivered(Protocol):
    """Rows for an indicator, of one origin."""

    @property
    def indicator(self) -> Indicator: ...
    @property
    def rows(self) -> Sequence[Any]: ...
    @property
    def origin(self) -> str: ...


def place_of(key: str) -> int | None:
    """Return where a key says that its fact begins, in epoch seconds; None where it does not say so."""
    found = _PLACED.match(key)
    return int(found[1]) if found else None


class Staged:
    """The rows of deliveries of one kind: of several rows of one key the last one, in the order of their arrival."""

    def __init__(self, kind: FactKind, deliveries: Sequence[Delivered], batches: Sequence[int]) -> None:
        """Copy the rows into the temporary table."""
        self.kind, self.deliveries, self.sql = kind, deliveries, statements_of(kind.name)
        self.rows = list(self._last_rows())  # delivery, row, place
        self.values: dict[str, Any] = {
            "deliveries": list(range(len(deliveries))),
            "indicators": [delivery.indicator.pk for delivery in deliveries],
            "origins": [delivery.origin for delivery in deliveries],
            "batches": list(batches),
        }
        self.same: set[int] = set()
        self.replaced: list[tuple[int, Known]] = []
        if self.rows:
            with connection.cursor() as cursor:
                cursor.execute(self.sql.stage)
                cursor.copy_expert(self.sql.copy, self._text())

    def _last_rows(self) -> Any:
        """Yield delivery, row and place of every row that no later one of its key replaces."""
        for number, delivery in enumerate(self.deliveries):
            last: dict[str, Any] = {}
            for row in delivery.rows:
                last.pop(row.key, None)
                last[row.key] = row
            for key, row in last.items():
                yield number, row, place_of(key)

    def _text(self) -> io.StringIO:
        """Return the rows as the CSV text that COPY reads, numbered in the order of their arrival."""
        text, staged = io.StringIO(), self.kind.staged
        csv.writer(text).writerows(
            (delivery, number, place, *staged(row)) for number, (delivery, row, place) in enumerate(self.rows)
        )
        text.seek(0)
        return text

    @property
    def brings(self) -> bool:
        """Tell whether any row says something new."""
        return len(self.same) < len(self.rows)

    def compare(self, beside: Beside) -> None:
        """Find the rows whose keys are known, and whether they say the same."""
        if not self.rows or (self.kind.monthly and not self._bounded(beside)):
            return
        with connection.cursor() as cursor:
            runs = self._runs_met(cursor)
            cursor.execute(f"SET LOCAL enable_nestloop = off; {self.sql.known}", self.values)
            known = list(map(Known._make, cursor.fetchall()))
            cursor.execute("SET LOCAL enable_nestloop = on")
        self.same = {found.number for found in known if found.same} | runs
        self.replaced = [(self.rows[found.number][0], found) for found in known if not found.same]

    def _runs_met(self, cursor: Any) -> set[int]:
        """Return the rows that a compacted run says already; those that contradict one become corrections of it."""
        horizon = timezone.now() - timedelta(days=settings.FACTS_ROWS_DAYS)
        if self.kind.name != "states" or "low" not in self.values or self.values["low"] >= horizon:
            return set()
        cursor.execute(RUNS_MET, self.values)
        return {number for (number,) in cursor.fetchall()}

    def _bounded(self, beside: Beside) -> bool:
        """Find between when the facts lie whose keys may be known; return whether any may be."""
        begun = [beside.began_by(one.indicator.pk, one.origin) for one in self.deliveries]
        if not any(last is not None for last in begun):
            return False
        lasts = ((place, begun[number]) for number, _row, place in self.rows)
        places = [moment_of(place) for place, last in lasts if None not in (place, last) and place <= last]
        names = FactName.objects.filter(indicator__in=self.values["indicators"], kind=self.kind.name)
        named = names.aggregate(low=Min("at"), high=Max("at"))
        places += [at for at in named.values() if at is not None]
        if places:
            self.values |= {"low": min(places), "high": max(places)}
        return bool(places)

    def supersede(self, now: datetime) -> None:
        """Let the known rows that are replaced hold until now."""
        if self.replaced:
            known = [one for _number, one in self.replaced]
            values = self.values | {
                "now": now,
                "ids": [one.id for one in known],
                "places": [one.place for one in known],
            }
            with connection.cursor() as cursor:
                cursor.execute(self.sql.supersede, values)

    def insert(self, now: datetime) -> list[tuple[int, str, str, int]]:
        """Insert what says something new; return indicator, origin, scope and highest number of each stream."""
        values = {**self.values, "now": now, "same": sorted(self.same)}
        if self.kind.monthly:
            values["months"] = self._months()
        with connection.cursor() as cursor:
            cursor.execute(self.sql.insert, values)
            highest: list[tuple[int, str, str, int]] = cursor.fetchall()
            if self.kind.monthly:
                self._names_store(cursor, values)
        return highest

    def _months(self) -> list[datetime]:
        """Return the months in which something new begins, each only once."""
        starts = {getattr(row, self.kind.first) for rows in self._new for row, _place in rows}
        low, high = moment_of(min(starts)), moment_of(max(starts))
        between = months_between(low, high)
        if len(between) <= 2:
            return between
        return sorted({months_between(at, at)[0] for at in map(moment_of, starts)})

    def _names_store(self, cursor: Any, values: dict[str, Any]) -> None:
        """Keep where the facts of keys begin that do not say so themselves."""
        first = self.kind.first
        if any(place != getattr(row, first) for rows in self._new for row, place in rows):
            cursor.execute(self.sql.named, values)
        if self.replaced:
            cursor.execute(self.sql.unnamed, values)

    @cached_property
    def _new(self) -> list[list[Any]]:
        """Return what says something new, by delivery: rows, each with its place."""
        found: list[list[Any]] = [[] for _ in self.deliveries]
        same = self.same
        for number, (delivery, row, place) in enumerate(self.rows):
            if number not in same:
                found[delivery].append((row, place))
        return found

    def told(self, delivery: int) -> list[Told]:
        """Return the facts of a delivery that begin to hold."""
        reach, states = self.kind.row_reach, self.kind.name == "states"
        spans = ((row.scope, *reach(row)) for row, _place in self._new[delivery])
        return [Told(scope, start, end, states and end is None) for scope, start, end in spans]

    def ceased(self, delivery: int) -> list[Told]:
        """Return the facts that a delivery replaces."""
        return [
            Told(one.scope, one.begins, one.ends, one.changes) for number, one in self.replaced if number == delivery
        ]

    def counts(self, delivery: int) -> tuple[int, int, int]:
        """Return how many rows of a delivery arrived, how many say something new, and how many replace others."""
        replaced = sum(number == delivery for number, _known in self.replaced)
        return len(self.deliveries[delivery].rows), len(self._new[delivery]), replaced

    def kin_span(self, delivery: int, since: int, until: int | None) -> tuple[int, int | None]:
        """Return a span widened by what else is told of the things that a delivery tells of."""
        if not self.kind.kin:
            return since, until
        ids = [known.id for number, known in self.replaced if number == delivery]
        values: dict[str, Any] = {
            "indicator": self.deliveries[delivery].indicator.pk, "delivery": delivery, "ids": ids,
            "same": sorted(self.same),
        }  # fmt: skip
        with connection.cursor() as cursor:
            cursor.execute(self.sql.kin, values)
            begins, ends = cursor.fetchone()
        if begins is None:
            return since, until
        return min(since, begins), None if until is None or ends is None else max(until, ends)
