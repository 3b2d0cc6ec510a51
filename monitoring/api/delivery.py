"""A delivery's items as rows: each is taken or refused by itself."""

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _

from monitoring.models import FactState
from monitoring.rows import FactRow, row_errors, row_key
from slmo.core.errors import EngineError
from slmo.core.units import parse_instant
from slmo.web.engine_words import engine_text

ITEMS_MOST = 5000
KNOWN = {"at", "start", "end", "state", "scope", "key", "reference"}
_STATES = {state.name.lower(): int(state) for state in FactState}


class ItemRefused(ValueError):
    """An item that is not a fact: the field, and a sentence."""

    def __init__(self, field: str, sentence: str) -> None:
        """Name the field and say what is wrong."""
        super().__init__(sentence)
        self.field = field


def items_read(items: Sequence[Any]) -> tuple[list[FactRow], list[dict[str, Any]]]:
    """Return the usable items as rows, and what is wrong with each of the others: index, field and message."""
    rows: list[FactRow] = []
    errors: list[dict[str, Any]] = []
    for index, item in enumerate(items):
        try:
            row = _row(item)
        except ItemRefused as refused:
            errors.append({"index": index, "field": refused.field, "message": str(refused)})
            continue
        found = row_errors(index, row)
        errors += [{"index": index, "field": one.field, "message": one.sentence} for one in found]
        if not found:
            rows.append(row)
    return rows, errors


def _row(item: Any) -> FactRow:
    """Return one item as a row; raises ItemRefused."""
    if not isinstance(item, dict):
        raise ItemRefused("", _("Expected an object with at and state, or start, end and state."))
    if unknown := sorted(set(map(str, item)) - KNOWN):
        raise ItemRefused(unknown[0][:80], _("A fact has no such field."))
    if ("at" in item) == ("start" in item) or ("at" in item and "end" in item):
        raise ItemRefused("start", _("Expected either at, or start and end."))
    start = _instant(item, "at" if "at" in item else "start")
    end = None if item.get("end") is None else _instant(item, "end")
    if not isinstance(item.get("state"), str) or item["state"] not in _STATES:
        raise ItemRefused("state", _("The state must be up, degraded, down or unknown."))
    scope = item.get("scope", "")
    key = item.get("key", row_key(start, scope) if isinstance(scope, str) else "")
    return FactRow(start, end, _STATES[item["state"]], scope, key, item.get("reference", ""))


def _instant(item: dict[str, Any], field: str) -> int:
    """Return a field's time in epoch seconds; raises ItemRefused."""
    try:
        return parse_instant(item[field] if isinstance(item[field], str) else "")
    except EngineError as error:
        raise ItemRefused(field, _("Expected %(what)s.") % {"what": engine_text(str(error))}) from error
