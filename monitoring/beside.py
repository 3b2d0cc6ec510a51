"""What either party's measurement of an objective alone would give, under the same terms; nothing of it is judged."""

from copy import copy
from datetime import datetime
from fractions import Fraction
from typing import Any, NamedTuple

from agreements.models import Objective
from agreements.selectors import terms_of
from monitoring.instants import instant_of
from monitoring.measured import indicator_by
from monitoring.models import PeriodResult
from monitoring.record import Record
from monitoring.services.results import results_compute
from slmo.core.measuring import CUSTOMER, PROVIDER, Disagreement, alone, disagreement
from slmo.core.partition import Partition, partition
from slmo.core.terms import Target
from slmo.core.units import Window


class Both(NamedTuple):
    """The records of the two measurements of one objective."""

    provider: Record
    customer: Record


class Compared(NamedTuple):
    """The figures of both measurements in one period, unsaved, and where they disagree second by second."""

    period: Window
    provider: PeriodResult
    customer: PeriodResult
    distance: Fraction | None
    coming: Fraction | None
    seconds: Disagreement | None


def records_beside(objective: Objective, now: datetime) -> Both:
    """Return the records of both measurements; raises Version.DoesNotExist where nothing is signed."""
    terms, as_of = alone(terms_of(objective.agreement), objective.name), instant_of(now)
    found = []
    for side in (PROVIDER, CUSTOMER):
        single = copy(objective)
        single.indicator, single.customer_indicator = indicator_by(objective, side), None
        found.append(Record(single, terms, as_of, beside=True))
    return Both(*found)


def periods_beside(both: Both) -> list[Window]:
    """Return the periods of which either measurement knows something, in order."""
    return sorted({*both.provider.periods, *both.customer.periods})


def compare(both: Both, period: Window) -> Compared:
    """Return what both measurements say of a period."""
    (one,), (two,) = results_compute(both.provider, [period]), results_compute(both.customer, [period])
    figures = [_figure(row) for row in (one, two)]
    distance = None if None in figures else abs(figures[0] - figures[1])  # type: ignore[operator]
    seconds = None
    if both.provider.is_of_states:
        seconds = disagreement_of(both, partitions(both, period), period)
    return Compared(period, one, two, distance, _coming(both, one, two, distance), seconds)


def partitions(both: Both, period: Window) -> tuple[Partition, Partition]:
    """Return the period cut into classes by the provider's and by the customer's measurement."""
    first, second = (
        partition(one.terms, one.name, one.facts(period), period, one.as_of, one.exclusions) for one in both
    )  # fmt: skip
    return first, second


def disagreement_of(both: Both, cut: tuple[Partition, Partition], period: Window) -> Disagreement:
    """Return where the two measurements of a period say different things."""
    return disagreement(*cut, both.provider.clause_at(_last(both, period)))


def notice_at(objective: Objective, both: Both, period: Window) -> Target | None:
    """Return the difference that the agreement lets pass in a period; None where it says nothing."""
    version = terms_of(objective.agreement).version_at(_last(both, period))
    clause = version.objectives.get(objective.name) if version else None
    return clause.measurement.notice_above if clause is not None and clause.measurement is not None else None


def rules_at(objective: Objective, both: Both, period: Window) -> str:
    """Return whose measurement rules at the end of a period, or now where it has not ended."""
    version = terms_of(objective.agreement).version_at(_last(both, period))
    clause = version.objectives.get(objective.name) if version else None
    return clause.measurement.rules if clause is not None and clause.measurement is not None else PROVIDER


def figures_kept(row: PeriodResult) -> dict[str, Any]:
    """Return the figures of one measurement as a row keeps them."""
    return {
        "verdict": row.verdict,
        "achieved": row.achieved,
        "value": row.value,
        "good": str(row.good),
        "total": str(row.total),
        "unknown": row.seconds["unknown"],
    }


def _last(both: Both, period: Window) -> int:
    return min(period.end, both.provider.as_of) - 1


def _figure(row: PeriodResult) -> Fraction | None:
    """Return the exact figure of a result: its share, else its value; None without any."""
    if row.achieved:
        return Fraction(row.good) / Fraction(row.total) if row.good is not None and row.total else None
    return Fraction(row.value) if row.value else None


def _coming(both: Both, one: PeriodResult, two: PeriodResult, distance: Fraction | None) -> Fraction | None:
    """Return by how much the figures of the whole period differ at least if both say the same from now on.

    A young period's share moves with every second: of an availability what was lost is held against all of its counted
    time. None while that cannot be told: a share of events, or a value, before its period has ended.
    """
    future = [row.seconds["future"] for row in (one, two)]
    if distance is None or not any(future):
        return distance
    if not both.provider.is_of_states:
        return None
    if not one.achieved:
        return distance
    shares = []
    for row, ahead in zip((one, two), future, strict=True):
        good, total = Fraction(row.good or 0), Fraction(row.total or 0)
        shares.append((total - good) / (total + ahead))
    return abs(shares[0] - shares[1])
