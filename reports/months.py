"""Calendar months as dates of their first day, and how they are written in addresses (2023-04)."""

import re
from collections.abc import Iterator
from datetime import date

_MONTH = re.compile(r"(\d{4})-(0[1-9]|1[0-2])")
YEAR_LEAST, YEAR_MOST = 1970, 2200


def month_parse(text: str) -> date:
    """Return the first day of the month written as `2023-04`.

    Raises ValueError, with a sentence, for anything else and for years outside 1970 to 2200.
    """
    match = _MONTH.fullmatch(text.strip())
    if match is None or not YEAR_LEAST <= int(match[1]) <= YEAR_MOST:
        raise ValueError(f"{text[:20]!r} is not a month between {YEAR_LEAST}-01 and {YEAR_MOST}-12.")
    return date(int(match[1]), int(match[2]), 1)


def month_text(month: date) -> str:
    """Return a month as it stands in addresses: `2023-04`."""
    return f"{month:%Y-%m}"


def month_add(month: date, count: int) -> date:
    """Return the first day of the month `count` months later (earlier when negative)."""
    index = month.year * 12 + month.month - 1 + count
    return date(index // 12, index % 12 + 1, 1)


def month_range(first: date, last: date) -> Iterator[date]:
    """Yield each month from `first` to `last`, both included."""
    while first <= last:
        yield first
        first = month_add(first, 1)


class MonthConverter:
    """Read a month in an address; one that does not exist is no address of the portal."""

    regex = r"\d{4}-\d{2}"

    def to_python(self, value: str) -> date:
        """Return the first day of the month; ValueError makes the address unknown."""
        return month_parse(value)

    def to_url(self, value: date) -> str:
        """Return the month as it stands in addresses."""
        return month_text(value)
