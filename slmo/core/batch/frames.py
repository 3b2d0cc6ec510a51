"""Frames: the counted time of a version's objectives over their periods, shared by all lanes that have the same."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from slmo.core.exclusions import ExclusionWindow, excluded
from slmo.core.intervals import OPEN, Intervals, Steps, Times, times
from slmo.core.partition import CLASSES, Class
from slmo.core.terms.model import ObjectiveTerms, Version
from slmo.core.units import Window

_CODE = {one: code for code, one in enumerate(CLASSES)}
COUNTED = _CODE[Class.UP]  # any code of known time: the states decide which
_FINEST = 6  # cells of 64 seconds
_CELLS = 1 << 18
_EMPTY = Window(0, 0)


@dataclass(frozen=True, eq=False)
class Frame:
    """Spans that one version rules, and what of their time counts.

    `edges` are the sorted bounds of the spans; `low` and `high` point from each span into them. `seconds` has for each
    span the seconds of each class, as if every counted second were up.
    """

    counted: Intervals
    edges: Times
    low: Times
    high: Times
    seconds: Times

    @property
    def hull(self) -> Window:
        """Return the window around all spans."""
        return Window(int(self.edges[0]), int(self.edges[-1])) if len(self.edges) else _EMPTY


def frame_make(
    version: Version | None, terms: ObjectiveTerms | None, term: Intervals, spans: Sequence[Window], as_of: int,
    exclusions: Iterable[ExclusionWindow],
) -> Frame:  # fmt: skip
    """Return the frame of the spans that a version rules; `term` is where any version is in force."""
    starts, ends = times([span.start for span in spans]), times([span.end for span in spans])
    edges = np.unique(np.concatenate((starts, ends)))
    hull = Window(int(edges[0]), int(edges[-1]))
    steps = _steps(version, terms, term, hull, as_of, exclusions)
    counted = steps.where(steps.values == COUNTED).clip(hull)
    cuts = np.unique(np.concatenate((edges, steps.edges[(steps.edges > hull.start) & (steps.edges < hull.end)])))
    lengths = np.diff(cuts)
    spread = np.zeros((len(cuts), len(CLASSES)), dtype=np.int64)
    spread[np.arange(1, len(cuts)), steps.at(cuts[:-1])] = lengths
    sums = np.cumsum(spread, axis=0)
    seconds = sums[np.searchsorted(cuts, ends)] - sums[np.searchsorted(cuts, starts)]
    return Frame(counted, edges, np.searchsorted(edges, starts), np.searchsorted(edges, ends), seconds)


def _steps(
    version: Version | None, terms: ObjectiveTerms | None, term: Intervals, hull: Window, as_of: int,
    exclusions: Iterable[ExclusionWindow],
) -> Steps:  # fmt: skip
    """Return the class of every second of the hull, COUNTED where the facts decide; as `partition` lays them."""
    if version is None or terms is None:
        return Steps.constant(_CODE[Class.OUT_OF_TERM])
    layers = (
        (Intervals.of([(as_of, OPEN)]), Class.FUTURE),
        (excluded(version.exclusions_of(terms), exclusions, hull), Class.EXCLUDED),
        (version.calendar_of(terms).open(hull).complement(), Class.OUT_OF_HOURS),
        (term.complement(), Class.OUT_OF_TERM),
    )
    steps = Steps.constant(COUNTED)
    for intervals, one in layers:  # the strongest last
        steps = steps.paint(intervals.clip(hull), _CODE[one])
    return steps


@dataclass(frozen=True, eq=False)
class Clock:
    """Counted seconds from a frame's beginning to any instant, for all frames of a plan, without searching.

    Time is cut into cells of `1 << shift` seconds from `low` on. `near` knows for each frame and cell the interval that
    began last before the cell; at most `steps` more begin inside it. Of interval `j`, `seconds(t) = base[j] +
    min(t, end[j])`. All instants are seconds after `low`.
    """

    low: int
    length: int
    shift: int
    cells: int
    steps: int
    near: npt.NDArray[np.int32]
    begin: npt.NDArray[np.signedinteger]
    end: npt.NDArray[np.signedinteger]
    base: npt.NDArray[np.signedinteger]

    def moments(self, instants: Times) -> npt.NDArray[np.signedinteger]:
        """Return instants as the clock takes them; those outside all frames lie at the nearest end."""
        return (np.clip(instants, self.low, self.low + self.length) - self.low).astype(self.begin.dtype)

    def seconds(self, moments: npt.NDArray[np.signedinteger], frames: npt.NDArray[np.signedinteger] | int) -> Times:
        """Return the counted seconds up to each moment, by the frame of each or of all."""
        at = self.near[(moments >> self.shift) + frames * self.cells]
        for _ in range(self.steps):
            at = at + (self.begin[at + 1] <= moments)
        return self.base[at] + np.minimum(moments, self.end[at])


def clock_make(frames: Sequence[Frame]) -> Clock:
    """Return the clock of these frames."""
    hulls = [frame.hull for frame in frames if frame.hull.seconds] or [_EMPTY]
    low = min(hull.start for hull in hulls)
    length = max(hull.end for hull in hulls) - low
    dtype: type[np.signedinteger[Any]] = np.int32 if length < 2**30 else np.int64
    columns = [_columns(frame.counted, low, length) for frame in frames]
    shift = _shift(length, len(frames), max(_CELLS, 4 * sum(len(frame.counted) for frame in frames)))
    marks = np.arange((length >> shift) + 1, dtype=np.int64) << shift
    near, steps, first = [], 0, 0
    for begin, _end, _base in columns:
        found = np.searchsorted(begin[:-1], marks, "right") - 1
        last = np.searchsorted(begin[:-1], marks + (1 << shift), "left") - 1
        steps = max(steps, int((last - found).max()))
        near.append(found + first)
        first += len(begin)
    flat = [np.concatenate([one[n] for one in columns]).astype(dtype) for n in range(3)]
    return Clock(low, length, shift, len(marks), steps, np.concatenate(near).astype(np.int32), *flat)


def _columns(counted: Intervals, low: int, length: int) -> tuple[Times, Times, Times]:
    """Return begin, end and base of a frame's intervals, between an empty one and one that never begins."""
    starts, ends = counted.starts - low, counted.ends - low
    base = np.cumsum(ends - starts) - (ends - starts) - starts
    return (
        np.concatenate((times([0]), starts, times([length + 1]))),
        np.concatenate((times([0]), ends, times([0]))),
        np.concatenate((times([0]), base, times([0]))),
    )


def _shift(length: int, frames: int, cells: int) -> int:
    """Return the size of cells, as a power of two, at which all frames together have at most so many."""
    shift = _FINEST
    while ((length >> shift) + 1) * max(frames, 1) > cells:
        shift += 1
    return shift
