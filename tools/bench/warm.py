"""Stored figures: what a report and a page wait for."""

from collections.abc import Iterator, Mapping
from datetime import date

from agreements.models import Objective
from reports.selectors.figures import figures_read
from reports.selectors.matrix import Question, cells_fill

from .measure import Measurement, best, under, within
from .world import YEAR, World

TWELVE = Question(date(YEAR, 1, 1), date(YEAR, 12, 1))
ONE = Question(date(YEAR, 5, 1), date(YEAR, 5, 1))


def twenty(world: World) -> float:
    """Return the milliseconds that the figures of twenty objectives take in the table as it is now."""
    rows = _rows(world, 20)
    return best(lambda: cells_fill(rows, TWELVE), 15)


def measured(world: World, objectives: int, small: float) -> Iterator[Measurement]:
    """Yield what reports of twelve months cost; `small` is what twenty objectives cost when there was a fifth."""
    for count, limit in ((objectives, 250), (objectives // 5, 50)):
        rows = _rows(world, count)
        baseline = best(lambda: list(figures_read(rows, TWELVE.first, date(YEAR + 1, 1, 1))))  # noqa: B023
        cost = best(lambda: cells_fill(rows, TWELVE))  # noqa: B023
        yield under(f"warm: {12 * count} stored figures of {count} objectives for a report", cost, limit, baseline)
    yield within("warm: 20 objectives after the tables grew fivefold", twenty(world), small, 1.5)
    everyone = _rows(world, len(world.objectives))
    cost = best(lambda: cells_fill(everyone, ONE))
    yield under(f"warm: one month of {len(everyone)} objectives for a page", cost, 50)


def _rows(world: World, count: int) -> list[Mapping[str, object]]:
    """Return objectives as the matrix lists them."""
    wanted = Objective.objects.filter(pk__in=world.objectives[:count]).order_by("pk")
    return [{"id": pk, "zone": zone} for pk, zone in wanted.values_list("pk", "agreement__timezone")]
