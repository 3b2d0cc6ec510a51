"""Import a file of facts for one indicator."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from agreements.models import Indicator
from monitoring.instants import moment_of
from monitoring.services.imports import ImportRefused, LineError, Preview, import_commit, import_preview


class Command(BaseCommand):
    """Preview a file, and record it unless `--dry-run` is given."""

    help = "Import facts from a CSV file (docs/formats.md). Nothing is recorded where any line is unusable."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare indicator and file."""
        parser.add_argument("indicator", help="service/indicator, such as payments/availability")
        parser.add_argument("file", type=Path)
        parser.add_argument("--dry-run", action="store_true", help="look at the file only")

    def handle(self, *args: Any, **options: Any) -> None:
        """Read, show and record the file."""
        indicator, path = self._indicator(options["indicator"]), options["file"]
        try:
            with path.open("rb") as upload:
                preview = import_preview(indicator=indicator, upload=upload, file_name=path.name, actor=None)
                self._show(preview)
                if not options["dry_run"]:
                    batch = import_commit(
                        indicator=indicator,
                        upload=upload,
                        sha256=preview.sha256,
                        file_name=path.name,
                        actor=None,
                        now=timezone.now(),
                    )
                    self.stdout.write(f"Recorded: {batch.new} facts, {batch.replaced} earlier ones replaced.")
        except OSError as error:
            raise CommandError(f"{path} cannot be read: {error.strerror}.") from error
        except ImportRefused as refused:
            raise CommandError(_sentences(refused.errors)) from refused

    def _indicator(self, name: str) -> Indicator:
        """Return the indicator of this name; raise CommandError where there is none."""
        service, _, slug = name.partition("/")
        found = Indicator.objects.filter(service__slug=service, slug=slug).select_related("service__organisation")
        if not found:
            raise CommandError(f'There is no indicator "{name}"; expected service/indicator.')
        return found[0]

    def _show(self, preview: Preview) -> None:
        """Say what the file holds; raise CommandError where it is unusable."""
        if preview.errors:
            raise CommandError(_sentences(preview.errors))
        start = moment_of(preview.start or 0)
        until = "now" if preview.end is None else f"{moment_of(preview.end):%Y-%m-%d %H:%M} UTC"
        self.stdout.write(
            f"{preview.rows} facts from {start:%Y-%m-%d %H:%M} UTC to {until}: {preview.new} new, "
            f"{preview.changed} that replace earlier ones, {preview.known} known already."
        )


def _sentences(errors: list[LineError]) -> str:
    """Return the errors, one sentence a line, and that nothing was recorded."""
    return "\n".join([*(error.sentence for error in errors), "Nothing was recorded."])
