"""What twenty objectives' figures cost does not grow with the tables: neither the plan nor the pages that it reads."""

import json
from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from agreements.models import Objective
from reports.selectors.figures import figures_read
from tools.bench.world import AN_AGREEMENT, YEAR, World, agreements_add, results_add, world_make

pytestmark = pytest.mark.django_db
FIRST, AFTER = date(YEAR, 1, 1), date(YEAR + 1, 1, 1)


def grow(world: World, objectives: int) -> None:
    """Let the world have so many objectives with results of twelve months, and tell the planner."""
    before = len(world.objectives)
    agreements_add(world, objectives - before)
    results_add(world.objectives[before:], before)


def explained(world: World) -> tuple[list[str], int]:
    """Return the steps of the read's plan and how many pages of tables and indexes it looks at."""
    wanted = Objective.objects.filter(pk__in=world.objectives[:20]).order_by("pk")
    rows = [{"id": pk, "zone": zone} for pk, zone in wanted.values_list("pk", "agreement__timezone")]
    with CaptureQueriesContext(connection) as queries:
        assert len(figures_read(rows, FIRST, AFTER).result) == 20 * 12
    assert len(queries) == 1
    with connection.cursor() as cursor:
        cursor.execute("EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) " + queries.captured_queries[0]["sql"])
        (plan,) = cursor.fetchone()
    top = (json.loads(plan) if isinstance(plan, str) else plan)[0]["Plan"]
    return list(steps(top)), top["Shared Hit Blocks"] + top["Shared Read Blocks"]


def steps(plan):
    """Yield each step of a plan with the table that it reads; of two indexes that serve alike either may be taken."""
    yield f"{plan['Node Type']} {plan.get('Relation Name', '')}".strip()
    for inner in plan.get("Plans", ()):
        yield from steps(inner)


def test_the_read_of_twenty_objectives_stays_the_same_when_the_tables_grow_fivefold() -> None:
    world = world_make()
    grow(world, 2 * AN_AGREEMENT)
    plan, pages = explained(world)
    grow(world, 10 * AN_AGREEMENT)
    grown_plan, grown_pages = explained(world)
    assert grown_plan == plan
    assert not any(step.startswith("Seq Scan") for step in plan)
    assert 0 < grown_pages <= pages + 20, "an index may be one level deeper for each of the twenty, and no more"
