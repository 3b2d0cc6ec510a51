"""Statements that a database session parses and plans once, for what runs many thousand times an hour.

Values stand in a statement as `%(name)s`. A session behind a pooler of transactions keeps nothing that is prepared:
where settings say so (DISABLE_SERVER_SIDE_CURSORS), statements are sent as they are.
"""

import hashlib
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from typing import Any, NamedTuple
from weakref import WeakKeyDictionary

from django.db import connection

_PLACE = re.compile(r"%\((\w+)\)s")
_sessions: WeakKeyDictionary[Any, set[str]] = WeakKeyDictionary()  # what each session of the database knows


class _Prepared(NamedTuple):
    """A statement under its name: how a session learns it, and how it is carried out."""

    name: str
    prepare: str
    execute: str


def rows_fetch(statement: str, **values: Any) -> list[tuple[Any, ...]]:
    """Carry out a statement with these values and return its rows."""
    with _carried_out(statement, values) as cursor:
        return list(cursor.fetchall())


def row_fetch(statement: str, **values: Any) -> tuple[Any, ...] | None:
    """Carry out a statement with these values and return its first row, None where it has none."""
    with _carried_out(statement, values) as cursor:
        row: tuple[Any, ...] | None = cursor.fetchone()
        return row


def carry_out(statement: str, **values: Any) -> int:
    """Carry out a statement that returns no rows with these values; return how many rows it concerned."""
    with _carried_out(statement, values) as cursor:
        return int(cursor.rowcount)


def columns_of(names: Sequence[str], of: str = "") -> str:
    """Return columns as SQL lists them, each with the name of its table before it where one is given."""
    return ", ".join(f'{of}."{name}"' if of else f'"{name}"' for name in names)


@contextmanager
def _carried_out(statement: str, values: dict[str, Any]) -> Iterator[Any]:
    """Give the cursor on which a statement was carried out."""
    with connection.cursor() as cursor:
        if connection.settings_dict.get("DISABLE_SERVER_SIDE_CURSORS"):
            cursor.execute(statement, values)
        else:
            prepared = _prepared(statement)
            known = _sessions.setdefault(connection.connection, set())
            if prepared.name not in known:
                cursor.execute(prepared.prepare)
                known.add(prepared.name)
            cursor.execute(prepared.execute, values)
        yield cursor


@cache
def _prepared(statement: str) -> _Prepared:
    """Return how to prepare and to carry out a statement; its name is a digest of its text."""
    names = list(dict.fromkeys(_PLACE.findall(statement)))
    text = _PLACE.sub(lambda found: f"${names.index(found[1]) + 1}", statement).replace("%%", "%")
    name = f"slmo_{hashlib.sha256(statement.encode()).hexdigest()[:20]}"
    given = f" ({', '.join(f'%({one})s' for one in names)})" if names else ""
    return _Prepared(name, f"PREPARE {name} AS {text}", f"EXECUTE {name}{given}")
