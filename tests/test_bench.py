"""`make bench` at its smallest: every measurement is taken, told as JSON, and compares what it says it compares."""

import json
import time

import pytest
from django.utils import timezone

from agreements.models import Indicator
from monitoring.items import items_read
from monitoring.services.assessment import objective_assess
from monitoring.services.facts import facts_record
from tools.bench import arrival
from tools.bench.measure import under, within
from tools.bench.runs import measurements
from tools.bench.world import world_make

pytestmark = pytest.mark.django_db


@pytest.mark.wide
def test_the_benchmark_measures_everything_it_is_specified_to_measure():
    told = [json.loads(one.line()) for one in measurements(0, histories=(13,), rounds=2)]
    names = [one["name"] for one in told]
    assert all(set(one) == {"name", "value", "unit", "baseline", "ratio", "target", "ok"} for one in told)
    assert [name.split(":")[0].split()[0] for name in names] == ["cold"] * 3 + ["warm"] * 4 + ["one", "a"] + [
        "kernel"
    ] * 2 + ["evidence"] * 8
    assert "cold: 20000 facts in the database to 1200 verdicts" in names
    assert len(names) == len(set(names)) == 19
    (correction,) = (one for one in told if one["unit"] == "rows")
    assert correction["ok"], "a correction eleven months back writes only its own days"


def test_a_measurement_that_misses_its_target_says_so():
    assert not under("slow", 11, 10).ok
    assert under("quick", 9, 10, baseline=3).ratio == 3
    assert not within("twice and a bit", 21, 10, 2).ok
    assert within("twice", 20, 10, 2).ok


def test_the_watch_sees_a_status_change_by_a_delivery_and_not_before():
    (told,) = arrival.objectives_make(world_make(), 1)
    objective_assess(objective_id=told.pk, now=timezone.now())
    watch = arrival.Watch()
    watch.expect(told.pk, time.monotonic())
    watch.look()
    assert (watch.left, watch.took) == (1, [])
    delivery = json.loads(arrival.body(told, int(time.time()) - 1))
    indicator = Indicator.objects.get(pk=told.indicator_id)
    assert delivery["indicator"] == f"{indicator.service.slug}/{indicator.slug}"
    rows, errors = items_read(delivery["facts"], indicator)
    assert (len(rows), errors) == (arrival.FACTS, [])
    facts_record(indicator=indicator, rows=rows, origin="api", now=timezone.now())
    watch.look()
    assert watch.left == 1
    objective_assess(objective_id=told.pk, now=timezone.now(), only_due=True)
    watch.look()
    assert (watch.left, len(watch.took)) == (0, 1)


def test_a_share_of_measurements_is_told_by_the_one_that_bounds_it():
    assert arrival.quantile(range(1, 101), 0.95) == 95
    assert arrival.quantile([3, 1, 2], 0.5) == 2
    assert arrival.quantile([7], 0.95) == 7
