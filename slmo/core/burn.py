"""Burn alerts as data: tables of windows, and what a factor means (docs/forecast.md, Burn windows)."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from slmo.core.budget import BurnWindow
from slmo.core.terms.alerts import burn_windows_read

__all__ = [
    "burn_windows_plain",
    "burn_windows_read",
    "detection_seconds",
    "exhaustion_seconds",
    "highest_burn",
    "reopens",
    "windows_scaled",
]


def burn_windows_plain(table: Sequence[BurnWindow]) -> list[Mapping[str, Any]]:
    """Return a table as rows with lengths in seconds and shares as fractions, as it is stored."""
    return [
        {"severity": row.severity, "long": f"{row.long}s", "short": f"{row.short}s", "share": str(float(row.share))}
        for row in table
    ]


def windows_scaled(table: Sequence[BurnWindow], basis: int, period: int) -> tuple[BurnWindow, ...]:
    """Return windows whose lengths follow the period while their factors stay, rounded to whole minutes.

    `basis` is the period in seconds for which the table was made. The usual way is the other: windows stay and factors
    scale (BurnWindow.factor).
    """
    found = []
    for row in table:
        minutes = (Fraction(one * period, basis * 60) + Fraction(1, 2) for one in (row.long, row.short))
        long, short = (60 * max(1, math.floor(one)) for one in minutes)
        found.append(BurnWindow(row.severity, long, short, row.factor(basis) * long / period))
    return tuple(found)


def highest_burn(target: Fraction) -> Fraction | None:
    """Return the burn rate of a total outage, 1 ÷ (1 − target); None for a target of 100 %.

    An alert with a higher factor can never fire.
    """
    return None if target == 1 else 1 / (1 - target)


def detection_seconds(
    factor: Fraction, long: int, target: Fraction, bad_share: Fraction = Fraction(1)
) -> Fraction | None:
    """Return after how many seconds of so large a share of bad time the long window reaches its factor.

    None if it is never over it: such a share does not burn faster than the factor.
    """
    needed = factor * (1 - target)
    return needed * long / bad_share if bad_share > needed else None


def exhaustion_seconds(rate: Fraction, period: int) -> Fraction | None:
    """Return how long a period's whole budget lasts at a burn rate; None if nothing burns."""
    return Fraction(period) / rate if rate > 0 else None


def reopens(now: int, resolved: int | None, quiet: int) -> bool:
    """Tell whether an alert may fire again: never within `quiet` seconds of the moment at which it was resolved."""
    return resolved is None or now - resolved >= quiet
