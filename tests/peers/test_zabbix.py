"""Zabbix' own SLI against the portal's availability, of the same states: equal, or different for a reason with a name.

The states come out of a real Zabbix by the portal's connector. What the portal then says is the engine's own answer.
"""

from datetime import datetime

import pytest

from monitoring.connectors import CONNECTORS, ConnectorError, config_check
from monitoring.models import Fact
from monitoring.services.assessment import objective_assess
from monitoring.services.facts import facts_record
from slmo.core.units import Window
from tests.monitoring.make import NOW, agreement_make, indicator_make
from tests.peers.outages import BERLIN, MONTHS, OUTAGES, down_seconds, local

pytestmark = [pytest.mark.peers, pytest.mark.django_db]

HOUR, WEEK = 3600, 7 * 86_400
OFFICE_HOURS = {"office": {"weekly": {"mon-fri": ["09:00-18:00"]}}}


@pytest.fixture
def reached(settings):
    settings.PROBE_ALLOW_NETWORKS = "127.0.0.0/8"


@pytest.fixture
def asked(zabbix, reached):
    """Return the configuration of a source as its form takes it, with the token that a fetch gets."""

    def make(**config):
        given = {"url": zabbix.url, "token": zabbix.token(), "trigger": zabbix.trigger, "silent": 0, **config}
        checked = config_check(CONNECTORS["zabbix"], given)
        return {**checked.settings, **checked.secrets}

    return make


def fetched(config, month):
    """Return what the connector brings of a month, asked by the hour."""
    return CONNECTORS["zabbix"].fetch(config, Window(*MONTHS[month]), HOUR)


def assessed(rows, month, **terms):
    """Return the portal's result of a month whose states were recorded."""
    indicator = indicator_make()
    facts_record(indicator=indicator, rows=rows, origin="zabbix", actor=None, now=NOW)
    spec = {"effective": {"from": "2025-09-01"}, "timezone": str(BERLIN), "calendars": OFFICE_HOURS}
    objective = agreement_make(indicator, zone=str(BERLIN), spec=spec, **terms).objectives.get()
    objective_assess(objective_id=objective.pk, now=NOW)
    return objective.results.get(start=datetime.fromtimestamp(MONTHS[month][0], BERLIN))


@pytest.mark.parametrize("month", MONTHS)
def test_on_24x7_the_portal_says_to_the_second_what_zabbix_says(zabbix, asked, month):
    theirs = zabbix.sli("24x7", month)
    ours = assessed(fetched(asked(), month), month)
    assert (int(ours.good), int(ours.total - ours.good)) == (theirs["uptime"], theirs["downtime"])
    assert theirs["downtime"] == down_seconds(*MONTHS[month])  # and both are the truth


def shifted(month):
    """Return the down seconds that Zabbix counts as service hours and the portal does not, and the other way round.

    Zabbix lays its schedule out from the Sunday before the period in weeks of exactly 604,800 seconds. After the
    clocks have changed its office hours therefore stand an hour early or late by the clock, until the period ends.
    """
    start, end = MONTHS[month]
    first = datetime.fromtimestamp(start, BERLIN)
    sunday = start - ((first.weekday() + 1) % 7) * 86_400
    theirs = {
        second
        for week in range(6)
        for day in range(1, 6)
        for second in range(*(sunday + week * WEEK + day * 86_400 + hour * HOUR for hour in (9, 18)))
    }
    down = {second for one in OUTAGES for second in range(max(one.start, start), min(one.end, end))}
    ours = {second for second in down if _open(second)}
    return down & theirs - ours, ours - theirs


def _open(second):
    moment = datetime.fromtimestamp(second, BERLIN)
    return moment.weekday() < 5 and 9 <= moment.hour < 18


@pytest.mark.parametrize(("month", "only_theirs", "only_ours"), [("2025-10", 1800, 3600), ("2026-03", 1800, 1500)])
def test_in_office_hours_they_differ_by_what_lies_in_the_hour_that_zabbix_moves(
    zabbix, asked, month, only_theirs, only_ours
):
    theirs = zabbix.sli("office", month)
    ours = assessed(fetched(asked(), month), month, hours="office")
    more, less = shifted(month)
    assert (len(more), len(less)) == (only_theirs, only_ours)
    assert theirs["downtime"] - int(ours.total - ours.good) == len(more) - len(less)
    changed = {"2025-10": local("2025-10-26 03:00"), "2026-03": local("2026-03-29 03:00")}[month]
    assert all(second >= changed for second in more | less)  # until the clocks change both are equal


def test_the_values_of_the_item_tell_the_same_states_as_the_events_of_its_trigger(zabbix, asked):
    by_events = fetched(asked(), "2026-03")
    by_values = fetched(asked(records="values", item=zabbix.item), "2026-03")
    assert len(by_values) == 2 * sum(MONTHS["2026-03"][0] <= one.start < MONTHS["2026-03"][1] for one in OUTAGES) - 1
    changes = [row.start for row, before in zip(by_events[1:], by_events, strict=False) if row.state != before.state]
    assert changes == [row.at for row in by_values if row.at > MONTHS["2026-03"][0]]


def test_asked_again_nothing_new_comes(asked, zabbix):
    indicator = indicator_make()
    for new in (True, False):
        rows = fetched(asked(), "2026-03")
        batch = facts_record(indicator=indicator, rows=rows, origin="zabbix", actor=None, now=NOW)
        assert bool(batch.new) is new
    assert Fact.objects.filter(superseded_at__isnull=False).count() == 0


def test_an_item_that_has_gone_silent_is_unknown(asked):
    start, end = local("2026-03-31 20:00"), local("2026-04-01 06:00")
    rows = CONNECTORS["zabbix"].fetch(asked(silent=600), Window(start, end), HOUR)
    assert max(row.end for row in rows) == local("2026-04-01 01:00") + 600


def test_zabbix_own_figure_is_read_for_comparison(zabbix, asked):
    told = CONNECTORS["zabbix"].compare(
        asked(service=zabbix.service, sla=zabbix.slas["office"]), Window(*MONTHS["2026-03"])
    )
    theirs = zabbix.sli("office", "2026-03")
    assert (told.zone, told.hours, told.excluded) == ("Europe/Berlin", True, 0)
    assert [(one.start, one.end, one.up, one.down) for one in told.figures] == [
        (*MONTHS["2026-03"], theirs["uptime"], theirs["downtime"])
    ]


@pytest.mark.parametrize(
    ("config", "said"),
    [
        ({"token": "0" * 64}, "refuse"),
        ({"trigger": 999_999}, "no trigger 999999"),
        ({"records": "values", "item": 999_999}, "no item 999999"),
    ],
)
def test_what_zabbix_refuses_is_a_sentence_and_not_tried_again(asked, config, said):
    with pytest.raises(ConnectorError, match=said) as refused:
        fetched(asked(**config), "2026-03")
    assert not refused.value.again
