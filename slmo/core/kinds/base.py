"""What every kind of indicator does: cut the time that a version rules into classes, count, and judge."""

from __future__ import annotations

import functools
from abc import ABC, abstractmethod
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar, TypeVar

import numpy as np

from slmo.core.classes import CODE, Class, Partition, Seconds
from slmo.core.exclusions import ExclusionWindow, excluded
from slmo.core.facts import Facts, States
from slmo.core.governing import Ruling
from slmo.core.intervals import Intervals, Steps, times
from slmo.core.kinds.tally import Tally
from slmo.core.terms.model import Agreement, ObjectiveTerms, Version, Workload
from slmo.core.units import Window
from slmo.core.verdict import Judgement
from slmo.core.volume import Load, Volume

T = TypeVar("T")


@dataclass(frozen=True)
class Asked:
    """What is read: the facts of one objective as known at `as_of`, with exclusions approved besides those agreed.

    With `bare` set agreed exclusions are left out as well, and so is what a workload limit suspends. `all_facts` are
    those of all objectives, where the volume is told of which such a limit speaks; None: `facts` tell it too.
    """

    agreement: Agreement
    objective: str
    facts: Facts
    as_of: int
    exclusions: Sequence[ExclusionWindow] = ()
    bare: bool = False
    all_facts: Facts | None = None
    _kept: dict[Hashable, Any] = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def of(
        cls, agreement: Agreement, objective: str, facts: Facts | States, as_of: int,
        exclusions: Sequence[ExclusionWindow] = (),
    ) -> Asked:  # fmt: skip
        """Return what is read of an objective, out of the facts of all."""
        everything = Facts.of(facts)
        return cls(agreement, objective, everything.for_objective(objective), as_of, exclusions, all_facts=everything)

    def unadjusted(self) -> Asked:
        """Return the same without exclusions and corrections; itself where there are none."""
        raw = self.facts.without_corrections()
        agreed = any(version.exclusions or self._suspending(version) for version in self.agreement.versions)
        if raw is self.facts and not self.exclusions and not agreed:
            return self
        return replace(self, facts=raw, exclusions=(), bare=True, _kept={})

    def version(self, version: Version) -> Version:
        """Return a version as it is read here: without its exclusions where they are left out."""
        return version.without_exclusions() if self.bare else version

    def excluded(self, version: Version, terms: ObjectiveTerms, window: Window) -> Intervals:
        """Return the excluded time inside the window."""
        return excluded(self.version(version).exclusions_of(terms), self.exclusions, window)

    def suspended(self, version: Version, terms: ObjectiveTerms, window: Window) -> Intervals:
        """Return the days or hours around a window in which more came than was agreed, so that they do not count."""
        if self.bare or terms.workload is None or not terms.workload.suspends_spans:
            return Intervals.empty()
        volume = self._volume(version, terms.workload)
        return volume.spans_beyond(terms.workload, self.agreement.timezone, window)

    def load(self, version: Version | None, window: Window) -> Load | None:
        """Return what came in during a window, None where the version has no limit on it."""
        terms = version.objectives.get(self.objective) if version else None
        if version is None or terms is None or terms.workload is None:
            return None
        return self._volume(version, terms.workload).load(terms.workload, self.agreement.timezone, window)

    def _volume(self, version: Version, workload: Workload) -> Volume:
        def made() -> Volume:
            facts = self.facts if self.all_facts is None else self.all_facts.for_objective(workload.objective)
            return Volume.of(facts, version.objectives[workload.objective], self.as_of)

        return self.kept((Volume, version.id), made)

    def _suspending(self, version: Version) -> bool:
        """Tell whether a version has a limit beyond which the objective's time does not count."""
        terms = version.objectives.get(self.objective)
        return terms is not None and terms.workload is not None and terms.workload.beyond is None

    def kept(self, key: Hashable, make: Callable[[], T]) -> T:
        """Return what was made under this key before, or make it."""
        if key not in self._kept:
            self._kept[key] = make()
        found: T = self._kept[key]
        return found


