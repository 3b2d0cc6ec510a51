"""The months of a journey through the pages, which live in the present."""

from dataclasses import dataclass
from datetime import date

OUTAGE = 45 * 60  # seconds; 99.9 % of a month of 31 days allows 2 678.4


def month_of(day: date, away: int = 0) -> date:
    """Return the first day of the month that lies `away` months after that of `day`."""
    count = day.year * 12 + day.month - 1 + away
    return date(count // 12, count % 12 + 1, 1)


@dataclass(frozen=True)
class Calendar:
    """The months of the journey; the pages live in the present."""

    begins: date  # the agreement is in force from here on
    month: date  # the last month that has ended: the one with the outage
    ends: date
    amended: date  # the stricter terms rule from here on

    @property
    def seconds(self) -> int:
        """Return the length of the month in UTC."""
        return (self.ends - self.month).days * 86_400

    @property
    def percent(self) -> str:
        """Return the share of the month that was up, cut off after two places, as pages write it."""
        hundredths = (self.seconds - OUTAGE) * 10_000 // self.seconds
        return f"{hundredths // 100}.{hundredths % 100:02d}\N{NO-BREAK SPACE}%"


def shown(day: date) -> str:
    """Return a day as the pages write it."""
    return f"{day.day} {day:%b %Y}"
