"""How good the forecasts have been: replayed at past periods, predicted beside what happened (docs/forecast.md)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from slmo.core.forecast import FEWEST_PERIODS, Days, Limit, forecast

FRACTIONS = (0.25, 0.5, 0.75)  # of a period's days that had passed when the forecast would have been made
BINS = 5  # 0 … 20 %, 20 … 40 %, and so on


class Replayed(NamedTuple):
    """One forecast that would have been made: for which period, when, what it said, and what happened."""

    period: int
    elapsed: float
    predicted: float
    low: float
    high: float
    breached: bool


class Bin(NamedTuple):
    """Forecasts of about the same probability: how many, their mean, and the share that was breached."""

    forecasts: int
    predicted: float
    happened: float


@dataclass(frozen=True)
class Calibration:
    """The record of an objective's forecasts; empty below seven closed periods.

    `brier` is the mean of (predicted − happened)², 0 at best; `reference` the same score of somebody who always says
    the share of periods breached so far. A forecast is worth having where `brier` is below `reference`.
    """

    replayed: tuple[Replayed, ...]
    bins: tuple[Bin | None, ...]
    brier: float | None
    reference: float | None


def calibration(
    past: Days, limit: Limit, seed: int, *, planned: bool = True, fractions: Sequence[float] = FRACTIONS
) -> Calibration:
    """Replay every closed period from the seventh on, each with nothing but the periods before it.

    The days of a period must stand in the order of time. `planned` tells that a day's total was known in advance
    (seconds of service); without it (events, tasks) totals to come are drawn from the past, too.
    """
    numbers = np.unique(past.period)
    ends = {int(number): _breached(past.take(past.period == number), limit) for number in numbers}
    found: list[Replayed] = []
    usual: list[float] = []
    for index in range(FEWEST_PERIODS, len(numbers)):
        number, before = int(numbers[index]), numbers[:index]
        share = sum(ends[int(one)] for one in before) / len(before)
        days, earlier = past.take(past.period == number), past.take(past.period < number)
        for fraction in fractions:
            gone = round(len(days) * fraction)
            said = _replayed(earlier, days, gone, limit, seed, planned)
            found.append(Replayed(number, fraction, *said, ends[number]))
            usual.append((share - ends[number]) ** 2)
    if not found:
        return Calibration((), (None,) * BINS, None, None)
    brier = sum((one.predicted - one.breached) ** 2 for one in found) / len(found)
    return Calibration(tuple(found), _bins(found), brier, sum(usual) / len(usual))


def _breached(days: Days, limit: Limit) -> bool:
    return bool(limit.breached(days.bad.sum(keepdims=True), days.total.sum(keepdims=True))[0])


def _replayed(
    earlier: Days, days: Days, gone: int, limit: Limit, seed: int, planned: bool
) -> tuple[float, float, float]:
    """Return probability, low and high as they would have been said after `gone` of the period's days."""
    passed, ahead = days.take(slice(0, gone)), days.take(slice(gone, None))
    if not planned:
        ahead = replace(ahead, total=np.full(len(ahead), np.nan))
    said = forecast(earlier, (float(passed.bad.sum()), float(passed.total.sum())), ahead, limit, seed)
    return said.probability or 0.0, said.low or 0.0, said.high or 0.0  # six earlier periods always suffice


def _bins(found: Sequence[Replayed]) -> tuple[Bin | None, ...]:
    """Return for each fifth of the probabilities what was said and what happened; None where nothing was said."""
    sorted_in: list[list[Replayed]] = [[] for _ in range(BINS)]
    for one in found:
        sorted_in[min(BINS - 1, int(one.predicted * BINS))].append(one)
    return tuple(
        Bin(len(group), sum(g.predicted for g in group) / len(group), sum(g.breached for g in group) / len(group))
        if group
        else None
        for group in sorted_in
    )
