"""All measurements in the order in which the tables grow."""

from collections.abc import Iterator

from . import cold, evidence, kernel, update, warm
from .measure import Measurement
from .world import Size, agreements_add, facts_add, results_add, world_make


def measurements(
    scale: float, histories: tuple[int, ...] = update.HISTORIES, rounds: int = update.ROUNDS
) -> Iterator[Measurement]:
    """Fill the database that Django is connected to, step by step, and measure at each step."""
    size = Size.scaled(scale)
    world = world_make()
    agreements_add(world, size.listed)
    facts = facts_add(world.indicators[: size.objectives], size.changes)
    yield from cold.measured(world, facts, size.objectives)  # first, while the process is still small
    first = size.objectives // 5
    results_add(world.objectives[:first])
    small = warm.twenty(world)
    results_add(world.objectives[first : size.objectives], first)
    results_add(world.objectives[size.objectives :], size.objectives)
    yield from warm.measured(world, size.objectives, small)
    yield from update.measured(world, histories, rounds)
    yield from kernel.measured(size)
    yield from evidence.measured(world, scale)
