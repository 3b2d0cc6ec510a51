"""A delivery's items as rows: each is taken or refused by itself."""

from collections.abc import Sequence
from typing import Any

from agreements.models import Indicator
from monitoring.kinds import FactKind, ItemRefused, kind_of, kinds_of, row_errors
from monitoring.kinds.base import numbered_keys
from monitoring.sentence import gettext as _
from monitoring.sentence import sentence_of

ITEMS_MOST = 5000


def items_read(items: Sequence[Any], indicator: Indicator) -> tuple[list[Any], list[dict[str, Any]]]:
    """Return the usable items as rows, and what is wrong with each of the others: index, field and message."""
    kind = _kind(items, indicator)
    rows: list[Any] = []
    errors: list[dict[str, Any]] = []
    for index, item in enumerate(items):
        try:
            row = _row(item, kind)
        except ItemRefused as refused:
            errors.append({"index": index, "field": refused.field, "message": sentence_of(refused)})
            continue
        if kind.is_plain(row):
            rows.append(row)
            continue
        found = row_errors(index, row)
        errors += [{"index": index, "field": one.field, "message": one.sentence} for one in found]
        if not found:
            rows.append(row)
    return _numbered(rows, kind), errors


def _kind(items: Sequence[Any], indicator: Indicator) -> FactKind:
    """Return the kind of facts that a delivery brings: the indicator's, or the one whose fields its first item has."""
    first = items[0] if items and isinstance(items[0], dict) else {}
    kinds = kinds_of(indicator.kind)
    return next((kind for kind in kinds if set(kind.fields) <= set(first)), kind_of(indicator))


def _row(item: Any, kind: FactKind) -> Any:
    """Return one item as a row; raises ItemRefused."""
    if not isinstance(item, dict):
        expected = _("Expected an object with at and state, or start, end and state.")
        if kind.name != "states":
            expected = _("Expected an object with %(fields)s.") % {"fields": ", ".join(kind.fields)}
        raise ItemRefused("", expected)
    if not item.keys() <= kind.names:
        unknown = sorted(set(map(str, item)) - kind.names)
        raise ItemRefused(unknown[0][:80], _("A fact has no such field."))
    row = kind.item_row({"scope": "", **item})
    own = {name: item[name] for name in kind.common if name in item}
    return row._replace(**own) if own else row


def _numbered(rows: list[Any], kind: FactKind) -> list[Any]:
    """Return the rows, of several of one time and place the further ones numbered, where a kind may have such."""
    if not kind.numbered:
        return rows
    return [row._replace(key=key) for row, key in zip(rows, numbered_keys(row.key for row in rows), strict=True)]
