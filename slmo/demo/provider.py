"""The provider's side of the demo: a small catalogue that is built on the supplier's products."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from django.db import transaction
from django.utils.text import slugify

from agreements.models import Criticality, Dependency, Indicator, Service
from agreements.services import dependency_add, indicator_create, service_create
from monitoring.services.facts import facts_record
from slmo.accounts.models import Organisation, User
from slmo.demo.holidays import closed_on, germany, united_states
from slmo.demo.record import COVERED_FROM, COVERED_UNTIL, Incident, facts_passed_on, tasks_passed_on
from slmo.demo.suppliers import OUR_REGIONS

BERLIN, NEW_YORK = "Europe/Berlin", "America/New_York"
YEARS = range(2020, 2028)
OFFICE_BERLIN = {
    "weekly": {"mon-thu": ["09:00-13:00", "14:00-18:00"], "fri": ["09:00-16:00"]},
    "exceptions": closed_on(day for year in YEARS for day in germany(year)),
}
DESK_NEW_YORK = {
    "weekly": {"mon-fri": ["07:00-20:00"]},
    "exceptions": closed_on(day for year in YEARS for day in united_states(year)),
}
MAINTENANCE = {
    "rrule": "FREQ=MONTHLY;BYDAY=1SU",
    "starting": "2020-07-05",
    "at": "02:00",
    "for": "4h",
    "reason": "planned maintenance",
}
MEASUREMENT = {"rules": "provider", "notice_above": "0.05%"}


INCIDENTS_RESOLVED = {
    "name": "incidents-resolved",
    "indicator": "tasks",
    "clock": "resolved",
    "limit": {"high": "4h", "medium": "8h", "low": "26h"},  # low: two days of the desk
    "target": ">= 80%",
    "period": "quarter",
    "hours": "desk",
}
FEW_OUTAGES = {
    "name": "few-outages",
    "indicator": "outages",
    "reduce": "count",
    "at_least": "5m",
    "target": "<= 1",
    "period": "quarter",
}
TIME_TO_REPAIR = {
    "name": "time-to-repair",
    "indicator": "outages",
    "reduce": "mttr",
    "target": "<= 4h",
    "period": "quarter",
}


class Offer(NamedTuple):
    """One service of the demo's provider and the promise that one customer has for it."""

    slug: str
    name: str
    summary: str
    criticality: int
    needs: tuple[str, ...]
    region: str
    customer: str
    title: str
    zone: str
    terms: dict[str, Any]
    calendars: dict[str, Any]
    exclusions: list[dict[str, Any]]
    more: tuple[dict[str, Any], ...] = ()  # objectives besides availability


def terms(target: str, charge: int, tiers: Iterable[tuple[str, int]], **more: Any) -> dict[str, Any]:
    """Return the objective `availability` of a customer agreement; `charge` a month in the agreement's currency."""
    rule: dict[str, Any] = {
        "name": "availability",
        "indicator": "availability",
        "target": target,
        "period": "month",
        "degraded": "up",
        "unknown": {"counts_as": "excluded", "indeterminate_above": "5%"},
        "minimum_outage": "60s",
        "credits": {
            "of": "monthly-charge",
            "charge": charge,
            "tiers": [{"below": below, "percent": percent} for below, percent in tiers],
            "cap_year": charge * 3,
        },
    }
    return rule | more


OFFERS = (
    Offer(
        slug="payments",
        name="Payments for shops",
        summary="Takes card and wallet payments at the tills and in the web shop, and settles them overnight.",
        criticality=Criticality.CRITICAL,
        needs=("Google Compute Engine", "Google Cloud SQL", "Cloud Load Balancing"),
        region="europe-west3",
        customer="baltic-retail",
        title="Payments for Baltic Retail",
        zone=BERLIN,
        terms=terms(">= 99.9%", 12_000, (("99.9%", 10), ("99%", 25), ("95%", 50)), measurement=MEASUREMENT),
        calendars={},
        exclusions=[MAINTENANCE],
    ),
    Offer(
        slug="order-desk",
        name="Order desk",
        summary="Lets the buyers of the retail group place, change and follow their orders in office hours.",
        criticality=Criticality.HIGH,
        needs=("Google Kubernetes Engine", "Google Cloud SQL", "Cloud Memorystore"),
        region="europe-west3",
        customer="baltic-retail",
        title="Order desk for Baltic Retail",
        zone=BERLIN,
        terms=terms(">= 98%", 4_000, (("98%", 10), ("95%", 25)), hours="office", degraded="0.75"),
        calendars={"office": OFFICE_BERLIN},
        exclusions=[],
    ),
    Offer(
        slug="claims",
        name="Claims portal",
        summary="Policy holders report damage and follow their claims, at any hour.",
        criticality=Criticality.HIGH,
        needs=("Google Kubernetes Engine", "Cloud Firestore", "Google Cloud Storage"),
        region="us-central1",
        customer="hudson-insurance",
        title="Claims portal for Hudson Insurance",
        zone=NEW_YORK,
        terms=terms(">= 99.5%", 9_000, (("99.5%", 10), ("98%", 30))),
        calendars={},
        exclusions=[MAINTENANCE],
        more=(FEW_OUTAGES, TIME_TO_REPAIR),
    ),
    Offer(
        slug="reporting-warehouse",
        name="Reporting warehouse",
        summary="Answers the actuaries' questions on policies and claims while their desks are staffed.",
        criticality=Criticality.MEDIUM,
        needs=("Google BigQuery", "Google Cloud Storage", "Google Cloud Dataflow"),
        region="us-central1",
        customer="hudson-insurance",
        title="Reporting warehouse for Hudson Insurance",
        zone=NEW_YORK,
        terms=terms(">= 99%", 5_000, (("99%", 10), ("97%", 25)), hours="desk"),
        calendars={"desk": DESK_NEW_YORK},
        exclusions=[],
        more=(INCIDENTS_RESOLVED,),
    ),
)


