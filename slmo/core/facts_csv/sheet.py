"""A file of comma-separated values: its text, its records, and the cells of one row."""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import IO, NamedTuple, TypeVar

from slmo.core.errors import EngineError, FactError, Said, did_you_mean
from slmo.core.units import parse_instant

T = TypeVar("T")
MOST_ERRORS = 100
OPTIONAL = ("indicator", "scope", "override")
INSTANT = "a time with an offset or Z, such as 2026-03-01T09:00:00+01:00"
_TOO_LONG = 200
_LONGEST_TEXT = 2000


@dataclass(frozen=True)
class Sheet:
    """A file's name, the position of each column, and the names that `indicator` may have (None: any)."""

    file: str
    columns: Mapping[str, int]
    indicators: Collection[str] | None

    def cells(self, record: Sequence[str], line: int) -> Cells:
        """Return one record's cells by column; refuse one with more or fewer than the header."""
        if len(record) != len(self.columns):
            expected = f"{len(self.columns)} values, as in the header"
            raise FactError(self.file, line, "", Said(f"{len(record)} values"), expected)
        return Cells(self, line, {column: record[n] for column, n in self.columns.items()})


class Cells(NamedTuple):
    """The cells of one row."""

    sheet: Sheet
    line: int
    values: Mapping[str, str]

    def refuse(self, column: str, found: object, expected: str) -> FactError:
        """Return the error of one cell."""
        return FactError(self.sheet.file, self.line, column, found, expected)

    def taken(self, column: str, parse: Callable[[str], T], expected: str, hints: Collection[str] = ()) -> T:
        """Return a cell read by `parse`, whose EngineError says better what was expected."""
        text = self.values[column]
        try:
            return parse(text)
        except EngineError as error:
            raise self.refuse(column, text or None, str(error)) from error
        except ValueError as error:
            raise self.refuse(column, text or None, expected + did_you_mean(text, hints)) from error

    def instant(self, column: str) -> int:
        """Return an instant."""
        return self.taken(column, parse_instant, INSTANT)

    def instant_or_none(self, column: str) -> int | None:
        """Return an instant, None where the cell is empty."""
        return self.instant(column) if self.values[column] else None

    def text(self, column: str) -> str:
        """Return a text that must be there."""
        text = self.values[column]
        if not text or len(text) > _LONGEST_TEXT or not text.isprintable():
            raise self.refuse(column, text or None, f"a text of at most {_LONGEST_TEXT} printable characters")
        return text

    @property
    def override(self) -> bool:
        """Tell whether the row is a correction."""
        found = self.values.get("override", "")
        if found not in ("", "yes"):
            raise self.refuse("override", found, "nothing, or yes for a correction")
        return found == "yes"

    @property
    def scope(self) -> str:
        """Return where the row holds."""
        scope = self.values.get("scope", "")
        if len(scope) > _TOO_LONG or (scope and not scope.isprintable()):
            raise self.refuse("scope", scope, f"a name of at most {_TOO_LONG} printable characters")
        return scope

    @property
    def indicator(self) -> str:
        """Return the objective that the row names."""
        name, known = self.values.get("indicator", ""), self.sheet.indicators
        if name and known is not None and name not in known:
            hint = did_you_mean(name, known)
            raise self.refuse("indicator", name, f"the name of an objective ({', '.join(known)}){hint}")
        return name


def content_of(source: str | os.PathLike[str] | IO[bytes]) -> bytes:
    """Return the bytes of a path or of an open binary file."""
    if hasattr(source, "read"):
        return source.read()
    with open(source, "rb") as opened:
        return opened.read()


def text_of(content: bytes, file: str, headers: str) -> str:
    """Return a file's text; raise FactError for an empty file, a NUL byte or anything but UTF-8."""
    if not content.strip(b"\xef\xbb\xbf \r\n\t"):
        raise FactError(file, 0, "", Said("an empty file"), f"a header: {headers}")
    nul = content.find(b"\0")
    if nul >= 0:
        raise FactError(file, content[:nul].count(b"\n") + 1, "", Said("a NUL byte"), "text in UTF-8")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise FactError(file, line, "", Said(f"the byte 0x{content[error.start]:02x}"), "text in UTF-8") from error


def records_of(text: str, file: str) -> Iterator[tuple[int, list[str]]]:
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
