"""How many periods ended with which verdict: by month, by year, and which months tell enough to be shown first."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from reports.months import month_add

JUDGED = ("met", "breached")
TOLD = (*JUDGED, "indeterminate")  # what a period that ended was found to be, even where it could not be judged
MONTHS_DEFAULT = 12


@dataclass
class Counts:
    """How many periods there are of each verdict."""

    of: dict[str, int] = field(default_factory=dict)

    @property
    def judged(self) -> int:
        """Return how many periods have ended and were judged: met or missed."""
        return sum(self.of.get(verdict, 0) for verdict in JUDGED)

    @property
    def told(self) -> int:
        """Return how many periods have ended with a verdict, even if only that they can not be judged."""
        return sum(self.of.get(verdict, 0) for verdict in TOLD)

    @property
    def missed(self) -> int:
        """Return how many periods missed their target."""
        return self.of.get("breached", 0)

    def add(self, verdict: str, count: int) -> None:
        """Count `count` more periods of a verdict."""
        self.of[verdict] = self.of.get(verdict, 0) + count

    def merge(self, other: "Counts") -> None:
        """Count all periods of `other` too."""
        for verdict, count in other.of.items():
            self.add(verdict, count)


def local_month(end: datetime, zone: str) -> date:
    """Return the month, in a zone, that holds the last second before `end`."""
    return (end - timedelta(seconds=1)).astimezone(ZoneInfo(zone)).date().replace(day=1)


def by_year(months: Mapping[date, Counts]) -> dict[int, Counts]:
    """Return the counts of months summed by year; years without a judgement are left out."""
    years: dict[int, Counts] = {}
    for month, counts in months.items():
        if counts.told:
            years.setdefault(month.year, Counts()).merge(counts)
    return years


def months_default(months: Mapping[date, Counts], today: date) -> tuple[date, date]:
    """Return the first and last month to show when none is asked for: the twelve up to the last one that tells much.

    A month tells much when it has a tenth of the judgements of the fullest one: a lone new service does not hide the
    record of all others.
    """
    most = max((counts.told for counts in months.values()), default=0)
    telling = [month for month, counts in months.items() if counts.told and counts.told * 10 >= most]
    last = telling[-1] if telling else today.replace(day=1)
    return month_add(last, 1 - MONTHS_DEFAULT), last
