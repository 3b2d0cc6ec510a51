"""`manage.py facts_retain`: say which months of facts may be dropped and which stay, and for whom; `--apply` drops."""

from typing import Any

from django.core.management import BaseCommand, CommandParser
from django.utils import timezone

from monitoring.services.retention import MonthReport, retention_apply, retention_report


class Command(BaseCommand):
    """Without `--apply` nothing is changed: it is a rehearsal."""

    help = "Tell which months of facts retention would drop; with --apply drop them."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take whether to drop."""
        parser.add_argument("--apply", action="store_true", help="drop the months that nothing needs")

    def handle(self, *args: Any, apply: bool, **options: Any) -> None:
        """Print one line for each month that is old enough for any indicator."""
        now = timezone.now()
        found = retention_apply(now=now) if apply else retention_report(now)
        for report in found:
            self.stdout.write(_line(report, dropped=apply))
        self.stdout.write(f"{len(found)} months.")


def _line(report: MonthReport, *, dropped: bool) -> str:
    """Return what becomes of a month, in words."""
    month = f"{report.table} {report.month.start:%Y-%m}: about {report.month.rows} rows, {report.month.size} bytes"
    if report.droppable:
        return f"{month}, {'dropped' if dropped else 'would be dropped'}"
    reasons = [
        f"{count} {what}"
        for count, what in (
            (report.kept_longer, "indicators keep it longer"),
            (report.unsettled, "objectives have periods in it that are not final"),
            (report.holding, "states in it still hold"),
        )
        if count
    ]
    return f"{month}, stays: {', '.join(reasons)}"