def regions_used() -> dict[str, tuple[str, ...]]:
    """Return, for each product that the provider's own services need, the regions that they run in."""
    found: dict[str, set[str]] = {}
    for offer in OFFERS:
        for product in offer.needs:
            found.setdefault(product, set()).add(offer.region)
    return {product: tuple(sorted(regions)) for product, regions in found.items()}


@transaction.atomic
def service_load(
    offer: Offer, provider: Organisation, owner: User, incidents: list[Incident], now: datetime
) -> Indicator:
    """Create one own service with what it needs, and record what the suppliers passed on; return its indicator."""
    service = Service.objects.filter(slug=offer.slug).first() or service_create(
        slug=offer.slug,
        name=offer.name,
        summary=offer.summary,
        organisation=provider,
        owner=owner,
        criticality=offer.criticality,
        actor=None,
        now=now,
    )
    for product in offer.needs:
        needed = Service.objects.get(slug=slugify(product))
        if not Dependency.objects.filter(service=service, needs=needed).exists():
            dependency_add(service=service, needs=needed, mode="serial", note=offer.region, actor=None, now=now)
    indicator = service.indicators.filter(slug="outage-log").first() or indicator_create(
        service=service,
        slug="outage-log",
        name=f"Outages and degradations that suppliers passed on in {offer.region}",
        kind="availability",
        gaps_up=True,
        recorded_from=COVERED_FROM,
        recorded_until=COVERED_UNTIL,
        actor=None,
        now=now,
    )
    touching = [incident for incident in incidents if incident.product in offer.needs]
    rows = list(facts_passed_on(touching, frozenset(OUR_REGIONS[offer.region])))
    facts_record(indicator=indicator, rows=rows, origin="outage-log", actor=None, now=now)
    if any(one["indicator"] == "tasks" for one in offer.more):
        tickets_load(service, offer, touching, now)
    return indicator


def tickets_load(service: Service, offer: Offer, incidents: list[Incident], now: datetime) -> None:
    """Record the incidents that reached a service as tasks of its own: opened, resolved, how severe."""
    indicator = service.indicators.filter(slug="incidents").first() or indicator_create(
        service=service,
        slug="incidents",
        name=f"Incidents that suppliers passed on in {offer.region}",
        kind="tasks",
        actor=None,
        now=now,
    )
    rows = list(tasks_passed_on(incidents, frozenset(OUR_REGIONS[offer.region])))
    facts_record(indicator=indicator, rows=rows, origin="incidents", actor=None, now=now)


def document_of(offer: Offer, effective_from: str, effective_until: str, **changed: Any) -> dict[str, Any]:
    """Return one offer's agreement as a document; `changed` replaces terms of its objective."""
    spec: dict[str, Any] = {
        "type": "SLA",
        "service": offer.slug,
        "provider": "northlight-it",
        "customer": offer.customer,
        "timezone": offer.zone,
        "effective": {"from": effective_from, "until": effective_until},
        "currency": "EUR" if offer.zone == BERLIN else "USD",
        "objectives": [offer.terms | changed, *offer.more],
    }
    if offer.calendars:
        spec["calendars"] = offer.calendars
    if offer.exclusions:
        spec["exclusions"] = offer.exclusions
    return {
        "apiVersion": "slmo/v1",
        "kind": "Agreement",
        "metadata": {"name": f"sla-{offer.slug}-{offer.customer}", "title": offer.title},
        "spec": spec,
    }


def services_load(
    parties: Mapping[str, Organisation], people: Mapping[str, User], incidents: list[Incident], now: datetime
) -> dict[str, Indicator]:
    """Create all services of the provider; return the indicator of each by the service's short name."""
    provider, owner = parties["northlight-it"], people["owner@northlight.example"]
    return {offer.slug: service_load(offer, provider, owner, incidents, now) for offer in OFFERS}
