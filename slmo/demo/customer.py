"""The customer's own measurement in the demo: a probe at the tills, beside the provider's log of outages."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime

from django.db import transaction

from agreements.models import Agreement
from agreements.services import indicator_create, objective_measure
from monitoring.models import FactState
from monitoring.services.facts import FactRow, facts_record
from slmo.accounts.models import User
from slmo.demo.provider import OFFERS
from slmo.demo.record import COVERED_UNTIL, Incident, facts_passed_on, incidents_read
from slmo.demo.suppliers import OUR_REGIONS

SLUG, NAME = "tills-probe", "Test payments from the tills"
EVERY = 300  # seconds between two test payments
BEGUN = datetime(2020, 6, 30, 22, tzinfo=UTC)  # the first of July in Berlin
SET_UP = datetime(2020, 6, 18, 9, tzinfo=UTC)
FAILS = 2 * EVERY  # of an incident that only slows payments down: so long test payments fail before tills adapt


def facts_of_tills(incidents: Iterable[Incident], regions: frozenset[str]) -> Iterator[FactRow]:
    """Yield what the tills saw of the incidents that reached the service.

    They know up and down only, and only at every fifth minute: an outage lasts from the last good test payment before
    it to the first good one after it.
    """
    for fact in facts_passed_on(incidents, regions):
        if fact.state not in (FactState.DOWN, FactState.DEGRADED) or fact.end is None:
            continue
        start = fact.start // EVERY * EVERY
        end = -(-fact.end // EVERY) * EVERY if fact.state == FactState.DOWN else start + FAILS
        yield FactRow(start, end, FactState.DOWN, "", f"tills/{fact.key}", "")


@transaction.atomic
def tills_load(agreement: Agreement, manager: User) -> None:
    """Let the shops measure payments from their tills, and record what they saw of the record's years."""
    service = agreement.service
    if service.indicators.filter(slug=SLUG).exists():
        return
    found = indicator_create(
        service=service, slug=SLUG, name=NAME, gaps_up=True, recorded_from=BEGUN, recorded_until=COVERED_UNTIL,
        measured_by=agreement.customer, actor=None, now=SET_UP,
    )  # fmt: skip
    offer = next(one for one in OFFERS if one.slug == service.slug)
    touching = [incident for incident in incidents_read() if incident.product in offer.needs]
    rows = facts_of_tills(touching, frozenset(OUR_REGIONS[offer.region]))
    facts_record(indicator=found, rows=rows, origin="tills", actor=None, now=SET_UP)
    objective = agreement.objectives.get(name="availability")
    objective_measure(
        objective=objective, indicator=objective.indicator, customer_indicator=found, actor=manager, now=SET_UP
    )
