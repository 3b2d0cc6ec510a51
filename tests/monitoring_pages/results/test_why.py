"""Why this figure: taken apart, recomputed, and reproduced without the portal."""

import json
import subprocess
import sys
from datetime import timedelta
from fractions import Fraction
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from agreements.services import objective_measure
from monitoring.figures.cut import budget_points, cut_of, exclusions_of, outages_of
from monitoring.figures.told import sentence_of, steps_of
from monitoring.figures.verify import figure_verify
from monitoring.models import PeriodResult
from tests.reports.story import DOWN, NOW, UP, Story, agreed, assess, browser_of, fact, record

LATER = NOW + timedelta(hours=1)


def test_the_sentence_says_figure_target_and_what_was_left_or_missing(story: Story) -> None:
    missed, met = sentence_of(story.result(2)), sentence_of(story.result(3))
    plain = missed.replace("\N{NO-BREAK SPACE}", " ")
    assert plain == "2 416 200 of 2 419 200 counted seconds were good: 99.87 %, target 99.9 %, missed by 9 min 40 s."
    assert "met with 34" in met.replace("\N{NO-BREAK SPACE}", " ")


def test_the_steps_lead_from_the_length_of_the_period_to_what_was_left(story: Story) -> None:
    steps = steps_of(story.result(2))
    values = [step.value.replace("\N{NO-BREAK SPACE}", " ") for step in steps]
    assert values == ["2 419 200", "0", "= 2 419 200", "2 416 200", "99.87 %", "2419.2", "3000", "580.8"]


def test_the_spans_cover_every_second_of_the_period_without_a_gap(story: Story) -> None:
    cut = cut_of(story.result(2))
    assert cut.spans[0].start == cut.window.start
    assert cut.spans[-1].end == cut.window.end
    assert all(one.end == two.start for one, two in zip(cut.spans, cut.spans[1:], strict=False))
    sums: dict[str, int] = {}
    for span in cut.spans:
        sums[span.name] = sums.get(span.name, 0) + span.seconds
    assert sums == {name: seconds for name, seconds in story.result(2).seconds.items() if seconds}


def test_an_outage_names_its_incident(story: Story) -> None:
    [outage] = outages_of(cut_of(story.result(2)))
    assert (outage.seconds, outage.references) == (3000, ("INC-7",))


def test_the_line_of_the_budget_ends_at_what_the_result_says_is_left(story: Story) -> None:
    for month in (1, 2, 3, 4, 5):
        result = story.result(month)
        points = budget_points(cut_of(result), Fraction(result.budget_allowed))
        assert points[-1][1] == Fraction(result.budget_allowed) - Fraction(result.budget_consumed)


def test_verify_finds_a_figure_equal_and_a_tampered_one_different(story: Story) -> None:
    result = story.result(2)
    assert figure_verify(result, LATER).equal
    PeriodResult.objects.filter(pk=result.pk).update(good=result.good + 600, achieved="0.999007936")
    tampered = figure_verify(story.result(2), LATER)
    assert not tampered.equal
    assert {field.name for field in tampered.fields if not field.equal} == {"Achieved", "Good seconds"}


def test_a_late_fact_leaves_the_figure_equal_and_says_what_it_would_be_today(story: Story) -> None:
    record(story.indicator, fact("2026-02-20 00:00", "2026-02-20 01:00", DOWN, "late"), now=LATER)
    verified = figure_verify(story.result(2), LATER + timedelta(hours=1))
    assert verified.equal
    assert verified.moved
    assert verified.latest is not None
    assert verified.latest.good == 2_416_200 - 3600


def test_a_correction_is_reproduced_by_the_exported_files_too(story: Story, tmp_path: Path) -> None:
    row = fact("2026-02-10 09:20", "2026-02-10 09:50", UP, "INC-7, corrected", override=True)
    record(story.indicator, row, now=LATER)
    assess(story.retail_sla, now=LATER)
    assert story.result(2).verdict == "met"
    assert reproduced(story, story.result(2), tmp_path)["good"] == 2_419_200 - 1200


