"""What a service can promise, by what its parts are promised at (docs/forecast.md, Composition)."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from typing import TypeAlias

from django.utils.translation import gettext as _

from agreements.models import Agreement, Dependency, DependencyMode, Service
from agreements.reading.sentences import service_length
from agreements.selectors import agreements_visible, terms_load
from slmo.accounts.models import User
from slmo.core.calendar import Calendar
from slmo.core.composite import BestEffort, KOutOfN, Redundant, ResponseChain, Serial, Structure, bound, names_of
from slmo.core.terms import ObjectiveTerms, Version
from slmo.core.units import DAY

TOGETHER = 2 * DAY  # agreements that ended so shortly one after the other ended together, each by its own clocks


@dataclass(frozen=True)
class Promise:
    """One objective in force about a service: the agreement, its terms and its service hours."""

    agreement: Agreement
    terms: ObjectiveTerms
    calendar: Calendar

    @property
    def target(self) -> Fraction:
        """Return the least share that is promised."""
        return self.terms.target.value if self.terms.target else Fraction(0)


Promises: TypeAlias = Mapping[int, Sequence[Promise]]  # by the service's id


@dataclass(frozen=True)
class Part:
    """A service that another one needs: how much, and what is promised about it."""

    service: Service
    edge: Dependency
    promise: Promise | None
    supporting: tuple[Promise, ...]
    depth: int = 0

    @property
    def target(self) -> Fraction | None:
        """Return the share of time that is promised."""
        return self.promise.target if self.promise else None

    @property
    def mode_words(self) -> str:
        """Return how much it is needed, with the group where there is one."""
        if self.edge.mode != DependencyMode.REDUNDANT:
            return str(DependencyMode(self.edge.mode).label)
        values = {"needed": self.edge.needed, "group": self.edge.group}
        if self.edge.group:
            return _("%(needed)s of the group “%(group)s” must work") % values
        return _("%(needed)s of the group must work") % values


@dataclass(frozen=True)
class Composition:
    """A service with its parts: the structure, and the most that they carry together if they fail independently.

    `moment` is when the promises are in force: now, or, where `past`, the last moment at which any was.
    """

    service: Service
    structure: Structure
    parts: tuple[Part, ...]
    own: tuple[Promise, ...]
    chains: tuple[tuple[Promise, ResponseChain], ...] = ()
    moment: int = 0
    past: bool = False

    @property
    def promised_parts(self) -> dict[str, Fraction]:
        """Return the promised shares by the parts' short names."""
        return {part.service.slug: part.target for part in self.parts if part.target is not None}

    @property
    def unpromised(self) -> tuple[Part, ...]:
        """Return the parts that are needed and about which nothing is promised."""
        leaves, found = set(names_of(self.structure)), self.promised_parts
        open_ends = (part for part in self.parts if part.service.slug in leaves and part.service.slug not in found)
        return tuple(part for part in open_ends if part.edge.mode != DependencyMode.BEST_EFFORT)

    @property
    def bound(self) -> Fraction | None:
        """Return the computed availability; parts without a promise are taken as always up, so it is a most."""
        if not self.promised_parts:
            return None
        known = {name: Fraction(1) for name in names_of(self.structure)} | self.promised_parts
        return bound(self.structure, known)

    @property
    def overpromised(self) -> Promise | None:
        """Return the own promise that the parts do not carry, the highest of several; None where they carry all."""
        highest = max(self.own, key=lambda one: one.target, default=None)
        return highest if highest and self.bound is not None and highest.target > self.bound else None


def composition_of(user: User, service: Service, edges: Iterable[Dependency], now: datetime) -> Composition | None:
    """Return how a service is composed, by the edges and agreements that the person sees; None without parts.

    A part counts with what is promised about it to the service's organisation; without such a promise, with its own
    parts where it has some.
    """
    needs: dict[int, list[Dependency]] = {}
    for edge in edges:
        needs.setdefault(edge.service_id, []).append(edge)
    if service.pk not in needs:
        return None
    promises, moment = _promises(user, _near(service, needs), int(now.timestamp()))
    parts = tuple(_parts(service, service, needs, promises, 0))
    own = [one for one in promises.get(service.pk, ()) if one.agreement.provider_id == service.organisation_id]
    return Composition(
        service=service,
        structure=_structure(service, service, needs, promises),
        parts=parts,
        own=tuple(one for one in own if one.terms.indicator == "availability"),
        chains=tuple(chains_of(own, parts)),
        moment=moment,
        past=moment < int(now.timestamp()),
    )


def _near(service: Service, needs: Mapping[int, Sequence[Dependency]]) -> set[int]:
    """Return the ids of a service and of all that it needs."""
    near, waiting = set[int](), [service.pk]
    while waiting:
        current = waiting.pop()
        if current not in near:
            near.add(current)
            waiting += [edge.needs_id for edge in needs.get(current, ())]
    return near


