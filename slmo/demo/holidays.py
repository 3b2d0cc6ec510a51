"""Public holidays of the demo's calendars, as exceptions of an agreement document."""

from collections.abc import Iterable, Iterator
from datetime import date, timedelta

from dateutil.easter import easter
from dateutil.relativedelta import MO, TH, relativedelta


def germany(year: int) -> Iterator[date]:
    """Yield the public holidays that all sixteen states of Germany keep."""
    sunday = easter(year)
    yield from (date(year, 1, 1), sunday - timedelta(2), sunday + timedelta(1), date(year, 5, 1))
    yield from (sunday + timedelta(39), sunday + timedelta(50), date(year, 10, 3))
    yield from (date(year, 12, 25), date(year, 12, 26))


def united_states(year: int) -> Iterator[date]:
    """Yield the days on which offices in the United States close (5 U.S.C. 6103, the six most widely kept)."""
    yield from (date(year, 1, 1), date(year, 7, 4), date(year, 12, 25))
    yield date(year, 5, 31) + relativedelta(weekday=MO(-1))
    yield date(year, 9, 1) + relativedelta(weekday=MO(1))
    yield date(year, 11, 1) + relativedelta(weekday=TH(4))


def closed_on(days: Iterable[date]) -> dict[str, str]:
    """Return the exceptions that close a calendar on these days."""
    return {day.isoformat(): "closed" for day in sorted(days)}
