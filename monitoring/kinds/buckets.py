"""Buckets of events: how many there were in a span of time, and how many of them were good."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple

from django.utils.translation import gettext_lazy as _l

from agreements.models import Indicator, IndicatorKind
from monitoring.kinds.base import (
    Column,
    FactKind,
    item_instant,
    item_number,
    moment,
    numbered_keys,
    plain,
    recorded,
    seconds_of,
)  # fmt: skip
from monitoring.models import Bucket
from monitoring.rows import number_errors, row_key, span_errors
from monitoring.sentence import Sentence
from monitoring.sentence import gettext as _
from slmo.core.facts import Buckets, Facts
from slmo.core.terms import Agreement as Terms
from slmo.core.units import Window, format_instant

_COLUMNS = f"{seconds_of('start', 'end')}, trim_scale(good), trim_scale(total), scope, override"
_WITHIN = 'start < %(until)s AND "end" > %(since)s AND start > %(reach)s'


class BucketRow(NamedTuple):
    """Events in `[start, end)`, in epoch seconds."""

    start: int
    end: int
    good: Decimal
    total: Decimal
    scope: str = ""
    key: str = ""
    reference: str = ""
    override: bool = False


class BucketsKind(FactKind):
    """A bucket is known by when and where it begins: one that is sent again with other counts takes its place."""

    name = "buckets"
    indicators = (IndicatorKind.RATIO, IndicatorKind.SLICES)
    model = Bucket
    row = BucketRow
    columns = (moment("start"), moment("end"), Column("good", "numeric"), Column("total", "numeric"))
    monthly = True
    begins, ends = "fact.start", 'fact."end"'
    files = ("buckets",)
    fields = ("start", "end", "good", "total")
    labels = {"good": _l("Good events"), "total": _l("All events")}
    told = _l("How many events there were in between, and how many of them were good.")
    sample = (
        "start,end,good,total\n2026-01-14T09:00:00Z,2026-01-14T09:05:00Z,11987,12000\n"
        "2026-01-14T09:05:00Z,2026-01-14T09:10:00Z,12405,12405\n"
    )

    def own_errors(self, row: BucketRow) -> Iterable[tuple[str, Sentence]]:
        """Return what is wrong with the span and the counts."""
        errors = [*span_errors(row), *number_errors(row, "good", "total")]
        if not errors and not 0 <= row.good <= row.total:
            errors.append(("good", _("The good events must be from 0 up to all events.")))
        return errors

    def item_row(self, item: Mapping[str, Any]) -> BucketRow:
        """Return `start`, `end`, `good` and `total` as a row."""
        start, end = item_instant(item, "start"), item_instant(item, "end")
        good, total = item_number(item, "good"), item_number(item, "total")
        return BucketRow(start, end, good, total, item["scope"], row_key(start, item["scope"]))

    def file_rows(self, facts: Facts) -> Iterator[BucketRow]:
        """Yield the file's buckets; of several that begin at one time and place the further are numbered."""
        rows = facts.buckets.rows()
        keys = numbered_keys(row_key(row[0], row[4]) for row in rows)
        for (start, end, good, total, scope, _seq, override, _name), key in zip(rows, keys, strict=True):
            yield BucketRow(start, end, good, total, scope, key, "", override)

    def read(self, indicator: Indicator, window: Window, terms: Terms | None, known_at: datetime | None) -> Facts:
        """Return the buckets that reach into the window."""
        rows = recorded(self, _COLUMNS, _WITHIN, indicator, window, known_at)
        made = (
            (start, end, good, total, scope, seq, override) for start, end, good, total, scope, override, seq in rows
        )
        return Facts(buckets=Buckets.from_rows(made))

    def day_lines(self, facts: Facts, window: Window) -> Iterator[str]:
        """Yield the buckets that reach into a day."""
        found = facts.buckets
        return found.take((found.start < window.end) & (found.end > window.start)).lines()

    def file_lines(self, facts: Facts, until: int) -> tuple[Sequence[str], Iterator[Sequence[str]]]:
        """Return the buckets."""
        lines = (
            (format_instant(start), format_instant(end), plain(good), plain(total), scope, "yes" if override else "")
            for start, end, good, total, scope, _seq, override, _indicator in facts.buckets.rows()
        )
        return ("start", "end", "good", "total", "scope", "override"), lines

    def shown(self, fact: Any) -> Mapping[str, str]:
        """Return the counts."""
        return {"good": plain(fact.good), "total": plain(fact.total)}


kind = BucketsKind()
