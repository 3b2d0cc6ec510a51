"""Which periods an objective has, and which version of the agreement rules in them (docs/arithmetic.md, Versions)."""

from __future__ import annotations

from typing import NamedTuple

from slmo.core.errors import EngineError
from slmo.core.intervals import BEGIN, OPEN, Intervals
from slmo.core.periods import period_containing, period_windows, rolling_seconds
from slmo.core.terms.model import Agreement, ObjectiveTerms, Version
from slmo.core.units import Window


class Ruling(NamedTuple):
    """A span of time and the version by whose terms it is judged; `term` is where any version is in force."""

    window: Window
    version: Version | None
    term: Intervals

    def terms(self, objective: str) -> ObjectiveTerms | None:
        """Return the objective's terms, None where no version rules."""
        return None if self.version is None else self.version.objectives[objective]


class _Era(NamedTuple):
    """The time in which an objective is judged by one kind of period."""

    window: Window
    period: str


def versions_with(agreement: Agreement, objective: str) -> list[Version]:
    """Return the versions that have the objective; raise EngineError if none has."""
    found = [version for version in agreement.versions if objective in version.objectives]
    if not found:
        known = ", ".join(agreement.objective_names)
        raise EngineError(f'The agreement "{agreement.name}" has no objective "{objective}"; it has {known}.')
    return found


def _eras(agreement: Agreement, objective: str) -> list[_Era]:
    eras: list[_Era] = []
    before: ObjectiveTerms | None = None
    for version in versions_with(agreement, objective):
        terms = version.objectives[objective]
        if before is None or before.period != terms.period:
            start = BEGIN if before is None else _change(agreement, before, version.effective_from)
            if eras:
                eras[-1] = _Era(Window(eras[-1].window.start, start), eras[-1].period)
            eras.append(_Era(Window(start, OPEN), terms.period))
        before = terms
    return eras


def _change(agreement: Agreement, before: ObjectiveTerms, at: int) -> int:
    """Return when a new kind of period begins: at once, or after the period whose first version rules it whole."""
    if before.amendment == "split" or rolling_seconds(before.period) is not None:
        return at
    return period_containing(before.period, agreement.timezone, at - 1, agreement.anchor).end


def periods_of(agreement: Agreement, objective: str, window: Window, as_of: int) -> list[Window]:
    """Return the whole periods of an objective that overlap the window, in order."""
    found: list[Window] = []
    for era in _eras(agreement, objective):
        asked = window.meet(era.window)
        if rolling_seconds(era.period) is not None:
            if not era.window.start < min(as_of, window.end) <= era.window.end:
                continue
            asked = window
        for one in period_windows(era.period, agreement.timezone, asked, agreement.anchor, as_of):
            found.append(one if asked is window else one.meet(era.window))
    return found


def rulings(agreement: Agreement, objective: str, period: Window) -> list[Ruling]:
    """Return who rules a period: one version, or several of which each rules its own part.

    The parts cover the period without a gap; a later part starts where its version takes effect.
    """
    forced = [v for v in versions_with(agreement, objective) if v.window.meet(period).seconds]
    term = Intervals.of(v.window for v in forced)
    if not forced:
        return [Ruling(period, None, term)]
    if len(forced) == 1 or forced[0].objectives[objective].amendment == "start-of-period":
        return [Ruling(period, forced[0], term)]
    cuts = [period.start, *(version.effective_from for version in forced[1:]), period.end]
    return [
        Ruling(Window(start, end), version, term) for start, end, version in zip(cuts, cuts[1:], forced, strict=False)
    ]


def spans(agreement: Agreement, objective: str, window: Window, as_of: int) -> list[Ruling]:
    """Return who rules each part of a window that need not be a period."""
    versions = versions_with(agreement, objective)
    if len(versions) == 1 or all(v.objectives[objective].amendment == "split" for v in versions):
        return rulings(agreement, objective, window)
    if any(rolling_seconds(v.objectives[objective].period) is not None for v in versions):
        return rulings(agreement, objective, window)
    found = [r for p in periods_of(agreement, objective, window, as_of) for r in rulings(agreement, objective, p)]
    return [Ruling(r.window.meet(window), r.version, r.term) for r in found if r.window.meet(window).seconds]
