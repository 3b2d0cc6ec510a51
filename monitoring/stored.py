"""Rows of a table as its models' instances, read by plain SQL: what a hot path reads without building a query."""

import json
from collections.abc import Sequence
from functools import cache
from typing import Any, TypeVar

from django.db import DEFAULT_DB_ALIAS
from django.db.models import JSONField, Model

from monitoring.prepared import columns_of, rows_fetch

M = TypeVar("M", bound=Model)


@cache
def attributes(model: type[Model]) -> tuple[str, ...]:
    """Return the names of a model's attributes that are columns of its table, in their order."""
    return tuple(field.attname for field in model._meta.concrete_fields)


@cache
def columns(model: type[Model], of: str = "") -> str:
    """Return the columns of a model's table as SQL lists them, in the order of `attributes`."""
    return columns_of([str(field.column) for field in model._meta.concrete_fields], of)


def instance(model: type[M], values: Sequence[Any]) -> M:
    """Return a row of all columns, as the database gave them, as an instance that stands in the database."""
    read = list(values)
    for place in _of_json(model):
        read[place] = None if read[place] is None else json.loads(read[place])
    return model.from_db(DEFAULT_DB_ALIAS, attributes(model), read)


def instances_fetch(model: type[M], statement: str, **values: Any) -> list[M]:
    """Carry out a statement that selects all columns of a model and return its rows as instances."""
    return [instance(model, row) for row in rows_fetch(statement, **values)]


@cache
def _of_json(model: type[Model]) -> tuple[int, ...]:
    """Return the places of the columns that hold JSON, which the driver hands over as text."""
    return tuple(n for n, field in enumerate(model._meta.concrete_fields) if isinstance(field, JSONField))
