"""Check the audit log from a terminal."""

from argparse import ArgumentParser

from django.core.management.base import BaseCommand, CommandError

from slmo.audit.models import Entry
from slmo.audit.services import chain_verify


class Command(BaseCommand):
    """Follow the chain of the audit log, and name the first entry that does not fit."""

    help = "Check the chain of the audit log; ends with status 1 and names the first broken entry."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the last line of an earlier check, to notice entries that were cut off since."""
        parser.add_argument("--expect", metavar="NUMBER:HASH", help="number and hash that an earlier check printed")

    def handle(self, *args: object, expect: str | None = None, **options: object) -> None:
        """Print how many entries fit and the head of the chain; raise CommandError at the first that does not."""
        verdict = chain_verify()
        if verdict.broken:
            raise CommandError(f"{verdict.broken.reason} The {verdict.entries} entries before it fit.")
        if expect:
            _expect(expect)
        self.stdout.write(f"All {verdict.entries} entries of the audit log fit.")
        self.stdout.write(f"{verdict.entries}:{verdict.head}")


def _expect(expected: str) -> None:
    """Raise CommandError where the entry of this number does not have this hash."""
    number, _colon, wanted = expected.partition(":")
    if not number.isdigit():
        raise CommandError(f"--expect is {expected!r}; expected the NUMBER:HASH that an earlier check printed.")
    if int(number) and not Entry.objects.filter(number=int(number), hash=wanted).exists():
        raise CommandError(f"Entry {number} is missing or has another hash than before: the log was cut or rewritten.")
