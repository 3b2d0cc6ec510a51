"""What is reported of a period: figures, parts, and the entry of docs/formats.md, JSON."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from slmo.core.budget import Budget, exhaustion
from slmo.core.credits import Credit
from slmo.core.judgement import Verdict
from slmo.core.partition import Class, Partition, Seconds
from slmo.core.units import Window, exact_decimal, format_instant, truncate

PLACES = 9


@dataclass(frozen=True, eq=False)
class PeriodResult:
    """One period of one objective, judged.

    `version` is the id of the version that ruled (None if none did). `unadjusted` is the figure without exclusions and
    corrections. A period that an amendment cut has `parts`, one for each version; its own figures are their sums.
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
    total: int
    seconds: Seconds
    budget: Budget | None
    credit: Credit | None
    closed: bool
    parts: tuple[PeriodResult, ...] = ()
    partition: Partition | None = None

    def entries(self) -> Sequence[PeriodResult]:
        """Return what is listed: the period itself, or the parts into which an amendment cut it."""
        return self.parts or (self,)

    def exhaustion(self) -> int | None:
        """Return when the budget runs out at the present burn; None if it lasts, has run out, or none is known."""
        if self.budget is None or self.partition is None:
            return None
        return exhaustion(self.budget, self.total, self.partition.of_class(Class.FUTURE))

    def to_json(self, zone: str, with_partition: bool = False) -> dict[str, Any]:
        """Return the period's entry with its keys in the order of docs/formats.md; instants in the zone."""
        entry: dict[str, Any] = {
            "objective": self.objective,
            "start": format_instant(self.window.start, zone),
            "end": format_instant(self.window.end, zone),
            "version": self.version,
            "verdict": self.verdict.value,
            "achieved": figure(self.achieved),
            "good": number(self.good),
            "total": self.total,
            "unadjusted": figure(self.unadjusted),
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
        if with_partition and self.partition is not None:
            entry["partition"] = [
                [format_instant(start, zone), format_instant(end, zone), one.value]
                for start, end, one in self.partition.intervals()
            ]
        return entry


def figure(value: Fraction | None) -> str | None:
    """Return a share as a decimal string cut to nine places."""
    return None if value is None else truncate(value, PLACES)


def number(value: Fraction) -> int | str:
    """Return a whole number as such, any other as an exact decimal string."""
    return value.numerator if value.denominator == 1 else exact_decimal(value)


def plain(value: Any) -> str:
    """Return a Decimal without exponent and without zeros at its end."""
    return exact_decimal(Fraction(value))
