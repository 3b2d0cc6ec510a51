"""OpenSLO: what is read means the same, what is written is valid, and what has no counterpart is said."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slmo.core.errors import EngineError, TermError
from slmo.core.openslo import is_openslo, openslo_read, references_check
from slmo.core.openslo.objects import items_read
from slmo.core.openslo.words import Duration, parse_duration
from slmo.core.terms import agreement_parse

METRIC = {"metricSource": {"type": "Prometheus", "spec": {"query": "up"}}}
RATIO = {"ratioMetric": {"counter": True, "good": METRIC, "total": METRIC}}
THRESHOLD = {"thresholdMetric": METRIC}
ROLLING = {"duration": "28d", "isRolling": True}


def calendar(duration, start="2026-01-01 00:00:00", zone="Europe/Berlin"):
    return {"duration": duration, "isRolling": False, "calendar": {"startTime": start, "timeZone": zone}}


def slo(name="search", indicator=RATIO, method="Occurrences", window=ROLLING, objectives=None, **spec):
    return {
        "apiVersion": "openslo/v1", "kind": "SLO", "metadata": {"name": name},
        "spec": {"service": "shop", "indicator": {"metadata": {"name": "i"}, "spec": indicator},
                 "budgetingMethod": method, "timeWindow": [window],
                 "objectives": objectives or [{"target": Decimal("0.995")}], **spec},
    }  # fmt: skip


def objective(*documents):
    """The one objective that comes out, and the notes as text."""
    read, notes = openslo_read(list(documents))
    agreement_parse(read)  # whatever is read can be judged
    return read[0]["spec"]["objectives"][0], [str(note) for note in notes]


def test_occurrences_of_a_ratio_become_a_ratio():
    terms, notes = objective(slo())
    assert terms == {"name": "search", "indicator": "ratio", "target": ">= 99.5%", "period": "rolling 28d"}
    assert (
        "SLO search, indicator: left out: the query: facts come as files, by the interface or from a connector" in notes
    )


def test_bad_events_are_noted_because_facts_hold_good_ones():
    _, notes = objective(slo(indicator={"ratioMetric": {"bad": METRIC, "total": METRIC}}))
    assert any("record total − bad as good" in note for note in notes)


def test_time_slices_of_a_ratio_become_slices():
    one = {"targetPercent": 99, "timeSliceTarget": Decimal("0.95"), "timeSliceWindow": "5m"}
    terms, _ = objective(slo(method="Timeslices", objectives=[one]))
    assert (terms["indicator"], terms["slice"], terms["good_when"]) == ("slices", "5m", ">= 95%")
    assert terms["target"] == ">= 99%"


def test_occurrences_of_a_threshold_become_a_percentile():
    one = {"op": "lte", "value": Decimal("0.3"), "target": Decimal("0.999")}
    terms, _ = objective(slo(indicator=THRESHOLD, objectives=[one]))
    assert (terms["indicator"], terms["reduce"], terms["target"]) == ("value", "p99.9", "<= 0.3")


@given(st.lists(st.integers(0, 9), min_size=1, max_size=30), st.integers(1, 99), st.integers(0, 9))
def test_a_share_of_samples_within_a_limit_and_the_percentile_say_the_same(samples, percent, limit):
    share_kept = 100 * sum(one <= limit for one in samples) >= percent * len(samples)
    rank = -(-percent * len(samples) // 100)
    assert share_kept == (sorted(samples)[rank - 1] <= limit)


def test_a_share_above_a_value_becomes_a_ratio_and_says_how_to_count():
    one = {"op": "gte", "value": 5, "target": Decimal("0.9")}
    terms, notes = objective(slo(indicator=THRESHOLD, objectives=[one]))
    assert terms["indicator"] == "ratio"
    assert any("those >= 5" in note and "changed" in note for note in notes)


@pytest.mark.parametrize(
    ("op", "share", "reduce"), [("lte", 1, "max"), ("gt", 1, "min"), ("lt", Decimal("0.95"), "p95")]
)
def test_time_slices_of_a_threshold_become_slices_of_samples(op, share, reduce):
    one = {"op": op, "value": 1, "target": 0, "timeSliceTarget": share, "timeSliceWindow": "1m"}
    terms, _ = objective(slo(indicator=THRESHOLD, method="Timeslices", objectives=[one]))
    assert terms["reduce"] == reduce
    assert terms["slice"] == "1m"


@pytest.mark.parametrize(("raw", "target"), [("success", ">= 0.99"), ("failure", "<= 0.01")])
def test_ratios_that_come_as_samples_become_their_mean_with_a_note(raw, target):
    terms, notes = objective(
        slo(indicator={"ratioMetric": {"raw": METRIC, "rawType": raw}}, objectives=[{"targetPercent": 99}])
    )
    assert (terms["reduce"], terms["target"]) == ("mean", target)
    assert any("the mean of the samples" in note for note in notes)


@pytest.mark.parametrize(
    ("window", "period", "since"),
    [
        (calendar("1d"), "day", "1970-01-01"),
        (calendar("1w", "2026-01-05 00:00:00"), "week", "1970-01-01"),
        (calendar("1M"), "month", "1970-01-01"),
        (calendar("1Q"), "quarter", "1970-01-01"),
        (calendar("6M", "2026-07-01 00:00:00"), "half", "1970-01-01"),
        (calendar("1Y"), "year", "1970-01-01"),
        (calendar("12M", "2026-03-15 00:00:00"), "contract-year", "2026-03-15"),
        (calendar("1M", "2026-03-31 00:00:00"), "contract-month", "2026-03-31"),
        ({"duration": "90m", "isRolling": True}, "rolling 90m", "1970-01-01"),
    ],
)
def test_windows_become_periods(window, period, since):
    read, _ = openslo_read([slo(window=window)])
    assert read[0]["spec"]["objectives"][0]["period"] == period
    assert read[0]["spec"]["effective"]["from"] == since


@pytest.mark.parametrize(
    ("window", "said"),
    [
        (calendar("1w", "2026-01-06 00:00:00"), "weeks begin on Monday"),
        (calendar("1d", "2026-01-01 12:00:00"), "begins at midnight, not at 12:00:00"),
    ],
)
def test_a_window_that_is_moved_is_noted(window, said):
    _, notes = objective(slo(window=window))
    assert any("changed" in note and said in note for note in notes)


@pytest.mark.parametrize(
    ("window", "said"),
    [
        ({"duration": "1M", "isRolling": True}, "no fixed length"),
        (calendar("2d"), "no calendar period of 2d"),
        (calendar("1Q", "2026-02-01 00:00:00"), "no calendar period of 1Q from 2026-02-01"),
    ],
)
def test_a_window_without_a_counterpart_is_left_out_with_its_objective(window, said):
    read, notes = openslo_read([slo(window=window)])
    assert read == []
    assert any("left out" in str(note) and said in str(note) for note in notes)


@pytest.mark.parametrize(
    ("document", "said"),
    [
        (slo(method="RatioTimeslices", objectives=[{"target": 0, "timeSliceWindow": "1m"}]), "mean of the slices"),
        (slo(method="Timeslices",
             objectives=[{"target": 0, "timeSliceTarget": 1, "timeSliceWindow": "2d"}]), "one second to one day"),
        (slo(indicator=THRESHOLD, method="Timeslices",
             objectives=[{"op": "gt", "value": 1, "target": 0, "timeSliceTarget": Decimal("0.5"),
                          "timeSliceWindow": "1m"}]), "share below 1"),
    ],
)  # fmt: skip
def test_a_method_without_a_counterpart_is_left_out_and_said(document, said):
    read, notes = openslo_read([document])
    assert read == []
    assert any(said in str(note) for note in notes)


def test_a_composite_of_several_indicators_is_left_out_and_said():
    document = slo(objectives=[{"target": 0, "indicatorRef": "one", "compositeWeight": 2}])
    del document["spec"]["indicator"]
    indicator = {"apiVersion": "openslo/v1", "kind": "SLI", "metadata": {"name": "one"}, "spec": RATIO}
    read, notes = openslo_read([document, indicator])
    assert read == []
    assert any("composed of several indicators" in str(note) for note in notes)


def test_every_object_that_is_not_carried_is_named():
    source = {"apiVersion": "openslo/v1", "kind": "DataSource",
              "metadata": {"name": "prom", "labels": {"team": "a"}, "annotations": {"a.b/c": "d"}},
              "spec": {"description": "x", "type": "Prometheus", "connectionDetails": {"url": "x"}}}  # fmt: skip
    policy = {"alertPolicyRef": "burn"}
    _, notes = objective(slo(alertPolicies=[policy], description="y"), source)
    for said in (
        "DataSource prom: left out", "DataSource prom, metadata.labels", "metadata.annotations", "spec.description",
        "SLO search, alertPolicies", '"burn" is not in these documents',
    ):  # fmt: skip
        assert any(said in note for note in notes), said


def test_services_become_agreements_with_their_shown_names():
    service = {"apiVersion": "openslo/v1", "kind": "Service", "metadata": {"name": "shop", "displayName": "Shop"},
               "spec": {}}  # fmt: skip
    other = slo("other")
    other["spec"]["service"] = "Billing"
    read, _ = openslo_read([[service, slo(), slo()], other])
    assert [one["metadata"] for one in read] == [
        {"name": "shop", "title": "Shop"},
        {"name": "billing", "title": "Billing"},
    ]
    assert [one["name"] for one in read[0]["spec"]["objectives"]] == ["search", "search-2"]


def test_an_agreement_has_one_zone_and_one_date_and_says_what_does_not_fit():
    read, notes = openslo_read([
        slo("a", window=calendar("1M", "2026-01-15 00:00:00")),
        slo("b", window=calendar("1M", "2026-02-15 00:00:00")),
        slo("c", window=calendar("1M", "2026-02-16 00:00:00")),
        slo("d", window=calendar("1M", zone="Asia/Tokyo")),
    ])  # fmt: skip
    assert [one["name"] for one in read[0]["spec"]["objectives"]] == ["a", "b"]
    assert any("counted from 2026-01-15, not 2026-02-16" in str(note) for note in notes)
    assert any("not Asia/Tokyo" in str(note) for note in notes)


def test_several_objectives_of_one_slo_keep_their_shown_names():
    two = [{"displayName": "Fast", "target": 0}, {"displayName": "Slow", "target": Decimal("0.5")}]
    read, _ = openslo_read([slo(objectives=two)])
    assert [(one["name"], one["title"]) for one in read[0]["spec"]["objectives"]] == [
        ("search", "Fast"), ("search-2", "Slow"),
    ]  # fmt: skip


def test_the_first_version_is_read_too():
    document = {
        "apiVersion": "openslo/v1alpha", "kind": "SLO", "metadata": {"name": "old"},
        "spec": {"service": "shop", "budgetingMethod": "Occurrences",
                 "timeWindows": [{"unit": "Day", "count": 7, "isRolling": True}],
                 "objectives": [{"value": 1, "target": Decimal("0.98"), "ratioMetrics": {
                     key: {"source": "prom", "queryType": "promql", "query": "up"} for key in ("good", "total")}}]},
    }  # fmt: skip
    terms, _ = objective(document)
    assert terms == {"name": "old", "indicator": "ratio", "target": ">= 98%", "period": "rolling 7d"}


def test_the_proposed_second_version_is_read_too():
    document = slo()
    document["apiVersion"] = "openslo.com/v2alpha"
    spec = document["spec"]
    spec["serviceRef"] = spec.pop("service")
    metric = {"dataSourceRef": "prom", "spec": {"query": "up"}}
    spec["sli"] = {"metadata": {"name": "i"}, "spec": {"ratioMetric": {"good": metric, "total": metric}}}
    del spec["indicator"]
    terms, _ = objective(document)
    assert terms["indicator"] == "ratio"


def test_what_is_not_allowed_is_refused_with_its_key():
    with pytest.raises(TermError) as refused:
        openslo_read([[slo(), slo(objectives=[{"target": 1}])]])
    assert refused.value.key == "[1].spec.objectives[0].target"


def test_an_indicator_that_is_missing_is_refused_and_one_that_is_there_is_used():
    document = slo(indicatorRef="mine")
    del document["spec"]["indicator"]
    with pytest.raises(TermError) as refused:
        openslo_read([document])
    assert refused.value.key == "spec.indicatorRef"
    indicator = {"apiVersion": "openslo/v1", "kind": "SLI", "metadata": {"name": "mine"}, "spec": RATIO}
    assert objective(document, indicator)[0]["indicator"] == "ratio"
    assert references_check(items_read([document, indicator])) == []


@pytest.mark.parametrize("text", ["", "0w", "1", "-1m", "1x", "1.5h", "m", "1m2h"])
def test_a_duration_is_a_positive_number_and_one_unit(text):
    with pytest.raises(EngineError):
        parse_duration(text)


def test_months_are_never_thirty_days():
    assert parse_duration("3M") == parse_duration("1Q") == Duration(months=3)
    assert parse_duration("1Y") == Duration(months=12)


def test_an_openslo_document_is_told_from_an_agreement():
    assert is_openslo(slo())
    assert is_openslo([slo()])
    others = ({"apiVersion": "slmo/v1"}, {"apiVersion": "openslo/v1", "kind": "Agreement"}, [], None, "openslo/v1")
    assert not any(is_openslo(one) for one in others)
