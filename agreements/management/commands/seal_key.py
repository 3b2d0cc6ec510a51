"""The installation's key for sealing, from a terminal."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from agreements.services.paper import seal_key, seal_name
from slmo.audit.services import Subject, record
from slmo.seal.check import certificate_name
from slmo.seal.errors import SealError
from slmo.seal.key import key_rotate


class Command(BaseCommand):
    """Show the key's certificate, or put a new key in its place."""

    help = "show: the certificate and its fingerprint (made where there is none yet); rotate: a new key from now on."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take what to do."""
        parser.add_argument("act", choices=("show", "rotate"))

    def handle(self, *args: Any, act: str, **options: Any) -> None:
        """Do it; raise CommandError where the key is not to be used."""
        try:
            self._rotate() if act == "rotate" else self._show()
        except SealError as error:
            raise CommandError(str(error)) from error

    def _show(self) -> None:
        """Print where the key lies, whose certificate it has, and the certificate itself."""
        key = seal_key(timezone.now())
        self.stdout.write(f"file        {settings.SEAL_FILE or settings.SEAL_FILE_OWN}")
        self.stdout.write(f"certificate {certificate_name(key.certificate)}")
        self.stdout.write(f"SHA-256     {key.fingerprint}")
        self.stdout.write(key.certificate_pem)

    def _rotate(self) -> None:
        """Make a new key; what was sealed with the old one stays as it is, and its certificate is kept."""
        if settings.SEAL_FILE:
            raise CommandError(f"SEAL_FILE names {settings.SEAL_FILE}: put the new key and certificate into that file.")
        now = timezone.now()
        seal_key(now)
        old, new = key_rotate(Path(settings.SEAL_FILE_OWN), seal_name(), now)
        record(
            actor=None, action="seal_key_rotate", subject=Subject("agreements.sealkey", "1", seal_name()),
            before={"fingerprint": old.fingerprint}, after={"fingerprint": new.fingerprint}, now=now,
            system="manage.py seal_key",
        )  # fmt: skip
        self.stdout.write(f"old  {old.fingerprint}\nnew  {new.fingerprint}")
        self.stdout.write("Restart web and worker processes on other machines after copying the file to them.")
