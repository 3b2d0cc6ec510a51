"""Kinds of facts, one file each; a file that offers a `kind` is one, and its table, rows and readers stand in it."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from importlib import import_module
from pkgutil import iter_modules
from typing import Any

from django.db.models import Model

from agreements.models import Indicator, IndicatorKind
from monitoring.kinds.base import FactKind, ItemRefused
from monitoring.models import Stream
from monitoring.rows import ERRORS_MOST, RowError
from slmo.core.facts import Facts
from slmo.core.terms import Agreement as Terms
from slmo.core.units import Window

__all__ = [
    "KINDS",
    "FactKind",
    "ItemRefused",
    "facts_load",
    "kind_of",
    "kind_of_model",
    "kind_of_rows",
    "kinds_of",
    "row_errors",
    "rows_errors",
]

_modules = [import_module(f"{__name__}.{found.name}") for found in iter_modules(__path__)]
KINDS: dict[str, FactKind] = {module.kind.name: module.kind for module in _modules if hasattr(module, "kind")}
_BY_ROW = {kind.row: kind for kind in KINDS.values()}
_STATES = "states"


def kinds_of(indicator_kind: str) -> list[FactKind]:
    """Return the kinds of facts that an indicator of this kind may have; states first where there are several."""
    found = [kind for kind in KINDS.values() if IndicatorKind(indicator_kind) in kind.indicators]
    return found or [KINDS[_STATES]]


def kind_of(indicator: Indicator) -> FactKind:
    """Return the kind of facts that an indicator has; where it could have several, the one that came first."""
    kinds = kinds_of(indicator.kind)
    if len(kinds) == 1:
        return kinds[0]
    recorded = set(Stream.objects.filter(indicator=indicator).values_list("kind", flat=True))
    return next((kind for kind in kinds if kind.name in recorded), kinds[0])  # only monthly kinds share an indicator


def kind_of_model(model: type[Model]) -> FactKind:
    """Return the kind whose facts a table holds."""
    return next(kind for kind in KINDS.values() if kind.model is model)


def facts_load(
    indicator: Indicator, window: Window, terms: Terms | None = None, known_at: datetime | None = None
) -> Facts:
    """Return what is recorded about the indicator in the window, and around it as far as the terms look.

    `known_at` asks what was known at that moment.
    """
    return kind_of(indicator).read(indicator, window, terms, known_at)


def kind_of_rows(rows: Sequence[Any]) -> FactKind | None:
    """Return the kind of a delivery's rows, None where there are none; raises TypeError where they are mixed."""
    types = {type(row) for row in rows}
    if len(types) > 1:
        raise TypeError("The rows of one delivery must be of one kind.")
    return _BY_ROW[types.pop()] if types else None


def row_errors(position: int, row: Any) -> list[RowError]:
    """Return what is wrong with one row; nothing where it can be recorded."""
    found = _BY_ROW[type(row)].errors(row)
    return [RowError(position, field, sentence) for field, sentence in found]


def rows_errors(rows: Iterable[Any]) -> list[RowError]:
    """Return what is wrong with the rows, at most 100 errors."""
    errors: list[RowError] = []
    for position, row in enumerate(rows):
        if _BY_ROW[type(row)].is_plain(row):
            continue
        errors += row_errors(position, row)
        if len(errors) >= ERRORS_MOST:
            return errors[:ERRORS_MOST]
    return errors
