"""`manage.py collect`: ask sources as they fall due, many at once, until the process is told to end."""

import signal
from types import FrameType
from typing import Any

from django.core.management import BaseCommand, CommandParser
from django.utils import timezone

from monitoring.collector import THREADS, Collector


class Command(BaseCommand):
    """One process is enough for 6,000 probes a minute; more of them, on more machines, share the work."""

    help = "Ask sources for facts as they fall due, until told to end."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the number of threads."""
        parser.add_argument("--threads", type=int, default=THREADS, help="fetches at a time")

    def handle(self, *args: Any, threads: int, **options: Any) -> None:
        """Collect until SIGTERM or SIGINT; fetches under way are recorded first."""
        collector = Collector(timezone.now, threads=threads)

        def end(_number: int, _frame: FrameType | None) -> None:
            collector.stop.set()

        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, end)
        self.stdout.write(f"Collecting with {threads} threads.")
        collector.run()
