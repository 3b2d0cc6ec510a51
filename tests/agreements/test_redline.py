"""Terms read aloud, and the differences between two versions."""

import copy
from typing import Any

from agreements.reading.allowance import down_allowed
from agreements.reading.clauses import version_read
from agreements.reading.redline import changes_counted, redline
from agreements.reading.timetable import timetable_draw, weekly_text
from slmo.core.terms import Version, agreement_parse
from tests.agreements.table import TERMS, terms

HEAD = {"apiVersion": "slmo/v1", "kind": "Agreement", "metadata": {"name": "a"}}


def version(document: dict[str, Any]) -> Version:
    spec = {"timezone": "UTC", **copy.deepcopy(document["spec"])}
    return agreement_parse([{**HEAD, "spec": spec}]).versions[0]


def line(old: dict[str, Any], new: dict[str, Any], label: str) -> Any:
    changes = redline(version(old), version(new))
    return next(line for change in changes for line in change.changed if line.label == label)


def test_a_target_says_how_long_an_average_month_may_be_down() -> None:
    found = version(TERMS)
    assert down_allowed(found, found.objectives["availability"]) == 2628  # 730 h × 3600 × 0.001
    target = version_read(found)[0].clauses[0]
    assert target.text.replace("\N{NO-BREAK SPACE}", " ") == "At least 99.9 %"
    assert target.note.replace("\N{NO-BREAK SPACE}", " ").startswith("43 min 48 s of an average month")


def test_a_stricter_target_says_what_it_takes_away() -> None:
    found = line(TERMS, terms(target=">= 99.95%"), "Target")
    assert found.note.replace("\N{NO-BREAK SPACE}", " ").startswith("21 min 54 s instead of 43 min 48 s")
    assert ("del", "99.9") in found.pieces
    assert ("ins", "99.95") in found.pieces


def test_narrower_hours_change_what_the_same_target_means() -> None:
    changes = redline(version(TERMS), version(terms(hours="office")))
    target = next(line for line in changes[0].changed if line.label == "Target")
    assert "instead of" in target.note
    assert target.kind == "changed"


def test_equal_versions_differ_in_nothing() -> None:
    assert changes_counted(redline(version(TERMS), version(TERMS))) == 0


def test_a_new_objective_is_added_and_a_dropped_one_removed() -> None:
    two = copy.deepcopy(TERMS)
    two["spec"]["objectives"].append({"name": "x", "indicator": "ratio", "target": ">= 99%", "period": "rolling 28d"})
    kinds = {change.key: change.kind for change in redline(version(TERMS), version(two))}
    assert kinds["objective.x"] == "added"
    kinds = {change.key: change.kind for change in redline(version(two), version(TERMS))}
    assert kinds["objective.x"] == "removed"


def test_every_kind_of_indicator_can_be_read_aloud() -> None:
    objectives = [
        {
            "name": "slices",
            "indicator": "slices",
            "target": ">= 99%",
            "period": "month",
            "slice": "5m",
            "good_when": "<= 0.3",
        },
        {"name": "value", "indicator": "value", "reduce": "p95", "target": "<= 0.3", "period": "week"},
        {
            "name": "tasks",
            "indicator": "tasks",
            "clock": "resolved",
            "limit": "4h",
            "target": ">= 95%",
            "period": "month",
        },
        {
            "name": "few",
            "indicator": "outages",
            "reduce": "count",
            "at_least": "5m",
            "target": "<= 2",
            "period": "quarter",
        },
        {"name": "told", "indicator": "attested", "period": "contract-year"},
    ]
    document = copy.deepcopy(TERMS)
    document["spec"]["objectives"] = objectives
    sections = {section.name: section for section in version_read(version(document)) if section.kind == "objective"}
    assert set(sections) == {one["name"] for one in objectives}
    assert all(clause.text for section in sections.values() for clause in section.clauses)


def test_a_timetable_draws_a_bar_for_each_interval_and_night_hours_on_both_days() -> None:
    document = terms(hours="office")
    document["spec"]["calendars"]["office"]["weekly"] = {"mon": ["09:00-13:00", "14:00-18:00"], "sun": ["22:00-06:00"]}
    calendar = version(document).calendars["office"]
    assert timetable_draw(calendar).count("tt-open") == 4  # two on Monday, Sunday's evening, its rest on Monday
    assert weekly_text(calendar).startswith("Mon 09:00–13:00, 14:00–18:00; Tue–Sat closed; Sun 22:00–06:00")


def test_names_in_a_picture_are_escaped() -> None:
    from agreements.reading.graph import Edge, Node, graph_draw

    nodes = {1: Node(1, "<script>", "&", "/a"), 2: Node(2, 'b"', "", '/"><x')}
    drawn = graph_draw(1, nodes, [Edge(1, 2, "serial")])
    assert "<script>" not in drawn
    assert "&lt;script&gt;" in drawn
    assert '"><x' not in drawn


def test_changed_hours_say_how_many_service_hours_a_week_there_are_instead() -> None:
    old, new = terms(hours="office"), terms(hours="office")
    # 09:00–14:00 and 14:00–18:00 from Monday to Friday: 5 × 9 instead of 4 × 8 + 7 hours
    new["spec"]["calendars"]["office"]["weekly"] = {"mon-fri": ["09:00-18:00"]}
    changes = {change.key: change for change in redline(version(old), version(new))}
    notes = {line.key: line.note for line in changes["calendar.office"].changed}
    assert notes["weekly"] == "45 instead of 39 service hours a week."
    promised = {line.key: line.note for line in changes["objective.availability"].changed}
    assert promised["hours"] == "45 instead of 39 service hours a week."


def test_changed_credits_say_what_a_miss_costs_at_most_instead() -> None:
    credits = {
        "of": "charge",
        "charge": 1000,
        "tiers": [{"below": "99.9%", "percent": 10}, {"below": "99%", "percent": 25}],
    }
    changes = redline(version(terms()), version(terms(credits=credits)))
    notes = {line.key: line.note for change in changes for line in change.changed}
    assert notes["credits"].replace("\N{NO-BREAK SPACE}", " ") == (
        "A miss costs at most 250.00 EUR instead of 100.00 EUR a period."
    )


def test_a_changed_sentence_is_told_word_by_word() -> None:
    prose = [{"id": "help", "title": "Help", "text": "The desk answers within one hour on working days."}]
    old, new = copy.deepcopy(TERMS), copy.deepcopy(TERMS)
    old["spec"]["clauses"], new["spec"]["clauses"] = (
        prose,
        [{**prose[0], "text": prose[0]["text"].replace("one", "two")}],
    )
    change = next(one for one in redline(version(old), version(new)) if one.key == "clause.help")
    assert [(kind, text) for kind, text in change.changed[0].pieces if kind != "same"] == [
        ("del", "one"),
        ("ins", "two"),
    ]
