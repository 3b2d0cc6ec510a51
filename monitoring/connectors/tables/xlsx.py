"""Excel workbooks: read row by row, within limits that hold for what they are when unpacked."""

import csv
import io
import zipfile
from datetime import date, datetime, time, tzinfo
from typing import Any
from xml.etree.ElementTree import ParseError

import openpyxl
from openpyxl.utils.exceptions import InvalidFileException

from monitoring.connectors.tables.errors import TableRefused
from monitoring.sentence import gettext as _

UNPACKED_MOST = 64 * 1024 * 1024
PARTS_MOST, COLUMNS_MOST, ROWS_READ, CELLS_MOST = 1000, 200, 200_002, 2_000_000
# What the reader of workbooks raises for one that breaks the format's rules.
DAMAGED = (InvalidFileException, zipfile.BadZipFile, ParseError, ValueError, TypeError, AttributeError, OSError)
CHUNK = 1 << 20


def xlsx_read(content: bytes, sheet: str = "") -> list[list[Any]]:
    """Return the rows of a sheet (the first where none is named), without empty ones at its end.

    Raises TableRefused for what is no workbook, for one that is too large when unpacked, and for a missing sheet.
    """
    _unpacked_check(content)
    try:
        book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True, keep_links=False)
        found = book[sheet] if sheet else book[book.sheetnames[0]]
        rows = _rows(found)
    except (KeyError, IndexError) as error:
        raise TableRefused(_("The workbook has no sheet “%(name)s”.") % {"name": sheet}) from error
    except (
        InvalidFileException,
        zipfile.BadZipFile,
        ParseError,
        ValueError,
        TypeError,
        AttributeError,
        OSError,
    ) as error:
        raise TableRefused(_("The workbook is damaged: %(why)s.") % {"why": type(error).__name__}) from error
    while rows and not any(value is not None for value in rows[-1]):
        rows.pop()
    return rows


def _rows(sheet: Any) -> list[list[Any]]:
    """Return a sheet's rows as wide as its head; raises TableRefused for more cells than are taken.

    A cell far down or far to the right makes neither more rows nor wider ones than the limits.
    """
    head = [list(row) for row in sheet.iter_rows(max_row=1, max_col=COLUMNS_MOST, values_only=True)]
    width = max((index + 1 for row in head for index, value in enumerate(row) if value is not None), default=0)
    if not width:
        return []
    most = min(ROWS_READ, CELLS_MOST // width)
    rows = [list(row) for row in sheet.iter_rows(max_row=most, max_col=width, values_only=True)]
    if len(rows) == most:
        raise TableRefused(_("The sheet has more rows than are taken. Split it."))
    return rows


def xlsx_text(content: bytes, sheet: str = "", zone: tzinfo | None = None) -> str:
    """Return a sheet as the CSV text that the portal's files are; raises TableRefused.

    A workbook's own times name no zone: they are of `zone`, where one is given.
    """
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(
        [cell_text(_of_zone(value, zone)) for value in row] for row in xlsx_read(content, sheet)
    )
    return text.getvalue()


def _of_zone(value: Any, zone: tzinfo | None) -> Any:
    return value.replace(tzinfo=zone) if isinstance(value, datetime) and value.tzinfo is None else value


def cell_text(value: Any) -> str:
    """Return a cell as text; numbers without what binary fractions add to them, times as ISO 8601 has them."""
    if value is None:
        return ""
    if isinstance(value, (datetime, date, time)):
        return value.isoformat()
    if isinstance(value, float):
        return f"{value:.12g}" if abs(value) < 1e15 else str(value)
    return str(value)


def _unpacked_check(content: bytes) -> None:
    """Raise TableRefused for what unpacks to more than is taken, whatever it says of itself."""
    size = 0
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as parts:
            if len(parts.infolist()) > PARTS_MOST:
                raise TableRefused(_("The workbook has more parts than any real one."))
            for part in parts.infolist():
                with parts.open(part) as stream:
                    while chunk := stream.read(CHUNK):
                        size += len(chunk)
                        if size > UNPACKED_MOST:
                            raise TableRefused(_("The workbook is too large when it is unpacked. Split it."))
    except (zipfile.BadZipFile, RuntimeError, NotImplementedError, EOFError, OSError) as error:
        raise TableRefused(_("The workbook is damaged: %(why)s.") % {"why": type(error).__name__}) from error
