"""Two measurements of one objective, the provider's and the customer's: which facts rule, and where they differ.

An agreement says whose measurement rules, and what holds while that one is silent (docs/arithmetic.md, Two
measurements). The facts that rule are facts like any others, so that every figure is computed from them as ever.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any, NamedTuple

import numpy as np

from slmo.core.classes import CODE, Class, Partition
from slmo.core.facts import Facts, State, States
from slmo.core.governing import versions_with
from slmo.core.intervals import BEGIN, OPEN, Intervals, Mask, Steps, times, united_edges
from slmo.core.terms.model import Agreement, Measurement, ObjectiveTerms
from slmo.core.timeline import timeline
from slmo.core.units import Window

PROVIDER, CUSTOMER = "provider", "customer"
_USUAL = Measurement()
_UNKNOWN = State.UNKNOWN.code


class Spell(NamedTuple):
    """A span of time in which one party's measurement rules; `stands_in`: the other's where that one is silent."""

    window: Window
    rules: str
    stands_in: bool


def spells(agreement: Agreement, objective: str) -> tuple[Spell, ...]:
    """Return whose measurement of an objective rules when, from the beginning to the end of time, in order.

    Each second goes by the version in force in it; what lies before the first version goes by that one.
    """
    if objective not in agreement.objective_names:
        return (Spell(Window(BEGIN, OPEN), PROVIDER, False),)
    found: list[Spell] = []
    for version in versions_with(agreement, objective):
        said = version.objectives[objective].measurement or _USUAL
        if found and (found[-1].rules, found[-1].stands_in) == (said.rules, said.stands_in):
            continue
        start = version.effective_from if found else BEGIN
        if found:
            found[-1] = found[-1]._replace(window=Window(found[-1].window.start, start))
        found.append(Spell(Window(start, OPEN), said.rules, said.stands_in))
    return tuple(found)


def measures_twice(agreement: Agreement, objective: str) -> bool:
    """Tell whether any version lets another measurement rule, or stand in, than the provider's."""
    return any(one.rules != PROVIDER or one.stands_in for one in spells(agreement, objective))


def sides_read(agreement: Agreement, objective: str, window: Window) -> frozenset[str]:
    """Return the parties whose facts a figure of the window rests on."""
    within = [one for one in spells(agreement, objective) if one.window.meet(window).seconds]
    both = any(one.stands_in for one in within)
    return frozenset((PROVIDER, CUSTOMER)) if both else frozenset(one.rules for one in within)


def alone(agreement: Agreement, objective: str) -> Agreement:
    """Return the agreement as if there were one measurement of the objective only: for what either would give."""
    versions = tuple(
        replace(one, objectives={**one.objectives, objective: replace(one.objectives[objective], measurement=None)})
        if objective in one.objectives
        else one
        for one in agreement.versions
    )
    return replace(agreement, versions=versions)


def facts_ruling(agreement: Agreement, objective: str, provider: Facts | States, customer: Facts | States) -> Facts:
    """Return the facts by which an objective is judged: those of the party that rules in each version's time.

    Where the other stands in, its states fill the time in which nothing is known of the one that rules.
    """
    provider, customer = Facts.of(provider), Facts.of(customer)
    found = spells(agreement, objective)
    parts = []
    for spell in found:
        ruling, other = (provider, customer) if spell.rules == PROVIDER else (customer, provider)
        part = replace(ruling, states=stood_in(ruling.states, other.states)) if spell.stands_in else ruling
        parts.append(part if len(found) == 1 else _within(part, spell.window))
    joined = parts[0]
    for part in parts[1:]:
        joined = _joined(joined, part)
    return joined


def stood_in(ruling: States, other: States) -> States:
    """Return states with the other's laid where nothing is known by them, for each scope by itself."""
    ruling, other = ended(ruling), ended(other)
    if not len(other):
        return ruling
    named = sorted({*_named(ruling), *_named(other)}) or [""]
    filled: dict[str, Intervals] = {}
    rows: list[tuple[Any, ...]] = []
    number = int(ruling.seq.max()) + 1 if len(ruling) else 0
    for name in named:
        pieces = list(_known_beside(timeline(ruling, (name,)), timeline(other, (name,))))
        filled[name] = Intervals.of((start, end) for start, end, _state in pieces)
        rows += [(start, end, state, name, number, False, False, "") for start, end, state in pieces]
    if not rows:
        return ruling
    reached = _reached(ruling, Intervals.of(span for one in filled.values() for span in one.windows()))
    left = _left(ruling.take(reached), named, filled)
    own = sorted([*ruling.take(~reached).rows(), *left], key=lambda row: row[4])
    return States.from_rows([*own, *rows], ruling.gaps)


def ended(states: States) -> States:
    """Return states in which each change is an interval up to the next one of its scope."""
    if not states.is_change.any():
        return states
    plain = ~states.override
    ends = states.end.copy()
    for scope in np.unique(states.scope[states.is_change & plain]).tolist():
        mine = np.flatnonzero(states.is_change & plain & (states.scope == scope))
        order = mine[np.lexsort((states.seq[mine], states.start[mine]))]
        ends[order] = np.concatenate((states.start[order][1:], times([OPEN])))
    only_changes = bool(plain.any()) and bool(states.is_change[plain].all())  # before the first nothing is known
    settled = replace(
        states,
        end=ends,
        is_change=np.zeros(len(states), dtype=np.bool_),
        gaps="unknown" if only_changes else states.gaps,
    )
    return settled.take(~states.is_change | (ends > states.start))


