"""The backtest of a draft on the real database: the engine's figures, and what is asked of it."""

import json
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from agreements.models import Indicator, Objective, Version
from agreements.services import indicator_create, objective_measure, version_draft
from monitoring.instants import instant_of
from monitoring.reading import states_load
from monitoring.services import facts_record
from reports.evidence.backtest import backtest, judged
from reports.evidence.question import question_edited, question_of
from reports.evidence.words import outcome_shown
from slmo.core.backtest import document_alone
from slmo.core.compliance import assess
from slmo.core.terms import agreement_parse
from slmo.core.units import Window
from tests.monitoring.kind_stories import bucket
from tests.reports.story import DOWN, NOW, Story, browser_of, fact, terms

URL = "/agreements/payments-retail/versions/2/evidence/availability/"


@pytest.fixture
def draft(story: Story) -> Version:
    """Return a stricter draft of the retail agreement; the record ends in June 2026, whenever the test runs."""
    Indicator.objects.filter(pk=story.indicator.pk).update(recorded_until=NOW)
    document = dict(story.retail_sla.versions.get().document)
    document["spec"] = {**document["spec"], "objectives": [terms(target=">= 99.99%")]}
    return version_draft(
        agreement=story.retail_sla,
        document=document,
        effective_from=date(2026, 9, 1),
        actor=story.manager,
        now=NOW,
    )


def edited(draft: Version, **changes: Any) -> dict[str, Any]:
    """Return the backtest of terms that nobody has saved."""
    posted = {"terms": json.dumps(terms(**changes))}
    return backtest(question_edited(draft, "availability", posted, NOW))


def test_a_draft_is_judged_beside_the_terms_in_force(draft: Version) -> None:
    found = backtest(question_of(draft, "availability", NOW))
    assert (found["drafted"]["missed"], found["agreed"]["missed"], len(found["periods"])) == (2, 1, 5)
    assert (found["drafted"]["credit"], found["agreed"]["credit"]) == ("100.00", "100.00")


@pytest.mark.parametrize(
    "changes",
    [
        {"target": ">= 99.99%"},
        {"target": ">= 99%", "degraded": "down"},
        {"unknown": {"counts_as": "down"}, "minimum_outage": "15m"},
        {"period": "quarter", "credits": {"of": "charge", "charge": 500, "tiers": [{"below": "99.9%", "percent": 20}]}},
    ],
)
def test_the_backtest_equals_the_engine_on_the_changed_document(draft: Version, changes: dict[str, Any]) -> None:
    """The figures are those of `assess` on the document with the same changes, in force all along."""
    posted = {"terms": json.dumps(terms(**changes))}
    question = question_edited(draft, "availability", posted, NOW)
    found = backtest(question)
    alone = agreement_parse([document_alone(question.document, "availability", question.since)])
    facts = states_load(question.indicator, question.reach, alone)
    window = Window(found["periods"][0]["start"], found["periods"][-1]["end"])
    results = assess(alone, "availability", facts, window, instant_of(NOW))
    assert [one["drafted"] for one in found["periods"]] == [judged(one) for one in results]


def test_a_curve_of_targets_shows_what_each_would_have_meant(draft: Version) -> None:
    found = edited(draft, target=">= 99.9%")
    here = [one for one in found["curve"] if one["here"]]
    assert [(one["target"], one["missed"], one["credit"]) for one in here] == [(">= 99.9%", 1, "100.00")]
    assert len(found["curve"]) == 50
    missed = [one["missed"] for one in found["curve"]]
    assert missed == sorted(missed)
    for point in (found["curve"][0], found["curve"][-1]):
        again = edited(draft, target=point["target"])
        assert again["drafted"]["missed"] == point["missed"]


def test_the_event_whose_absence_would_save_a_period_is_named_with_its_incident(draft: Version) -> None:
    (one,) = edited(draft, target=">= 99.9%")["events"]
    assert one["turns"]
    assert [event["references"] for event in one["events"]] == [["INC-7"]]
    assert one["without"]["verdict"] == "met"


