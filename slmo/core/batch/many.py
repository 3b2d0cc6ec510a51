"""Many objectives with the facts of each: what one does not fit into the arrays is assessed alone."""

from __future__ import annotations

from collections.abc import Sequence

from slmo.core.batch.columns import NOTHING, Columns, columns_join, columns_of
from slmo.core.batch.kernel import verdicts
from slmo.core.batch.plan import Item, Lane, plan_make
from slmo.core.batch.table import Verdicts, rows_join, told_rows
from slmo.core.compliance import assess
from slmo.core.facts import Facts, States
from slmo.core.units import Window


def assess_many(items: Sequence[Item], facts: Sequence[Facts | States], window: Window, as_of: int) -> Verdicts:
    """Judge every period of every item that overlaps the window, each from its own facts.

    The same as `assess` for each alone, whoever else is asked for; without credits, budgets and partitions. Raises
    EngineError for an objective that its agreement does not have.
    """
    plan = plan_make(items, window, as_of)
    columns = columns_join([_columns(lane, plan.items[lane.item], facts[lane.item], as_of) for lane in plan.lanes])
    alone = [
        assess(items[one].agreement, items[one].objective, facts[one], window, as_of, items[one].exclusions)
        for one in plan.alone
    ]
    return rows_join(verdicts(plan, columns), told_rows(list(plan.alone), alone))


def _columns(lane: Lane, item: Item, facts: Facts | States, as_of: int) -> Columns:
    """Return what a lane's terms look at; where no version rules, nothing."""
    if lane.terms is None:
        return NOTHING
    states = facts.states if isinstance(facts, Facts) else facts
    return columns_of(states.for_objective(item.objective), lane.terms, as_of)