@pytest.mark.wide
@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"zone": "America/New_York", "minimum_outage": "12m"},
        {"zone": "Europe/Berlin", "degraded": 0.5, "period": "contract-month"},
        {"unknown": {"counts_as": "down"}, "whole_minutes": True, "period": "quarter"},
        {
            "hours": "office",
            "credits": {"of": "charge", "charge": 1000, "tiers": [{"below": "99.9%", "percent": 10}], "cap_year": 50},
            "spec": {"calendars": {"office": {"weekly": {"mon-fri": ["08:00-12:00", "13:00-17:00"]}}}},
        },
    ],
)
def test_the_command_line_gives_the_same_json_figures(story: Story, tmp_path: Path, changes: dict) -> None:
    agreement = agreed("copy", story.indicator, story.retail, **changes)
    assess(agreement)
    results = PeriodResult.objects.filter(objective__agreement=agreement, end__lte=NOW, current=True)
    for result in list(results.order_by("start"))[:2][-1:]:  # February where there is one, else the first quarter
        entry = reproduced(story, result, tmp_path)
        assert {name: entry[name] for name in ("verdict", "achieved", "lower", "upper", "seconds")} == {
            "verdict": result.verdict,
            "achieved": result.achieved,
            "lower": result.lower,
            "upper": result.upper,
            "seconds": result.seconds,
        }
        assert (Fraction(entry["good"]), entry["total"]) == (Fraction(result.good), result.total)
        assert Fraction(entry["budget"]["allowed"]) == Fraction(result.budget_allowed)
        assert Fraction(entry["credit"]["amount"]) == Fraction(result.credit_amount)


def reproduced(story: Story, result: PeriodResult, folder: Path) -> dict:
    """Download both files, run the very command that the page shows, and return its one period."""
    client = browser_of(story.buyer)
    page = client.get(f"/figures/{result.pk}/")
    for name in ("agreement.yaml", "facts.csv"):
        answer = client.get(f"/figures/{result.pk}/{name}")
        stored = answer["Content-Disposition"].split('"')[1]
        (folder / stored).write_bytes(answer.content)
    command = page.context["command"]
    assert command.startswith("python -m slmo.assess ")
    arguments = [sys.executable, *command.split()[1:]]
    done = subprocess.run(arguments, cwd=folder, capture_output=True, env={"PYTHONPATH": str(Path.cwd())}, check=False)
    assert done.returncode == 0, done.stderr.decode()
    [entry] = json.loads(done.stdout)["periods"]
    return entry


def test_time_left_out_is_listed_with_the_reason_of_the_agreement(story: Story) -> None:
    window = {"from": "2026-02-10T09:00:00Z", "to": "2026-02-10T09:40:00Z", "reason": "move of the data centre"}
    agreement = agreed("with-pause", story.indicator, story.retail, spec={"exclusions": [window]})
    assess(agreement)
    result = story.result(2, agreement)
    [left_out] = exclusions_of(cut_of(result))
    assert (left_out.seconds, left_out.reason) == (2400, "move of the data centre")
    assert (result.verdict, result.unadjusted) == ("met", "0.998759920")
    assert "move of the data centre" in browser_of(story.buyer).get(f"/figures/{result.pk}/").content.decode()


def test_the_page_holds_the_whole_way_down_to_the_facts(story: Story) -> None:
    page = browser_of(story.buyer).get(f"/figures/{story.result(2).pk}/").content.decode()
    for text in (
        "99.87",
        "INC-7",
        "Every second of the period",
        "The facts behind it",
        "SHA-256",
        "python -m slmo.assess",
    ):
        assert text in page


def test_verify_answers_as_a_fragment_and_as_a_page(story: Story) -> None:
    client, url = browser_of(story.buyer), f"/figures/{story.result(2).pk}/verify/"
    assert b"every figure is the same" in client.post(url).content
    fragment = client.post(url, headers={"HX-Request": "true"}).content
    assert b"every figure is the same" in fragment
    assert b"<html" not in fragment
    assert client.get(url).status_code == 405


def test_figures_of_other_customers_do_not_exist(story: Story) -> None:
    client, pk = browser_of(story.doctor), story.result(2).pk
    for path in ("", "agreement.yaml", "facts.csv"):
        assert client.get(f"/figures/{pk}/{path}").status_code == 404
    assert client.post(f"/figures/{pk}/verify/").status_code == 404
    assert client.get("/figures/999999999/").status_code == 404


def test_a_figure_that_nothing_measures_any_more_still_has_a_page(story: Story) -> None:
    objective_measure(objective=story.objective, indicator=None, actor=None, now=NOW)
    assert browser_of(story.buyer).get(f"/figures/{story.result(2).pk}/").status_code == 200


def test_the_queries_do_not_grow_with_the_facts(story: Story) -> None:
    def queries() -> int:
        client = browser_of(story.buyer)
        with CaptureQueriesContext(connection) as captured:
            assert client.get(f"/figures/{story.result(2).pk}/?class=down&page=9&facts=zzz").status_code == 200
        return len(captured)

    few = queries()
    rows = [
        fact(f"2026-02-{day:02} {hour:02}:00", f"2026-02-{day:02} {hour:02}:01", DOWN)
        for day in range(11, 20)
        for hour in range(24)
    ]
    record(story.indicator, *rows)
    assess(story.retail_sla, now=LATER)
    assert queries() <= few + 1
    assert few <= 21
