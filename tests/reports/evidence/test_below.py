"""What carries a draft, what else is promised, what it costs: figures for the provider's side."""

import json
from datetime import date
from fractions import Fraction
from typing import Any

import pytest

from agreements.models import Version
from agreements.services import dependency_add, version_draft, version_propose, version_sign_recorded
from reports.evidence.backtest import backtest
from reports.evidence.feasibility import feasibility, is_carried
from reports.evidence.precedent import cost_shown, precedents
from reports.evidence.question import Question, question_edited, question_of, span_of
from reports.evidence.words import feasible_shown
from reports.services.cost import cost_record
from tests.reports.evidence.test_backtest import draft
from tests.reports.story import EARLY, NOW, Story, browser_of, terms

__all__ = ["draft"]


@pytest.fixture
def composed(draft: Version, story: Story) -> Version:
    """Return the draft of a service that needs the supplier's, whose contract promises 99.9 % around the clock."""
    needed = story.contract.service
    dependency_add(service=story.indicator.service, needs=needed, actor=None, now=EARLY)
    return draft


def below(version: Version, story: Story, **changes: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return what carries the edited terms: as figures, and as words."""
    question = question_edited(version, "availability", {"terms": json.dumps(terms(**changes))}, NOW)
    figures = backtest(question)
    found = feasibility(question, story.manager, span_of(figures))
    assert found is not None
    shown = feasible_shown(found, figures)
    assert shown is not None
    return found, shown


def test_a_service_that_needs_nothing_has_nothing_below_it(draft: Version, story: Story) -> None:
    assert feasibility(question_of(draft, "availability", NOW), story.manager, None) is None


def test_the_bound_is_what_the_contracts_below_promise(composed: Version, story: Story) -> None:
    strict, shown = below(composed, story, target=">= 99.95%")
    assert (strict["share"]["bound"], is_carried(strict)) == (str(Fraction(999, 1000)), False)
    assert shown["share"]["sentence"].startswith("More is drafted than the parts below promise")
    lenient, _ = below(composed, story, target=">= 99.5%")
    assert is_carried(lenient)


def test_the_record_of_the_parts_is_held_against_the_drafted_target(composed: Version, story: Story) -> None:
    _, shown = below(composed, story, target=">= 99.9%")
    assert shown["measured"]["below"] == 1  # February: the supplier was down for fifty minutes
    _, again = below(composed, story, target=">= 99%")
    assert again["measured"]["below"] == 0


def contract_says(story: Story, begins: date, **spec: Any) -> None:
    """Let the supplier's contract say something else from a day on."""
    document = story.contract.versions.earliest("number").document
    changed = {**document, "spec": {**document["spec"], **spec}}
    if "effective" not in spec:
        changed["spec"]["effective"] = {"from": begins.isoformat()}
    version = version_draft(agreement=story.contract, document=changed, actor=None, now=EARLY)
    version = version_propose(version=version, actor=None, now=EARLY)
    for side in ("provider", "customer"):
        version = version_sign_recorded(
            version=version, side=side, signer_name="A. Signer", evidence="On paper.", actor=None, now=EARLY
        )


def test_hours_that_nobody_below_covers_are_told(composed: Version, story: Story) -> None:
    found, _ = below(composed, story)
    assert found["gaps"] == []  # around the clock on both sides
    working = {"weekly": {"mon-fri": ["08:00-18:00"], "sat": ["09:00-12:00"]}}
    contract_says(story, date(2026, 5, 1), calendars={"working": working}, objectives=[terms(hours="working")])
    found, shown = below(composed, story)
    (gap,) = found["gaps"]
    assert gap["seconds"] == (7 * 24 - 5 * 10 - 3) * 3600
    sentence = shown["gaps"][0]["sentence"].replace("\N{NO-BREAK SPACE}", " ")
    assert sentence.startswith("Compute is not covered for 115 h a week: ")
    assert "Sat 12:00" in sentence
    assert shown["gaps"][0]["more"] == gap["more"] == 0


def test_a_contract_below_that_ends_before_the_draft_is_told(composed: Version, story: Story) -> None:
    Version.objects.filter(pk=composed.pk).update(effective_until=date(2028, 1, 1))
    composed.refresh_from_db()
    found, shown = below(composed, story)
    assert found["terms"] == []  # the contract has no end
    assert shown["terms"] == []
    contract_says(story, date(2026, 5, 1), effective={"from": "2026-05-01", "until": "2027-01-01"})
    found, shown = below(composed, story)
    assert [(one["kind"], one["theirs"], one["ours"]) for one in found["terms"]] == [
        ("ends", "2027-01-01", "2028-01-01")
    ]
    assert shown["terms"][0]["sentence"] == "“Compute terms” ends on 1 Jan 2027, the draft only on 1 Jan 2028."


def test_a_contract_that_can_be_left_sooner_than_the_draft_is_told(composed: Version, story: Story) -> None:
    owed = {"termination": {"notice": "90d", "by": "either"}}
    composed.document = {**composed.document, "spec": {**composed.document["spec"], **owed}}
    contract_says(story, date(2026, 5, 1), termination={"notice": "90d", "by": "customer"})
    found, _ = below(composed, story)
    assert found["terms"] == []  # only we may leave it
    contract_says(story, date(2026, 5, 2), termination={"notice": "30d", "by": "provider"})
    found, shown = below(composed, story)
    assert [(one["kind"], one["theirs"], one["ours"]) for one in found["terms"]] == [("notice", 30, 90)]
    assert "can be left with 30 days of notice; the draft owes the customer 90." in shown["terms"][0]["sentence"]


def test_credits_owed_stand_beside_those_that_can_be_recovered(composed: Version, story: Story) -> None:
    found, shown = below(composed, story, target=">= 99.9%")
    assert [(one["agreement"], one["amount"], one["currency"]) for one in found["credits"]] == [
        ("compute-terms", "100.00", "EUR")
    ]
    assert "Owed to the customer 100.00" in shown["credits"]["sentence"]
    assert shown["credits"]["tone"] == "met"


def question(version: Version) -> Question:
    return question_of(version, "availability", NOW)


def test_precedents_are_the_other_agreements_about_the_service(draft: Version, story: Story) -> None:
    (one,) = precedents(question(draft), story.manager)
    assert (one.agreement, one.target, one.hours, one.past) == (
        story.clinic_sla,
        "99.9\N{NO-BREAK SPACE}%",
        "24 × 7",
        False,
    )
    assert one.tiers.replace("\N{NO-BREAK SPACE}", " ") == "< 99.9 %: 10 %"


def test_the_difference_between_levels_is_told_where_both_are_known(draft: Version, story: Story) -> None:
    service = story.indicator.service
    assert not cost_shown(question(draft))["known"]
    for level, amount, per in ((">= 99.9%", 12000, "year"), (">= 99.99%", 4000, "month")):
        cost_record(
            service=service, level=level, amount=amount, currency="EUR", per=per, since=date(2026, 1, 1),
            actor=story.manager, now=NOW,
        )  # fmt: skip
    shown = cost_shown(question(draft))
    assert shown["difference"].replace("\N{NO-BREAK SPACE}", " ") == "3000.00 EUR a month more than the level in force."


@pytest.mark.usefixtures("composed")
def test_the_column_shows_all_of_it(story: Story) -> None:
    page = browser_of(story.manager).get("/agreements/payments-retail/versions/2/evidence/availability/")
    text = page.content.decode()
    assert "More is drafted than the parts below promise" in text
    assert "Payments clinic" in text
    assert "Record what it costs" in text
