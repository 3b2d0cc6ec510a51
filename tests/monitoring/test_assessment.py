"""Assessment: facts in, ledger, results, breaches and status out."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, transaction

from monitoring.models import Breach, LedgerDay, ObjectiveStatus, PeriodResult
from monitoring.services.assessment import objective_assess, objectives_due
from monitoring.services.facts import facts_record
from slmo.audit.models import Entry
from slmo.notify.models import Message
from tests.monitoring.make import DOWN, NOW, UP, agreement_make, amend, at, indicator_make, row

pytestmark = pytest.mark.django_db


@pytest.fixture
def indicator(db):
    return indicator_make(gaps_up=True, recorded_from=at("2026-03-01 00:00"))


@pytest.fixture
def objective(indicator):
    return agreement_make(indicator).objectives.get()


def deliver(indicator, *rows, now=NOW):
    return facts_record(indicator=indicator, rows=rows, origin="file", now=now)


def verdicts(objective):
    results = PeriodResult.objects.filter(objective=objective, current=True).order_by("start")
    return {f"{result.start:%Y-%m}": result.verdict for result in results}


def test_every_month_back_to_the_first_record_gets_a_result(indicator, objective):
    deliver(indicator, row("2026-04-10 10:00", "2026-04-10 12:00", DOWN))
    status = objective_assess(objective_id=objective.pk, now=NOW)
    assert verdicts(objective) == {"2026-03": "met", "2026-04": "breached", "2026-05": "met", "2026-06": "on_track"}
    april = PeriodResult.objects.get(start=at("2026-04-01 00:00"))
    assert (april.good, april.total) == (2592000 - 7200, 2592000)
    assert (april.achieved, april.target, april.outages, april.longest_outage) == ("0.997222222", ">= 99.9%", 1, 7200)
    assert april.seconds["down"] == 7200
    assert (status.verdict, status.result.start) == ("on_track", at("2026-06-01 00:00"))
