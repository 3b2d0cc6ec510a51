"""How far the last days of a source are covered by its fetches: what a strip shows, gaps as gaps."""

from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _

from monitoring.models import Source, SourceDay
from slmo.core.units import DAY
from slmo.web import words

SHOWN = 60  # days
_WHOLE = 0.99  # of a day: a fetch or two that came late make no gap worth a colour


def days_covered(source: Source, now: datetime) -> list[dict[str, Any]]:
    """Return the last sixty days, oldest first, or those since the first fetch; nothing before that."""
    today = now.date()
    rows = {row.day: row for row in SourceDay.objects.filter(source=source, day__gt=today - timedelta(days=SHOWN))}
    if not rows:
        return []
    first = min(rows)
    so_far = int((now - now.replace(hour=0, minute=0, second=0, microsecond=0)).total_seconds())
    days = [first + timedelta(days=n) for n in range((today - first).days + 1)]
    return [_day(day, rows.get(day), so_far if day == today else DAY, source.interval) for day in days]


def _day(day: Any, row: SourceDay | None, length: int, interval: int) -> dict[str, Any]:
    """Return one day of the strip, with what it says in words."""
    covered = min(row.covered if row else 0, length)
    some = "day_covered" if covered + 2 * interval >= _WHOLE * length else "day_gaps"
    verdict = some if covered else "day_empty"
    values = {"day": words.day(day), "percent": covered * 100 // max(length, 1), "failed": row.failed if row else 0}
    label = _("%(day)s: %(percent)d %% covered; failed fetches: %(failed)d") % values
    return {"date": day, "verdict": verdict, "label": label}
