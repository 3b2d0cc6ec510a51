"""The days of an objective as a forecast reads them: bad and total of each, in closed periods, so far, and to come."""

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction
from math import nan
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from monitoring.instants import instant_of
from monitoring.models import LedgerDay, PeriodResult
from slmo.core.facts import States
from slmo.core.forecast import Days, Limit, day_kind
from slmo.core.ledger import days as engine_days
from slmo.core.partition import Class
from slmo.core.periods import rolling_seconds
from slmo.core.terms import Agreement, ObjectiveTerms
from slmo.core.units import Window

FIELDS = ("up", "degraded", "down", "unknown", "future", "tally")
JUDGED = ("met", "breached")
Counted = tuple[float, float]  # bad and total of a day
Row = Mapping[str, Any]


class Reading(NamedTuple):
    """How one kind of indicator is forecast: its limit, and what a day adds; `planned`: totals are known in advance."""

    limit: Limit
    day: Callable[[Row], Counted]
    planned: bool = True
    per: int = 1  # counted seconds for one of the total, where it is planned


@dataclass(frozen=True)
class Past:
    """The days of closed periods, and how many such periods there are."""

    days: Days
    periods: int

    @property
    def digest(self) -> str:
        """Return a digest of every number that a forecast would read."""
        columns = (self.days.bad, self.days.total, self.days.kind, self.days.period)
        return hashlib.sha256(b"".join(column.tobytes() for column in columns)).hexdigest()


def reading_of(terms: ObjectiveTerms) -> Reading | None:
    """Return how an objective is forecast; None for kinds of which nobody can say what a day adds."""
    made = _READINGS.get(terms.indicator)
    if terms.target is None or made is None or rolling_seconds(terms.period) is not None:
        return None
    return made(terms)


def _availability(terms: ObjectiveTerms) -> Reading:
    """Read seconds: what is not good of what is counted."""

    def day(row: Row) -> Counted:
        known = row["up"] + row["degraded"] + row["down"]
        good = row["up"] + terms.degraded * row["degraded"]
        if terms.unknown.counts_as == "up":
            good += row["unknown"]
        total = known if terms.unknown.counts_as == "excluded" else known + row["unknown"]
        return float(total - good), float(total)

    return Reading(_share_limit(terms), day)


def _events(terms: ObjectiveTerms) -> Reading:
    """Read events or tasks: nobody knows in advance how many there will be."""
    return Reading(_share_limit(terms), _tallied, planned=False)


def _slices(terms: ObjectiveTerms) -> Reading:
    """Read slices: how many there will be follows from the service hours."""
    return Reading(_share_limit(terms), _tallied, per=terms.own.slice)


def _outages(terms: ObjectiveTerms) -> Reading | None:
    """Read the outages that begin on a day; only their number adds up."""
    if terms.own.reduce != "count" or terms.target is None or terms.target.op not in ("<=", "<"):
        return None

    lengths: dict[int, int] = {}  # of the outages met so far; the days are read in their order

    def day(row: Row) -> Counted:
        counted = row["up"] + row["degraded"] + row["down"]
        reached = 0
        for start, seconds in (row["tally"] or {}).get("runs", ()):
            before = lengths.get(start, 0)
            lengths[start] = before + seconds
            reached += (not before or before < terms.own.at_least) and lengths[start] >= terms.own.at_least
        return float(reached), float(counted)

    return Reading(Limit(float(terms.target.value), "sum", terms.target.op == "<"), day)


def _tallied(row: Row) -> Counted:
    """Return bad and total of what the ledger counted on a day besides seconds."""
    tally = row["tally"] or {}
    good, total = Fraction(tally.get("good", 0)), Fraction(tally.get("total", 0))
    return float(total - good), float(total)


def _share_limit(terms: ObjectiveTerms) -> Limit:
    """Return the share that may be bad."""
    assert terms.target is not None
    return Limit(float(1 - terms.target.value), "share", terms.target.op == ">")


_READINGS: Mapping[str, Callable[[ObjectiveTerms], Reading | None]] = {
    "availability": _availability,
    "ratio": _events,
    "slices": _slices,
    "tasks": _events,
    "outages": _outages,
}


def past_read(results: Sequence[PeriodResult], reading: Reading, zone: ZoneInfo, until: datetime) -> Past:
    """Return the days of the objective's closed periods that were judged, oldest first; one read of the ledger."""
    closed = [one for one in results if one.end <= until and one.verdict in JUDGED]
    if not closed:
        return Past(Days.of([]), 0)
    bounds = [_dates(one, zone) for one in closed]
    rows = LedgerDay.objects.filter(objective=closed[0].objective_id, day__range=(bounds[0][0], bounds[-1][1]))
    listed = list(_days(rows.order_by("day").values("day", *FIELDS), bounds, reading))
    return Past(Days.of(listed), len(closed))


def _days(
    rows: Iterable[Row], bounds: Sequence[tuple[date, date]], reading: Reading
) -> Iterable[tuple[float, float, int, int]]:
    """Yield bad, total, kind and period of each day that lies in a closed period; both lists are in order."""
    place = 0
    for row in rows:
        while place < len(bounds) and bounds[place][1] < row["day"]:
            place += 1
        if place == len(bounds):
            return
        if bounds[place][0] <= row["day"]:
            bad, total = reading.day(row)
            yield bad, total, day_kind(row["day"].weekday(), _open(row)), place


def _open(row: Row) -> float:
    """Return the counted seconds of a day, past or to come."""
    return float(row["up"] + row["degraded"] + row["down"] + row["unknown"] + row["future"])


def _dates(result: PeriodResult, zone: ZoneInfo) -> tuple[date, date]:
    """Return the first and the last local date of a period."""
    last = datetime.fromtimestamp(result.end.timestamp() - 1, zone).date()
    return result.start.astimezone(zone).date(), last


def so_far_of(result: PeriodResult, reading: Reading, zone: ZoneInfo) -> Counted:
    """Return bad and total of the running period up to its last assessment."""
    first, last = _dates(result, zone)
    rows = LedgerDay.objects.filter(objective=result.objective_id, day__range=(first, last)).order_by("day")
    counted = [reading.day(row) for row in rows.values(*FIELDS)]
    return sum(bad for bad, _total in counted), sum(total for _bad, total in counted)


def ahead_of(result: PeriodResult, agreement: Agreement, reading: Reading) -> Days:
    """Return the days that are still to come in the running period, with what is planned for each."""
    as_of = instant_of(result.assessed_at)
    name, window = result.objective.name, Window(as_of, instant_of(result.end))
    listed = []
    for day in engine_days(agreement, name, States.empty(), window, as_of):
        planned = float(day.seconds[Class.FUTURE])
        total = planned / reading.per if reading.planned else nan
        listed.append((0.0, total, day_kind(day.date.weekday(), planned), 0))
    return Days.of(listed)
