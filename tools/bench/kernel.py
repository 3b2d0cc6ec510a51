"""The kernel alone: arrays in memory to verdicts, against passing over the same arrays."""

from collections.abc import Iterator

import numpy as np

from slmo.core.batch import Columns, Item, plan_make, verdicts
from slmo.core.terms import agreement_parse

from .measure import Measurement, best, under
from .terms import document
from .world import AN_AGREEMENT, CHANGES, NOW_AT, WINDOW, Size


def measured(size: Size) -> Iterator[Measurement]:
    """Yield the cost of the plan and of the kernel for so many objectives over twelve months."""
    agreements = [agreement_parse([document(n, AN_AGREEMENT)]) for n in range(size.objectives // AN_AGREEMENT)]
    items = [Item(agreement, f"a{n}") for agreement in agreements for n in range(AN_AGREEMENT)]
    lane = np.repeat(np.arange(len(items)), CHANGES)
    rng = np.random.default_rng(1)
    start = np.sort(rng.integers(WINDOW.start, WINDOW.end, (len(items), CHANGES)), axis=1).ravel()
    state = np.where(np.arange(len(lane)) % 2 == 0, 0, 3).astype(np.int8)
    baseline = best(lambda: np.cumsum(start) + np.sort(state))
    plan = plan_make(items, WINDOW, NOW_AT)
    yield under(
        f"kernel: {len(lane)} changes in memory to {12 * len(items)} verdicts",
        best(lambda: verdicts(plan, Columns.of_changes(lane, start, state, len(items)))), 150, baseline,
    )  # fmt: skip
    yield under(
        f"kernel: plan of {len(items)} objectives", best(lambda: plan_make(items, WINDOW, NOW_AT)), 150, baseline
    )
