"""Hold the ledger against the engine on the facts."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db.models import QuerySet
from django.utils import timezone

from agreements.models import Objective
from monitoring.services.assessment import objective_assess
from monitoring.services.ledger import Difference, ledger_differences, ledger_rebuild


class Command(BaseCommand):
    """Report each day on which the ledger is not what the engine makes of the facts; `--rebuild` mends it."""

    help = "Compare the daily ledger with the engine on the facts. Exit status 1 where they differ."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare which objectives, and whether to mend."""
        parser.add_argument("agreement", nargs="*", help="short names of agreements; left out: all")
        parser.add_argument("--rebuild", action="store_true", help="compute what differs again")

    def handle(self, *args: Any, **options: Any) -> None:
        """Check, report and mend."""
        checked = days = 0
        for objective in _objectives(options["agreement"]).iterator(chunk_size=200):
            checked += 1
            days += self._check(objective, rebuild=options["rebuild"])
        if days and not options["rebuild"]:
            raise CommandError(f"{days} days differ in {checked} objectives.")
        done = "were computed again" if days else "differ"
        self.stdout.write(f"{checked} objectives checked, {days} days {done}.")

    def _check(self, objective: Objective, *, rebuild: bool) -> int:
        """Report and mend one objective; return how many of its days differ."""
        now = timezone.now()
        differences = (ledger_rebuild if rebuild else ledger_differences)(objective=objective, now=now)
        for one in differences:
            self.stdout.write(f"{objective} {one.day}: {_words(one)}")
        if rebuild and differences:
            objective_assess(objective_id=objective.pk, now=now)
        return len(differences)


def _objectives(slugs: list[str]) -> QuerySet[Objective]:
    """Return the objectives of these agreements, or all; only those of signed agreements have a ledger."""
    found = Objective.objects.exclude(agreement__terms_digest="").select_related("agreement", "indicator")
    return found.filter(agreement__slug__in=slugs) if slugs else found


def _words(one: Difference) -> str:
    """Return what differs on a day."""
    if one.ledger is None or one.engine is None:
        return "missing in the ledger" if one.ledger is None else "not a day of the record"
    fields = [name for name, value in one.engine.items() if one.ledger[name] != value]
    return ", ".join(f"{name} is {one.ledger[name]}, expected {one.engine[name]}" for name in fields)
