"""A document as clauses with stable keys: told apart, compared by digest, put back one at a time, merged.

Pure. The keys are those of the sections that people read: `objective.<name>`, `calendar.<name>`, `clause.<id>` for
prose, `exclusions`, `term` (dates and currency), and the name of any other part of `spec`.
"""

import hashlib
import json
from collections.abc import Mapping
from copy import deepcopy
from typing import Any, NamedTuple

Document = dict[str, Any]

FIXED = ("type", "service", "provider", "customer", "timezone")  # of the agreement itself: never negotiated
TERM = ("effective", "currency")
NAMED: Mapping[str, tuple[str, str]] = {  # kind of clause → list in `spec`, and what names its entries
    "objective": ("objectives", "name"),
    "clause": ("clauses", "id"),
}


class Merge(NamedTuple):
    """What became of two changed texts: the text with both, and the clauses that both changed differently."""

    document: Document
    conflicts: tuple[str, ...]


def clauses_of(document: Mapping[str, Any]) -> dict[str, Any]:
    """Return the clauses by key, in the order in which people read them."""
    spec = document["spec"]
    found: dict[str, Any] = {}
    for kind, (part, name) in NAMED.items():
        found |= {f"{kind}.{one[name]}": one for one in spec.get(part) or []}
    found |= {f"calendar.{name}": calendar for name, calendar in (spec.get("calendars") or {}).items()}
    named = {part for part, _name in NAMED.values()} | {"calendars", *FIXED, *TERM}
    found |= {key: value for key, value in spec.items() if key not in named and value not in ([], {}, None)}
    return {**found, "term": {key: spec[key] for key in TERM if key in spec}}


def clause_digest(value: Any) -> str:
    """Return the SHA-256 of one clause; of None, which stands for no such clause, an empty text."""
    if value is None:
        return ""
    text = json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def digests_of(document: Mapping[str, Any]) -> dict[str, str]:
    """Return the digest of each clause by its key."""
    return {key: clause_digest(value) for key, value in clauses_of(document).items()}


def clauses_changed(old: Mapping[str, str], new: Mapping[str, str]) -> list[str]:
    """Return the keys whose digests differ: those of the new text in its order, then those that are gone."""
    return [*(key for key in new if old.get(key) != new[key]), *(key for key in old if key not in new)]


def clause_put(document: Mapping[str, Any], key: str, value: Any) -> Document:
    """Return the document with one clause replaced or added; None takes it out."""
    changed = deepcopy(dict(document))
    spec, (kind, _dot, name) = changed["spec"], key.partition(".")
    if kind in NAMED and name:
        _listed_put(spec, NAMED[kind], name, value)
    elif kind == "calendar" and name:
        _mapped_put(spec, "calendars", name, value)
    elif key == "term":
        for part in TERM:
            _mapped_put(changed, "spec", part, (value or {}).get(part))
    else:
        _mapped_put(changed, "spec", key, value)
    return changed


def documents_merge(base: Mapping[str, Any], mine: Mapping[str, Any], theirs: Mapping[str, Any]) -> Merge:
    """Return `theirs` with what `mine` changed since `base`; a clause that both changed differently is a conflict.

    A clause in conflict stays as it is in `theirs`.
    """
    was, own, other = clauses_of(base), clauses_of(mine), clauses_of(theirs)
    merged, conflicts = deepcopy(dict(theirs)), []
    for key in dict.fromkeys([*other, *own, *was]):
        if own.get(key) in (was.get(key), other.get(key)):
            continue
        if other.get(key) == was.get(key):
            merged = clause_put(merged, key, own.get(key))
        else:
            conflicts.append(key)
    return Merge(merged, tuple(conflicts))


def _listed_put(spec: Document, place: tuple[str, str], name: str, value: Any) -> None:
    """Replace, add or remove the entry of a list that has this name; a list that becomes empty is left out."""
    part, key = place
    entries = list(spec.get(part) or [])
    at = next((number for number, one in enumerate(entries) if one.get(key) == name), len(entries))
    entries[at : at + 1] = [] if value is None else [value]
    spec[part] = entries
    if not entries and part != "objectives":  # that one is required: its absence is told by the engine
        del spec[part]


def _mapped_put(within: Document, part: str, name: str, value: Any) -> None:
    """Set or remove one entry of a mapping; a mapping that becomes empty is left out."""
    entries = {**(within.get(part) or {}), name: value}
    within[part] = {key: one for key, one in entries.items() if one is not None}
    if not within[part]:
        del within[part]
