"""The terms that each kind of indicator has of its own: as values, and how they are read."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import NamedTuple

from slmo.core.errors import TermError
from slmo.core.terms.model import Target
from slmo.core.terms.reader import Reader, parse_at, text_check
from slmo.core.terms.targets import limit_of
from slmo.core.units import DAY, parse_duration

_PERCENTILE = re.compile(r"p([0-9]{1,4}(?:\.[0-9]{1,6})?)")
REDUCTIONS = ("mean", "sum", "min", "max", "count", "last")


@dataclass(frozen=True)
class Reduce:
    """How samples become one figure: a word, or a percentile (its share of the samples) by nearest rank or linear."""

    how: str
    share: Fraction | None = None
    linear: bool = False


@dataclass(frozen=True)
class RatioTerms:
    """Ratio: whether a period without events counts as met."""

    idle_is_met: bool = False


@dataclass(frozen=True)
class SlicesTerms:
    """Slices: their length in seconds, when one is good, and how its samples become one figure."""

    slice: int
    good_when: Target
    reduce: Reduce
    idle_is_met: bool = False


@dataclass(frozen=True)
class ValueTerms:
    """Value: how the samples become one figure."""

    reduce: Reduce
    idle_is_met: bool = False


@dataclass(frozen=True)
class TasksTerms:
    """Tasks: which clock runs, the limit in service seconds by priority ("" for all others), and which tasks count.

    `priority` names the priorities that belong to the objective, all where it is empty. `from_change` tells that a
    changed priority re-targets only what follows it.
    """

    clock: str
    limits: tuple[tuple[str, int], ...]
    priority: tuple[str, ...] = ()
    counts_in: str = "opened"
    from_change: bool = False
    idle_is_met: bool = False

    def limit_of(self, priority: str) -> int:
        """Return a priority's limit in service seconds."""
        limits = dict(self.limits)
        return limits[priority] if priority in limits else limits[""]

    def has(self, priority: str) -> bool:
        """Tell whether tasks of a priority belong to the objective."""
        return not self.priority or priority in self.priority


@dataclass(frozen=True)
class OutagesTerms:
    """Outages: which figure is judged, and the seconds from which on an outage counts."""

    reduce: str
    at_least: int = 0


OwnTerms = RatioTerms | SlicesTerms | ValueTerms | TasksTerms | OutagesTerms


class OwnKind(NamedTuple):
    """The keys of a kind and how they are read."""

    keys: tuple[str, ...]
    read: Callable[[Reader], OwnTerms | None]


def _idle(reader: Reader) -> bool:
    return reader.choice("no_traffic", ("no_data", "met"), "no_data") == "met"


def _slice(reader: Reader) -> int:
    found = reader.parsed("slice", parse_duration, expected="a duration such as 5m")
    if not 1 <= found <= DAY:
        raise TermError(reader.at("slice"), reader.value["slice"], "a duration of one second to one day")
    return found


def _reduce(reader: Reader, *default: str) -> Reduce:
    """Return how samples are reduced; `method` only goes with a percentile."""
    method = reader.choice("method", ("nearest-rank", "linear"), "nearest-rank")
    word = reader.value.get("reduce")
    percentile = _PERCENTILE.fullmatch(word) if isinstance(word, str) else None
    if percentile is None:
        how = reader.choice("reduce", REDUCTIONS, *default)
        if method == "linear":
            raise TermError(reader.at("method"), method, "linear only with a percentile, such as reduce: p95")
        return Reduce(how)
    share = Fraction(percentile[1]) / 100
    if not 0 < share <= 1:
        raise TermError(reader.at("reduce"), word, "a percentile up to p100, above p0")
    return Reduce("percentile", share, method == "linear")


def _slices(reader: Reader) -> SlicesTerms:
    return SlicesTerms(_slice(reader), limit_of(reader, "good_when"), _reduce(reader, "mean"), _idle(reader))


def _tasks(reader: Reader) -> TasksTerms:
    clock = reader.choice("clock", ("responded", "resolved"))
    limits = _limits(reader)
    named = tuple(text_check(one, path) for path, one in reader.items("priority", "a list of priorities", ()))
    if len(set(named)) < len(named):
        raise TermError(reader.at("priority"), reader.value["priority"], "each priority once")
    missing = [one for one in named if "" not in limits and one not in limits]
    if missing:
        raise TermError(reader.at("limit"), reader.value["limit"], f"a limit for the priority {missing[0]}")
    return TasksTerms(
        clock=clock,
        limits=tuple(sorted(limits.items())),
        priority=named or (() if "" in limits else tuple(limits)),
        counts_in=reader.choice("counts_in", ("opened", "resolved"), "opened"),
        from_change=reader.choice("repriority", ("whole", "rest"), "whole") == "rest",
        idle_is_met=_idle(reader),
    )


def _limits(reader: Reader) -> dict[str, int]:
    expected = "a duration such as 4h, or one for each priority"
    value = reader.get("limit", expected)
    if not isinstance(value, Mapping):
        return {"": _limit(value, reader.at("limit"), expected)}
    by_priority = Reader(value, reader.at("limit"))
    if not by_priority.value:
        raise TermError(reader.at("limit"), value, expected)
    return {
        text_check(key, by_priority.at(key)): _limit(one, by_priority.at(key), expected)
        for key, one in by_priority.value.items()
    }


def _limit(value: object, path: str, expected: str) -> int:
    found = parse_at(path, value, parse_duration, expected)
    if found < 1:
        raise TermError(path, value, "a duration of at least one second")
    return found


def _outages(reader: Reader) -> OutagesTerms:
    reduce = reader.choice("reduce", ("count", "longest", "mttr", "mtbf"))
    return OutagesTerms(reduce, reader.parsed("at_least", parse_duration, 0, "a duration such as 5m"))


OWN: Mapping[str, OwnKind] = {
    "availability": OwnKind((), lambda reader: None),
    "ratio": OwnKind(("no_traffic",), lambda reader: RatioTerms(_idle(reader))),
    "slices": OwnKind(("slice", "good_when", "reduce", "method", "no_traffic"), _slices),
    "value": OwnKind(
        ("reduce", "method", "no_traffic"), lambda reader: ValueTerms(_reduce(reader), _idle(reader))
    ),
    "tasks": OwnKind(("clock", "limit", "priority", "counts_in", "repriority", "no_traffic"), _tasks),
    "outages": OwnKind(("reduce", "at_least"), _outages),
    "attested": OwnKind((), lambda reader: None),
}  # fmt: skip
