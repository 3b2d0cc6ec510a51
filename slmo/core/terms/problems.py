"""Everything that is wrong with one document, not only the first: what a person who mends it wants to know."""

from __future__ import annotations

import copy
import re
from collections.abc import Callable, Mapping
from typing import Any

from slmo.core.errors import TermError
from slmo.core.terms.document import agreement_parse

MOST_PROBLEMS = 50
_PLACE = re.compile(r"spec\.(objectives|exclusions|clauses|contacts|calendars|[a-z_]+)(?:\[(\d+)\]|\.([^.\[]+))?")

# What stands in for an entry that cannot be used, so that the entries after it keep their places.
_STANDS_IN: Mapping[str, Callable[[int], dict[str, Any]]] = {
    "objectives": lambda number: {"name": f"entry {number}", "indicator": "attested", "period": "month"},
    "exclusions": lambda number: {"from": "2000-01-01T00:00:00Z", "to": "2000-01-01T00:00:01Z"},
    "clauses": lambda number: {"id": f"entry-{number}", "title": "entry", "text": "entry"},
    "contacts": lambda number: {"role": "entry"},
}


def document_problems(document: Mapping[str, Any]) -> list[TermError]:
    """Return every problem of a document, one for each term at fault, in the order in which they are found.

    An entry at fault is set aside before the rest is read again; what is wrong with the whole ends the search.
    """
    rest: Any = copy.deepcopy(dict(document))
    found: list[TermError] = []
    while len(found) < MOST_PROBLEMS:
        try:
            agreement_parse([rest])
        except TermError as error:
            if any(error.key == one.key for one in found):
                break
            found.append(error)
            if not _set_aside(rest, error.key):
                break
        else:
            break
    return found


def _set_aside(document: dict[str, Any], key: str) -> bool:
    """Take out the part of a document that a key names; False where nothing less than the whole would do."""
    spec, place = document.get("spec"), _PLACE.match(key)
    if not isinstance(spec, dict) or place is None:
        return False
    part, number, name = place[1], place[2], place[3]
    value = spec.get(part)
    if number is not None and part in _STANDS_IN and isinstance(value, list) and int(number) < len(value):
        value[int(number)] = _STANDS_IN[part](int(number))
        return True
    if part == "calendars" and isinstance(value, dict) and name in value:
        value[name] = {}
        return True
    return part not in ("objectives", "timezone", "effective") and spec.pop(part, None) is not None