def _named(states: States) -> Iterator[str]:
    """Yield the scopes that rows name."""
    yield from (name for code, name in enumerate(states.scopes) if name and (states.scope == code).any())


def _known_beside(mine: Steps, theirs: Steps) -> Iterator[tuple[int, int, str]]:
    """Yield what the other knows where one knows nothing, as (start, end, state)."""
    edges = united_edges(mine.edges, theirs.edges)
    fills = (mine.at(edges) == _UNKNOWN) & (theirs.at(edges) != _UNKNOWN)
    values, ends = theirs.at(edges), np.concatenate((edges[1:], [OPEN]))
    for state in State:
        for start, end in zip(edges[found := fills & (values == state.code)], ends[found], strict=True):
            yield int(start), int(end), state.value


def _reached(states: States, spans: Intervals) -> Mask:
    """Tell which rows reach into any of the spans."""
    begun = np.searchsorted(spans.starts, states.end, "left")
    over = np.searchsorted(spans.ends, states.start, "right")
    return (begun > over) & (states.end > states.start)


def _left(states: States, named: Sequence[str], filled: Mapping[str, Intervals]) -> Iterator[tuple[Any, ...]]:
    """Yield the rows without the time that the other fills: there one said, last of all, that nothing is known."""
    for start, end, state, scope, *rest in states.rows():
        for name in [scope] if scope else named:
            left = Intervals.of([(start, end)]).subtract(filled.get(name, Intervals.empty()))
            for one in left.windows():
                yield (one.start, one.end, state, name, *rest)


def _within(facts: Facts, window: Window) -> Facts:
    """Return what facts say of a window: states cut to it, buckets and samples that begin in it."""
    states = ended(facts.states)
    starts, ends = np.maximum(states.start, window.start), np.minimum(states.end, window.end)
    names = states.start == states.end  # rows without a second only name a scope
    cut = replace(states, start=np.where(names, states.start, starts), end=np.where(names, states.end, ends))
    buckets, samples = facts.buckets, facts.samples
    return replace(
        facts,
        states=cut.take(names | (ends > starts)),
        buckets=buckets.take((buckets.start >= window.start) & (buckets.start < window.end)),
        samples=samples.take((samples.at >= window.start) & (samples.at < window.end)),
    )


def _joined(earlier: Facts, later: Facts) -> Facts:
    """Return facts followed by others; a table that only one of them fills is not touched."""
    tables: dict[str, Any] = {}
    for one in fields(earlier):
        first, second = getattr(earlier, one.name), getattr(later, one.name)
        both = len(first) and len(second)
        tables[one.name] = first.joined(second) if both else first if len(first) else second
    return Facts(**tables)


@dataclass(frozen=True)
class Disagreement:
    """Where two partitions of one window say different things about counted time.

    `provider_down` and `customer_down` hold the time that only that party says was lost and the other that was good;
    `provider_silent` and `customer_silent` that of which one party knows nothing and the other does. `agreed` is the
    number of seconds in which both say the same.
    """

    agreed: int
    provider_down: Intervals
    customer_down: Intervals
    provider_silent: Intervals
    customer_silent: Intervals

    @property
    def seconds(self) -> int:
        """Return the seconds in which one says up and the other down."""
        return self.provider_down.seconds + self.customer_down.seconds


def disagreement(provider: Partition, customer: Partition, terms: ObjectiveTerms | None = None) -> Disagreement:
    """Compare two partitions of one window second by second.

    Degraded time is good unless the terms count it as down.
    """
    lost = {CODE[Class.DOWN], *([CODE[Class.DEGRADED]] if terms is not None and terms.degraded_is_down else [])}
    edges = united_edges(provider.edges, customer.edges)
    one, two = (_kinds(part, edges[:-1], lost) for part in (provider, customer))
    steps = Steps(edges[:-1], one)

    def where(mask: Mask) -> Intervals:
        found = steps.where(mask)
        return Intervals(found.starts, np.minimum(found.ends, edges[-1]))

    same = where((one == two) & (one > _SILENT))
    return Disagreement(
        agreed=same.seconds,
        provider_down=where((one == _LOST) & (two == _GOOD)),
        customer_down=where((one == _GOOD) & (two == _LOST)),
        provider_silent=where((one == _SILENT) & (two > _SILENT)),
        customer_silent=where((one > _SILENT) & (two == _SILENT)),
    )


_UNCOUNTED, _SILENT, _GOOD, _LOST = range(4)


def _kinds(part: Partition, at: Any, lost: set[int]) -> Any:
    """Return for each instant whether its second is good, lost, unknown or not counted."""
    classes = part.classes[np.searchsorted(part.edges, at, "right") - 1]
    good = np.where(classes > CODE[Class.UNKNOWN], _GOOD, _UNCOUNTED)
    known = np.where(np.isin(classes, sorted(lost)), _LOST, good)
    return np.where(classes == CODE[Class.UNKNOWN], _SILENT, known).astype(np.int8)
