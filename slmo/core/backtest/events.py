"""The events that decide a replay: those without which a missed period would have been met."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import NamedTuple

import numpy as np

from slmo.core.backtest.replay import Replay
from slmo.core.classes import CODE, Class
from slmo.core.governing import rulings
from slmo.core.intervals import Intervals
from slmo.core.judgement import Judgement, Verdict, judge
from slmo.core.kinds import KINDS, Asked, Tally
from slmo.core.kinds.availability import Availability
from slmo.core.partition import read
from slmo.core.periods import local_days
from slmo.core.result import PeriodResult
from slmo.core.terms.model import ObjectiveTerms
from slmo.core.units import Window

MOST = 2
_TRIED = 6  # the costliest events of a period; nobody reads of more


class Event(NamedTuple):
    """A run of lost time, or a day on which events were lost: `lost` seconds or events by the terms.

    `seconds` has the run's seconds of each class; it is empty for days of events.
    """

    window: Window
    lost: Fraction
    seconds: tuple[tuple[Class, int], ...] = ()


class Deciding(NamedTuple):
    """Events of one period, and how it would have been judged without them; `turns` tells that this saves it."""

    period: PeriodResult
    events: tuple[Event, ...]
    without: Judgement
    turns: bool


def deciding(replay: Replay, most: int = MOST) -> list[Deciding]:
    """Return the events that decide the outcome, at most so many, the dearest first.

    Of missed periods: single events whose absence would save one, else the two costliest of a period that together
    would. Where nothing was missed: the costliest events of the period that came nearest.
    """
    missed = [n for n, one in enumerate(replay.results) if one.verdict is Verdict.BREACHED]
    found = [one for place in missed for one in _saving(replay, place)]
    alone = sorted((one for one in found if len(one.events) == 1), key=_weight, reverse=True)[:most]
    if alone or found:
        return alone or sorted(found, key=_weight, reverse=True)[:1]
    place = _nearest(replay)
    return [] if place is None else [_without(replay, place, (one,)) for one in _costliest(replay, place)[:most]]


def _weight(one: Deciding) -> tuple[object, Fraction]:
    """Return what puts one before another: the credit of its period, then what was lost."""
    credit = one.period.credit
    return (credit.amount if credit else 0, sum((event.lost for event in one.events), Fraction(0)))


def _saving(replay: Replay, place: int) -> Iterator[Deciding]:
    """Yield what would have saved one missed period: single events, or the two costliest together."""
    events = _costliest(replay, place)
    alone = [one for event in events if (one := _without(replay, place, (event,))).turns]
    if alone:
        yield from alone
    elif len(events) > 1 and (both := _without(replay, place, tuple(events[:2]))).turns:
        yield both


def _nearest(replay: Replay) -> int | None:
    """Return the period with the figure that is furthest from comfort; None without any figure."""
    known = [(one.figure, n) for n, one in enumerate(replay.results) if one.figure is not None]
    most = replay.terms.target is not None and replay.terms.target.op in ("<=", "<")
    return (max if most else min)(known)[1] if known else None


def _costliest(replay: Replay, place: int) -> list[Event]:
    """Return the costliest events of a period, the costliest first."""
    result, asked = replay.results[place], replay.asked[place]
    if replay.terms.indicator == "availability":
        events = runs_lost(asked, result, replay.terms)
    elif replay.terms.indicator == "outages":
        events = _outages(result)
    elif KINDS[replay.terms.indicator].additive and not KINDS[replay.terms.indicator].has_value:
        events = list(_days_lost(asked, result.window))
    else:
        events = []
    return sorted((one for one in events if one.lost), key=lambda one: (-one.lost, one.window))[:_TRIED]


def runs_lost(asked: Asked, result: PeriodResult, terms: ObjectiveTerms) -> list[Event]:
    """Return the runs of time that was not wholly good, with what each cost in counted time.

    A run goes on through the hours that do not count: an outage over three nights is one event.
    """
    rates = lost_rates(terms)
    runs, part = _runs(asked, result.window, [one for one, rate in rates.items() if rate]), result.partition
    found: dict[int, dict[Class, int]] = {}
    for one in rates if part is not None else ():
        spans = part.of_class(one)  # type: ignore[union-attr]  # asked in the line above
        places = np.searchsorted(runs.starts, spans.starts, "right") - 1
        for place, length in zip(places.tolist(), (spans.ends - spans.starts).tolist(), strict=True):
            seconds = found.setdefault(place, {})
            seconds[one] = seconds.get(one, 0) + length
    return [_run(runs, place, seconds, rates) for place, seconds in found.items() if place >= 0]


def _runs(asked: Asked, window: Window, bad: Sequence[Class]) -> Intervals:
    """Return the runs of bad states in a window, after the terms and before hours and exclusions cut them."""
    ruling = rulings(asked.agreement, asked.objective, window)[0]
    steps = Availability(asked, ruling).steps()
    return steps.where(np.isin(steps.values, [CODE[one] for one in bad])).clip(window)


def _run(runs: Intervals, place: int, seconds: dict[Class, int], rates: dict[Class, Fraction]) -> Event:
    lost = sum((rates[one] * length for one, length in seconds.items()), Fraction(0))
    return Event(Window(int(runs.starts[place]), int(runs.ends[place])), lost, tuple(seconds.items()))


def lost_rates(terms: ObjectiveTerms) -> dict[Class, Fraction]:
    """Return how much of a second of each class is lost by the terms; unknown time is no event."""
    return {Class.DOWN: Fraction(1), Class.DEGRADED: 1 - terms.degraded}


def _outages(result: PeriodResult) -> list[Event]:
    """Return the outages that an objective of outages counts."""
    runs = result.tally.runs if result.tally else ()
    return [Event(Window(start, start + seconds), Fraction(seconds)) for start, seconds in runs]


def _days_lost(asked: Asked, period: Window) -> Iterator[Event]:
    """Yield the local days of a period with what was lost on each."""
    for _, day in local_days(asked.agreement.timezone, period):
        window = day.meet(period)
        _, tally = read(asked, window)
        yield Event(window, tally.total - tally.good)


def _without(replay: Replay, place: int, events: tuple[Event, ...]) -> Deciding:
    """Judge a period as if the time or the events that were lost had been good."""
    result, tally = replay.results[place], replay.results[place].tally
    seconds = dict(result.seconds)
    for one, length in (pair for event in events for pair in event.seconds):
        seconds[one] -= length
        seconds[Class.UP] += length
    judged = judge(replay.terms, seconds, result.closed, tally and _tally_without(replay.terms, tally, events))
    turns = result.verdict is Verdict.BREACHED and judged.verdict is Verdict.MET
    return Deciding(result, events, judged, turns)


def _tally_without(terms: ObjectiveTerms, tally: Tally, events: tuple[Event, ...]) -> Tally:
    """Return a tally as if the events had been good; outages are taken out of the list."""
    if terms.indicator != "outages":
        return replace(tally, good=tally.good + sum((one.lost for one in events), Fraction(0)))
    gone = {one.window.start for one in events}
    return replace(tally, runs=tuple(run for run in tally.runs if run[0] not in gone))
