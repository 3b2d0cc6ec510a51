"""The daily ledger: one row for each local day, from which periods are summed (docs/arithmetic.md, The ledger)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from slmo.core.compliance import Reading, bare, period_result
from slmo.core.errors import EngineError
from slmo.core.exclusions import ExclusionWindow
from slmo.core.facts import States
from slmo.core.governing import Ruling, spans
from slmo.core.partition import Class, Partition, Seconds, cut
from slmo.core.periods import local_days
from slmo.core.result import PeriodResult
from slmo.core.terms.model import Agreement
from slmo.core.units import Window


@dataclass(frozen=True)
class LedgerDay:
    """One local day of one objective, or the part of it that lies in the window asked for.

    `seconds` of each class sum to the window's length; `unadjusted` are those without exclusions and corrections (None
    if they were not kept). `outages` counts the spans of down that begin on this day; `longest_outage` is the longest
    span of down within it, in seconds.
    """

    date: dt.date
    window: Window
    version_id: str | None
    seconds: Seconds
    outages: int
    longest_outage: int
    unadjusted: Seconds | None = None


def days(
    agreement: Agreement,
    objective: str,
    states: States,
    window: Window,
    as_of: int,
    exclusions: Sequence[ExclusionWindow] = (),
) -> list[LedgerDay]:
    """Return the ledger of every local day in the window, as known at `as_of`.

    A day that the clocks skip has no row; versions take effect at midnight, so that no day is cut by one.
    """
    if window.seconds == 0:
        return []
    states = states.for_objective(objective)
    ruled = spans(agreement, objective, window, as_of)
    whole = cut(ruled, objective, states, as_of, exclusions)
    raw = states.without_corrections()
    same = raw is states and not whole.seconds()[Class.EXCLUDED]
    unadjusted = whole if same else cut([bare(ruling) for ruling in ruled], objective, raw, as_of, ())
    return [
        _day(date, day.meet(window), ruled, whole, unadjusted) for date, day in local_days(agreement.timezone, window)
    ]


def _day(date: dt.date, window: Window, ruled: Sequence[Ruling], whole: Partition, unadjusted: Partition) -> LedgerDay:
    ruling = next(one for one in ruled if one.window.start <= window.start < one.window.end)
    part = whole.clip(window)
    outages = part.outages()
    begun_before = bool(outages) and outages[0].start == window.start and _down_before(whole, window.start)
    return LedgerDay(
        date=date,
        window=window,
        version_id=ruling.version.id if ruling.version else None,
        seconds=part.seconds(),
        outages=len(outages) - begun_before,
        longest_outage=max((outage.seconds for outage in outages), default=0),
        unadjusted=unadjusted.clip(window).seconds(),
    )


def _down_before(whole: Partition, at: int) -> bool:
    down = whole.of_class(Class.DOWN)
    return bool(((down.starts < at) & (down.ends >= at)).any())


def period_from_days(
    agreement: Agreement, objective: str, days: Iterable[LedgerDay], window: Window, as_of: int
) -> PeriodResult:
    """Judge one period from its ledger; equal to `assess` but for the partition, which the ledger does not keep.

    The days must cover the period; a cap for the contract year needs those from the year's beginning on, too. Raises
    EngineError if days are missing or do not fit, as with a rolling period that begins in the middle of a day.
    """
    listed = sorted(days, key=lambda day: day.window)

    def read(ruling: Ruling) -> Reading:
        inside = [day for day in listed if day.window.meet(ruling.window).seconds]
        covered = sum(day.window.seconds for day in inside)
        if covered != ruling.window.seconds or any(day.window.meet(ruling.window) != day.window for day in inside):
            raise EngineError("The ledger's days do not cover the period exactly.")
        kept = [day.unadjusted for day in inside if day.unadjusted is not None]
        unadjusted = total(kept) if len(kept) == len(inside) else None
        return Reading(total(day.seconds for day in inside), unadjusted)

    return period_result(agreement, objective, window, as_of, read)


def total(seconds: Iterable[Seconds]) -> dict[Class, int]:
    """Return the sums of each class."""
    listed = list(seconds)
    return {one: sum(each[one] for each in listed) for one in Class}
