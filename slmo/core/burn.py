"""Burn alerts as data: tables of windows read and checked, and what a factor means (docs/forecast.md, Burn windows)."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from slmo.core.budget import BurnWindow
from slmo.core.errors import TermError
from slmo.core.terms.reader import Reader
from slmo.core.units import parse_duration

MOST_WINDOWS = 16


def burn_windows_read(rows: Sequence[object], period: int, path: str = "") -> tuple[BurnWindow, ...]:
    """Return a table of burn windows from rows such as `{severity: page, long: 1h, short: 5m, share: 2%}`.

    Instead of `share` a row may give the `factor` for a period of `period` seconds. Raises TermError for an empty or
    too long table, a short window that is not shorter than the long one, a long window longer than the period, a share
    or factor of 0, and two rows of the same windows.
    """
    if not rows or len(rows) > MOST_WINDOWS:
        raise TermError(path, len(rows), f"one to {MOST_WINDOWS} burn windows")
    found: list[BurnWindow] = []
    for number, row in enumerate(rows):
        reader = Reader(row, f"{path}[{number}]")
        window = _row(reader, period)
        if any((one.long, one.short) == (window.long, window.short) for one in found):
            raise TermError(reader.at("long"), reader.value["long"], "each pair of windows once")
        found.append(window)
    return tuple(found)


def _row(reader: Reader, period: int) -> BurnWindow:
    reader.known("severity", "long", "short", "share", "factor")
    severity = reader.choice("severity", ("page", "ticket"))
    long, short = (reader.parsed(key, parse_duration, expected="a duration such as 1h") for key in ("long", "short"))
    if not 0 < long <= period:
        raise TermError(reader.at("long"), reader.value["long"], "a window above 0 and within the period")
    if not 0 < short < long:
        raise TermError(reader.at("short"), reader.value["short"], "a window above 0 and shorter than the long one")
    return BurnWindow(severity, long, short, _share(reader, long, period))


def _share(reader: Reader, long: int, period: int) -> Fraction:
    """Return the share of the budget, given as such or by its factor: share = factor × long ÷ period."""
    if reader.has("share") == reader.has("factor"):
        raise TermError(reader.path, None, "a share of the budget such as 2%, or a factor such as 14.4")
    if reader.has("share"):
        share, key = reader.share("share"), "share"
    else:
        share, key = reader.number("factor") * long / period, "factor"
    if not 0 < share <= 1:
        raise TermError(reader.at(key), reader.value[key], "more than nothing and at most the whole budget")
    return Fraction(share)


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
