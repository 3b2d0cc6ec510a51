"""Every second of a window carries exactly one class (docs/arithmetic.md, The partition)."""

from __future__ import annotations

import enum
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from slmo.core.errors import EngineError
from slmo.core.exclusions import ExclusionWindow, excluded
from slmo.core.facts import State, States
from slmo.core.governing import Ruling, spans
from slmo.core.intervals import OPEN, Codes, Intervals, Steps, Times, times
from slmo.core.terms.model import Agreement
from slmo.core.timeline import bridged, forgiven, timeline
from slmo.core.units import Window

__all__ = ["Class", "ExclusionWindow", "Partition", "Seconds", "partition"]


class Class(enum.StrEnum):
    """What a second can be, in order of precedence."""

    OUT_OF_TERM = "out_of_term"
    OUT_OF_HOURS = "out_of_hours"
    EXCLUDED = "excluded"
    FUTURE = "future"
    UNKNOWN = "unknown"
    DOWN = "down"
    DEGRADED = "degraded"
    UP = "up"


Seconds: TypeAlias = Mapping[Class, int]
CLASSES = tuple(Class)
_CODE = {one: code for code, one in enumerate(CLASSES)}
_OF_STATE = np.array([_CODE[Class(state.value)] for state in State], dtype=np.int8)


@dataclass(frozen=True, eq=False)
class Partition:
    """A window cut into spans of one class: `classes[i]` holds from `edges[i]` to `edges[i + 1]`."""

    edges: Times
    classes: Codes

    @classmethod
    def joined(cls, parts: Sequence[Partition]) -> Partition:
        """Return adjoining partitions, in order, as one."""
        if len(parts) == 1:
            return parts[0]
        starts = np.concatenate([part.edges[:-1] for part in parts])
        classes = np.concatenate([part.classes for part in parts])
        keep = np.concatenate(([True], classes[1:] != classes[:-1]))
        return cls(np.concatenate((starts[keep], parts[-1].edges[-1:])), classes[keep])

    @property
    def window(self) -> Window:
        """Return the window that is cut."""
        return Window(int(self.edges[0]), int(self.edges[-1]))

    def seconds(self) -> dict[Class, int]:
        """Return the seconds of each class; they sum to the window's length."""
        sums = np.zeros(len(CLASSES), dtype=np.int64)
        np.add.at(sums, self.classes, np.diff(self.edges))
        return dict(zip(CLASSES, sums.tolist(), strict=True))

    def intervals(self) -> list[tuple[int, int, Class]]:
        """Return the spans in order, as (start, end, class); neighbours differ."""
        edges = self.edges.tolist()
        return [
            (start, end, CLASSES[code])
            for start, end, code in zip(edges, edges[1:], self.classes.tolist(), strict=False)
        ]

    def of_class(self, one: Class) -> Intervals:
        """Return the spans of one class."""
        mask = self.classes == _CODE[one]
        return Intervals(self.edges[:-1][mask], self.edges[1:][mask])

    def outages(self) -> list[Window]:
        """Return the spans that count as down after all terms."""
        return self.of_class(Class.DOWN).windows()

    def clip(self, window: Window) -> Partition:
        """Return the part inside a window that must lie within this one."""
        inner = self.edges[(self.edges > window.start) & (self.edges < window.end)]
        edges = np.concatenate(([window.start], inner, [window.end]))
        first = int(np.searchsorted(self.edges, window.start, "right")) - 1
        return Partition(edges, self.classes[first : first + len(edges) - 1])


def partition(
    agreement: Agreement,
    objective: str,
    states: States,
    window: Window,
    as_of: int,
    exclusions: Sequence[ExclusionWindow] = (),
) -> Partition:
    """Return the window cut into classes, each second by the terms of the version that rules it.

    `exclusions` are approved besides those of the agreement. Facts from `as_of` on are not looked at.
    """
    ruled = spans(agreement, objective, window, as_of)
    return cut(ruled, objective, states.for_objective(objective), as_of, exclusions)


def cut(
    ruled: Sequence[Ruling], objective: str, states: States, as_of: int, exclusions: Sequence[ExclusionWindow]
) -> Partition:
    """Return the partition of adjoining rulings, for states of this objective only."""
    return Partition.joined([_part(ruling, objective, states, as_of, exclusions) for ruling in ruled])


def _part(
    ruling: Ruling, objective: str, states: States, as_of: int, exclusions: Sequence[ExclusionWindow]
) -> Partition:
    terms, version, window = ruling.terms(objective), ruling.version, ruling.window
    if terms is None or version is None:
        return Partition(times([window.start, window.end]), np.array([_CODE[Class.OUT_OF_TERM]], dtype=np.int8))
    if terms.indicator != "availability":
        raise EngineError(f'Objective "{objective}" is of the indicator {terms.indicator}, which is not assessed yet.')
    steps = timeline(states, terms.scope, terms.unite, until=as_of)
    steps = bridged(steps, terms.unknown.last_for)
    steps = forgiven(
        steps, minimum=terms.minimum_outage, whole_minutes=terms.whole_minutes,
        degraded_is_down=terms.degraded_is_down, until=as_of,
    )  # fmt: skip
    steps = Steps(steps.edges, _OF_STATE[steps.values])
    hours = version.calendar_of(terms).open(window)
    layers = (
        (Intervals.of([(as_of, OPEN)]), Class.FUTURE),
        (excluded(version.exclusions_of(terms), exclusions, window), Class.EXCLUDED),
        (hours.complement(), Class.OUT_OF_HOURS),
        (ruling.term.complement(), Class.OUT_OF_TERM),
    )
    for intervals, one in layers:  # the strongest last
        steps = steps.paint(intervals.clip(window), _CODE[one])
    return _clipped(steps, window)


def _clipped(steps: Steps, window: Window) -> Partition:
    inner = steps.edges[(steps.edges > window.start) & (steps.edges < window.end)]
    starts = np.concatenate(([window.start], inner)).astype(np.int64)
    steps = Steps(starts, steps.at(starts)).merged()
    return Partition(np.concatenate((steps.edges, [window.end])), steps.values)
