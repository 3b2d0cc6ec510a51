"""Change the key of secrets: `--new-key` first, plain to seal all secrets anew, `--forget-old` at the end."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from slmo.accounts.vault.errors import VaultClosed
from slmo.accounts.vault.rotation import Rotated, key_add, keys_forget, rotate


class Command(BaseCommand):
    """Seal every secret with the newest key."""

    help = "Seal all secrets with the newest key, after --new-key with one that is made now."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the two steps around it."""
        parser.add_argument("--new-key", action="store_true", help="make a new key first (in the file of keys)")
        parser.add_argument("--forget-old", action="store_true", help="drop the old keys when nothing needs them")

    def handle(self, *args: Any, new_key: bool, forget_old: bool, **options: Any) -> None:
        """Say what was done in sentences; end with an error where a secret could not be read."""
        try:
            if new_key:
                self.stdout.write(f"A new key stands first in {key_add()}.")
            found = rotate()
            self._tell(found)
            if forget_old:
                self.stdout.write(f"Old keys dropped: {keys_forget()}.")
        except VaultClosed as error:
            raise CommandError(str(error)) from None

    def _tell(self, found: Rotated) -> None:
        self.stdout.write(f"Sealed anew: {found.renewed}; sealed with the newest key already: {found.fresh}.")
        if found.unreadable:
            listed = "\n".join(found.unreadable)
            raise CommandError(f"These secrets cannot be read with any known key; type them again:\n{listed}")
