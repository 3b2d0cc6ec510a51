"""Which indicators measure an objective, and the facts by which it is judged where both parties measure it.

`indicator` is the provider's measurement, `customer_indicator` the customer's; the agreement says which rules
(slmo/core/measuring.py). Where it says nothing the provider's is read, and nothing else is asked.
"""

from datetime import datetime

from django.db.models import QuerySet

from agreements.models import Indicator, Objective
from monitoring.kinds import FactKind
from monitoring.reading import counts_whole_outages, outages_whole
from slmo.core.facts import Facts
from slmo.core.measuring import CUSTOMER, PROVIDER, facts_ruling, sides_read
from slmo.core.terms import Agreement as Terms
from slmo.core.units import DAY, Window

EVER = Window(-(2**62), 2**62)


def indicator_by(objective: Objective, side: str) -> Indicator | None:
    """Return the indicator that has a party's measurement of an objective."""
    return objective.customer_indicator if side == CUSTOMER else objective.indicator


def sides_of(objective: Objective, terms: Terms, window: Window = EVER) -> frozenset[str]:
    """Return the parties on whose measurement the figures of a window rest."""
    return sides_read(terms, objective.name, window)


def measuring(objective: Objective, terms: Terms, window: Window = EVER) -> list[Indicator]:
    """Return the indicators on whose facts the figures of a window rest, the provider's first."""
    sides = sides_of(objective, terms, window)
    found = [indicator_by(objective, side) for side in (PROVIDER, CUSTOMER) if side in sides]
    return [one for one in found if one is not None]


def indicators_of(objective: Objective) -> QuerySet[Indicator]:
    """Return the indicators of an objective, whoever rules."""
    return Indicator.objects.filter(pk__in=[objective.indicator_id, objective.customer_indicator_id])


def facts_measured(
    objective: Objective, kind: FactKind, window: Window, terms: Terms, known_at: datetime | None = None
) -> Facts:
    """Return the facts by which an objective is judged in a window, and around it as far as its terms look."""
    sides = sides_of(objective, terms)
    if len(sides) == 1:
        return _read(indicator_by(objective, *sides), kind, window, terms, known_at)
    wide = window
    while True:
        facts = facts_ruling(
            terms, objective.name,
            _read(objective.indicator, kind, wide, terms, known_at),
            _read(objective.customer_indicator, kind, wide, terms, known_at),
        )  # fmt: skip
        settled = outages_whole(facts.states, wide, terms) if counts_whole_outages(terms) else wide
        if settled == wide:
            return facts
        # An outage that both tell of goes on: look a day further than it is known to reach.
        wide = Window(settled.start - DAY * (settled.start < wide.start), settled.end + DAY * (settled.end > wide.end))


def _read(
    indicator: Indicator | None, kind: FactKind, window: Window, terms: Terms, known_at: datetime | None
) -> Facts:
    return Facts() if indicator is None else kind.read(indicator, window, terms, known_at)
