"""Hold the stored results against the facts, all objectives in one stream."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from agreements.models import Objective
from monitoring.batch import results_differing
from monitoring.instants import instant_of
from slmo.core.units import DAY, Window, format_instant


class Command(BaseCommand):
    """Report each period whose stored figures are not what the engine makes of the facts."""

    help = "Compare stored results that are not yet final with the facts. Exit status 1 where they differ."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare which objectives, and how far back."""
        parser.add_argument("agreement", nargs="*", help="short names of agreements; left out: all")
        parser.add_argument("--days", type=int, default=400, help="periods that ended within so many days")

    def handle(self, *args: Any, **options: Any) -> None:
        """Check and report."""
        objectives = Objective.objects.exclude(agreement__terms_digest="")
        if options["agreement"]:
            objectives = objectives.filter(agreement__slug__in=options["agreement"])
        now = instant_of(timezone.now())
        differing = list(results_differing(objectives, Window(now - options["days"] * DAY, now), now))
        names = {one.pk: str(one) for one in objectives.filter(pk__in={one.objective for one in differing})}
        for one in differing:
            start = format_instant(one.window.start)
            self.stdout.write(f"{names[one.objective]} {start}: {one.field} is {one.stored}, expected {one.computed}")
        if differing:
            raise CommandError(f"{len(differing)} results differ from their facts.")
        self.stdout.write(f"The results of {objectives.count()} objectives agree with their facts.")
