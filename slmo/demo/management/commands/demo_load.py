"""Load the demo: the incident record, the catalogue on top of it, and the people who work with it."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from slmo.demo import history, live, people, provider, record, suppliers
from slmo.demo.progress import bar_follow


class Command(BaseCommand):
    """Load what is missing of the demo; a second call finds all of it and ends at once."""

    help = "Load the demo data; safe to repeat, and to go on with after an interruption."

    def handle(self, *args: Any, **options: Any) -> None:
        """Walk through the demo's stages in the order in which they need each other."""
        now = timezone.now()
        users = people.people_load(now)
        parties = people.organisations_load(now)
        if not history.history_complete():
            self.history_load(parties, users, now)
        live.live_load(parties, users, now)
        self.stdout.write("The demo is loaded.")

    def history_load(self, parties: Any, users: Any, now: Any) -> None:
        """Load the record's years, each stage with its progress."""
        incidents = record.incidents_read()
        products = len({incident.product for incident in incidents})
        steps = suppliers.suppliers_load(incidents, provider.regions_used(), parties, now)
        bar_follow("Supplier's products and incidents", steps, products)
        indicators = provider.services_load(parties, users, incidents, now)
        agreements = history.agreements_load(indicators, parties, users)
        bar_follow("Objectives assessed", history.objectives_assess(now), history.objective_count())
        bar_follow("Breaches carried", history.breaches_carry(users, now), history.breach_count())
        bar_follow("Month reports", history.reports_load(parties, users, now), history.report_count())
        history.news_settle(now)
        history.renewals_load(agreements, users, now)
        history.renewal_propose(agreements["order-desk"], users, now)
