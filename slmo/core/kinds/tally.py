"""What a kind of indicator counts besides seconds: events, slices, samples, tasks, runs of downtime."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any


@dataclass(frozen=True)
class Tally:
    """What was counted in a window.

    `good` of `total` events, slices, samples or tasks; `unknown` slices of which nothing is known; `ahead` slices that
    have not ended. `runs` has for each run of downtime when it began (which may be before the window) and its counted
    seconds in the window. `value` is the figure of samples, which no sum of days can give.
    """

    good: Fraction = Fraction(0)
    total: Fraction = Fraction(0)
    unknown: int = 0
    ahead: int = 0
    runs: tuple[tuple[int, int], ...] = ()
    value: Fraction | None = None

    @classmethod
    def sum(cls, tallies: Iterable[Tally]) -> Tally:
        """Return the tally of adjoining windows; parts of one run are put together, and values are left out."""
        listed = list(tallies)
        runs: dict[int, int] = {}
        for start, seconds in (run for one in listed for run in one.runs):
            runs[start] = runs.get(start, 0) + seconds
        return cls(
            good=sum((one.good for one in listed), Fraction(0)),
            total=sum((one.total for one in listed), Fraction(0)),
            unknown=sum(one.unknown for one in listed),
            ahead=sum(one.ahead for one in listed),
            runs=tuple(sorted(runs.items())),
        )

    def to_json(self) -> dict[str, Any]:
        """Return the tally as plain data, exactly; what is nothing is left out."""
        found: dict[str, Any] = {name: str(getattr(self, name)) for name in ("good", "total") if getattr(self, name)}
        found |= {name: getattr(self, name) for name in ("unknown", "ahead") if getattr(self, name)}
        found |= {"runs": [list(run) for run in self.runs]} if self.runs else {}
        return found | ({} if self.value is None else {"value": str(self.value)})

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Tally:
        """Return the tally that `to_json` wrote."""
        return cls(
            good=Fraction(data.get("good", 0)),
            total=Fraction(data.get("total", 0)),
            unknown=data.get("unknown", 0),
            ahead=data.get("ahead", 0),
            runs=tuple((start, seconds) for start, seconds in data.get("runs", ())),
            value=None if data.get("value") is None else Fraction(data["value"]),
        )
