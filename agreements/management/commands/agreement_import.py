"""Bring agreements in from a file of this portal's YAML or of OpenSLO."""

from argparse import ArgumentParser
from datetime import date
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.text import slugify

from agreements.models import Agreement, AgreementType, Service
from agreements.services import agreements_import, drafts_import
from agreements.services.importing import Brought, Filling, text_bring
from slmo.accounts.models import Organisation


class Command(BaseCommand):
    """Look at a file, and open what it holds as drafts unless `--dry-run` is given."""

    help = "Import agreements (docs/formats.md, docs/openslo.md) as drafts. Nothing is opened where anything is wrong."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the file and what no file can say."""
        parser.add_argument("file", type=Path)
        parser.add_argument("--agreement", help="short name of an agreement: the file becomes a draft of it")
        parser.add_argument("--service", help="short name of the service of a new agreement")
        parser.add_argument("--customer", help="short name of the customer of a new agreement")
        parser.add_argument("--title", help="title of a new agreement")
        parser.add_argument("--type", choices=AgreementType.values, default="SLA")
        parser.add_argument("--timezone", default="UTC")
        parser.add_argument("--from", dest="start", type=date.fromisoformat, help="date from which the terms hold")
        parser.add_argument("--dry-run", action="store_true", help="look at the file only")

    def handle(self, *args: Any, **options: Any) -> None:
        """Read, show and open."""
        text, existing = self._text(options["file"]), self._existing(options["agreement"])
        title = options["title"] or options["file"].stem
        slug = existing.slug if existing else slugify(title)[:80]
        zone = existing.timezone if existing else options["timezone"]
        brought = text_bring(text, Filling(slug, zone, options["start"]))
        self._show(brought)
        if options["dry_run"]:
            return
        try:
            made = self._open(brought, existing, {**options, "title": title, "slug": slug})
        except ValidationError as error:
            raise CommandError("\n".join([*error.messages, "Nothing was opened."])) from error
        self.stdout.write(f"Opened as drafts: {made}.")

    def _open(self, brought: Brought, existing: Agreement | None, options: dict[str, Any]) -> str:
        now = timezone.now()
        if existing:
            version = drafts_import(
                agreement=existing, brought=brought, effective_from=options["start"], note="", actor=None, now=now
            )
            return f"{existing.slug} v{version.number}"
        given = {name: options[name] for name in ("title", "slug", "type", "timezone")}
        made = agreements_import(
            brought=brought,
            service=self._named(Service, "--service", options["service"]),
            customer=self._named(Organisation, "--customer", options["customer"]),
            given={**given, "effective_from": options["start"]},
            actor=None,
            now=now,
        )
        return ", ".join(one.slug for one in made)

    def _show(self, brought: Brought) -> None:
        """Say what the file holds and what has no place; raise CommandError where it is unusable."""
        for note in brought.notes:
            self.stdout.write(f"Note: {note}")
        if brought.faults:
            lines = [f"line {one.line}: {one.sentence}" if one.line else one.sentence for one in brought.faults]
            raise CommandError("\n".join([*lines, "Nothing was opened."]))
        self.stdout.write(f"{len(brought.documents)} agreement(s) found.")

    def _text(self, path: Path) -> str:
        try:
            return path.read_text(encoding="utf-8-sig")
        except OSError as error:
            raise CommandError(f"{path} cannot be read: {error.strerror}.") from error
        except UnicodeDecodeError as error:
            raise CommandError(f"{path} is not text in UTF-8.") from error

    def _existing(self, slug: str | None) -> Agreement | None:
        return None if slug is None else self._named(Agreement, "--agreement", slug)

    def _named(self, model: Any, option: str, slug: str | None) -> Any:
        """Return the row of a short name; raise CommandError where there is none."""
        found = model.objects.filter(slug=slug).first() if slug else None
        if found is None:
            raise CommandError(
                f'{option}: found "{slug or ""}", expected a short name that exists. Nothing was opened.'
            )
        return found
