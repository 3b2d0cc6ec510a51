"""Print the demo's log-ins."""

from typing import Any

from django.core.management.base import BaseCommand

from slmo.demo.people import PASSWORD, PEOPLE


class Command(BaseCommand):
    """Print one line for each demo log-in: who, and as what."""

    help = "Print the demo's log-ins."

    def handle(self, *args: Any, **options: Any) -> None:
        """Print address and role of each; the password is the same for all."""
        for one in PEOPLE:
            role = f"level {one.level}" if one.level else "customer"
            self.stdout.write(f"  {one.email:<32} {one.name}, {role}, {one.organisation}")
        self.stdout.write(f"  password: {PASSWORD}")
