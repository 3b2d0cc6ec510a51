"""Burn windows as a term of the agreement: read, refused, and used instead of the usual ones."""

from typing import Any

import pytest

from slmo.core.alerts import alert_state
from slmo.core.budget import BURN_WINDOWS
from slmo.core.errors import TermError
from slmo.core.facts import States
from slmo.core.terms import Agreement, agreement_parse

DAY = 86_400
MARCH = 1_772_323_200  # 2026-03-01T00:00:00Z


def agreement(**terms: Any) -> Agreement:
    objective = {"name": "web", "indicator": "availability", "target": ">= 99.9%", "period": "month", **terms}
    spec = {
        "type": "SLA", "service": "s", "provider": "p", "customer": "c", "timezone": "UTC", "currency": "EUR",
        "effective": {"from": "2026-01-01"}, "objectives": [objective],
    }  # fmt: skip
    return agreement_parse([{"apiVersion": "slmo/v1", "kind": "Agreement", "metadata": {"name": "a"}, "spec": spec}])


def outage(minutes: int) -> States:
    rows = [(MARCH - 9 * DAY, None, "up", "", 0, True), (MARCH - minutes * 60, None, "down", "", 1, True)]
    return States.from_rows(rows)


def test_an_objectives_own_windows_take_the_place_of_the_usual_ones() -> None:
    usual = alert_state(agreement(), "web", outage(10), MARCH, 30 * DAY)
    own = agreement(alerts=[{"severity": "page", "long": "2h", "short": "10m", "share": "1%"}])
    [found] = alert_state(own, "web", outage(10), MARCH, 30 * DAY)
    assert [one.window for one in usual] == list(BURN_WINDOWS)
    assert (found.window.long, found.window.short, float(found.factor)) == (7200, 600, 3.6)
    assert found.firing
    assert float(found.long_rate or 0) == pytest.approx(600 / 7200 / 0.001)


def test_an_objective_may_want_no_alert() -> None:
    assert alert_state(agreement(alerts="none"), "web", outage(10), MARCH, 30 * DAY) == []


@pytest.mark.parametrize(
    ("alerts", "key", "expected"),
    [
        ([], "alerts", "one to 16 burn windows"),
        ("all", "alerts", "none, or a list such as [{long: 1h, short: 5m, share: 2%}]"),
        ([{"long": "40d", "short": "5m", "share": "2%"}], "alerts[0].long", "a window above 0 and within the period"),
        ([{"long": "5m", "short": "1h", "share": "2%"}], "alerts[0].short", "a window above 0 and shorter than"),
        ([{"long": "1h", "short": "5m", "share": "0%"}], "alerts[0].share", "more than nothing"),
    ],
)
def test_windows_that_cannot_work_are_refused(alerts: object, key: str, expected: str) -> None:
    with pytest.raises(TermError) as refused:
        agreement(alerts=alerts)
    assert refused.value.key == f"spec.objectives[0].{key}"
    assert refused.value.expected.startswith(expected)


def test_figures_that_are_no_share_have_no_budget_to_burn() -> None:
    with pytest.raises(TermError, match="because the indicator is value"):
        agreement(indicator="value", reduce="max", target="<= 1", alerts="none")
