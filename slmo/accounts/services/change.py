"""What the verbs of this application share: validated saving, and what changed."""

from collections.abc import Iterable
from typing import Any

from django.db.models import Model


def fields_of(row: Model, names: Iterable[str]) -> dict[str, Any]:
    """Return the values of these fields."""
    return {name: getattr(row, name) for name in names}


def row_change(row: Model, values: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Validate and save these values on a row; return what changed, before and after (both empty where nothing did).

    Raises ValidationError with messages by field.
    """
    before = {name: value for name, value in fields_of(row, values).items() if value != values[name]}
    after = {name: values[name] for name in before}
    for name, value in after.items():
        setattr(row, name, value)
    if after:
        row.full_clean()
        row.save(update_fields=list(after))
    return before, after
