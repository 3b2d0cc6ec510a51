"""Burn alerts of an objective: the windows that an agreement names (docs/forecast.md, Burn windows)."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from slmo.core.budget import BurnWindow
from slmo.core.errors import TermError
from slmo.core.periods import rolling_seconds
from slmo.core.terms.reader import Reader
from slmo.core.units import DAY, parse_duration

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
    severity = reader.choice("severity", ("page", "ticket"), "ticket")
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


_NOMINAL = {  # days for which published tables of windows are made
    "day": 1, "week": 7, "month": 30, "contract-month": 30, "quarter": 90, "half": 180, "year": 365,
    "contract-year": 365,
}  # fmt: skip


def alerts_read(reader: Reader, period: str) -> tuple[BurnWindow, ...] | None:
    """Return an objective's own burn windows; None where the usual ones hold, nothing where it wants none."""
    if not reader.has("alerts"):
        return None
    rows = reader.value["alerts"]
    if rows == "none":
        return ()
    if not isinstance(rows, list | tuple):
        raise TermError(reader.at("alerts"), rows, "none, or a list such as [{long: 1h, short: 5m, share: 2%}]")
    seconds = rolling_seconds(period) or _NOMINAL[period] * DAY
    return burn_windows_read(rows, seconds, reader.at("alerts"))
