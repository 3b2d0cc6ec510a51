"""Writing OpenSLO: what is written is valid and can be read again, and what has no place there is said."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slmo.core.openslo import documents_check, openslo_read, openslo_text, openslo_write
from slmo.core.terms import agreement_parse
from slmo.core.yaml_file import documents_read


def agreement(*objectives, **spec):
    return agreement_parse([{
        "apiVersion": "slmo/v1", "kind": "Agreement", "metadata": {"name": "shop", "title": "Shop"},
        "spec": {"service": "shop", "timezone": "Europe/Berlin", "effective": {"from": "2026-01-15"},
                 "objectives": list(objectives), **spec},
    }])  # fmt: skip


RATIO_TERMS = {"name": "success", "indicator": "ratio", "target": ">= 99.5%", "period": "month"}
VALID = [
    RATIO_TERMS,
    {"name": "uptime", "indicator": "availability", "target": "> 99.9%", "period": "contract-month"},
    {"name": "fast", "indicator": "slices", "target": ">= 99%", "period": "rolling 28d", "slice": "5m",
     "good_when": "<= 0.3", "reduce": "p95"},
    {"name": "good", "indicator": "slices", "target": ">= 99%", "period": "week", "slice": "1h", "good_when": ">= 95%"},
    {"name": "p95", "indicator": "value", "reduce": "p95", "target": "<= 0.3", "period": "quarter"},
]  # fmt: skip


def test_everything_that_is_written_is_valid_and_can_be_read_again():
    written, notes = openslo_write(agreement(*VALID))
    assert documents_check(written) == []
    assert [one["metadata"]["name"] for one in written] == ["shop", *(one["name"] for one in VALID)]
    again = [one.data for one in documents_read(openslo_text(written).encode())]
    read, _ = openslo_read(again)
    terms = {one["name"]: one for one in read[0]["spec"]["objectives"]}
    for one in (VALID[0], *VALID[2:]):
        assert terms[one["name"]] == one
    assert terms["uptime"] == {**VALID[1], "indicator": "ratio", "target": ">= 99.9%"}
    assert any("a ratio of good seconds to counted seconds" in str(note) for note in notes)
    assert any("at least that share" in str(note) for note in notes)


@pytest.mark.parametrize(
    ("terms", "said"),
    [
        ({**RATIO_TERMS, "target": ">= 100%"}, "below 100 %"),
        ({"name": "o", "indicator": "outages", "reduce": "count", "target": "<= 2", "period": "month"}, "like outages"),
        ({"name": "a", "indicator": "attested", "period": "month"}, "like attested"),
        ({"name": "m", "indicator": "value", "reduce": "mean", "target": "<= 2", "period": "month"}, "no mean <="),
        ({"name": "m", "indicator": "value", "reduce": "p100", "target": "<= 2", "period": "month"}, "below 100 %"),
        ({**VALID[3], "slice": "90s"}, "whole minutes"),
        ({**RATIO_TERMS, "period": "rolling 90s"}, "whole minutes"),
    ],
)
def test_an_objective_that_cannot_be_written_is_left_out_and_said(terms, said):
    written, notes = openslo_write(agreement(terms))
    assert [one["kind"] for one in written] == ["Service"]
    assert any("left out" in str(note) and said in str(note) for note in notes)


def test_every_term_that_openslo_lacks_is_named():
    terms = {**VALID[1], "hours": "office", "degraded": "down", "credits": {
        "of": "x", "charge": 1, "tiers": [{"below": "99%", "percent": 5}]}}  # fmt: skip
    calendars, once = {"office": {"weekly": {"mon": ["09:00-17:00"]}}}, {
        "from": "2026-02-01T00:00:00Z", "to": "2026-02-01T01:00:00Z"}  # fmt: skip
    _, notes = openslo_write(agreement(terms, calendars=calendars, exclusions=[once]))
    said = {(note.where, note.key) for note in notes if note.effect == "left out"}
    for key in ("hours", "degraded", "credits"):
        assert ("Objective uptime", key) in said
    for key in ("spec.calendars", "spec.exclusions", "spec.effective"):
        assert ("Agreement shop", key) in said


def test_names_become_labels_and_stay_apart():
    written, notes = openslo_write(
        agreement({**RATIO_TERMS, "name": "Big Ratio"}, {**RATIO_TERMS, "name": "big-ratio"})
    )
    assert [one["metadata"]["name"] for one in written[1:]] == ["big-ratio", "big-ratio-2"]
    assert any('"Big Ratio" is written as big-ratio' in str(note) for note in notes)


@given(st.decimals("0.001", "99.999", places=3), st.integers(1, 365))
def test_targets_and_windows_survive_the_way_there_and_back(percent, days):
    terms = {**RATIO_TERMS, "target": f">= {percent}%", "period": f"rolling {days}d"}
    written, _ = openslo_write(agreement(terms))
    read, _ = openslo_read([one.data for one in documents_read(openslo_text(written).encode())])
    found = read[0]["spec"]["objectives"][0]
    assert (
        agreement_parse(read).versions[0].objectives["success"].target
        == agreement(terms).versions[0].objectives["success"].target
    )
    assert found["period"] == terms["period"]