def _promises(user: User, services: Iterable[int], now: int) -> tuple[dict[int, list[Promise]], int]:
    """Return the objectives in force about services by the service's id, and the moment at which they are.

    That is now; where none is in force any more, the last moment at which one was.
    """
    agreements = list(agreements_visible(user).filter(service__in=services).order_by("pk"))
    loaded = terms_load(agreements)
    begun = {
        pk: [version.window.end for version in terms.versions if version.window.start <= now]
        for pk, terms in loaded.items()
    }
    moment = min(now, max((max(ends) for ends in begun.values() if ends), default=now) - 1)
    found: dict[int, list[Promise]] = {}
    for agreement in agreements:
        last = max(begun.get(agreement.pk, ()), default=0) - 1
        if last < moment - TOGETHER:
            continue
        version = loaded[agreement.pk].version_at(min(moment, last))
        if version is not None:
            found.setdefault(agreement.service_id, []).extend(_promised(agreement, version))
    return found, moment


def _promised(agreement: Agreement, version: Version) -> Iterator[Promise]:
    for terms in version.objectives.values():
        if terms.indicator in ("availability", "tasks"):
            yield Promise(agreement, terms, version.calendar_of(terms))


def _supporting(root: Service, part: Service, promises: Promises) -> list[Promise]:
    """Return what is promised about a part to the organisation that delivers the whole."""
    return [one for one in promises.get(part.pk, ()) if one.agreement.customer_id == root.organisation_id]


def _promise(root: Service, edge: Dependency, promises: Promises) -> Promise | None:
    """Return the availability that is promised about a part, the lowest of several.

    Where the edge notes a place, a promise about that place comes first.
    """
    found = [one for one in _supporting(root, edge.needs, promises) if one.terms.indicator == "availability"]
    placed = [one for one in found if edge.note in one.terms.scope]
    return min(placed or found, key=lambda one: one.target, default=None)


def _parts(
    root: Service, service: Service, needs: Mapping[int, Sequence[Dependency]],
    promises: Promises, depth: int,
) -> Iterator[Part]:  # fmt: skip
    """Yield the parts of a service, those of a part without a promise below it."""
    order = list(DependencyMode.values)
    for edge in sorted(needs.get(service.pk, ()), key=lambda one: (order.index(one.mode), one.group, one.needs.name)):
        promise = _promise(root, edge, promises)
        yield Part(edge.needs, edge, promise, tuple(_supporting(root, edge.needs, promises)), depth)
        if promise is None:
            yield from _parts(root, edge.needs, needs, promises, depth + 1)


def _structure(
    root: Service,
    service: Service,
    needs: Mapping[int, Sequence[Dependency]],
    promises: Promises,
) -> Structure:
    """Return how a service is composed of its parts; a part is named by its short name."""
    groups: dict[str, list[Dependency]] = {}
    parts: list[Structure] = []

    def part(edge: Dependency) -> Structure:
        opened = _promise(root, edge, promises) is None and edge.needs_id in needs
        return _structure(root, edge.needs, needs, promises) if opened else edge.needs.slug

    for edge in sorted(needs[service.pk], key=lambda one: one.needs.slug):
        if edge.mode == DependencyMode.REDUNDANT:
            groups.setdefault(edge.group, []).append(edge)
        else:
            parts.append(part(edge) if edge.mode == DependencyMode.SERIAL else BestEffort((part(edge),)))
    for _group, members in sorted(groups.items()):
        parts.append(_group_structure([part(edge) for edge in members], members[0].needed))
    return Serial(tuple(parts))


def _group_structure(parts: Sequence[Structure], needed: int) -> Structure:
    """Return a group of which so many parts are needed; of fewer parts than that, all are."""
    if needed <= 1:
        return Redundant(tuple(parts))
    return KOutOfN(min(needed, len(parts)), tuple(parts))


def chains_of(own: Iterable[Promise], parts: Sequence[Part]) -> Iterator[tuple[Promise, ResponseChain]]:
    """Yield for each own limit of tasks the limits of those who support it on the same clock."""
    for promise in own:
        if promise.terms.indicator != "tasks":
            continue
        clock = promise.terms.own.clock
        limits = tuple(
            (part.service.name, _strictest(one))
            for part in parts
            for one in part.supporting
            if one.terms.indicator == "tasks" and one.terms.own.clock == clock
        )
        if limits:
            yield promise, ResponseChain(_strictest(promise), limits)


def _strictest(promise: Promise) -> int:
    """Return the shortest limit of an objective of tasks, in seconds of service hours."""
    return min(seconds for _priority, seconds in promise.terms.own.limits)


def chain_words(chain: tuple[Promise, ResponseChain]) -> dict[str, object]:
    """Return a chain of limits as the page says it: whether it holds, a sentence, and the supporting limits."""
    promise, limits = chain
    values = {"limit": service_length(limits.limit), "needed": service_length(limits.needed)}
    if limits.holds:
        sentence = _("%(limit)s are promised; those who support it may take %(needed)s together.") % values
    else:
        sentence = _("%(limit)s are promised, but those who support it may take %(needed)s together.") % values
    listed = "; ".join(f"{name}: {service_length(seconds)}" for name, seconds in limits.supporting)
    return {"title": promise.terms.title, "holds": limits.holds, "sentence": sentence, "listed": listed}
