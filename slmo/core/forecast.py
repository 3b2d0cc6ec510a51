"""How likely it is that the running period will be breached, from the objective's own past (docs/forecast.md).

A bootstrap: each day still to come is drawn from past days of the same kind. Approximate by nature and never used to
judge; NumPy only, deterministic by its seed.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

Floats: TypeAlias = npt.NDArray[np.float64]
Ints: TypeAlias = npt.NDArray[np.int64]
Indices: TypeAlias = npt.NDArray[np.int32]

FEWEST_PERIODS = 6  # closed periods below which nothing is said
CLOSED_DAY, WORKING_DAY, WEEKEND_DAY = 0, 1, 2  # the kinds of days: without service hours; Monday to Friday; others
_DRAWS = 200_000  # days drawn in all: about 10 ms
_MOST_FUTURES = 5_000
_FEWEST_FUTURES = 400
_CONFIDENCE = 0.90
_Z = 1.6448536269514722  # of the normal distribution, for 5 % on either side
_NOISE = 1e-9  # binary floating point: a budget used up exactly is not overspent


class Limit(NamedTuple):
    """What breaches a period.

    `of` is "share": bad ÷ total above `most` (1 − target), or "sum": the sum of bad above `most` (a number of outages).
    With `strict`, reaching `most` breaches too (targets with > or <).
    """

    most: float
    of: str = "share"
    strict: bool = False

    def breached(self, bad: Floats, total: Floats) -> npt.NDArray[np.bool_]:
        """Tell for each outcome whether it breaches; an outcome without any total does not."""
        allowed = self.most * total if self.of == "share" else np.full_like(bad, self.most)
        noise = _NOISE * np.maximum(1.0, allowed)
        over = bad >= allowed - noise if self.strict else bad > allowed + noise
        return over & (total > 0)


@dataclass(frozen=True, eq=False)
class Days:
    """Days as columns of equal length: bad and total (seconds, events, …), kind, and the period that each belongs to.

    Periods are numbered in the order of time. Days to come have totals as far as they are known: planned seconds of
    service; NaN where only the past can tell (events, tasks).
    """

    bad: Floats
    total: Floats
    kind: Ints
    period: Ints

    @classmethod
    def of(cls, rows: Sequence[tuple[float, float, int, int]]) -> Days:
        """Return the days of rows `(bad, total, kind, period)`."""
        table = np.array(rows, dtype=np.float64).reshape(-1, 4)
        return cls(table[:, 0], table[:, 1], table[:, 2].astype(np.int64), table[:, 3].astype(np.int64))

    def take(self, mask: Any) -> Days:
        """Return the days that a mask selects."""
        return Days(self.bad[mask], self.total[mask], self.kind[mask], self.period[mask])

    def __len__(self) -> int:
        """Return the number of days."""
        return len(self.bad)


@dataclass(frozen=True)
class Forecast:
    """The probability of a breach and a 90 % interval for it; None below six closed periods ("not enough data").

    `figures` are the 5th, 50th and 95th percentiles of the period's final bad share (or sum); `periods` and `days` say
    how much past it rests on. `certain` tells that nothing that may come changes the outcome.
    """

    probability: float | None
    low: float | None
    high: float | None
    figures: tuple[float, float, float] | None
    periods: int
    days: int
    certain: bool = False

    @property
    def enough(self) -> bool:
        """Tell whether there is enough past to say anything."""
        return self.probability is not None


def seed_of(*texts: str) -> int:
    """Return a seed that depends on nothing but these texts, such as a facts digest and a period's start."""
    return int.from_bytes(hashlib.sha256("\n".join(texts).encode()).digest()[:8], "big")


def day_kind(weekday: int, open_seconds: float) -> int:
    """Return a day's kind from its weekday (0 Monday) and how many seconds of service hours it has."""
    if open_seconds <= 0:
        return CLOSED_DAY
    return WORKING_DAY if weekday < 5 else WEEKEND_DAY


def forecast(past: Days, so_far: tuple[float, float], ahead: Days, limit: Limit, seed: int) -> Forecast:
    """Return how likely a period is to be breached.

    `past` are the days of closed periods, `so_far` bad and total of the running period, `ahead` its days to come (`bad`
    is not read). The interval joins two doubts: which past periods happened to be seen (periods are drawn anew, too),
    and how few spans as long as what lies ahead the past holds (Wilson's interval for that many trials).
    """
    periods = len(np.unique(past.period))
    if periods < FEWEST_PERIODS:
        return Forecast(None, None, None, None, periods, len(past))
    certain = _certain(so_far, ahead, limit)
    bad, total = _futures(past, ahead, np.random.default_rng(seed))
    bad, total = bad + so_far[0], total + so_far[1]
    ends = _figures(bad, total, limit)
    if certain is not None:
        return Forecast(certain, certain, certain, ends, periods, len(past), certain=True)
    outcomes = limit.breached(bad, total)
    chance = float(outcomes.mean())
    drawn = np.quantile(outcomes.mean(axis=1), ((1 - _CONFIDENCE) / 2, (1 + _CONFIDENCE) / 2))
    low, high = wilson(chance, max(1.0, len(past) / max(1, len(ahead))))
    return Forecast(chance, min(low, float(drawn[0])), max(high, float(drawn[1])), ends, periods, len(past))


