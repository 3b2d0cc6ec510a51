"""From facts in the database to verdicts, against reading the same rows with COPY and nothing else."""

import resource
from collections.abc import Iterator

from django.db import connection

from agreements import selectors
from agreements.models import Objective
from monitoring.batch import verdicts_compute

from .measure import Measurement, best, under, within
from .world import NOW_AT, WINDOW, World

ROWS = 'COPY (SELECT indicator_id, start, "end", state FROM monitoring_fact) TO STDOUT'
ROUNDS = 3


class _Nowhere:
    """What COPY writes to when nothing is done with it."""

    def write(self, data: bytes) -> int:
        """Take data and forget it."""
        return len(data)


def measured(world: World, facts: int, objectives: int) -> Iterator[Measurement]:
    """Yield the cost and the memory of judging all objectives with facts, each with its ratio to plain reading."""
    asked = Objective.objects.filter(pk__range=(world.objectives[0], world.objectives[objectives - 1]))
    verdicts_compute(asked.filter(pk=world.objectives[0]), WINDOW, NOW_AT)  # whatever Python and NumPy load once
    before = _memory()
    verdicts_compute(asked, WINDOW, NOW_AT)
    grown = round(_memory() - before, 1)
    baseline = best(_copy, ROUNDS)
    name = f"cold: {facts} facts in the database to {12 * objectives} verdicts"
    yield within(name, best(lambda: verdicts_compute(asked, WINDOW, NOW_AT), ROUNDS), baseline, 2)
    yield within(f"{name}, terms parsed anew", best(lambda: _parsing_anew(asked), ROUNDS), baseline, 2)
    yield under("cold: peak memory", grown, 300, None, "MiB")


def _copy() -> None:
    with connection.cursor() as cursor:
        cursor.copy_expert(ROWS, _Nowhere())


def _parsing_anew(asked: object) -> None:
    selectors.terms_forget()
    verdicts_compute(asked, WINDOW, NOW_AT)  # type: ignore[arg-type]


def _memory() -> float:
    """Return the most memory that the process ever had, in MiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
