"""What a batch answers: one row a period, as columns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from slmo.core.compliance import PeriodResult, Verdict
from slmo.core.intervals import Codes, Times
from slmo.core.partition import CLASSES, Class
from slmo.core.units import Window

VERDICTS = tuple(Verdict)
CODE = {verdict: code for code, verdict in enumerate(VERDICTS)}


@dataclass(frozen=True, eq=False)
class Verdicts:
    """Periods in the order of the items and of time.

    `item` is the place of the objective in the question, `verdict` indexes VERDICTS, `good` ÷ `scale` and `total` are
    exact counted seconds, `seconds` has a column for each class of CLASSES. `told` keeps what was assessed alone, by
    row: there `good` and `total` may be no seconds, and stand as 0.
    """

    item: Times
    start: Times
    end: Times
    verdict: Codes
    good: Times
    scale: Times
    total: Times
    seconds: Times
    told: Mapping[int, PeriodResult]

    def __len__(self) -> int:
        """Return the number of periods."""
        return len(self.item)

    def window_of(self, row: int) -> Window:
        """Return a row's period."""
        return Window(int(self.start[row]), int(self.end[row]))

    def verdict_of(self, row: int) -> Verdict:
        """Return a row's verdict."""
        return VERDICTS[self.verdict[row]]

    def good_of(self, row: int) -> Fraction:
        """Return a row's good seconds (or events), exactly."""
        return self.told[row].good if row in self.told else Fraction(int(self.good[row]), int(self.scale[row]))

    def total_of(self, row: int) -> Fraction:
        """Return a row's counted seconds (or events), exactly."""
        return Fraction(self.told[row].total if row in self.told else int(self.total[row]))

    def achieved_of(self, row: int) -> Fraction | None:
        """Return a row's unrounded share, None where nothing was counted."""
        if row in self.told:
            return self.told[row].achieved
        total = self.total_of(row)
        return self.good_of(row) / total if total else None

    def seconds_of(self, row: int) -> dict[Class, int]:
        """Return a row's seconds of each class."""
        return dict(zip(CLASSES, self.seconds[row].tolist(), strict=True))

    def figures_of(self, row: int) -> tuple[Verdict, Fraction, Fraction, dict[Class, int]]:
        """Return a row's verdict, good, total and seconds."""
        return self.verdict_of(row), self.good_of(row), self.total_of(row), self.seconds_of(row)


def told_rows(places: list[int], results: list[list[PeriodResult]]) -> Verdicts:
    """Return results that were assessed one by one as rows, for the items at these places."""
    listed = [(place, result) for place, found in zip(places, results, strict=True) for result in found]
    column = lambda values: np.array(values, dtype=np.int64)  # noqa: E731
    zeros = np.zeros(len(listed), dtype=np.int64)
    return Verdicts(
        column([place for place, _ in listed]), column([one.window.start for _, one in listed]),
        column([one.window.end for _, one in listed]),
        np.array([CODE[one.verdict] for _, one in listed], dtype=np.int8), zeros, zeros + 1, zeros,
        column([[one.seconds[each] for each in CLASSES] for _, one in listed]).reshape(-1, len(CLASSES)),
        {row: one for row, (_, one) in enumerate(listed)},
    )  # fmt: skip


def rows_join(one: Verdicts, other: Verdicts) -> Verdicts:
    """Return the rows of both in the order of the items."""
    if not len(other):
        return one
    order = np.argsort(np.concatenate((one.item, other.item)), kind="stable")
    moved = {int(at): row for row, at in enumerate(order.tolist())}
    told = {moved[row]: result for row, result in one.told.items()}
    told |= {moved[row + len(one)]: result for row, result in other.told.items()}
    names = ("item", "start", "end", "verdict", "good", "scale", "total", "seconds")
    columns = {name: np.concatenate((getattr(one, name), getattr(other, name)))[order] for name in names}
    return Verdicts(**columns, told=told)
