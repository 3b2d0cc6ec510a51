"""Every second of a window carries exactly one class (docs/arithmetic.md, The partition)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from slmo.core.classes import CLASSES, Class, Partition, Seconds
from slmo.core.exclusions import ExclusionWindow
from slmo.core.facts import Facts, States
from slmo.core.governing import Ruling, spans
from slmo.core.kinds import KINDS, Asked, Tally
from slmo.core.kinds.base import out_of_term
from slmo.core.terms.model import Agreement
from slmo.core.units import Window

__all__ = ["CLASSES", "Class", "ExclusionWindow", "Partition", "Seconds", "Span", "partition", "read"]


class Span:
    """The time that one version rules (or none), ready to be read in any window within it."""

    def __init__(self, asked: Asked, ruling: Ruling) -> None:
        """Take what is asked and who rules."""
        terms = ruling.terms(asked.objective)
        self.ruling = ruling
        self._kind = None if terms is None else KINDS[terms.indicator](asked, ruling)

    def partition(self, window: Window) -> Partition:
        """Return the classes of a window within the span."""
        return out_of_term(window) if self._kind is None else self._kind.partition(window)

    def tally(self, window: Window) -> Tally | None:
        """Return what is counted in a window within the span, None for what counts seconds only."""
        return None if self._kind is None else self._kind.tally(window)


def partition(
    agreement: Agreement,
    objective: str,
    facts: Facts | States,
    window: Window,
    as_of: int,
    exclusions: Sequence[ExclusionWindow] = (),
) -> Partition:
    """Return the window cut into classes, each second by the terms of the version that rules it.

    `exclusions` are approved besides those of the agreement. Facts from `as_of` on are not looked at.
    """
    asked = Asked.of(agreement, objective, facts, as_of, exclusions)
    return Partition.joined([span.partition(span.ruling.window) for span in spans_read(asked, window)])


def spans_read(asked: Asked, window: Window) -> Iterator[Span]:
    """Yield the spans of a window that need not be a period."""
    for ruling in spans(asked.agreement, asked.objective, window, asked.as_of):
        yield Span(asked, ruling)


def read(asked: Asked, window: Window) -> tuple[Seconds, Tally]:
    """Return the seconds of a window that need not be a period, and what is counted in it."""
    found = list(spans_read(asked, window))
    whole = Partition.joined([span.partition(span.ruling.window) for span in found])
    tallies = [tally for span in found if (tally := span.tally(span.ruling.window)) is not None]
    return whole.seconds(), tallies[0] if len(tallies) == 1 else Tally.sum(tallies)
