"""An objective that both parties measure: an outage of which each tells otherwise, and who rules."""

from agreements.models import Objective
from agreements.services import indicator_create, objective_measure
from tests.monitoring.assessing import deliver
from tests.monitoring.make import DOWN, NOW, UP, agreement_make, at, indicator_make, organisations_make, row

BEGUN = at("2026-03-01 00:00")
WHOLE = row("2026-03-01 00:00", "2026-06-15 12:00", UP, key="whole")
MINE = row("2026-04-10 10:00", "2026-04-10 10:20", DOWN, key="INC-4")  # 20 minutes of the 43 that April may lose
THEIRS = row("2026-04-10 10:00", "2026-04-10 11:00", DOWN, key="probe-9")


def twofold_make(*, period: str = "month", facts: bool = True, **measurement: str) -> Objective:
    """Return the objective, the facts of both recorded; `measurement` is the term, none where nothing is given."""
    first = indicator_make()
    _provider, customer = organisations_make()
    second = indicator_create(
        service=first.service, slug="up-retail", name="Probe of Retail", measured_by=customer, actor=None, now=NOW
    )
    agreement = agreement_make(first, period=period, measurement=measurement or None)
    objective = agreement.objectives.get()
    objective_measure(objective=objective, indicator=first, customer_indicator=second, actor=None, now=NOW)
    if facts:
        deliver(first, WHOLE, MINE)
        deliver(second, WHOLE, THEIRS)
    return Objective.objects.get(pk=objective.pk)
