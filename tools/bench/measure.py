"""Measurements: what is timed, against what, and how it is told."""

import gc
import json
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

ROUNDS = 5


@dataclass(frozen=True)
class Measurement:
    """One line of the benchmark: a value in `unit`, a baseline of the same run, and the target that it meets or not."""

    name: str
    value: float
    unit: str
    baseline: float | None
    ratio: float | None
    target: str
    ok: bool

    def line(self) -> str:
        """Return the measurement as one line of JSON."""
        return json.dumps(asdict(self))


def best(work: Callable[[], Any], rounds: int = ROUNDS) -> float:
    """Return the shortest of several runs, in milliseconds: what the work costs when nobody disturbs it."""
    shortest = float("inf")
    gc.collect()
    for _ in range(rounds):
        started = time.perf_counter()
        work()
        shortest = min(shortest, time.perf_counter() - started)
    return round(shortest * 1000, 2)


def under(name: str, value: float, limit: float, baseline: float | None = None, unit: str = "ms") -> Measurement:
    """Return a measurement that is to stay under a limit."""
    return Measurement(name, value, unit, baseline, ratio(value, baseline), f"< {limit:g} {unit}", value < limit)


def within(name: str, value: float, baseline: float, most: float, unit: str = "ms") -> Measurement:
    """Return a measurement that is to stay within a multiple of its baseline."""
    found = ratio(value, baseline)
    return Measurement(
        name, value, unit, baseline, found, f"<= {most:g} x baseline", found is not None and found <= most
    )


def ratio(value: float, baseline: float | None) -> float | None:
    """Return value ÷ baseline to two places; None without a baseline."""
    return round(value / baseline, 2) if baseline else None
