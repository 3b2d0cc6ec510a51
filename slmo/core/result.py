"""What is reported of a period: figures, parts, and the entry of docs/formats.md, JSON."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from slmo.core.budget import Budget, exhaustion
from slmo.core.credits import Credit
from slmo.core.judgement import Verdict
from slmo.core.kinds import KINDS, Tally
from slmo.core.partition import Class, Partition, Seconds
from slmo.core.terms.model import Target
from slmo.core.units import Window, exact_decimal, format_instant, truncate
from slmo.core.verdict import counted_seconds
from slmo.core.volume import Load

PLACES = 9


@dataclass(frozen=True, eq=False)
class PeriodResult:
    """One period of one objective, judged.

    `version` is the id of the version that ruled (None if none did). `achieved` is a share; kinds that are judged by
    another figure have `value` instead. `unadjusted` is the figure without exclusions and corrections. A period that an
    amendment cut has `parts`, one for each version; its own figures are their sums. `target` is the one that judged.
    `load` is what came in, where the version limits that.
    """

    objective: str
    window: Window
    version: str | None
    verdict: Verdict
    achieved: Fraction | None
    unadjusted: Fraction | None
    lower: Fraction | None
    upper: Fraction | None
    good: Fraction
    total: int | Fraction
    seconds: Seconds
    budget: Budget | None
    credit: Credit | None
    closed: bool
    parts: tuple[PeriodResult, ...] = ()
    partition: Partition | None = None
    value: Fraction | None = None
    indicator: str = "availability"
    target: Target | None = None
    tally: Tally | None = None
    load: Load | None = None

    @property
    def has_value(self) -> bool:
        """Tell whether the period is judged by a value instead of an achieved share."""
        return KINDS[self.indicator].has_value

    @property
    def figure(self) -> Fraction | None:
        """Return the figure that is judged."""
        return self.value if self.has_value else self.achieved

    def entries(self) -> Sequence[PeriodResult]:
        """Return what is listed: the period itself, or the parts into which an amendment cut it."""
        return self.parts or (self,)

    def exhaustion(self) -> int | None:
        """Return when the budget runs out at the present burn; None if it lasts, has run out, or none is known."""
        if self.budget is None or self.partition is None or self.indicator not in ("availability", "slices"):
            return None
        counted = int(self.total) if self.indicator == "availability" else counted_seconds(self.seconds)
        return exhaustion(self.budget, counted, self.partition.of_class(Class.FUTURE))

    def shown(self, figure_: Fraction | None, places: int = PLACES) -> str | None:
        """Return a figure as a decimal string: a share cut, a value cut so that it does not flatter."""
        if figure_ is None or not self.has_value:
            return None if figure_ is None else truncate(figure_, places)
        return value_text(figure_, self.target, places)

    def to_json(self, zone: str, with_partition: bool = False) -> dict[str, Any]:
        """Return the period's entry with its keys in the order of docs/formats.md; instants in the zone."""
        entry: dict[str, Any] = {
            "objective": self.objective,
            "start": format_instant(self.window.start, zone),
            "end": format_instant(self.window.end, zone),
            "version": self.version,
            "verdict": self.verdict.value,
            "value" if self.has_value else "achieved": self.shown(self.figure),
            "good": number(self.good),
            "total": number(Fraction(self.total)),
            "unadjusted": self.shown(self.unadjusted),
            "lower": figure(self.lower),
            "upper": figure(self.upper),
            "seconds": {one.value: self.seconds[one] for one in Class},
            "budget": self.budget and {
                "allowed": exact_decimal(self.budget.allowed),
                "consumed": exact_decimal(self.budget.consumed),
                "remaining": exact_decimal(self.budget.remaining),
            },
            "credit": self.credit and {"percent": plain(self.credit.percent), "amount": f"{self.credit.amount:.2f}"},
        }  # fmt: skip
        if self.load is not None:
            entry["workload"] = self.load.to_json()
        if with_partition and self.partition is not None:
            entry["partition"] = [
                [format_instant(start, zone), format_instant(end, zone), one.value]
                for start, end, one in self.partition.intervals()
            ]
        return entry


def value_text(value: Fraction, target: Target | None, places: int = PLACES) -> str:
    """Return a value exactly where so many places suffice, else cut in the direction that does not flatter.

    Up where the target is a most, down where it is a least.
    """
    for exact in range(places + 1):
        if (10**exact) % value.denominator == 0:
            return truncate(value, exact)
    up = target is not None and target.op in ("<=", "<")
    return truncate(value + Fraction(1, 10**places) if up else value, places)


def figure(value: Fraction | None) -> str | None:
    """Return a share as a decimal string cut to nine places."""
    return None if value is None else truncate(value, PLACES)


def number(value: Fraction) -> int | str:
    """Return a whole number as such, any other as an exact decimal string."""
    return value.numerator if value.denominator == 1 else exact_decimal(value)


def plain(value: Any) -> str:
    """Return a Decimal without exponent and without zeros at its end."""
    return exact_decimal(Fraction(value))