class Kind(ABC):
    """One kind of indicator, reading the time that one version rules."""

    additive: ClassVar[bool] = True  # a period's tally is the sum of its days'
    quiet_is_unknown: ClassVar[bool] = True  # a part without anything known leaves a cut period indeterminate
    has_value: ClassVar[bool] = False  # the figure is a value instead of an achieved share
    unit: ClassVar[str] = ""  # of good and total

    def __init__(self, asked: Asked, ruling: Ruling) -> None:
        """Take what is asked and a ruling of a version that has the objective."""
        terms = ruling.terms(asked.objective)
        if terms is None or ruling.version is None:
            raise ValueError("A ruling without a version has nothing to read.")
        self.asked, self.ruling, self.terms, self.version = asked, ruling, terms, ruling.version

    @abstractmethod
    def steps(self) -> Steps:
        """Return the class of every second (as a code) if all of it counted."""

    def tally(self, window: Window) -> Tally | None:
        """Return what is counted in a window within the ruling's; None for a kind that counts seconds only."""
        return None

    def partition(self, window: Window) -> Partition:
        """Return the classes of a window within the ruling's."""
        return self._whole if window == self.ruling.window else self._whole.clip(window)

    @staticmethod
    @abstractmethod
    def judge(terms: ObjectiveTerms, seconds: Seconds, closed: bool, tally: Tally) -> Judgement:
        """Judge what was read."""

    @staticmethod
    def settled(seconds: Seconds, tally: Tally) -> Seconds:
        """Return a period's seconds from its days' sum."""
        return seconds

    @functools.cached_property
    def _whole(self) -> Partition:
        return painted(self.steps(), self.layers(self.ruling.window), self.ruling.window)

    def layers(self, window: Window) -> list[tuple[Intervals, Class]]:
        """Return what does not count inside a window, the strongest last."""
        coming = (max(self.asked.as_of, window.start), window.end)
        return [(Intervals.of([coming]), Class.FUTURE), *self.uncounted(window)]

    def uncounted(self, window: Window) -> list[tuple[Intervals, Class]]:
        """Return what would not count inside a window whenever it is asked about, the strongest last."""
        hours = self.version.calendar_of(self.terms).open(window)
        suspended = self.asked.suspended(self.version, self.terms, window)
        return [
            (suspended.clip(window), Class.EXCLUDED),
            (self.asked.excluded(self.version, self.terms, window), Class.EXCLUDED),
            (hours.complement().clip(window), Class.OUT_OF_HOURS),
            (self.ruling.term.complement().clip(window), Class.OUT_OF_TERM),
        ]

    def eligible(self, window: Window) -> Intervals:
        """Return the time inside a window that counts, or will once it is past."""
        left = Intervals.of([window])
        for intervals, _ in self.uncounted(window):
            left = left.subtract(intervals)
        return left


def painted(steps: Steps, layers: Sequence[tuple[Intervals, Class]], window: Window) -> Partition:
    """Return a window's classes: the steps, with layers laid over them in order."""
    for intervals, one in layers:
        steps = steps.paint(intervals, CODE[one])
    inner = steps.edges[(steps.edges > window.start) & (steps.edges < window.end)]
    starts = np.concatenate(([window.start], inner)).astype(np.int64)
    steps = Steps(starts, steps.at(starts)).merged()
    return Partition(np.concatenate((steps.edges, [window.end])), steps.values)


def out_of_term(window: Window) -> Partition:
    """Return a window in which no version is in force."""
    return Partition(times([window.start, window.end]), np.array([CODE[Class.OUT_OF_TERM]], dtype=np.int8))


def by_presence(seconds: Seconds, tally: Tally) -> Seconds:
    """Return seconds whose counted ones are up if anything was counted, else unknown."""
    counted = seconds[Class.UP] + seconds[Class.UNKNOWN]
    up = counted if tally.total else 0
    return {**seconds, Class.UP: up, Class.UNKNOWN: counted - up}
