"""What a planned disruption would do to an agreement's figures, objective by objective, before anybody consents."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from fractions import Fraction
from functools import cached_property
from zoneinfo import ZoneInfo

import numpy as np

from agreements.models import Agreement, Objective
from agreements.selectors import terms_of
from monitoring.exclusions import exclusions_load
from monitoring.instants import instant_of
from monitoring.models import PeriodResult
from monitoring.outlook.past import Reading, past_read, reading_of, so_far_of
from slmo.core.exclusions import ExclusionWindow
from slmo.core.facts import Facts
from slmo.core.forecast import Days, day_kind, forecast, seed_of
from slmo.core.partition import Class, partition
from slmo.core.periods import local_days, period_containing, rolling_seconds
from slmo.core.terms import Agreement as Terms
from slmo.core.terms import ObjectiveTerms
from slmo.core.units import Window

LONGEST = 92  # days that a preview looks at
PERIODS_MOST = 13  # shown of one objective: three months of weeks


@dataclass(frozen=True)
class Odds:
    """The probabilities that a period is still met: as things stand, and with the disruption, agreed or not."""

    without: float
    counted: float
    agreed: float
    certain: bool


@dataclass(frozen=True)
class Impact:
    """One objective in one period: its service seconds inside the disruption, what is left of the budget, the odds.

    `left` and `odds` are None where nobody can say; `more` counts the later periods that are not looked at.
    """

    objective: Objective
    clause: ObjectiveTerms
    period: Window
    overlap: int
    left: Fraction | None
    odds: Odds | None
    more: int = 0

    @property
    def is_forecast(self) -> bool:
        """Tell whether the objective is of a kind of which the forecast knows what the time would take."""
        return is_planned(self.clause)

    @property
    def after(self) -> Fraction | None:
        """Return what would be left of the budget if the time counted as down; below 0 the target is lost."""
        return None if self.left is None else self.left - self.overlap


def is_planned(clause: ObjectiveTerms) -> bool:
    """Tell whether it is known in advance how much of what is judged lies in a span of time."""
    reading = reading_of(clause)
    return reading is not None and reading.planned and reading.limit.of == "share"


def impacts(agreement: Agreement, windows: Sequence[Window], now: datetime) -> list[Impact]:
    """Return the impact of a disruption on each objective that is in force, in each period that it touches.

    Raises Version.DoesNotExist where nothing is signed.
    """
    terms = terms_of(agreement)
    found: list[Impact] = []
    for row in agreement.objectives.select_related("indicator"):
        row.agreement = agreement
        touched = list(_touched(terms, row.name, windows))
        look = _Look(row, terms, windows, now)
        rows = [look.impact(period, clause) for period, clause in touched[:PERIODS_MOST]]
        if len(touched) > PERIODS_MOST:
            rows[-1] = replace(rows[-1], more=len(touched) - PERIODS_MOST)
        found += rows
    return found


def _touched(terms: Terms, name: str, windows: Sequence[Window]) -> Iterator[tuple[Window, ObjectiveTerms]]:
    """Yield each period that a disruption touches while an objective is in force, with its terms then."""
    reached = None
    for window in sorted(windows):
        at = window.start
        while at < window.end:
            version = terms.version_at(at)
            clause = version.objectives.get(name) if version else None
            kind = "month" if clause is None or rolling_seconds(clause.period) else clause.period
            period = period_containing(kind, terms.timezone, at, terms.anchor)
            if clause is not None and (reached is None or period.start >= reached):
                reached = period.end
                yield period, clause
            at = period.end


class _Look:
    """One objective looked at under one disruption, period by period."""

    period: Window
    clause: ObjectiveTerms

    def __init__(self, objective: Objective, terms: Terms, windows: Sequence[Window], now: datetime) -> None:
        self.objective, self.terms, self.windows = objective, terms, windows
        self.as_of = instant_of(now)
        self.exclusions: tuple[ExclusionWindow, ...] = exclusions_load(objective, terms)

    def impact(self, period: Window, clause: ObjectiveTerms) -> Impact:
        """Return what the disruption does in one period."""
        self.period, self.clause = period, clause
        overlap = sum(self.planned(one.meet(self.period)) for one in self.windows)
        running = self.running()
        left = None
        if running is not None and running.budget_allowed is not None and self.clause.indicator == "availability":
            left = Fraction(running.budget_allowed) - Fraction(running.budget_consumed or 0)
        odds = self.odds(running) if overlap else None
        return Impact(self.objective, self.clause, self.period, overlap, left, odds)

    def planned(self, window: Window) -> int:
        """Return the service seconds of a window that are still to come."""
        window = window.meet(Window(self.as_of, max(self.as_of, window.end)))
        if not window.seconds:
            return 0
        cut = partition(self.terms, self.objective.name, Facts(), window, self.as_of, self.exclusions)
        return cut.seconds()[Class.FUTURE]

    @cached_property
    def results(self) -> list[PeriodResult]:
        """Return the objective's results, oldest first."""
        rows = PeriodResult.objects.filter(objective=self.objective, current=True).order_by("start")
        return list(rows.defer("provenance", "parts"))

    def running(self) -> PeriodResult | None:
        """Return the result of the period, if that runs already."""
        return next((one for one in self.results if instant_of(one.start) == self.period.start), None)

    def odds(self, running: PeriodResult | None) -> Odds | None:
        """Return the odds by the forecast; None for kinds that have none, and with too little past."""
        reading = reading_of(self.clause)
        if reading is None or not is_planned(self.clause):
            return None
        zone = ZoneInfo(self.terms.timezone)
        if not self.results:
            return None
        past = past_read(self.results, reading, zone, running.assessed_at if running else self.results[-1].end)
        so_far = so_far_of(running, reading, zone) if running else (0.0, 0.0)
        return _odds(past.days, so_far, *self.ahead(reading), reading, seed_of(past.digest))

    def ahead(self, reading: Reading) -> tuple[Days, np.ndarray]:
        """Return the days to come of the period, and what the disruption takes out of each."""
        rows, taken = [], []
        for date, day in local_days(self.terms.timezone, self.period):
            window = day.meet(self.period)
            if window.end <= self.as_of:
                continue
            seconds = float(self.planned(window))
            rows.append((0.0, seconds / reading.per, day_kind(date.weekday(), seconds), 0))
            touched = [one.meet(window) for one in self.windows if one.start < window.end and one.end > window.start]
            taken.append(sum(map(self.planned, touched)) / reading.per)
        return Days.of(rows), np.array(taken, dtype=np.float64)


def _odds(
    past: Days, so_far: tuple[float, float], ahead: Days, taken: np.ndarray, reading: Reading, seed: int
) -> Odds | None:  # fmt: skip
    """Return the odds of three futures that differ in the disruption alone, drawn from one seed."""
    bad, total = so_far
    lost = float(taken.sum())
    rest = replace(ahead, total=ahead.total - taken)
    futures = [(so_far, ahead), ((bad + lost, total + lost), rest), (so_far, rest)]
    said = [forecast(past, begun, days, reading.limit, seed) for begun, days in futures]
    known = [one.probability for one in said if one.probability is not None]
    if len(known) < len(futures):
        return None
    without, counted, agreed = (1 - one for one in known)
    return Odds(without, counted, agreed, all(one.certain for one in said))


def windows_checked(windows: Sequence[Window]) -> Iterator[str]:
    """Yield what is wrong with the spans of a preview: names of reasons."""
    if any(one.end <= one.start for one in windows):
        yield "order"
    if windows and max(one.end for one in windows) - min(one.start for one in windows) > LONGEST * 86_400:
        yield "length"
