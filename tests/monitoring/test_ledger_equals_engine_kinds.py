"""For every kind of indicator the ledger and the results, however facts arrived, are what the engine makes of them."""

from contextlib import suppress
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from monitoring.kinds.buckets import BucketRow
from monitoring.kinds.samples import SampleRow
from monitoring.kinds.statements import StatementRow
from monitoring.kinds.tasks import TaskRow
from monitoring.models import LedgerDay
from monitoring.rows import FactRow
from monitoring.services.assessment import objective_assess
from monitoring.services.facts import facts_record
from monitoring.services.ledger import ledger_differences
from tests.monitoring.kind_stories import engine_tells, told
from tests.monitoring.make import agreement_make, amend, at, indicator_make
from tests.monitoring.test_ledger_equals_engine import FIRST, LAST, NIGHTLY, OFFICE, Undo, kept

pytestmark = pytest.mark.django_db
EXAMPLES = max(4, settings.default.max_examples // 40)  # each is a story of up to ten deliveries and assessments
PHASES = [Phase.explicit, Phase.reuse, Phase.generate]  # making a failing story shorter takes minutes
ENDS = at("2026-04-09 09:30")

# each with terms that make a figure depend on more than its own day
TERMS = {
    "ratio": {"target": ">= 90%", "hours": "office", "no_traffic": "met"},
    "slices": {
        "target": ">= 50%", "slice": "5h", "good_when": "<= 3", "reduce": "p75", "period": "week",
        "unknown": {"counts_as": "down", "indeterminate_above": "60%"},
    },
    "value": {"target": "<= 3", "reduce": "p75", "method": "linear", "period": "week"},
    "tasks": {
        "target": ">= 60%", "clock": "resolved", "limit": {"P1": "4h", "P2": "3d"}, "hours": "office",
        "counts_in": "resolved", "repriority": "rest",
    },
    "tasks when opened": {"target": ">= 60%", "clock": "responded", "limit": "30h", "period": "week"},
    "outages": {
        "target": "<= 2", "reduce": "count", "at_least": "2h", "hours": "office", "degraded": "down", "period": "week",
    },
    "mean time": {"target": "<= 5h", "reduce": "mttr", "minimum_outage": "10m"},
    "attested": {"target": None, "period": "day"},
}  # fmt: skip
KIND = {"tasks when opened": "tasks", "mean time": "outages"}

seconds = st.integers(0, (LAST - FIRST) // 60 - 1).map(lambda n: FIRST + 60 * n)
lengths = st.sampled_from([60, 600, 7200, 40_000, 86_400, 300_000])
keys = st.sampled_from(["k1", "k2", "k3", "k4", "k5", "k6"])
scopes = st.sampled_from(["", "", "eu"])


@st.composite
def rows_of(draw, kind):
    """Draw a fact; keys repeat, so that facts take each other's place."""
    start, length, key, scope, fixed = draw(seconds), draw(lengths), draw(keys), draw(scopes), draw(st.booleans())
    common = {"scope": scope, "key": key, "override": fixed and draw(st.booleans())}
    if kind == "ratio":
        good, bad = draw(st.integers(0, 20)), draw(st.integers(0, 3))
        return BucketRow(start, start + length, Decimal(good) / 2, Decimal(good) / 2 + bad, **common)
    if kind in ("slices", "value"):
        return SampleRow(start, Decimal(draw(st.integers(0, 60))) / 10, **common)
    if kind == "attested":
        return StatementRow(start, start + length, draw(st.booleans()), "Olga", "protocol", **common)
    if kind == "tasks":
        return draw(tasks(start, length, {**common, "reference": key}))
    end = None if draw(st.booleans()) and not common["override"] else start + length
    return FactRow(start, end, draw(st.integers(0, 3)), scope, key, "", common["override"])


@st.composite
def tasks(draw, start, length, common):
    """Draw a task with whatever has happened to it."""
    resolved = draw(st.sampled_from([None, start + length]))
    responded = draw(st.sampled_from([None, start + 60]))
    later = draw(st.sampled_from([(), ((start + 30, "P1"),)]))
    pauses = draw(st.sampled_from([(), ((start + 10, start + 5000),), ((start + 10, start + 20), (start + 50, None))]))
    return TaskRow(start, responded, resolved, ((start, "P2"), *later), pauses, **common)


@st.composite
def stories(draw, kind):
    """Draw how facts arrived: deliveries in any order of time, each with whether it is assessed before the next."""
    rows = draw(st.lists(st.tuples(rows_of(kind), st.sampled_from(["file", "api"])), min_size=1, max_size=10))
    assessed = draw(st.lists(st.booleans(), min_size=len(rows), max_size=len(rows)))
    return list(zip(rows, assessed, strict=True)), draw(st.booleans())


@pytest.mark.wide
@pytest.mark.parametrize("name", TERMS)
def test_ledger_equals_engine_on_the_facts_of_any_kind(name):
    kind = KIND.get(name, name)
    indicator = indicator_make(kind=kind)
    spec = {"calendars": OFFICE, "exclusions": NIGHTLY}
    agreement = agreement_make(indicator, zone="Europe/Berlin", spec=spec, indicator=kind, **TERMS[name])
    objective = agreement.objectives.get()

    @settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck), phases=PHASES)
    @given(stories(kind))
    def holds(story):
        with suppress(Undo), transaction.atomic():
            play(indicator, agreement, objective, *story)
            raise Undo

    holds()


def play(indicator, agreement, objective, deliveries, amended):
    """Let the facts arrive and be assessed bit by bit, then compare with the engine and with a fresh start."""
    now = at("2026-04-01 09:30")
    for number, ((row, origin), assessed) in enumerate(deliveries):
        now += timedelta(hours=7, minutes=number)
        facts_record(indicator=indicator, rows=[row], origin=origin, now=now)
        if amended and number == 2:
            amend(agreement, "2026-03-28", now, maintenance="counted")
        if assessed:
            objective_assess(objective_id=objective.pk, now=now)
    now = max(now, ENDS) + timedelta(minutes=1)
    objective_assess(objective_id=objective.pk, now=now)
    objective.refresh_from_db()
    objective.agreement.refresh_from_db()
    assert told(objective) == engine_tells(objective, now)
    assert ledger_differences(objective=objective, now=now) == []
    bit_by_bit = kept(objective)
    LedgerDay.objects.filter(objective=objective).delete()
    objective.status.delete()
    objective_assess(objective_id=objective.pk, now=now)
    assert kept(objective) == bit_by_bit
