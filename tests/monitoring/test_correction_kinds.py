"""Corrections of facts of every kind: the same two people, the same record, the figure of its own kind."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.test import Client

from monitoring.figures.verify import figure_verify
from monitoring.kinds import kind_of
from monitoring.models import Correction, PeriodResult
from monitoring.services.assessment import objective_assess
from monitoring.services.correction import correction_approve, correction_propose, correction_rehearse
from monitoring.services.ledger import ledger_differences
from tests.monitoring.desk import WORDS
from tests.monitoring.kind_stories import STORIES, objective_of, record_facts
from tests.monitoring.make import NOW, at, organisations_make, user_make

pytestmark = [pytest.mark.django_db, pytest.mark.wide]
LATER = NOW + timedelta(hours=1)

# story → the right facts, when the period begins, and its verdict and figure before and after
CORRECTED = {
    "ratio": (
        [{"start": "2026-05-02T08:00:00Z", "end": "2026-05-02T09:00:00Z", "good": "100", "total": "100"}],
        "2026-05-01", ("breached", "0.985000000"), ("met", "1.000000000"),
    ),
    "value": (
        [{"at": "2026-06-03T08:00:00Z", "value": "0.2"}], "2026-06-01", ("at_risk", "0.255"), ("on_track", "0.2"),
    ),
    "slices of events": (
        [{"start": "2026-05-02T09:00:00Z", "end": "2026-05-02T10:00:00Z", "good": "10", "total": "10"}],
        "2026-05-01", ("breached", "0.500000000"), ("met", "1.000000000"),
    ),
    "tasks": (
        [{"id": "too late", "opened": "2026-05-11T09:00:00Z", "resolved": "2026-05-11T12:00:00Z", "priority": "P1"}],
        "2026-05-01", ("met", "0.750000000"), ("met", "1.000000000"),
    ),
    "outages counted": (
        [{"start": "2026-05-03T23:58:00Z", "end": "2026-05-04T00:04:00Z", "state": "up"}],
        "2026-05-01", ("breached", "2"), ("met", "1"),
    ),
}  # fmt: skip
each_kind = pytest.mark.parametrize("story", CORRECTED)


@pytest.fixture
def people():
    provider = organisations_make()[0]
    return user_make(provider, "olga", 3), user_make(provider, "hans", 6)


def made(story):
    """Return the objective of a story with its facts, assessed."""
    objective = objective_of(story)
    record_facts(objective, STORIES[story][1])
    objective_assess(objective_id=objective.pk, now=NOW)
    return objective


def result_of(objective, start):
    """Return verdict and figure of the period that begins on a day."""
    row = PeriodResult.objects.get(objective=objective, current=True, start=at(f"{start} 00:00"))
    return row, (row.verdict, row.value or row.achieved)


@each_kind
def test_the_right_facts_win_once_another_person_has_approved_them(story, people):
    rows, start, before, after = CORRECTED[story]
    objective, (olga, hans) = made(story), people
    assert result_of(objective, start)[1] == before
    effects, _left = correction_rehearse(indicator=objective.indicator, rows=rows, now=LATER)
    assert result_of(objective, start)[1] == before
    correction = correction_propose(indicator=objective.indicator, rows=rows, actor=olga, now=LATER, **WORDS)
    approved = correction_approve(correction=correction, actor=hans, now=LATER)
    row, figure = result_of(objective, start)
    assert figure == after
    assert approved.effects == effects
    assert figure_verify(row, LATER).equal
    assert ledger_differences(objective=objective, now=LATER) == []
    assert row.unadjusted == before[1]


@each_kind
def test_a_form_takes_the_columns_of_the_kind(story, people):
    rows, start, _before, after = CORRECTED[story]
    objective, (olga, hans) = made(story), people
    indicator = objective.indicator
    client = Client()
    client.force_login(olga)
    url = f"/operations/indicators/{indicator.service.slug}/{indicator.slug}/correct/"
    assert client.get(url).status_code == 200
    if kind_of(indicator).name == "states":
        return
    facts = "\n".join([",".join(rows[0]), *(",".join(row.values()) for row in rows)])
    assert client.post(url, {**WORDS, "facts": "start,colour\n1,red"}).status_code == 422
    assert client.post(url, {**WORDS, "facts": facts}).status_code == 302
    correction = Correction.objects.get()
    assert client.get(f"/operations/corrections/{correction.pk}/").status_code == 200
    correction_approve(correction=correction, actor=hans, now=LATER)
    assert result_of(objective, start)[1] == after


def test_a_fact_that_contradicts_itself_is_refused_at_its_field(people):
    objective = made("ratio")
    rows = [{"start": "2026-05-02T08:00:00Z", "end": "2026-05-02T09:00:00Z", "good": "101", "total": "100"}]
    with pytest.raises(ValidationError) as refused:
        correction_propose(indicator=objective.indicator, rows=rows, actor=people[0], now=LATER, **WORDS)
    assert "good" in refused.value.message_dict
