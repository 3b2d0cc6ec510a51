"""What a target means in time: how long the service may be down, and how long it must be counted at all."""

from fractions import Fraction

from slmo.core.exclusions import excluded
from slmo.core.periods import rolling_seconds
from slmo.core.terms import ObjectiveTerms, Version
from slmo.core.units import DAY, Window

YEAR = 365  # days looked at, from the day on which the version takes effect
# Share of those days that an average period takes.
SHARES: dict[str, Fraction] = {
    "day": Fraction(1, 365),
    "week": Fraction(7, 365),
    "month": Fraction(1, 12),
    "quarter": Fraction(1, 4),
    "half": Fraction(1, 2),
    "year": Fraction(1),
    "contract-month": Fraction(1, 12),
    "contract-year": Fraction(1),
}


def counted_seconds(version: Version, terms: ObjectiveTerms, since: int | None = None) -> Fraction:
    """Return the seconds that count in an average period: service hours less agreed maintenance.

    The average is taken over the 365 days from `since` (epoch seconds), or else from the version's start: a 24×7 month
    has 365 × 24 ÷ 12 = 730 hours.
    """
    start = version.effective_from if since is None else since
    window = Window(start, start + YEAR * DAY)
    opened = version.calendar_of(terms).open(window)
    counted = opened.subtract(excluded(version.exclusions_of(terms), (), window))
    return counted.seconds * period_share(terms.period)


def period_share(period: str) -> Fraction:
    """Return which share of 365 days an average period takes; `rolling 28d` takes 28 of them."""
    rolling = rolling_seconds(period)
    return SHARES[period] if rolling is None else Fraction(rolling, YEAR * DAY)


def down_allowed(version: Version, terms: ObjectiveTerms, since: int | None = None) -> Fraction | None:
    """Return the seconds that may be bad in an average period; None where the target is no share of time."""
    if terms.indicator != "availability" or terms.target is None:
        return None
    return (1 - terms.target.value) * counted_seconds(version, terms, since)


def down_beyond(version: Version, terms: ObjectiveTerms, share: Fraction) -> Fraction:
    """Return how many bad seconds of an average period bring the figure down to `share`."""
    return (1 - share) * counted_seconds(version, terms)
