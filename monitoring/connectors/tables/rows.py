"""Records as rows of facts."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

import jmespath
import jmespath.exceptions

from monitoring.connectors.tables.errors import TableRefused
from monitoring.connectors.tables.forms import pairs_read
from monitoring.connectors.tables.reading import ROW, Table
from monitoring.connectors.tables.times import time_text
from monitoring.connectors.tables.xlsx import cell_text
from monitoring.kinds import KINDS, FactKind, ItemRefused, row_errors
from monitoring.kinds.base import numbered_keys
from monitoring.sentence import gettext as _
from monitoring.sentence import sentence_of
from slmo.core.units import Window, format_instant

TIMES = frozenset({"at", "start", "end", "opened", "responded", "resolved"})
# What a table's head must name, whatever else it has.
NEEDED = {
    "states": ("state",),
    "samples": ("at", "value"),
    "buckets": ("start", "end", "good", "total"),
    "tasks": ("id", "opened"),
    "statements": ("start", "end", "met"),
}
TEXTS = ("scope", "reference", "key")


def facts_of(
    records: Sequence[Mapping[str, Any]],
    config: Mapping[str, Any],
    present: Window | None = None,
    *,
    paths: bool = False,
) -> list[Any]:
    """Return the facts that records tell, by the columns, words and zone of a configuration.

    `present`: for when a record that names no time holds. `paths`: columns are JMESPaths into nested records.
    Raises TableRefused for the first record that is no fact, with its place.
    """
    kind = KINDS[str(config.get("facts") or "states")]
    columns = dict(pairs_read(str(config.get("columns") or "")))
    words = {theirs.casefold(): ours for theirs, ours in pairs_read(str(config.get("states") or ""))}
    rows = []
    for position, record in enumerate(records):
        number = int(record.get(ROW, position + 1)) if isinstance(record, Mapping) else position + 1
        item = _item(record, kind, columns, paths)
        rows.append(_row(item, kind, config, words, present, number))
    return _keyed(rows, kind)


def table_facts(table: Table, config: Mapping[str, Any]) -> list[Any]:
    """Return the facts of a table; raises TableRefused also where its head lacks what such facts need."""
    if table.head is not None:
        columns = dict(pairs_read(str(config.get("columns") or "")))
        for name in NEEDED[str(config.get("facts") or "states")]:
            if columns.get(name, name) not in table.head:
                values = {"name": columns.get(name, name), "names": ", ".join(filter(None, table.head))[:200] or "–"}
                raise TableRefused(_("There is no column “%(name)s”; there are: %(names)s.") % values)
    return facts_of(table.records, config)


def _item(record: Any, kind: FactKind, columns: Mapping[str, str], paths: bool) -> dict[str, Any]:
    """Return a record by our names; what is empty is left out."""
    if not isinstance(record, Mapping):
        raise TableRefused(_("Expected a list of objects with the same names."))
    names = {*kind.fields, *kind.common, *TEXTS}
    found = {name: _value(record, columns.get(name, name), paths) for name in names}
    return {name: value for name, value in found.items() if value not in (None, "")}


def _value(record: Mapping[str, Any], name: str, paths: bool) -> Any:
    if name in record or not paths:
        return record.get(name)
    try:
        return jmespath.search(name, record)
    except jmespath.exceptions.JMESPathError as error:
        raise TableRefused(_("The path can not be followed: %(why)s") % {"why": error}) from None


def _row(
    item: dict[str, Any], kind: FactKind, config: Mapping[str, Any], words: Mapping[str, str], present: Window | None,
    number: int,
) -> Any:  # fmt: skip
    """Return one item as a row; raises TableRefused with its place."""
    name = ""
    try:
        for name in TIMES & set(item):
            item[name] = time_text(item[name], str(config.get("zone") or ""), str(config.get("time_format") or ""))
        item = _timed(item, kind, present)
        texts = {
            name: str(cell_text(item.pop(name))).strip() for name in TEXTS if name in item and name not in kind.fields
        }
        if "state" in item:
            word = cell_text(item["state"]).strip()
            item["state"] = words.get(word.casefold(), word.lower())
        if isinstance(item.get("met"), str):
            item["met"] = {"yes": True, "true": True, "1": True, "no": False, "false": False, "0": False}.get(
                item["met"].strip().lower()
            )
        row = kind.item_row({**{key: _plain(value) for key, value in item.items()}, "scope": texts.get("scope", "")})
    except ItemRefused as refused:
        raise TableRefused(sentence_of(refused), number, refused.field) from None
    except ValueError as error:
        raise TableRefused(sentence_of(error), number, name) from None
    row = row._replace(**{name: texts[name] for name in ("reference", "key") if name in texts and name in kind.common})
    for _position, field, sentence in row_errors(0, row):
        raise TableRefused(sentence, number, field)
    return row


def _timed(item: dict[str, Any], kind: FactKind, present: Window | None) -> dict[str, Any]:
    """Return an item that names no time with that of the present interval, where there is one."""
    if kind.name == "states" and "start" in item and "at" in item:
        item = {name: value for name, value in item.items() if name != "at"}
    if present is None or TIMES & set(item):
        return item
    start, end = format_instant(present.start), format_instant(present.end)
    return {**item, "at": start} if kind.name == "samples" else {**item, "start": start, "end": end}


def _plain(value: Any) -> Any:
    """Return a value as an item of the API has it."""
    if isinstance(value, (Decimal, float)):
        return cell_text(value)
    return value


def _keyed(rows: list[Any], kind: FactKind) -> list[Any]:
    """Return the rows, of several of one key the further ones numbered: none takes the place of another."""
    if kind.kin:
        return rows
    return [row._replace(key=key) for row, key in zip(rows, numbered_keys(row.key for row in rows), strict=True)]
