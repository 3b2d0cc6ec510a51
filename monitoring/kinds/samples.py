"""Samples: a value that was measured at an instant."""

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
from monitoring.models import Sample
from monitoring.rows import instant_errors, number_errors, row_key
from monitoring.sentence import Sentence
from slmo.core.facts import Facts, Samples
from slmo.core.terms import Agreement as Terms
from slmo.core.units import Window, format_instant

_COLUMNS = f"{seconds_of('at')}, trim_scale(value), scope, override"


class SampleRow(NamedTuple):
    """A value at an instant, in epoch seconds."""

    at: int
    value: Decimal
    scope: str = ""
    key: str = ""
    reference: str = ""
    override: bool = False


class SamplesKind(FactKind):
    """A sample is known by when and where it was taken, and by its number where one delivery has several of a second.

    Samples of one second that arrive in several deliveries need keys of their own, else the later replace the earlier.
    """

    name = "samples"
    indicators = (IndicatorKind.VALUE, IndicatorKind.SLICES)
    model = Sample
    row = SampleRow
    columns = (moment("at"), Column("value", "numeric"))
    monthly = True
    begins, ends = "fact.at", "fact.at + interval '1 second'"
    first = last = "at"
    numbered = True
    files = ("samples",)
    fields = ("at", "value")
    labels = {"value": _l("Value")}
    told = _l("What was measured at that moment, such as a response time in seconds.")
    sample = "at,value\n2026-01-14T09:00:00Z,0.212\n2026-01-14T09:01:00Z,0.187\n2026-01-14T09:02:00Z,1.204\n"

    def row_reach(self, row: SampleRow) -> tuple[int, int]:
        """Return the second of the sample."""
        return row.at, row.at + 1

    def own_errors(self, row: SampleRow) -> Iterable[tuple[str, Sentence]]:
        """Return what is wrong with the instant and the value."""
        return [*instant_errors(row, "at"), *number_errors(row, "value")]

    def item_row(self, item: Mapping[str, Any]) -> SampleRow:
        """Return `at` and `value` as a row."""
        at = item_instant(item, "at")
        return SampleRow(at, item_number(item, "value"), item["scope"], row_key(at, item["scope"]))

    def file_rows(self, facts: Facts) -> Iterator[SampleRow]:
        """Yield the file's samples; of several of one second and place the further are numbered."""
        rows = facts.samples.rows()
        keys = numbered_keys(row_key(row[0], row[2]) for row in rows)
        for (at, value, scope, _seq, override, _name), key in zip(rows, keys, strict=True):
            yield SampleRow(at, value, scope, key, "", override)

    def read(self, indicator: Indicator, window: Window, terms: Terms | None, known_at: datetime | None) -> Facts:
        """Return the samples of the window."""
        rows = recorded(self, _COLUMNS, "at >= %(since)s AND at < %(until)s", indicator, window, known_at)
        made = ((at, value, scope, seq, override) for at, value, scope, override, seq in rows)
        return Facts(samples=Samples.from_rows(made))

    def day_lines(self, facts: Facts, window: Window) -> Iterator[str]:
        """Yield the samples of a day."""
        found = facts.samples
        return found.take((found.at >= window.start) & (found.at < window.end)).lines()

    def file_lines(self, facts: Facts, until: int) -> tuple[Sequence[str], Iterator[Sequence[str]]]:
        """Return the samples."""
        lines = (
            (format_instant(at), plain(value), scope, "yes" if override else "")
            for at, value, scope, _seq, override, _indicator in facts.samples.rows()
        )
        return ("at", "value", "scope", "override"), lines

    def shown(self, fact: Any) -> Mapping[str, str]:
        """Return the value as it was measured."""
        return {"value": plain(fact.value)}


kind = SamplesKind()
