"""Whose measurement rules: in the form, in the text, and in sentences."""

import pytest
from django.core.exceptions import ValidationError

from agreements.forms.objective.fields import FIELDS
from agreements.forms.objective.kinds import KINDS
from agreements.forms.objective.values import objective_changed, objective_of, values_of
from agreements.reading.clauses import version_read
from agreements.reading.redline import redline
from agreements.services import document_read, document_write
from slmo.core.terms import agreement_parse

UP = {"name": "up", "indicator": "availability", "target": ">= 99.9%", "period": "month"}
FULL = {"rules": "customer", "silent": "other", "notice_above": "0.1%"}
NOTICE = "Both sides are told when they differ by more than 0.1 percentage points in a period."


def version(**measurement):
    spec = {"timezone": "UTC", "effective": {"from": "2026-01-01"}}
    spec["objectives"] = [{**UP, **({"measurement": measurement} if measurement else {})}]
    document = {"apiVersion": "slmo/v1", "kind": "Agreement", "metadata": {"name": "shop"}, "spec": spec}
    return agreement_parse([document]).versions[0]


def said(found):
    (section,) = [one for one in version_read(found) if one.key == "objective.up"]
    return {clause.key: clause.text for clause in section.clauses}.get("measurement")


@pytest.mark.parametrize(
    ("kind", "measurement"),
    [
        ("availability", {"rules": "provider", "silent": "unknown"}), ("availability", FULL),
        ("availability", {"rules": "provider", "notice_above": 0.001}),
        ("value", {"rules": "customer", "notice_above": 2}),
        ("outages", {"rules": "customer", "notice_above": "90s"}),
    ],
)  # fmt: skip
def test_a_form_that_nobody_changed_leaves_the_term_as_it_is(kind, measurement):
    original = {**UP, "indicator": kind, "measurement": measurement}
    assert objective_changed(original, {**values_of(original), "name": "up"}, kind) == original


def test_where_nobody_rules_there_is_no_term():
    values = {"name": "up", "target": ">= 99%", "period": "month", "measurement_silent": "unknown"}
    assert "measurement" not in objective_of(values, "availability")
    values |= {"measurement_rules": "customer", "measurement_notice": "0.1%"}
    expected = {"rules": "customer", "notice_above": "0.1%"}
    assert objective_of(values, "availability")["measurement"] == expected


def test_the_choice_that_nothing_is_said_can_be_sent():
    field = FIELDS["measurement_rules"]("availability")
    assert (field.clean(""), field.clean("customer"), field.required) == ("", "customer", False)
    with pytest.raises(ValidationError):
        field.clean("both")


@pytest.mark.parametrize("kind", KINDS)
def test_the_kinds_that_are_measured_offer_the_term(kind):
    names = {name for group in KINDS[kind].more for row in group.rows for name in row}
    assert ("measurement_rules" in names) == (kind not in ("tasks", "attested"))
    assert ("measurement_silent" in names) == (kind in ("availability", "outages"))


def test_the_term_is_said_in_sentences_and_redlined():
    assert said(version()) is None
    rules = "The customer's measurement rules; the provider's is shown beside it."
    assert said(version(**FULL)) == f"{rules} While it is silent, the other one stands in. {NOTICE}"
    (change,) = [one for one in redline(version(), version(**FULL)) if one.key == "objective.up"]
    assert [(line.key, line.kind) for line in change.changed] == [("measurement", "added")]


def test_the_text_is_written_in_the_order_of_the_format_and_read_back():
    document = dict(version(**dict(reversed(FULL.items()))).document)
    text = document_write(document)
    assert text.index("rules: customer") < text.index("silent: other") < text.index("notice_above: 0.1%")
    assert document_read(text) == document