def wilson(share: float, trials: float) -> tuple[float, float]:
    """Return Wilson's 90 % score interval for a share seen in so many trials."""
    spread = _Z * _Z / trials
    middle = (share + spread / 2) / (1 + spread)
    half = _Z * math.sqrt(share * (1 - share) / trials + spread / (4 * trials)) / (1 + spread)
    return max(0.0, middle - half), min(1.0, middle + half)


def _certain(so_far: tuple[float, float], ahead: Days, limit: Limit) -> float | None:
    """Return 0 or 1 where the rest of the period cannot change the outcome, else None.

    Days to come whose total nobody can know may change any share, but no sum that has been exceeded.
    """
    bad, total = (np.array([one], dtype=np.float64) for one in so_far)
    rest = float(ahead.total.sum()) if len(ahead) else 0.0
    if limit.of == "sum":
        lost = bool(limit.breached(bad, np.maximum(total, 1.0))[0])
        return 1.0 if lost else 0.0 if not len(ahead) else None
    if math.isnan(rest):
        return None
    if limit.breached(bad, total + rest)[0]:
        return 1.0
    return 0.0 if not limit.breached(bad + rest, total + rest)[0] else None


def _futures(past: Days, ahead: Days, rng: np.random.Generator) -> tuple[Floats, Floats]:
    """Return bad and total of what lies ahead, for many futures: one row for each drawing of the past periods."""
    count = min(_MOST_FUTURES, max(_FEWEST_FUTURES, _DRAWS // max(1, len(ahead))))
    side = math.isqrt(count)
    bad, total = np.zeros((side, side)), np.zeros((side, side))
    for kind in np.unique(ahead.kind).tolist():
        days = ahead.take(ahead.kind == kind)
        pool = _pool(past, kind)
        if len(pool):
            chosen = _drawn(pool, len(days), side, rng)
            _add(bad, total, pool, chosen, days)
        else:  # no past day has ever counted: the plan is all that is known
            total += float(np.nansum(days.total))
    return bad, total


def _pool(past: Days, kind: int) -> Days:
    """Return the past days to draw from, in the order of their periods: those of the kind, or all if there is none."""
    counted = past.take(past.total > 0) if kind != CLOSED_DAY else past
    same = counted.take(counted.kind == kind)
    pool = same if len(same) else counted if kind != CLOSED_DAY else same
    return pool.take(np.argsort(pool.period, kind="stable"))


def _drawn(pool: Days, days: int, side: int, rng: np.random.Generator) -> Indices:
    """Return indices into the pool, `(side, side, days)`: each row draws its own periods, then days out of these."""
    _, first, count = np.unique(pool.period, return_index=True, return_counts=True)
    rows = rng.integers(len(first), size=(side, len(first)), dtype=np.int32)
    slot = rng.integers(len(first), size=(side, side * days), dtype=np.int32)
    period = np.take_along_axis(rows, slot, axis=1)
    size = count.astype(np.int32)[period]
    within = (rng.random((side, side * days), dtype=np.float32) * size).astype(np.int32)
    return (first.astype(np.int32)[period] + np.minimum(within, size - 1)).reshape(side, side, days)


def _add(bad: Floats, total: Floats, pool: Days, chosen: Indices, days: Days) -> None:
    """Add the drawn days: a planned total keeps its length and takes the drawn day's bad share."""
    if np.isnan(days.total).any():
        bad += pool.bad[chosen].sum(axis=2)
        total += pool.total[chosen].sum(axis=2)
        return
    share = np.divide(pool.bad, pool.total, out=np.zeros(len(pool)), where=pool.total > 0)
    bad += share[chosen] @ days.total
    total += float(days.total.sum())


def _figures(bad: Floats, total: Floats, limit: Limit) -> tuple[float, float, float] | None:
    """Return the 5th, 50th and 95th percentiles of the final bad share or sum; None if nothing is ever counted."""
    known = total > 0
    if not known.any():
        return None
    values = bad[known] if limit.of == "sum" else bad[known] / total[known]
    low, middle, high = np.quantile(values, (0.05, 0.5, 0.95)).tolist()
    return low, middle, high
