"""Files and answers as records: each row as names and values. Whatever can not be read is refused as a whole."""

import csv
import io
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import jmespath
import jmespath.exceptions

from monitoring.connectors.errors import ConnectorError
from monitoring.connectors.outbound.answer import json_read
from monitoring.connectors.reasons import reason
from monitoring.connectors.tables.errors import TableRefused
from monitoring.connectors.tables.xlsx import xlsx_read
from monitoring.sentence import gettext as _

ROWS_MOST = 200_000
ROW = "\0row"  # under this name a record keeps which row of the file it was
ZIP = b"PK\3\4"
DELIMITERS = ",;\t|"
Record = dict[str, Any]


class Table(NamedTuple):
    """The records of a table, and the names in its head; None where there is none, as in JSON."""

    head: Sequence[str] | None
    records: Sequence[Record]


def table_read(content: bytes, name: str, *, sheet: str = "", path: str = "") -> Table:
    """Return the table of a file: an Excel workbook, JSON, or CSV; what it is, its first bytes and its name tell.

    Raises TableRefused.
    """
    if content[:4] == ZIP:
        return records_of(xlsx_read(content, sheet))
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        at = {"at": error.start}
        raise TableRefused(_("The file is not text in UTF-8 (byte %(at)d); save it as “CSV UTF-8”.") % at) from None
    if name.lower().endswith(".json") or text.lstrip()[:1] in ("[", "{"):
        return Table(None, [one for one in json_items(json_read(text), path) if isinstance(one, dict) or _no_object()])
    return csv_read(text)


def whole_check(content: bytes, name: str) -> None:
    """Raise TableRefused for CSV that may have lost its end: nothing has told its length, and no line's end is last."""
    if content[:4] != ZIP and not name.lower().endswith(".json") and not content.endswith((b"\n", b"]", b"}")):
        raise TableRefused(_("The table may be cut off: its length was not told, and its last line has no end."))


def csv_read(text: str) -> Table:
    """Return the table of CSV text with a head; raises TableRefused."""
    head = text.split("\n", 1)[0]
    delimiter = max(DELIMITERS, key=head.count)
    try:
        return records_of(list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)))
    except csv.Error as error:
        raise TableRefused(_("This is no CSV table: %(why)s.") % {"why": reason(str(error))}) from None


def records_of(rows: Sequence[Sequence[Any]]) -> Table:
    """Return rows under their head as a table, without those that are empty; raises TableRefused."""
    if not rows:
        raise TableRefused(_("The table is empty."))
    if len(rows) > ROWS_MOST + 1:
        raise TableRefused(_("The table has more than %(count)d rows.") % {"count": ROWS_MOST})
    head = [str(name if name is not None else "").strip() for name in rows[0]]
    if len(set(filter(None, head))) != len(list(filter(None, head))):
        raise TableRefused(_("Two columns have the same name."), 1)
    return Table(head, list(_records(head, rows[1:])))


def _records(head: Sequence[str], rows: Sequence[Sequence[Any]]) -> Iterator[Record]:
    for number, row in enumerate(rows, start=2):
        if not any(value not in (None, "") for value in row):
            continue
        if len(row) > len(head) and any(value not in (None, "") for value in row[len(head) :]):
            raise TableRefused(_("There are more values than columns."), number)
        if len(row) < len(head):
            raise TableRefused(_("There are fewer values than columns; the file may be cut off."), number)
        yield {ROW: number, **{name: value for name, value in zip(head, row, strict=False) if name}}


def json_items(found: Any, path: str) -> list[Any]:
    """Return the list that a JMESPath finds in JSON, one object as a list of it; raises ConnectorError."""
    if path:
        try:
            found = jmespath.search(path, found)
        except jmespath.exceptions.JMESPathError as error:
            raise ConnectorError(_("The path can not be followed: %(why)s") % {"why": error}, again=False) from None
        if found is None:
            raise ConnectorError(_("There is nothing at the path “%(path)s” in the answer.") % {"path": path})
    items = found if isinstance(found, list) else [found]
    if len(items) > ROWS_MOST:
        raise TableRefused(_("The table has more than %(count)d rows.") % {"count": ROWS_MOST})
    return items


def _no_object() -> bool:
    raise TableRefused(_("Expected a list of objects with the same names."))
