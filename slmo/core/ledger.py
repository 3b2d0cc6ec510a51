"""The daily ledger: one row for each local day, from which periods are summed (docs/arithmetic.md, The ledger)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from slmo.core.compliance import Reading, all_availability, bare, period_result
from slmo.core.errors import EngineError
from slmo.core.exclusions import ExclusionWindow
from slmo.core.facts import Facts, States
from slmo.core.governing import Ruling, spans
from slmo.core.kinds import KINDS, Asked, Kind, Tally
from slmo.core.partition import Class, Seconds, Span
from slmo.core.periods import local_days
from slmo.core.result import PeriodResult
from slmo.core.terms.model import Agreement
from slmo.core.units import Window


@dataclass(frozen=True)
class LedgerDay:
    """One local day of one objective, or the part of it that lies in the window asked for.

    `seconds` of each class sum to the window's length; `unadjusted` are those without exclusions and corrections (None
    if they were not kept). `outages` counts the spans of down that begin on this day; `longest_outage` is the longest
    span of down within it, in seconds; `down_from_start` and `down_to_end` are the seconds of those at its edges.
    `tally` is what was counted besides seconds, None for availability.
    """

    date: dt.date
    window: Window
    version_id: str | None
    seconds: Seconds
    outages: int
    longest_outage: int
    unadjusted: Seconds | None = None
    tally: Tally | None = None
    unadjusted_tally: Tally | None = None
    down_from_start: int = 0
    down_to_end: int = 0


def days(
    agreement: Agreement,
    objective: str,
    facts: Facts | States,
    window: Window,
    as_of: int,
    exclusions: Sequence[ExclusionWindow] = (),
    *,
    since: int | None = None,
) -> list[LedgerDay]:
    """Return the ledger of every local day in the window, as known at `as_of`; where `since` is given, from then on.

    The time in the window before `since` tells whether an outage that stands at it began there or goes on. A day that
    the clocks skip has no row; versions take effect at midnight, so that no day is cut by one.
    """
    if window.seconds == 0:
        return []
    asked = Asked.of(agreement, objective, facts, as_of, exclusions)
    pairs = _pairs(asked, window)
    kept = window if since is None else window.meet(Window(since, window.end))
    return [_day(date, day.meet(kept), pairs) for date, day in local_days(agreement.timezone, kept)]


def ahead(
    agreement: Agreement, objective: str, window: Window, as_of: int, exclusions: Sequence[ExclusionWindow] = ()
) -> list[LedgerDay]:
    """Return what the days of a window of which there are no facts yet add up to: a row for each version that rules.

    The same as the sum of `days` without facts, for a window within one period.
    """
    if window.seconds == 0:
        return []
    pairs = _pairs(Asked(agreement, objective, Facts(), as_of, exclusions), window)
    rows = [pair.span.ruling.window for pair in pairs]
    return [_day(local_days(agreement.timezone, Window(row.start, row.start + 1))[0][0], row, pairs) for row in rows]


class _Pair(NamedTuple):
    """A span as it counts, and without exclusions and corrections, None where there are none.

    `timed` tells that seconds of the same states are all that counts in both: they only differ where time is excluded.
    """

    span: Span
    raw: Span | None
    timed: bool

    def unadjusted(self, window: Window, seconds: Seconds) -> Span | None:
        """Return what tells the unadjusted figures of a window, None where they are the same."""
        return None if self.timed and not seconds[Class.EXCLUDED] else self.raw


def _pairs(asked: Asked, window: Window) -> list[_Pair]:
    ruled = spans(asked.agreement, asked.objective, window, asked.as_of)
    raw = asked.unadjusted()
    timed = raw.facts is asked.facts and all_availability(asked)
    return [_Pair(Span(asked, ruling), None if raw is asked else Span(raw, bare(ruling)), timed) for ruling in ruled]


def _day(date: dt.date, window: Window, pairs: Sequence[_Pair]) -> LedgerDay:
    pair = next(p for p in pairs if p.span.ruling.window.start <= window.start < p.span.ruling.window.end)
    span = pair.span
    part, tally = span.partition(window), span.tally(window)
    seconds, outages = part.seconds(), part.outages()
    raw = pair.unadjusted(window, seconds)
    begun_before = bool(outages) and outages[0].start == window.start and _down_before(pairs, window.start)
    return LedgerDay(
        date=date,
        window=window,
        version_id=span.ruling.version.id if span.ruling.version else None,
        seconds=seconds,
        outages=len(outages) - begun_before,
        longest_outage=max((outage.seconds for outage in outages), default=0),
        unadjusted=raw.partition(window).seconds() if raw else seconds,
        tally=tally,
        unadjusted_tally=raw.tally(window) if raw else tally,
        down_from_start=outages[0].seconds if outages and outages[0].start == window.start else 0,
        down_to_end=outages[-1].seconds if outages and outages[-1].end == window.end else 0,
    )


def _down_before(pairs: Sequence[_Pair], at: int) -> bool:
    """Tell whether the second before an instant is down, where it was asked about."""
    for span, _raw, _timed in pairs:
        if span.ruling.window.start < at <= span.ruling.window.end:
            return bool(span.partition(Window(at - 1, at)).seconds()[Class.DOWN])
    return False


def period_from_days(
    agreement: Agreement, objective: str, days: Iterable[LedgerDay], window: Window, as_of: int
) -> PeriodResult:
    """Judge one period from its ledger; equal to `assess` but for the partition, which the ledger does not keep.

    The days must cover the period; a cap for the contract year needs those from the year's beginning on, too. Raises
    EngineError if days are missing or do not fit, as with a rolling period that begins in the middle of a day, and for
    the indicator value: percentiles of days do not add up to that of a month.
    """
    listed = sorted(days, key=lambda day: day.window)

    def read(ruling: Ruling) -> Reading:
        inside = [day for day in listed if day.window.meet(ruling.window).seconds]
        covered = sum(day.window.seconds for day in inside)
        if covered != ruling.window.seconds or any(day.window.meet(ruling.window) != day.window for day in inside):
            raise EngineError("The ledger's days do not cover the period exactly.")
        terms = ruling.terms(objective)
        if terms is not None and terms.workload is not None and not terms.workload.suspends_spans:
            raise EngineError("A limit on the volume of a period is judged from the facts.")
        return _summed(inside, KINDS[terms.indicator if terms else agreement.indicator_of(objective)])

    return period_result(agreement, objective, window, as_of, read)


def _summed(inside: Sequence[LedgerDay], kind: type[Kind]) -> Reading:
    """Return what the days of a span add up to."""
    if not kind.additive:
        raise EngineError("The days of samples do not add up to a period; it is judged from the samples.")
    tally = Tally.sum(day.tally for day in inside if day.tally is not None)
    raw = Tally.sum(day.unadjusted_tally for day in inside if day.unadjusted_tally is not None)
    kept = [day.unadjusted for day in inside if day.unadjusted is not None]
    unadjusted = kind.settled(total(kept), raw) if len(kept) == len(inside) else None
    seconds = kind.settled(total(day.seconds for day in inside), tally)
    counts = any(day.tally is not None for day in inside)
    return Reading(seconds, unadjusted, None, tally if counts else None, raw if counts else None)


def total(seconds: Iterable[Seconds]) -> dict[Class, int]:
    """Return the sums of each class."""
    listed = list(seconds)
    return {one: sum(each[one] for each in listed) for one in Class}
