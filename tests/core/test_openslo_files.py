"""OpenSLO files at the command, and hostile documents: refused with a reason, never a traceback."""

import copy
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slmo import assess
from slmo.core.errors import EngineError
from slmo.core.openslo import documents_check, openslo_read, openslo_text, openslo_write
from slmo.core.terms import agreement_parse

SLO = """apiVersion: openslo/v1
kind: SLO
metadata: {name: search, displayName: Search answers}
spec:
  service: shop
  budgetingMethod: Occurrences
  indicatorRef: answers
  timeWindow:
    - duration: 1M
      isRolling: false
      calendar: {startTime: 2026-01-01 00:00:00, timeZone: Europe/Berlin}
  objectives:
    - target: 0.995
"""
SLI = """- apiVersion: openslo/v1
  kind: SLI
  metadata: {name: answers}
  spec:
    ratioMetric:
      good: {metricSource: {type: x, spec: {query: good}}}
      total: {metricSource: {type: x, spec: {query: all}}}
"""
AGREEMENT = """apiVersion: slmo/v1
kind: Agreement
metadata: {name: x}
spec:
  timezone: UTC
  effective: {from: 2026-01-01}
  objectives: [{name: a, indicator: attested, period: month}]
"""
FACTS = """start,end,good,total
2026-01-05T10:00:00+01:00,2026-01-05T11:00:00+01:00,994,1000
"""


@pytest.fixture
def run(tmp_path, capsys):
    """Run the command on files with these texts; return exit status, output and what was said."""

    def command(*texts, facts=FACTS):
        names = []
        for number, text in enumerate(texts):
            path = tmp_path / f"{number}.yaml"
            path.write_text(text, encoding="utf-8")
            names.append(str(path))
        (tmp_path / "facts.csv").write_text(facts, encoding="utf-8")
        status = assess.main([*names, "--facts", str(tmp_path / "facts.csv"), "--from", "2026-01-01",
                              "--to", "2026-02-01", "--json"])  # fmt: skip
        printed = capsys.readouterr()
        return status, printed.out, printed.err

    return command


def test_an_slo_and_its_indicator_are_judged_and_what_is_left_out_is_said(run):
    status, out, said = run(SLO, SLI)
    (period,) = json.loads(out)["periods"]
    assert status == 0
    assert (period["objective"], period["verdict"], period["achieved"]) == ("search", "breached", "0.994000000")
    assert period["start"] == "2026-01-01T00:00:00+01:00"
    assert "Note: SLO search, indicator: left out" in said


def test_the_same_slo_in_one_file_gives_the_same_bytes(run):
    assert run(SLO + "---\n" + SLI)[:2] == run(SLO, SLI)[:2]


@pytest.mark.parametrize(
    ("texts", "said"),
    [
        ((SLO,), '0.yaml: spec.indicatorRef: found "answers", expected the name of an object'),
        ((SLO.replace("0.995", "1.5"), SLI),
         "0.yaml, line 13, column 15: spec.objectives[0].target: found 1.5, expected a share from 0, below 1."),
        ((SLO, SLI.replace("good:", "god:")), "1.yaml, line 6, column 12: [0].spec.ratioMetric.god"),
        ((SLO.replace("  service: shop", "  service: shop\n  markdown: x"), SLI), "spec.markdown"),
        ((SLI,), "found 0 services whose SLOs can be judged, expected one"),
        ((SLO, SLI, SLO.replace("shop", "bank")), "found 2 services"),
        ((SLO, SLI, AGREEMENT), "documents of one kind"),
        (("[{apiVersion: openslo/v9}]",), "[0].apiVersion"),
    ],
)  # fmt: skip
def test_what_cannot_be_judged_is_refused_with_its_place(run, texts, said):
    status, out, error = run(*texts)
    assert (status, out) == (2, "")
    assert said in error


METRIC = {"metricSource": {"type": "x", "spec": {"query": "x"}}}
BASE = [
    {"apiVersion": "openslo/v1", "kind": "SLO", "metadata": {"name": "a", "labels": {"b": "c"}},
     "spec": {"service": "s", "budgetingMethod": "Timeslices", "indicator": {
         "metadata": {"name": "i"}, "spec": {"thresholdMetric": METRIC}},
         "objectives": [{"op": "lte", "value": 1, "target": 0.9, "timeSliceTarget": 0.9, "timeSliceWindow": "1m"}],
         "timeWindow": [{"duration": "1M", "isRolling": False, "calendar": {
             "startTime": "2022-01-31 12:00:00", "timeZone": "Europe/Berlin"}}],
         "alertPolicies": [{"alertPolicyRef": "p"}]}},
    {"apiVersion": "openslo/v1alpha", "kind": "SLO", "metadata": {"name": "b"},
     "spec": {"service": "s", "budgetingMethod": "Occurrences",
              "timeWindows": [{"unit": "Day", "count": 7, "isRolling": True}],
              "objectives": [{"value": 1, "target": 0.98, "ratioMetrics": {
                  key: {"source": "x", "queryType": "x", "query": "x"} for key in ("good", "total")}}]}},
    {"apiVersion": "openslo/v1", "kind": "AlertPolicy", "metadata": {"name": "p"},
     "spec": {"conditions": [{"conditionRef": "c"}], "notificationTargets": [{"kind": "AlertNotificationTarget",
              "metadata": {"name": "t"}, "spec": {"target": "mail"}}]}},
]  # fmt: skip
JUNK = st.one_of(
    st.none(), st.booleans(), st.integers(-(10**12), 10**12), st.floats(), st.text(max_size=5),
    st.sampled_from(["1d", "999999999w", "0001-01-01 00:00:00", "9999-12-31 23:59:59", "1Y", "90s", "lt"]),
    st.just([]), st.just({}), st.just([1]), st.just([{}]), st.just({"spec": 1}), st.just([[]]),
)  # fmt: skip


def places(value, path=()):
    """Every place in a document."""
    yield path
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, one in inside:
        yield from places(one, (*path, key))


PLACES = [path for path in places(BASE) if path]


@given(st.lists(st.tuples(st.sampled_from(PLACES), JUNK), max_size=3))
def test_any_document_is_read_or_refused_and_what_is_read_can_be_judged_and_written(changes):
    documents = copy.deepcopy(BASE)
    for path, value in changes:
        into = documents
        try:
            for key in path[:-1]:
                into = into[key]
            into[path[-1]] = value
        except (TypeError, KeyError, IndexError):
            continue  # an earlier change took the place away
    try:
        read, notes = openslo_read(documents)
    except EngineError:
        assert documents_check(documents) or any("Ref" in str(one) for one in documents)
        return
    assert all(str(note) for note in notes)
    for one in read:
        written, _ = openslo_write(agreement_parse([one]))
        assert documents_check(written) == []
        assert openslo_text(written)
