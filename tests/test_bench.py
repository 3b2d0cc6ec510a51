"""`make bench` at its smallest: every measurement is taken, told as JSON, and compares what it says it compares."""

import json

import pytest

from tools.bench.measure import under, within
from tools.bench.runs import measurements

pytestmark = pytest.mark.django_db


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
