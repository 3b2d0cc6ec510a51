"""A document as if it had been in force all along: one objective of it, alone, from a date of the past."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from slmo.core.errors import TermError
from slmo.core.periods import months_later
from slmo.core.terms import Agreement, agreement_parse

_READ = ("type", "timezone", "currency", "calendars", "exclusions")  # what a figure may depend on
_PLACE = "spec.objectives[0]"
_STEPS = {"DAILY": 1, "WEEKLY": 7}  # days
_LEAP = {"MONTHLY": 4 * 12, "YEARLY": 4 * 12}  # months: so much earlier every date exists again, but for 1900 or 2100


def agreement_alone(document: Mapping[str, Any], objective: str, since: dt.date, anchor: dt.date) -> Agreement:
    """Return the agreement in which the document's objective, and nothing else, holds from `since` without an end.

    Contract months and years are still counted from `anchor`. Exclusions that recur are taken as agreed all along.
    Raises TermError; a key inside the objective's own terms begins with `terms`, any other without `spec`.
    """
    try:
        alone = agreement_parse([document_alone(document, objective, since)])
    except TermError as error:
        raise TermError(_key_shown(error.key), error.found, error.expected) from error
    return replace(alone, anchor=anchor)


def document_alone(document: Mapping[str, Any], objective: str, since: dt.date) -> dict[str, Any]:
    """Return the document with one objective and no other, in force from `since`; raises TermError without it.

    An objective of whose volume its workload limit speaks stays beside it.
    """
    spec = {key: value for key, value in document["spec"].items() if key in _READ}
    listed = document["spec"].get("objectives")
    mine = [one for one in listed if isinstance(one, Mapping) and one.get("name") == objective] if listed else []
    if not mine:
        raise TermError("objectives", None, f'terms of the objective "{objective}"')
    spec |= {"objectives": [mine[0], *counted_beside(mine[0], listed)], "effective": {"from": since.isoformat()}}
    if isinstance(spec.get("exclusions"), list | tuple):
        spec["exclusions"] = [_backdated(one, since) for one in spec["exclusions"]]
    return {**document, "spec": spec}


def counted_beside(mine: Mapping[str, Any], listed: Sequence[Any]) -> list[Any]:
    """Return the other objective of whose volume a limit speaks, where the document has it, without its own limit."""
    limit = mine.get("workload")
    name = limit.get("objective") if isinstance(limit, Mapping) else None
    return [
        {key: value for key, value in one.items() if key != "workload"}
        for one in listed
        if isinstance(one, Mapping) and name not in (None, mine.get("name")) and one.get("name") == name
    ][:1]


def _key_shown(key: str) -> str:
    """Return a key as the one who edits the objective knows it."""
    if key.startswith(_PLACE):
        return "terms" + key.removeprefix(_PLACE)
    return key.removeprefix("spec.")


def _backdated(exclusion: Any, since: dt.date) -> Any:
    """Return a recurring exclusion that began before `since` with the same dates later on; others as they are."""
    if not isinstance(exclusion, Mapping) or not isinstance(exclusion.get("rrule"), str):
        return exclusion
    try:
        first = dt.date.fromisoformat(str(exclusion.get("starting")))
    except ValueError:
        return exclusion  # the parser says what is wrong with it
    return {**exclusion, "starting": _earlier(exclusion["rrule"], first, since).isoformat()}


def _earlier(rule: str, first: dt.date, since: dt.date) -> dt.date:
    """Return a first date not after `since` from which a rule gives the same dates; `first` where there is none."""
    parts = dict(part.split("=", 1) for part in rule.upper().removeprefix("RRULE:").split(";") if "=" in part)
    every, often = parts.get("INTERVAL", "1"), parts.get("FREQ", "")
    if first <= since or "COUNT" in parts or not every.isdecimal() or not int(every):
        return first
    if often in _STEPS:
        step = _STEPS[often] * int(every)
        return first - dt.timedelta(days=-(-(first - since).days // step) * step)
    if often in _LEAP:
        step, months = _LEAP[often] * int(every), (first.year - since.year + 1) * 12
        return months_later(first, -step * -(-months // step))
    return first