def test_a_new_objective_is_judged_on_the_indicator_that_would_measure_it(draft: Version) -> None:
    posted = {"terms": json.dumps(terms(target=">= 99.5%"))}
    found = backtest(question_edited(draft, "uptime-at-night", posted, NOW))
    assert found["indicator"]["proposed"]
    assert found["agreed"] is None
    assert found["drafted"]["judged"] == 5


def test_an_objective_that_nothing_could_measure_says_so(draft: Version) -> None:
    posted = {"terms": json.dumps({"indicator": "ratio", "target": ">= 99%", "period": "month"})}
    assert backtest(question_edited(draft, "success", posted, NOW))["lacking"] == "indicator"


def test_periods_before_a_change_of_measurement_are_told(draft: Version, story: Story) -> None:
    client = browser_of(story.analyst)
    path = "/catalogue/payments/measure/availability/comparable/"
    assert client.get(path).status_code == 200
    assert client.post(path, {"since": "2026-03-01", "note": "Checks from three places."}).status_code == 302
    page = client.get(URL).content.decode()
    assert "Comparable since 1 Mar 2026: Checks from three places." in page
    assert "measured in another way" in page
    assert browser_of(story.buyer).get(path).status_code == 403
    assert client.post(path, {"since": "soon"}).status_code == 422


def test_facts_from_another_origin_are_told(draft: Version, story: Story) -> None:
    rows = [fact("2026-04-10 09:00", "2026-04-10 09:05", DOWN)]
    facts_record(indicator=story.indicator, rows=rows, origin="probe", actor=None, now=NOW)
    shown = outcome_shown(backtest(question_of(draft, "availability", NOW)))
    assert any("facts also come from “probe”" in text for text in shown["warnings"])


def test_the_volume_of_another_objective_counts_for_a_limit_on_it(draft: Version, story: Story) -> None:
    """February, which is missed without the limit, is suspended by it."""
    draft.document["spec"]["objectives"].append(
        {"name": "orders", "indicator": "ratio", "target": ">= 1%", "period": "month"}
    )
    orders = indicator_create(
        service=story.indicator.service, slug="orders", name="Orders", kind="ratio", actor=None, now=NOW
    )
    Objective.objects.create(agreement=draft.agreement, name="orders", indicator=orders)
    facts_record(indicator=orders, rows=[bucket("2026-02-20 09:00", 60, 101)], origin="test", now=NOW)
    limits = ("<= 101", "<= 100")
    within, beyond = (edited(draft, workload={"objective": "orders", "limit": limit}) for limit in limits)
    verdicts = [[one["drafted"]["verdict"] for one in found["periods"]] for found in (within, beyond)]
    assert verdicts == [["met", "breached", "met", "met", "met"], ["met", "no_data", "met", "met", "met"]]


def test_a_draft_that_lets_the_customers_measurement_rule_is_judged_by_that(draft: Version, story: Story) -> None:
    theirs = indicator_create(
        service=story.indicator.service, slug="tills", name="tills", gaps_up=True, actor=None, now=NOW,
        recorded_from=story.indicator.recorded_from, recorded_until=NOW, measured_by=story.retail_sla.customer,
    )  # fmt: skip
    rows = [fact("2026-03-10T10:00Z", "2026-03-10T15:00Z", DOWN)]
    facts_record(indicator=theirs, rows=rows, origin="tills", actor=None, now=NOW)
    objective = story.objective
    objective_measure(objective=objective, indicator=story.indicator, customer_indicator=theirs, actor=None, now=NOW)
    before = backtest(question_of(draft, "availability", NOW))
    found = edited(draft, measurement={"rules": "customer"})
    assert found["indicator"]["slug"] == "tills"
    assert not found["indicator"]["proposed"]
    missed = {one["start"] for one in found["periods"] if one["drafted"]["verdict"] == "breached"}
    assert missed == {instant_of(datetime(2026, 3, 1, tzinfo=ZoneInfo(found["zone"])))}
    assert found["agreed"]["missed"] == before["agreed"]["missed"]  # the terms in force are judged as they were
