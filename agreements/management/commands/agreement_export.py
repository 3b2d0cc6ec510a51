"""Write a version of an agreement as YAML or as OpenSLO."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from agreements.models import Version, VersionState
from agreements.services import document_write
from slmo.core.openslo import openslo_text, openslo_write
from slmo.core.terms import agreement_parse


class Command(BaseCommand):
    """Print one version; what OpenSLO cannot say goes to standard error."""

    help = "Export a version of an agreement: the latest signed one, or the one that --number names."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare agreement, version and format."""
        parser.add_argument("agreement", help="short name of the agreement")
        parser.add_argument("--number", type=int, help="number of the version")
        parser.add_argument("--openslo", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        """Find and print the version."""
        rows = Version.objects.filter(agreement__slug=options["agreement"]).select_related("agreement")
        if options["number"] is not None:
            rows = rows.filter(number=options["number"])
        else:
            rows = rows.filter(state=VersionState.SIGNED).exclude(document__spec__has_key="ended")
        found = rows.order_by("-effective_from").first()
        if found is None:
            raise CommandError(f'No such version of "{options["agreement"]}": expected one that exists.')
        if not options["openslo"]:
            self.stdout.write(document_write(found.document), ending="")
            return
        if found.is_ending:
            raise CommandError("This version ends the agreement: it has no objectives that OpenSLO could say.")
        written, notes = openslo_write(agreement_parse([found.document]))
        for note in notes:
            self.stderr.write(f"Note: {note}")
        self.stdout.write(openslo_text(written), ending="")
