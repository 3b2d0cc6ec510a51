"""Many availability objectives judged at once: what `assess` says of each alone, in arrays (docs/performance.md)."""

from slmo.core.batch.columns import Columns, columns_join, columns_of
from slmo.core.batch.kernel import verdicts
from slmo.core.batch.many import assess_many
from slmo.core.batch.plan import Item, Plan, plan_make
from slmo.core.batch.table import Verdicts

__all__ = [
    "Columns",
    "Item",
    "Plan",
    "Verdicts",
    "assess_many",
    "columns_join",
    "columns_of",
    "plan_make",
    "verdicts",
]
