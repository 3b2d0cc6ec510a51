"""Check signed agreements from a terminal."""

from argparse import ArgumentParser
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from agreements.models import Version, VersionState
from agreements.reading.brought import file_brought
from agreements.reading.verification import version_verify


class Command(BaseCommand):
    """Hold text, signatures, sealed papers and audit log of signed versions against each other."""

    help = "Check that signed versions are byte for byte what was signed; ends with status 1 and names what is not."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take an agreement and a version (left out: all of them), or files."""
        parser.add_argument("agreement", nargs="?", help="short name of an agreement; left out: all")
        parser.add_argument("--number", type=int, metavar="N", help="only this version of it")
        parser.add_argument("--file", type=Path, action="append", default=[], help="a sealed PDF or a text to check")

    def handle(
        self,
        *args: object,
        agreement: str | None = None,
        number: int | None = None,
        file: list[Path],
        **options: object,
    ) -> None:
        """Print a line for each version or file, and one for each finding; raise CommandError where there is one."""
        wrong = self._files(file) if file else self._versions(agreement, number)
        if wrong:
            raise CommandError(f"{wrong} of those checked were changed.")

    def _versions(self, agreement: str | None, number: int | None) -> int:
        """Check versions; return how many do not fit."""
        rows = Version.objects.filter(state=VersionState.SIGNED).select_related(
            "agreement__provider", "agreement__customer", "agreement__service"
        )
        rows = rows.filter(agreement__slug=agreement) if agreement else rows
        rows = rows.filter(number=number) if number else rows
        if not rows.exists():
            raise CommandError("There is no such signed version.")
        wrong = 0
        for version in rows.order_by("agreement__slug", "number").iterator(chunk_size=50):
            sentences = [one.sentence for one in version_verify(version)]
            wrong += self._tell(f"{version.agreement.slug} v{version.number}", sentences)
        return wrong

    def _files(self, files: list[Path]) -> int:
        """Check files against what the portal keeps; return how many do not fit."""
        wrong = 0
        for path in files:
            try:
                found = file_brought(path.read_bytes())
            except OSError as error:
                raise CommandError(f"{path} cannot be read: {error.strerror}.") from error
            sentences = [one.sentence for one in found.findings]
            if found.version is None:
                sentences.append("No version with this text was signed here.")
            wrong += self._tell(str(path), sentences)
        return wrong

    def _tell(self, name: str, sentences: list[str]) -> int:
        """Print what was found about one thing; return 1 where it does not fit."""
        self.stdout.write(f"{name}: {'CHANGED' if sentences else 'fits'}")
        for sentence in sentences:
            self.stdout.write(f"  {sentence}")
        return 1 if sentences else 0
