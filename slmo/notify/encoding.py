"""Contexts of messages as JSON and back: dates, instants and decimals keep their types."""

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from django.utils.functional import Promise

READERS: Mapping[str, Callable[[str], Any]] = {
    "instant": datetime.fromisoformat,
    "date": date.fromisoformat,
    "decimal": Decimal,
}


def context_pack(context: Mapping[str, Any]) -> dict[str, Any]:
    """Return the context as JSON values; raise TypeError for a value that letters can not show."""
    return {key: _pack(key, value) for key, value in context.items()}


def context_unpack(context: Mapping[str, Any]) -> dict[str, Any]:
    """Return what `context_pack` was given."""
    return {key: _unpack(value) for key, value in context.items()}


def _pack(key: str, value: Any) -> Any:
    """Return one value as JSON, dates and decimals marked with their type."""
    if isinstance(value, datetime):
        return {"instant": value.astimezone(UTC).isoformat()}
    if isinstance(value, date):
        return {"date": value.isoformat()}
    if isinstance(value, Decimal):
        return {"decimal": str(value)}
    if isinstance(value, Promise):
        raise TypeError(
            f"{key} is a translated text; give a code and let the template say it in the reader’s language."
        )
    if value is None or isinstance(value, (str, int, float, bool)):
        return value
    raise TypeError(f"{key} is a {type(value).__name__}; expected text, a number, a date, an instant or None.")


def _unpack(value: Any) -> Any:
    """Return one value with its type."""
    if not isinstance(value, dict):
        return value
    ((name, text),) = value.items()
    return READERS[name](text)
