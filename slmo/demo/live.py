"""One live service: the portal probes its own health page, so that facts arrive while one watches."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from django.conf import settings
from django.db import transaction

from agreements.models import Agreement, Criticality, Indicator, Service
from agreements.services import agreement_create, indicator_create, objective_measure, service_create
from monitoring.models import Source
from monitoring.services.source import source_create, source_update
from slmo.accounts.models import Organisation, User
from slmo.demo.history import version_conclude

SLUG = "service-level-portal"
EVERY = 15  # seconds between probes


def document_of(first: str, until: str) -> dict[str, Any]:
    """Return the live service's agreement as a document."""
    return {
        "apiVersion": "slmo/v1",
        "kind": "Agreement",
        "metadata": {"name": f"sla-{SLUG}", "title": "Service level portal for Baltic Retail"},
        "spec": {
            "type": "SLA",
            "service": SLUG,
            "provider": "northlight-it",
            "customer": "baltic-retail",
            "timezone": "Europe/Berlin",
            "effective": {"from": first, "until": until},
            "currency": "EUR",
            "objectives": [
                {
                    "name": "availability",
                    "indicator": "availability",
                    "target": ">= 99.5%",
                    "period": "day",
                    "degraded": "up",
                    "unknown": {"counts_as": "excluded", "last_for": "2m"},
                    "minimum_outage": "30s",
                },
                {
                    "name": "response-time",
                    "indicator": "value",
                    "reduce": "p95",
                    "target": "<= 1s",
                    "period": "day",
                },
                {"name": "good-answers", "indicator": "ratio", "target": ">= 99.5%", "period": "day"},
            ],
        },
    }


class Probe(NamedTuple):
    """One way in which the health page is measured: the objective that reads it, and what a probe records."""

    objective: str
    slug: str
    name: str
    kind: str
    records: str
    source: str


PROBES = (
    Probe("availability", "health", "Answers of the health page", "availability", "state", "portal-health"),
    Probe("response-time", "response-time", "Response time of the health page", "value", "time", "portal-time"),
    Probe("good-answers", "good-answers", "Good answers of the health page", "ratio", "answer", "portal-answers"),
)


def indicators_load(provider: Organisation, owner: User, now: datetime) -> dict[str, Indicator]:
    """Create the portal as a service of the catalogue; return its indicators by the objectives that read them."""
    service = Service.objects.filter(slug=SLUG).first() or service_create(
        slug=SLUG,
        name="Service level portal",
        summary="This portal itself: agreements, measurements and reports for both sides.",
        organisation=provider,
        owner=owner,
        criticality=Criticality.MEDIUM,
        actor=None,
        now=now,
    )
    return {
        probe.objective: service.indicators.filter(slug=probe.slug).first()
        or indicator_create(
            service=service, slug=probe.slug, name=probe.name, kind=probe.kind, gaps_up=False, actor=None, now=now
        )
        for probe in PROBES
    }


@transaction.atomic
def agreement_load(
    indicators: Mapping[str, Indicator], parties: Mapping[str, Organisation], people: Mapping[str, User], now: datetime
) -> None:
    """Create the live service's agreement, in force from today, where it is missing."""
    if Agreement.objects.filter(slug=f"sla-{SLUG}").exists():
        return
    today = now.date()
    manager = people["manager@northlight.example"]
    drafted = now - timedelta(days=4)
    agreement = agreement_create(
        slug=f"sla-{SLUG}",
        title="Service level portal for Baltic Retail",
        type="SLA",
        service=indicators["availability"].service,
        provider=parties["northlight-it"],
        customer=parties["baltic-retail"],
        timezone="Europe/Berlin",
        document=document_of(today.isoformat(), today.replace(year=today.year + 1, day=1).isoformat()),
        note="",
        actor=manager,
        now=drafted,
    )
    version_conclude(agreement.versions.get(), people, people["customer@baltic.example"], drafted)
    for objective in agreement.objectives.all():
        objective_measure(objective=objective, indicator=indicators[objective.name], actor=manager, now=now)


def probe_load(probe: Probe, indicator: Indicator, now: datetime) -> None:
    """Let the worker probe this portal's health page at the address that it has now."""
    url = f"{settings.SITE_URL}/health/"
    config = {"url": url, "timeout": 5, "expect_status": 200, "records": probe.records}
    found = Source.objects.filter(slug=probe.source).first()
    if found is None:
        source_create(
            slug=probe.source,
            name=f"{probe.name}, {urlsplit(url).hostname}",
            kind="http",
            indicator=indicator,
            config=config,
            interval=EVERY,
            actor=None,
            now=now,
        )
    elif found.config.get("url") != url:
        source_update(source=found, config=config, actor=None, now=now)


def live_load(parties: Mapping[str, Organisation], people: Mapping[str, User], now: datetime) -> None:
    """Create the live service, its agreement and its probes."""
    indicators = indicators_load(parties["northlight-it"], people["owner@northlight.example"], now)
    agreement_load(indicators, parties, people, now)
    for probe in PROBES:
        probe_load(probe, indicators[probe.objective], now)
