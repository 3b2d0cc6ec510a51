"""What a second can be, and a window cut into spans of one class (docs/arithmetic.md, The partition)."""

from __future__ import annotations

import enum
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from slmo.core.facts import State
from slmo.core.intervals import Codes, Intervals, Times
from slmo.core.units import Window


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
CODE = {one: code for code, one in enumerate(CLASSES)}
OF_STATE = np.array([CODE[Class(state.value)] for state in State], dtype=np.int8)


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
        mask = self.classes == CODE[one]
        return Intervals(self.edges[:-1][mask], self.edges[1:][mask])

    def outages(self) -> list[Window]:
        """Return the spans that count as down after all terms."""
        return self.of_class(Class.DOWN).windows()

    def suspended(self) -> Partition:
        """Return the partition with all time that counts, or will, as excluded."""
        counts = self.classes > CODE[Class.EXCLUDED]
        classes = np.where(counts, CODE[Class.EXCLUDED], self.classes).astype(np.int8)
        keep = np.concatenate(([True], classes[1:] != classes[:-1]))
        return Partition(np.concatenate((self.edges[:-1][keep], self.edges[-1:])), classes[keep])

    def clip(self, window: Window) -> Partition:
        """Return the part inside a window that must lie within this one."""
        inner = self.edges[(self.edges > window.start) & (self.edges < window.end)]
        edges = np.concatenate(([window.start], inner, [window.end]))
        first = int(np.searchsorted(self.edges, window.start, "right")) - 1
        return Partition(edges, self.classes[first : first + len(edges) - 1])
