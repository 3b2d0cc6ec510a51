"""The supplier's side of the demo: each product of the record a service, each published schedule a contract."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils.text import slugify

from agreements.models import Agreement, Criticality, Indicator, Service
from agreements.services import (
    agreement_create,
    indicator_create,
    objective_measure,
    service_create,
    version_draft,
    version_propose,
    version_sign_recorded,
)
from monitoring.services.facts import facts_record
from slmo.accounts.models import Organisation
from slmo.demo.record import COVERED_FROM, COVERED_UNTIL, Incident, Published, facts_of_product, published_read

ZONE = "America/Los_Angeles"  # the supplier counts months in Pacific time
ENDS = "2024-01-01"  # the record ends here; without facts there is nothing to judge
CHARGE = 10_000  # US dollars a month: assumed, so that credits can be shown
OUR_REGIONS = {
    "europe-west3": ("europe-west3", "europe", "eu", "global"),
    "us-central1": ("us-central1", "us", "global"),
}


@transaction.atomic
def product_load(product: str, incidents: Iterable[Incident], supplier: Organisation, now: datetime) -> Indicator:
    """Create one product's service and indicator, and record its incidents as facts; return the indicator."""
    slug = slugify(product)
    service = Service.objects.filter(slug=slug).first() or service_create(
        slug=slug, name=product, summary="", organisation=supplier, criticality=Criticality.MEDIUM, actor=None, now=now
    )
    indicator = service.indicators.filter(slug="status-page").first() or indicator_create(
        service=service,
        slug="status-page",
        name="Incidents on the public status page",
        kind="availability",
        gaps_up=True,
        recorded_from=COVERED_FROM,
        recorded_until=COVERED_UNTIL,
        actor=None,
        now=now,
    )
    rows = list(facts_of_product(incidents))
    facts_record(indicator=indicator, rows=rows, origin="status-page", file_name="gcp_incidents_2019_2023.csv", now=now)
    return indicator


def objective_terms(name: str, row: Published, scope: tuple[str, ...] = ()) -> dict[str, Any]:
    """Return the published promise as one objective of an agreement document."""
    terms: dict[str, Any] = {
        "name": name,
        "indicator": "availability",
        "target": f">= {row.target}%",
        "period": "month",
        "degraded": "up",
        "unknown": {"counts_as": "excluded", "indeterminate_above": "5%"},
        "whole_minutes": row.whole_minutes,
        "credits": {
            "of": "monthly-charge",
            "charge": CHARGE,
            "tiers": [{"below": f"{below}%", "percent": percent} for below, percent in row.tiers],
        },
    }
    return terms | ({"scope": list(scope)} if scope else {})


def document_of(slug: str, row: Published, used: tuple[str, ...]) -> dict[str, Any]:
    """Return the underpinning contract as a document: the whole product, then each region that we use."""
    objectives = [objective_terms("availability", row)]
    objectives += [objective_terms(f"availability-{region}", row, OUR_REGIONS[region]) for region in used]
    return {
        "apiVersion": "slmo/v1",
        "kind": "Agreement",
        "metadata": {"name": slug, "title": f"{row.product}: published service level"},
        "spec": {
            "type": "UC",
            "service": slugify(row.product),
            "provider": "google-cloud",
            "customer": "northlight-it",
            "timezone": ZONE,
            "effective": {"from": row.valid_from, "until": ENDS},
            "currency": "USD",
            "objectives": objectives,
        },
    }


@transaction.atomic
def contract_load(
    rows: list[Published],
    indicator: Indicator,
    used: tuple[str, ...],
    parties: Mapping[str, Organisation],
    now: datetime,
) -> Agreement:
    """Create one product's contract with one signed version for each published schedule; return it."""
    slug = f"uc-{slugify(rows[0].product)}"
    found = Agreement.objects.filter(slug=slug).first()
    if found:
        return found
    agreement = agreement_create(
        slug=slug,
        title=f"{rows[0].product}: published service level",
        type="UC",
        service=indicator.service,
        provider=parties["google-cloud"],
        customer=parties["northlight-it"],
        timezone=ZONE,
        document=document_of(slug, rows[0], used),
        note="\n".join(
            f"{row.valid_from}: {row.covered}. Source: {row.source}. Read there: {row.checked}." for row in rows
        )
        + f"\nThe monthly charge of USD {CHARGE:,} is assumed, so that credits can be shown.",
        actor=None,
        now=now,
    )
    for number, row in enumerate(rows):
        version = agreement.versions.get(number=1) if number == 0 else None
        version = version or version_draft(
            agreement=agreement,
            document=document_of(slug, row, used),
            effective_from=date.fromisoformat(row.valid_from),
            note=f"Published schedule of {row.valid_from}.",
            actor=None,
            now=now,
        )
        version_propose(version=version, actor=None, now=now)
        for side, party in (("provider", "Google Cloud"), ("customer", "Northlight IT")):
            evidence = f"Published terms, accepted by use: {row.source}"
            version_sign_recorded(version=version, side=side, signer_name=party, evidence=evidence, actor=None, now=now)
    for objective in agreement.objectives.all():
        objective_measure(objective=objective, indicator=indicator, actor=None, now=now)
    return agreement


def suppliers_load(
    incidents: list[Incident], used: Mapping[str, tuple[str, ...]], parties: Mapping[str, Organisation], now: datetime
) -> Iterable[str]:
    """Create every product of the record, with its contract where one is published; yield each product's name.

    `used` names, for each product that our own services need, the regions that they run in.
    """
    by_product: defaultdict[str, list[Incident]] = defaultdict(list)
    for incident in incidents:
        by_product[incident.product].append(incident)
    schedules: defaultdict[str, list[Published]] = defaultdict(list)
    for row in published_read():
        schedules[row.product].append(row)
    for product in sorted(by_product):
        indicator = product_load(product, by_product[product], parties["google-cloud"], now)
        if product in schedules:
            contract_load(schedules[product], indicator, used.get(product, ()), parties, now)
        yield product
