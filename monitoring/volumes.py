"""The facts that an objective is judged by, with those that tell the volume of which its workload limits speak."""

import dataclasses
import hashlib
from collections.abc import Collection, Iterator
from datetime import datetime
from typing import Any

from agreements.models import Objective
from monitoring.kinds import KINDS, FactKind, facts_load
from monitoring.measured import facts_measured
from slmo.core.facts import Facts
from slmo.core.periods import local_days
from slmo.core.terms import Agreement as Terms
from slmo.core.units import Window

_STATES = "states"  # have no volume


def volumes_named(terms: Terms, name: str) -> list[str]:
    """Return the other objectives of whose volume the limits of an objective speak, in any version."""
    clauses = (version.objectives[name] for version in terms.versions if name in version.objectives)
    return sorted({one.workload.objective for one in clauses if one.workload is not None} - {name})


def is_limited(terms: Terms, name: str) -> bool:
    """Tell whether any version limits the volume up to which an objective's target holds."""
    return any(version.objectives[name].workload for version in terms.versions if name in version.objectives)


def facts_with_volume(
    objective: Objective, kind: FactKind | None, window: Window, terms: Terms, known_at: datetime | None = None
) -> Facts:
    """Return the facts for a window: those of the objective first, then those of each volume that its terms limit.

    Where there are others, each fact names its objective, as in files; so they are those of `facts_by_name`, joined.
    """
    joined = Facts()
    for _name, facts in facts_by_name(objective, kind, window, terms, known_at):
        joined = facts_joined(joined, facts)
    return joined


def facts_joined(earlier: Facts, later: Facts) -> Facts:
    """Return facts followed by others; a table that only one of them fills is not touched."""
    tables: dict[str, Any] = {}
    for one in dataclasses.fields(earlier):
        first, second = getattr(earlier, one.name), getattr(later, one.name)
        both = len(first) and len(second)
        tables[one.name] = first.joined(second) if both else first if len(first) else second
    return Facts(**tables)


def facts_by_name(
    objective: Objective, kind: FactKind | None, window: Window, terms: Terms, known_at: datetime | None = None
) -> Iterator[tuple[str, Facts]]:
    """Yield the facts of an objective, and of each volume, by the objective's name; "" where there is only one."""
    limited = is_limited(terms, objective.name)
    wide = whole_days(terms.timezone, window) if limited else window
    others = counted_of(objective, volumes_named(terms, objective.name)) if limited else []
    if kind is not None and objective.indicator is not None:
        own = facts_measured(objective, kind, wide, terms, known_at)
        yield (objective.name, facts_named(own, objective.name)) if others else ("", own)
    for other in others:
        if other.indicator is not None:
            yield other.name, facts_named(facts_load(other.indicator, wide, terms, known_at), other.name)


def volumes_of_day(terms: Terms, name: str, facts: Facts, day: Window) -> Iterator[tuple[str, str]]:
    """Yield each volume that an objective's terms limit, by name, with the SHA-256 over what came on a day."""
    for one in volumes_named(terms, name):
        told = facts.for_objective(one)
        for kind in KINDS.values():
            if lines := list(kind.day_lines(told, day)) if kind.name != _STATES else []:
                yield one, hashlib.sha256("\n".join(lines).encode()).hexdigest()


def whole_days(zone: str, window: Window) -> Window:
    """Return the local days that a window reaches: a day's or an hour's volume is counted as a whole."""
    if not window.seconds:
        return window
    first = local_days(zone, Window(window.start, window.start + 1))[0][1]
    last = local_days(zone, Window(window.end - 1, window.end))[-1][1]
    return Window(first.start, last.end)


def facts_named(facts: Facts, name: str) -> Facts:
    """Return facts that all belong to one objective, as those of a file do that says so."""
    parts = {part.name: getattr(facts, part.name).named(name) for part in dataclasses.fields(facts)}
    return Facts(**parts)


def counted_of(objective: Objective, names: Collection[str]) -> list[Objective]:
    """Return the objectives of the same agreement that have these names and are measured, by name."""
    if not names:
        return []
    rows = Objective.objects.filter(agreement=objective.agreement_id, name__in=list(names), indicator__isnull=False)
    return list(rows.select_related("indicator").order_by("name"))
