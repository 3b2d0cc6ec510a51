"""Facts that are read packed say what all the facts say, under any terms."""

from datetime import UTC, datetime
from typing import Any

import pytest

from agreements.models import Indicator
from monitoring.instants import instant_of
from monitoring.models import FactState
from monitoring.packed import facts_packed
from monitoring.reading import states_load
from monitoring.services import FactRow, facts_record
from slmo.core.compliance import assess
from slmo.core.units import Window
from tests.core.builders import agreement
from tests.reports.story import measured
from tests.support.people import organisation

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 2, 1, tzinfo=UTC)
BEGUN = instant_of(datetime(2026, 1, 1, tzinfo=UTC))
WINDOW = Window(BEGUN, BEGUN + 2 * 86_400)
UP, DOWN, DEGRADED, UNKNOWN = FactState.UP, FactState.DOWN, FactState.DEGRADED, FactState.UNKNOWN
TERMS: list[dict[str, Any]] = [
    {},
    {"scope": ["north"]},
    {"unite": "best", "degraded": "down"},
    {"minimum_outage": "20m", "unknown": {"counts_as": "down", "last_for": "10m"}},
    {"whole_minutes": True, "scope": ["south", "west"]},
]


def row(hour: float, end: float | None, state: int, scope: str = "", *, override: bool = False) -> FactRow:
    """Return a fact from an hour of the first of January, as an interval or (without an end) as a change."""
    start, until = BEGUN + int(hour * 3600), None if end is None else BEGUN + int(end * 3600)
    return FactRow(start, until, int(state), scope, f"{hour} {end} {scope} {override}", "", override)


def checks(scope: str = "") -> list[FactRow]:
    """Return a check every quarter of an hour, most of them up."""
    return [row(n / 4, None, DOWN if n % 17 in (3, 4, 5) else UP, scope) for n in range(200)]


CASES = {
    "one stream of checks": [checks()],
    "two origins": [checks(), [row(5, None, UP), row(7.5, None, DOWN), row(9, None, UP)]],
    "places": [checks("north"), checks("south"), [row(4, 5, DOWN)]],
    "intervals that overlap": [[row(4, 9, DEGRADED), row(5, 6, DOWN), row(6, 7, DOWN), row(30, 50, UNKNOWN)]],
    "corrections": [checks(), [row(4, 12, UP, override=True)], [row(10, 11, DOWN), row(11, 13, DOWN)]],
    "nothing": [],
    "nothing in the window": [[row(-40, -30, DOWN, "north")]],
}


@pytest.mark.parametrize("quiet", [False, True])
@pytest.mark.parametrize("case", CASES)
def test_packed_facts_give_the_figures_of_all_facts(case: str, quiet: bool) -> None:
    indicator = measured("payments", organisation("northlight"))
    Indicator.objects.filter(pk=indicator.pk).update(gaps_up=quiet)
    indicator.refresh_from_db()
    for place, rows in enumerate(CASES[case]):
        facts_record(indicator=indicator, rows=rows, origin=f"origin-{place}", actor=None, now=NOW)
    packed = facts_packed(indicator, Window(WINDOW.start - 86_400, WINDOW.end + 86_400))
    for terms in TERMS:
        made = agreement(**terms)
        every = states_load(indicator, WINDOW, made)
        assert shown(made, packed) == shown(made, every)


def shown(made: Any, facts: Any) -> list[Any]:
    """Return what the engine says of each period."""
    results = assess(made, "availability", facts, WINDOW, instant_of(NOW))
    return [(one.to_json("UTC", with_partition=True), one.unadjusted) for one in results]


def test_checks_that_say_the_same_become_one_row() -> None:
    indicator = measured("payments", organisation("northlight"))
    Indicator.objects.filter(pk=indicator.pk).update(gaps_up=False)
    indicator.refresh_from_db()
    facts_record(indicator=indicator, rows=checks(), origin="checks", actor=None, now=NOW)
    assert len(facts_packed(indicator, WINDOW).states) < 30
