"""Templates filled with values: the terms of a new agreement, or what is inserted into a draft."""

import re
from collections.abc import Iterable, Mapping
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from agreements.forms.fields import number_json
from agreements.library.catalogue import LANGUAGES, Entry, said
from slmo.core.terms.conditions import CONDITIONS

_PLACE = re.compile(r"\{\{(\w+)\}\}")
_LISTED = {"objectives": "name", "clauses": "id", "exclusions": "", "contacts": ""}
_NUMBERS = ("number", "money")

Terms = dict[str, Any]


@dataclass(frozen=True)
class Insertion:
    """A document with terms inserted, and the keys of what was kept because the draft says it already."""

    document: Terms
    kept: tuple[str, ...]


def terms_of(entry: Entry, values: Mapping[str, str], language: str) -> Terms:
    """Return the terms of a template as in `spec`: fields filled, words in one language.

    `values` by `part.field`; `effective_from` stands for the date from which they hold.
    """
    spec: Terms = {}
    for part in entry.members():
        own = {one.name: values[f"{part.name}.{one.name}"] for one in part.fields}
        numbers = {one.name for one in part.fields if one.kind in _NUMBERS}
        filled = _filled(part.spec, {**own, "effective_from": values["effective_from"]}, numbers, language)
        spec, _kept = _merged(spec, filled)
    return spec


def insertion(document: Mapping[str, Any], terms: Terms) -> Insertion:
    """Return a draft's document with further terms; what it says already stays, names that are taken get a number."""
    spec, kept = _merged(document["spec"], terms)
    return Insertion({**document, "spec": spec}, tuple(kept))


def _merged(spec: Mapping[str, Any], terms: Mapping[str, Any]) -> tuple[Terms, list[str]]:
    merged, kept = deepcopy(dict(spec)), []
    renamed: dict[str, str] = {}
    for name, calendar in (terms.get("calendars") or {}).items():
        own = merged.setdefault("calendars", {})
        renamed[name] = name if own.get(name) in (None, calendar) else _free(name, own)
        own[renamed[name]] = deepcopy(calendar)
    for key, value in terms.items():
        if key in _LISTED:
            own = [_rehoured(one, renamed) for one in value] if key == "objectives" else value
            merged[key] = [*(merged.get(key) or []), *_new(own, merged.get(key) or [], _LISTED[key])]
        elif key in CONDITIONS and merged.get(key):
            kept.append(key)
        elif key != "calendars" and (key in CONDITIONS or not merged.get(key)):
            merged[key] = deepcopy(value)
    return merged, kept


def _rehoured(objective: Mapping[str, Any], renamed: Mapping[str, str]) -> Terms:
    """Return an objective with the name that its calendar got in the draft."""
    hours = objective.get("hours")
    return {**objective, **({"hours": renamed.get(hours, hours)} if hours is not None else {})}


def _new(entries: Iterable[Mapping[str, Any]], there: Iterable[Mapping[str, Any]], name: str) -> list[Terms]:
    """Return the entries of a list that are added, each with a name of its own; one that is there already is not."""
    known = list(there)
    taken, found = {one.get(name) for one in known}, []
    for entry in entries:
        if entry in known:
            continue
        own = {**deepcopy(dict(entry)), **({name: _free(entry[name], taken)} if name else {})}
        taken.add(own.get(name))
        found.append(own)
    return found


def _free(name: str, taken: Iterable[Any]) -> str:
    used = set(taken)
    return next(one for number in range(1, 10_000) if (one := f"{name}-{number}" if number > 1 else name) not in used)


def _filled(value: Any, values: Mapping[str, str], numbers: set[str], language: str) -> Any:
    """Return a value with its places filled and its words in one language."""
    if isinstance(value, Mapping):
        if value and set(value) <= set(LANGUAGES):
            return _text(said(value, language), values, numbers)
        return {key: _filled(one, values, numbers, language) for key, one in value.items()}
    if isinstance(value, list):
        return [_filled(one, values, numbers, language) for one in value]
    return _text(value, values, numbers) if isinstance(value, str) else value


def _text(text: str, values: Mapping[str, str], numbers: set[str]) -> Any:
    alone = _PLACE.fullmatch(text)
    if alone and alone[1] in numbers:
        return number_json(values[alone[1]])
    return _PLACE.sub(lambda place: values[place[1]], text)
