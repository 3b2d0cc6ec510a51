"""The facts of a correction: written as the HTTP API takes them, read into rows that win over what was recorded."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError

from agreements.models import Indicator
from monitoring.instants import moment_of
from monitoring.kinds import FactKind, ItemRefused, kind_of, kinds_of, rows_errors

ORIGIN = "correction"
ROWS_MOST = 200
_ENDS = ("end", "at", "opened", "responded", "resolved")


def kind_of_items(indicator: Indicator, items: Sequence[Mapping[str, Any]]) -> FactKind:
    """Return the kind of facts that a correction brings: the one whose fields it has, else the indicator's."""
    fields = set(items[0]) if items else set()
    kinds = kinds_of(indicator.kind)
    if len(kinds) > 1:
        for kind in kinds:
            if set(kind.fields) <= fields:
                return kind
    return kind_of(indicator)


def correction_rows(indicator: Indicator, items: Sequence[Mapping[str, Any]], name: str) -> list[Any]:
    """Return the rows that a correction records, each with a key of its own under `name`.

    Raises ValidationError by field for what is no fact of the indicator's kind.
    """
    kind = kind_of_items(indicator, items)
    rows = []
    for number, item in enumerate(items, 1):
        try:
            row = kind.item_row({**item, "scope": item.get("scope", "")})
        except ItemRefused as refused:
            raise ValidationError({refused.field or "rows": str(refused)}) from refused
        reference = item.get("reference") or getattr(row, "reference", "")
        rows.append(row._replace(key=f"{name}:{number}", reference=reference, override=True))
    for error in rows_errors(rows):
        raise ValidationError({error.field: error.sentence})
    return rows


def span_of(kind: FactKind, rows: Sequence[Any]) -> tuple[datetime, datetime]:
    """Return from when to when the rows of a correction say something."""
    start = min(getattr(row, kind.first) for row in rows)
    ends = [value for row in rows for name in _ENDS if (value := getattr(row, name, None)) is not None]
    return moment_of(start), moment_of(max([start + 1, *ends]))
