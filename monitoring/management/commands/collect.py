"""`manage.py collect`: ask sources as they fall due, many at once, until the process is told to end."""

import signal
from types import FrameType
from typing import Any

from django.core.management import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from monitoring.collector import THREADS, Collector, alive_seen


class Command(BaseCommand):
    """One process is enough for 6,000 probes a minute; more of them, on more machines, share the work."""

    help = "Ask sources for facts as they fall due, until told to end."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the number of threads."""
        parser.add_argument("--threads", type=int, default=THREADS, help="fetches at a time")
        parser.add_argument("--check", action="store_true", help="tell only whether any collector lives")

    def handle(self, *args: Any, threads: int, check: bool, **options: Any) -> None:
        """Collect until SIGTERM or SIGINT; fetches under way are recorded first."""
        if check:
            if not alive_seen():
                raise CommandError("No collector has shown a sign of life within 15 seconds.")
            return
        collector = Collector(timezone.now, threads=threads)

        def end(_number: int, _frame: FrameType | None) -> None:
            collector.stop.set()

        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, end)
        self.stdout.write(f"Collecting with {threads} threads.")
        collector.run()
