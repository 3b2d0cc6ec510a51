"""Which kinds of facts a file may hold, and how it is read."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import IO, Any

from slmo.core.errors import FactError, FactErrors, Said, did_you_mean
from slmo.core.facts import Facts, Gaps, States
from slmo.core.facts_csv.buckets import BUCKETS
from slmo.core.facts_csv.kind import FactKind
from slmo.core.facts_csv.samples import SAMPLES
from slmo.core.facts_csv.sheet import MOST_ERRORS, OPTIONAL, Sheet, content_of, records_of, text_of
from slmo.core.facts_csv.statements import STATEMENTS
from slmo.core.facts_csv.states import CHANGES, INTERVALS
from slmo.core.facts_csv.tasks import TASKS

KINDS: Mapping[str, FactKind] = {
    "changes": CHANGES,
    "intervals": INTERVALS,
    "buckets": BUCKETS,
    "samples": SAMPLES,
    "tasks": TASKS,
    "statements": STATEMENTS,
}
_STATES = ("changes", "intervals")

Source = str | os.PathLike[str] | IO[bytes]


def facts_read(
    source: Source,
    gaps: Gaps = "unknown",
    *,
    name: str | None = None,
    indicators: Collection[str] | None = None,
    kinds: Collection[str] = tuple(KINDS),
) -> Facts:
    """Return the facts of a file, whose header says of which kind they are.

    `source` is a path or an open binary file, `name` what errors call it. `gaps`: what holds where no interval lies.
    `indicators` are the names that the column `indicator` may have; None allows any. `kinds` are those that may be
    read. Raises FactError, or FactErrors with up to 100 of them, and OSError where the file cannot be read.
    """
    file = str(name or (source if isinstance(source, str) else getattr(source, "name", None) or source))
    records = records_of(text_of(content_of(source), file, _headers(kinds)), file)
    _, header = next(records, (0, []))
    kind = _kind(header, file, kinds)
    sheet = Sheet(file, {column: n for n, column in enumerate(header)}, indicators)
    return kind.facts(_rows(records, sheet, kind), gaps)


def states_read(
    source: Source,
    gaps: Gaps = "unknown",
    *,
    name: str | None = None,
    indicators: Collection[str] | None = None,
) -> States:
    """Return the states of a file whose header is `at,state` or `start,end,state`; as `facts_read` in all else."""
    return facts_read(source, gaps, name=name, indicators=indicators, kinds=_STATES).states


def _headers(kinds: Collection[str]) -> str:
    return "; ".join(",".join(KINDS[kind].columns) for kind in kinds)


def _kind(header: Sequence[str], file: str, kinds: Collection[str]) -> FactKind:
    for column in header:
        if header.count(column) > 1:
            raise FactError(file, 1, column, Said("the column twice"), "each column once")
    required = frozenset(header) - frozenset(OPTIONAL)
    for kind in kinds:
        if required == frozenset(KINDS[kind].columns):
            return KINDS[kind]
    known = {column for kind in KINDS.values() for column in kind.columns} | set(OPTIONAL)
    strange = next((column for column in header if column not in known), "")
    expected = f"one of the headers {_headers(kinds)}, each with the optional columns {', '.join(OPTIONAL)}"
    raise FactError(file, 1, strange, ",".join(header), expected + did_you_mean(strange, known))


def _rows(records: Iterator[tuple[int, list[str]]], sheet: Sheet, kind: FactKind) -> list[Any]:
    rows: list[Any] = []
    errors: list[FactError] = []
    seen: set[Any] = set()
    for line, record in records:
        try:
            row = kind.row(sheet.cells(record, line), len(rows))
            key = kind.key(row) if kind.key else None
            if key is not None and key in seen:
                raise FactError(sheet.file, line, kind.unique, key[0], "each id once, unless the row is a correction")
            seen.add(key)
            rows.append(row)
        except FactError as error:
            errors.append(error)
            if len(errors) == MOST_ERRORS:
                break
    if errors:
        raise errors[0] if len(errors) == 1 else FactErrors(errors)
    return rows
