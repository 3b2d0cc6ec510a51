"""Parts of a document changed one at a time: an objective, a calendar, an exclusion, a clause, the conditions.

Pure: a document comes in, a changed copy goes out. Whether it may be so is decided where the draft is saved.
"""

from collections.abc import Mapping
from copy import deepcopy
from typing import Any

from slmo.core.terms.conditions import CONDITIONS

Document = dict[str, Any]


def objective_put(document: Mapping[str, Any], place: int | None, objective: Mapping[str, Any]) -> Document:
    """Return the document with the objective at `place` replaced; None adds it as the last."""
    return _put(document, "objectives", place, objective)


def objective_remove(document: Mapping[str, Any], place: int) -> Document:
    """Return the document without one objective."""
    return _remove(document, "objectives", place)


def exclusion_put(document: Mapping[str, Any], place: int | None, exclusion: Mapping[str, Any]) -> Document:
    """Return the document with the exclusion at `place` replaced; None adds it as the last."""
    return _put(document, "exclusions", place, exclusion)


def exclusion_remove(document: Mapping[str, Any], place: int) -> Document:
    """Return the document without one exclusion."""
    return _remove(document, "exclusions", place)


def clause_put(document: Mapping[str, Any], place: int | None, clause: Mapping[str, Any]) -> Document:
    """Return the document with the clause in words at `place` replaced; None adds it as the last."""
    return _put(document, "clauses", place, clause)


def clause_remove(document: Mapping[str, Any], place: int) -> Document:
    """Return the document without one clause in words."""
    return _remove(document, "clauses", place)


def conditions_put(document: Mapping[str, Any], conditions: Mapping[str, Any]) -> Document:
    """Return the document with these typed conditions in place of all it had; clauses in words stay."""
    changed = _copy(document)
    typed = [key for key in CONDITIONS if key not in ("clauses", "annexes")]
    kept = {key: one for key, one in changed["spec"].items() if key not in typed}
    changed["spec"] = {**kept, **{key: deepcopy(conditions[key]) for key in typed if key in conditions}}
    return changed


def calendar_put(document: Mapping[str, Any], name: str, calendar: Mapping[str, Any]) -> Document:
    """Return the document with a calendar added or replaced."""
    changed = _copy(document)
    changed["spec"]["calendars"] = {**(changed["spec"].get("calendars") or {}), name: dict(calendar)}
    return changed


def calendar_remove(document: Mapping[str, Any], name: str) -> Document:
    """Return the document without one calendar; objectives that named it still do, so that this is noticed."""
    changed = _copy(document)
    kept = {key: one for key, one in (changed["spec"].get("calendars") or {}).items() if key != name}
    changed["spec"]["calendars"] = kept
    if not kept:
        del changed["spec"]["calendars"]
    return changed


def calendar_users(document: Mapping[str, Any], name: str) -> list[str]:
    """Return the titles of the objectives that have these service hours."""
    objectives = document["spec"]["objectives"]
    return [one.get("title") or one["name"] for one in objectives if one.get("hours") == name]


def _copy(document: Mapping[str, Any]) -> Document:
    return deepcopy(dict(document))


def _put(document: Mapping[str, Any], key: str, place: int | None, part: Mapping[str, Any]) -> Document:
    changed = _copy(document)
    parts = list(changed["spec"].get(key) or [])
    if place is None:
        parts.append(dict(part))
    else:
        parts[place] = dict(part)
    changed["spec"][key] = parts
    return changed


def _remove(document: Mapping[str, Any], key: str, place: int) -> Document:
    changed = _copy(document)
    changed["spec"][key] = [one for number, one in enumerate(changed["spec"].get(key) or []) if number != place]
    if not changed["spec"][key] and key != "objectives":
        del changed["spec"][key]
    return changed
