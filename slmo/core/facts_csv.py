"""Reading facts.csv (docs/formats.md, Facts): rows in, columns out, every error with its place."""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import IO, Any, NamedTuple

from slmo.core.errors import EngineError, FactError, FactErrors, Said, did_you_mean
from slmo.core.facts import Gaps, State, States
from slmo.core.units import parse_instant

MOST_ERRORS = 100
KINDS: Mapping[str, tuple[str, ...]] = {
    "changes": ("at", "state"),
    "intervals": ("start", "end", "state"),
    "buckets": ("start", "end", "good", "total"),
    "samples": ("at", "value"),
    "tasks": ("id", "opened", "responded", "resolved", "priority", "pauses"),
}
OPTIONAL = ("indicator", "scope", "override")
_HEADERS = "; ".join(",".join(columns) for columns in KINDS.values())
_INSTANT = "a time with an offset or Z, such as 2026-03-01T09:00:00+01:00"
_TOO_LONG = 200

Row = tuple[int, int | None, str, str, int, bool, bool, str]


class _Sheet(NamedTuple):
    """A file's name, its kind, the position of each column, and the names that `indicator` may have."""

    file: str
    kind: str
    columns: Mapping[str, int]
    indicators: Collection[str] | None

    def refuse(self, line: int, column: str, found: object, expected: str) -> FactError:
        """Return the error of one cell."""
        return FactError(self.file, line, column, found, expected)


def states_read(
    source: str | os.PathLike[str] | IO[bytes],
    gaps: Gaps = "unknown",
    *,
    name: str | None = None,
    indicators: Collection[str] | None = None,
) -> States:
    """Return the states of a file whose header is `at,state` or `start,end,state`.

    `source` is a path or an open binary file, `name` what errors call it. `gaps`: what holds where no interval lies.
    `indicators` are the names that the column `indicator` may have; None allows any. Raises FactError, or FactErrors
    with up to 100 of them, and OSError where the file cannot be read.
    """
    file = name or (source if isinstance(source, str) else getattr(source, "name", None) or str(source))
    content = source.read() if hasattr(source, "read") else _bytes(source)
    text = _text(content, str(file))
    records = _records(text, str(file))
    _, header = next(records, (0, []))
    sheet = _sheet(header, str(file), indicators)
    rows = _rows(records, sheet)
    return States.from_rows(rows, "unknown" if sheet.kind == "changes" else gaps)


def _bytes(path: str | os.PathLike[str]) -> bytes:
    with open(path, "rb") as opened:
        return opened.read()


def _text(content: bytes, file: str) -> str:
    if not content.strip(b"\xef\xbb\xbf \r\n\t"):
        raise FactError(file, 0, "", Said("an empty file"), f"a header: {_HEADERS}")
    nul = content.find(b"\0")
    if nul >= 0:
        raise FactError(file, content[:nul].count(b"\n") + 1, "", Said("a NUL byte"), "text in UTF-8")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise FactError(file, line, "", Said(f"the byte 0x{content[error.start]:02x}"), "text in UTF-8") from error


def _records(text: str, file: str) -> Iterator[tuple[int, list[str]]]:
    """Yield each record with the line on which it ends; empty lines are left out."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    while True:
        try:
            record = next(reader, None)
        except csv.Error as error:
            raise FactError(file, reader.line_num, "", Said(str(error)), "comma-separated values") from error
        if record is None:
            return
        if record and any(cell.strip() for cell in record):
            yield reader.line_num, [cell.strip() for cell in record]


def _sheet(header: Sequence[str], file: str, indicators: Collection[str] | None) -> _Sheet:
    for column in header:
        if header.count(column) > 1:
            raise FactError(file, 1, column, Said("the column twice"), "each column once")
    required = frozenset(header) - frozenset(OPTIONAL)
    kind = next((kind for kind, columns in KINDS.items() if required == frozenset(columns)), None)
    if kind is None:
        known = {column for columns in KINDS.values() for column in columns} | set(OPTIONAL)
        strange = next((column for column in header if column not in known), "")
        expected = f"one of the headers {_HEADERS}, each with the optional columns {', '.join(OPTIONAL)}"
        raise FactError(file, 1, strange, ",".join(header), expected + did_you_mean(strange, known))
    if kind not in ("changes", "intervals"):
        expected = "at,state or start,end,state: other facts are not assessed by this version yet"
        raise FactError(file, 1, "", ",".join(header), expected)
    return _Sheet(file, kind, {column: n for n, column in enumerate(header)}, indicators)


def _rows(records: Iterator[tuple[int, list[str]]], sheet: _Sheet) -> list[Row]:
    rows: list[Row] = []
    errors: list[FactError] = []
    for line, record in records:
        try:
            rows.append(_row(record, line, len(rows), sheet))
        except FactError as error:
            errors.append(error)
            if len(errors) == MOST_ERRORS:
                break
    if errors:
        raise errors[0] if len(errors) == 1 else FactErrors(errors)
    return rows


def _row(record: Sequence[str], line: int, seq: int, sheet: _Sheet) -> Row:
    if len(record) != len(sheet.columns):
        raise sheet.refuse(line, "", Said(f"{len(record)} values"), f"{len(sheet.columns)} values, as in the header")
    cells = {column: record[n] for column, n in sheet.columns.items()}
    changes = sheet.kind == "changes"
    opening = "at" if changes else "start"
    start = _parsed(cells, opening, line, sheet, parse_instant, _INSTANT)
    end = None if changes or not cells["end"] else _parsed(cells, "end", line, sheet, parse_instant, _INSTANT)
    if end is not None and end < start:
        raise sheet.refuse(line, "end", cells["end"], f"a time not before the start, {cells['start']}")
    state = _parsed(cells, "state", line, sheet, State, "one of up, degraded, down, unknown")
    override = cells.get("override", "")
    if override not in ("", "yes") or (override and (changes or end is None)):
        raise sheet.refuse(line, "override", override, "nothing, or yes for an interval with start and end")
    return (
        start,
        end,
        state,
        _scope(cells, line, sheet),
        seq,
        changes,
        override == "yes",
        _indicator(cells, line, sheet),
    )


def _parsed(
    cells: Mapping[str, str], column: str, line: int, sheet: _Sheet, parse: Callable[[str], Any], expected: str
) -> Any:
    try:
        return parse(cells[column])
    except EngineError as error:
        raise sheet.refuse(line, column, cells[column] or None, str(error)) from error
    except ValueError as error:
        hint = did_you_mean(cells[column], State) if column == "state" else ""
        raise sheet.refuse(line, column, cells[column] or None, expected + hint) from error


def _scope(cells: Mapping[str, str], line: int, sheet: _Sheet) -> str:
    scope = cells.get("scope", "")
    if len(scope) > _TOO_LONG or (scope and not scope.isprintable()):
        raise sheet.refuse(line, "scope", scope, f"a name of at most {_TOO_LONG} printable characters")
    return scope


def _indicator(cells: Mapping[str, str], line: int, sheet: _Sheet) -> str:
    name = cells.get("indicator", "")
    if name and sheet.indicators is not None and name not in sheet.indicators:
        known = ", ".join(sheet.indicators)
        raise sheet.refuse(
            line, "indicator", name, f"the name of an objective ({known}){did_you_mean(name, sheet.indicators)}"
        )
    return name
