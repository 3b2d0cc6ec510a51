"""One new fact, and one late one: what it costs until ledger, result and status are right again.

The cost is work: the processor's time of this process and, where it runs beside it, of its database session.
"""

import os
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from time import process_time

from django.db import connection

from agreements.models import Indicator, Objective, Service
from monitoring.instants import instant_of
from monitoring.models import LedgerDay, ObjectiveStatus
from monitoring.rows import FactRow, row_key
from monitoring.services.assessment import objective_assess
from monitoring.services.facts import facts_record

from .measure import Measurement, ratio, under
from .terms import document
from .world import NOW, World, agreement_make

HISTORIES = (1, 13, 60)  # months
FACTS_A_MONTH = 17  # 200 a year
ROUNDS = 30
FIRST_ROUNDS = 6  # not counted: a worker's session prepares its statements once, not with every fact


def measured(world: World, histories: Sequence[int], rounds: int) -> Iterator[Measurement]:
    """Yield the cost of a new fact for each length of history, and what a correction recomputes."""
    shortest: float | None = None
    for months in histories:
        objective = objective_make(world, months)
        costs = [_new_fact(objective, NOW + timedelta(minutes=n)) for n in range(FIRST_ROUNDS + rounds)]
        cost = round(sum(costs[FIRST_ROUNDS:]) / rounds, 2)
        shortest = shortest or cost
        yield under(f"one new fact after {months} months: ledger, result, status", cost, 10, shortest)
    yield _correction(objective)


def objective_make(world: World, months: int) -> Objective:
    """Return an objective that was assessed with so many months of facts."""
    name = f"history-{months}"
    service = Service.objects.create(slug=name, name=name, organisation=world.provider, created_at=NOW)
    indicator = Indicator.objects.create(service=service, slug="up", name="up")
    text = document(0, 1)
    text["metadata"] = {"name": name, "title": name}
    agreement = agreement_make(world, service, text)
    objective = Objective.objects.create(agreement=agreement, name="a0", indicator=indicator)
    step, count = timedelta(days=30) / FACTS_A_MONTH, FACTS_A_MONTH * months
    rows = [_row(NOW - step * (count - n), state=2 * (n % 2)) for n in range(count)]
    facts_record(indicator=indicator, rows=rows, origin="bench", now=NOW)
    objective_assess(objective_id=objective.pk, now=NOW)
    return objective


def _row(at: datetime, state: int) -> FactRow:
    start = instant_of(at)
    return FactRow(start, None, state, "", row_key(start, ""), "", False)


def _new_fact(objective: Objective, at: datetime) -> float:
    """Return the milliseconds of work that a fact of this moment causes, after it was recorded."""
    state = 2 * (at.minute % 2)
    assert objective.indicator is not None
    facts_record(indicator=objective.indicator, rows=[_row(at, state)], origin="bench", now=at)
    started = process_time() + _session_time()
    objective_assess(objective_id=objective.pk, now=at, only_due=True)
    return (process_time() + _session_time() - started) * 1000


def _session_time() -> float:
    """Return the processor's seconds that the database has spent on this session; 0 where it runs elsewhere."""
    stat = Path(f"/proc/{_session()}/stat")
    if not stat.exists():
        return 0.0
    user, system = stat.read_text().rsplit(")", 1)[1].split()[11:13]
    return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


@cache
def _session() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        return int(cursor.fetchone()[0])


def _correction(objective: Objective) -> Measurement:
    """Return how many days of the ledger a correction eleven months back writes, of how many there are."""
    start = instant_of(NOW - timedelta(days=335))
    late = FactRow(start, start + 4 * 3600, 2, "", "late", "", True)
    known = {row.day: row.pk for row in LedgerDay.objects.filter(objective=objective)}
    before = _versions(objective)
    assert objective.indicator is not None
    facts_record(indicator=objective.indicator, rows=[late], origin="correction", now=NOW + timedelta(hours=1))
    objective_assess(objective_id=objective.pk, now=NOW + timedelta(hours=1))
    after = _versions(objective)
    written = sum(after[pk] != before.get(pk) for pk in after)
    assert not ObjectiveStatus.objects.get(objective=objective).due_from
    days = float(written)
    target = "<= 3 rows: the corrected day and the present one"
    return Measurement(
        "a correction eleven months back: ledger days written", days, "rows", float(len(known)),
        ratio(days, float(len(known))), target, 0 < days <= 3,
    )  # fmt: skip


def _versions(objective: Objective) -> dict[int, str]:
    """Return for each day of the ledger which writing of its row this is, as the database numbers them."""
    rows = LedgerDay.objects.filter(objective=objective).extra(select={"written": "xmin::text"})
    return dict(rows.values_list("pk", "written"))
