"""Where objectives stand: the figure that counts now, and the last periods beside it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import F, Max, QuerySet, Window
from django.db.models.functions import RowNumber

from agreements.models import Objective
from monitoring.figures.numbers import figure_of, is_counted, target_text
from monitoring.models import LedgerDay, PeriodResult

SQUARES = 12  # periods shown as small squares
STRIP = 90  # days shown as bars
TELLING = ("met", "breached", "indeterminate", "on_track", "at_risk")


@dataclass(frozen=True)
class Standing:
    """One objective with the result that is shown for it: the running period's, else the last one with a judgement."""

    objective: Objective
    result: PeriodResult | None
    recent: Sequence[PeriodResult]
    strip: Sequence[tuple[date, str]] = ()

    @property
    def running(self) -> bool:
        """Tell whether the figure may still change because its period has not ended."""
        return (self.result is not None and self.result.verdict in ("on_track", "at_risk")) or self._open

    @property
    def _open(self) -> bool:
        """Tell whether the period ended after it was last assessed."""
        return self.result is not None and self.result.end > self.result.assessed_at

    @property
    def percent(self) -> str:
        """Return the figure as shown."""
        return figure_of(self.result) if self.result else ""

    @property
    def counted(self) -> bool:
        """Tell whether the error budget counts events, slices or tasks instead of seconds."""
        return is_counted(self.objective)

    @property
    def target(self) -> str:
        """Return the target as shown."""
        return target_text(self.result.target) if self.result else ""

    @property
    def remaining(self) -> Any:
        """Return the seconds that may still be lost; negative when more than allowed are."""
        if self.result is None or self.result.budget_allowed is None or self.result.budget_consumed is None:
            return None
        return self.result.budget_allowed - self.result.budget_consumed

    @property
    def zone(self) -> ZoneInfo:
        """Return the zone in which the objective's periods are counted."""
        return ZoneInfo(self.objective.agreement.timezone)


def standings_of(objectives: QuerySet[Objective], *, strip: bool = False) -> list[Standing]:
    """Return where each objective stands, in their order: two reads, and two more for the strips of days."""
    rows = list(objectives.select_related("agreement__service", "indicator"))
    recent = results_recent(rows)
    strips = strips_of(rows) if strip else {}
    return [
        Standing(row, _telling(recent.get(row.pk, [])), recent.get(row.pk, [])[-SQUARES:], strips.get(row.pk, ()))
        for row in rows
    ]


def results_recent(objectives: Iterable[Objective], count: int = SQUARES) -> dict[int, list[PeriodResult]]:
    """Return the last results of each objective that tell something, oldest first, and the running one."""
    latest = Window(RowNumber(), partition_by=F("objective_id"), order_by=F("end").desc())
    rows = (
        PeriodResult.objects.filter(objective__in=list(objectives), current=True, verdict__in=TELLING)
        .annotate(latest=latest)
        .filter(latest__lte=count)
        .order_by("end")
    )
    found: dict[int, list[PeriodResult]] = {}
    for row in rows:
        found.setdefault(row.objective_id, []).append(row)
    return found


def strips_of(objectives: Sequence[Objective], days: int = STRIP) -> dict[int, list[tuple[date, str]]]:
    """Return the verdict of each of the last days on which anything was counted, by objective."""
    counted = LedgerDay.objects.filter(objective__in=objectives).exclude(up=0, down=0, degraded=0, unknown=0)
    last = counted.aggregate(last=Max("day"))["last"]
    if last is None:
        return {}
    rows = LedgerDay.objects.filter(objective__in=objectives, day__gt=last - timedelta(days=days), day__lte=last)
    found: dict[int, dict[date, str]] = {}
    for row in rows.values("objective_id", "day", "unknown", "down", "degraded", "up", "excluded"):
        found.setdefault(row["objective_id"], {})[row["day"]] = day_class(row)
    span = [last - timedelta(days=back) for back in range(days - 1, -1, -1)]
    return {pk: [(day, of.get(day, "no_data")) for day in span] for pk, of in found.items()}


def day_class(row: Mapping[str, Any]) -> str:
    """Return the worst that a day of the ledger saw, as the engine's name of a class."""
    for name in ("down", "degraded", "unknown", "up", "excluded"):
        if row[name]:
            return name
    return "out_of_hours"


def _telling(recent: Sequence[PeriodResult]) -> PeriodResult | None:
    """Return the latest result that says something."""
    return recent[-1] if recent else None
