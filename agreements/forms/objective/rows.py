"""Rows of a form: limits by priority, credits by tier; `limit_0_priority`, `tier_1_below` and so on."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

SPARE = 2  # empty rows after the filled ones
MOST_ROWS = 40


def row_name(kind: str, place: int, part: str) -> str:
    """Return the name of one field of a row."""
    return f"{kind}_{place}_{part}"


def rows_typed(kind: str, names: Iterable[str]) -> int:
    """Return how many rows a submission has, by the names of its fields."""
    places = [int(found[1]) for name in names if (found := re.match(rf"{kind}_([0-9]{{1,3}})_", name))]
    return min(max(places, default=-1) + 1, MOST_ROWS)


def rows_clean(form: forms.Form, kind: str, count: int, needed: Iterable[str]) -> list[dict[str, Any]]:
    """Return the rows in which something was typed, each with its `place`; what is needed and missing is an error."""
    found = []
    parts = [name.split("_", 2)[2] for name in form.fields if name.startswith(f"{kind}_0_")]
    for place in range(count):
        names = {part: row_name(kind, place, part) for part in parts}
        values = {part: form.cleaned_data.get(name) or "" for part, name in names.items()}
        failed = any(name in form.errors for name in names.values())
        if not any(values.values()) and not failed:
            continue
        for part in needed:
            if not values[part] and names[part] not in form.errors:
                form.add_error(names[part], ValidationError(_("Fill this in too, or empty the row.")))
        found.append({**values, "place": place})
    return found


def rows_initial(kind: str, rows: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """Return the initial values of the fields of rows."""
    return {row_name(kind, place, part): value for place, row in enumerate(rows) for part, value in row.items()}
