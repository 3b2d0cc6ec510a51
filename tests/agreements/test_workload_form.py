"""The workload limit of an objective: in the form, in the text, and in sentences."""

import pytest

from agreements.forms.objective.kinds import KINDS
from agreements.forms.objective.values import objective_changed, objective_of, values_of
from agreements.reading.sentences import workload_sentence
from slmo.core.terms import Workload
from slmo.core.terms.targets import parse_target

FULL = {"objective": "orders", "limit": "<= 1000", "per": "period", "beyond": ">= 99.5%"}


@pytest.mark.parametrize(
    "workload", [{"limit": "<= 1000"}, FULL, {"objective": "orders", "limit": "< 50", "per": "hour"}]
)
def test_a_form_that_nobody_changed_leaves_the_limit_as_it_is(workload):
    original = {"name": "up", "indicator": "ratio", "target": ">= 99%", "period": "month", "workload": workload}
    assert objective_changed(original, {**values_of(original), "name": "up"}, "ratio") == original


def test_without_a_limit_there_is_none():
    values = {"name": "up", "target": ">= 99%", "period": "month", "workload_per": "day", "workload_objective": "x"}
    assert "workload" not in objective_of(values, "availability")
    values |= {"workload_limit": "<= 7"}
    assert objective_of(values, "availability")["workload"] == {"objective": "x", "limit": "<= 7", "per": "day"}


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_offers_a_limit(kind):
    names = {name for group in KINDS[kind].more for row in group.rows for name in row}
    assert {"workload_limit", "workload_per", "workload_objective"} <= names
    assert ("workload_beyond" in names) == (kind != "attested")


@pytest.mark.parametrize(
    ("per", "beyond", "expected"),
    [
        ("period", None, "It holds while the volume of orders in a period is at most 100; beyond it is suspended."),
        ("day", None, "It holds while the volume of orders in a day is at most 100; a day with more does not count."),
        (
            "period", ">= 99.5%",
            ("It holds while the volume of orders in a period is at most 100;"
            " with more the target is at least 99.5 %."),
        ),
    ],
)  # fmt: skip
def test_a_limit_is_said_in_a_sentence(per, beyond, expected):
    limit = Workload("orders", parse_target("<= 100"), per, beyond and parse_target(beyond))
    said = workload_sentence(limit).replace("\N{NO-BREAK SPACE}", " ").replace("\N{NARROW NO-BREAK SPACE}", " ")
    assert said == expected
