"""What if: the same facts under other terms."""

from datetime import UTC, datetime
from fractions import Fraction

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from agreements.services import version_draft
from monitoring.figures.numbers import target_written
from monitoring.instants import instant_of
from reports.services.whatif import whatif_run
from slmo.core.units import Window
from tests.monitoring.kind_stories import bucket
from tests.monitoring.make import NOW as SHOP_NOW
from tests.monitoring.test_workload import Shop
from tests.reports.story import NOW, Story, agreed, assess, browser_of, terms

URL = "/agreements/payments-retail/objectives/availability/what-if/"
YEAR = Window(instant_of(datetime(2026, 1, 1, tzinfo=UTC)), instant_of(NOW))


def run(story: Story, **changes: object):
    """Replay the story's objective."""
    return whatif_run(objective=story.objective, changes=changes, window=YEAR, actor=story.buyer, now=NOW)


def test_nothing_changed_gives_what_was_judged(story: Story) -> None:
    replay = run(story)
    assert (replay.missed("now"), replay.missed("then"), len(replay.lines)) == (1, 1, 5)
    assert not any(line.changed for line in replay.lines)


def test_a_stricter_target_misses_more_months(story: Story) -> None:
    assert run(story, target=">= 99.99%").missed("then") == 2
    assert run(story, target=">= 99.8%").missed("then") == 0


def test_degraded_time_may_count_as_down_and_short_outages_not_at_all(story: Story) -> None:
    assert run(story, degraded="down").missed("then") == 2
    assert run(story, minimum_outage="11m", target=">= 99.99%").missed("then") == 1


def test_break_even_is_the_strictest_target_that_every_month_would_have_met(story: Story) -> None:
    even = run(story).break_even
    assert even == Fraction(2_419_200 - 3_000, 2_419_200)
    assert run(story, target=f">= {float(even) * 100 - 0.0001:.4f}%").missed("then") == 0
    assert run(story, target=f">= {float(even) * 100 + 0.0001:.4f}%").missed("then") == 1


def test_the_ladder_agrees_with_a_replay_of_each_of_its_targets(story: Story) -> None:
    for rung in run(story).ladder:
        assert rung.missed == run(story, target=target_written(rung.target)).missed("then")


def test_the_replay_gives_what_an_agreement_signed_with_those_terms_gives(story: Story) -> None:
    strict = agreed("payments-strict", story.indicator, story.retail, target=">= 99.99%", degraded="down")
    assess(strict)
    judged = {instant_of(row.start): row.verdict for row in strict.objectives.get().results.filter(end__lte=NOW)}
    replayed = {line.window.start: line.then.verdict for line in run(story, target=">= 99.99%", degraded="down").lines}
    assert replayed == judged


def test_the_page_works_without_scripts_and_htmx_gets_its_outcome_alone(story: Story) -> None:
    client = browser_of(story.buyer)
    page = client.get(f"{URL}?target=99.99").content.decode()
    assert "<form" in page
    assert 'value="99.99"' in page
    part = client.get(f"{URL}?target=99.99", headers={"HX-Request": "true"}).content.decode()
    assert 'id="outcome"' in part
    assert "<html" not in part


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("target=101", "less than or equal to 100"),
        ("target=-1", "greater than or equal to 0"),
        ("target=NaN", "Enter a number."),
        ("target=1e400", "less than or equal to 100"),
        ("target=99.9999999999999", "no more than"),
        ("degraded=sideways", "Select a valid choice"),
        ("minimum_outage=soon", "Write a length of time"),
        ("minimum_outage=99999999w", "At most 31 days."),
        ("hours=never", "Select a valid choice"),
        ("first=2026-99", "Write a month as 2023-04"),
        ("first=2026-05&last=2026-01", "must not come before the first"),
        ("target=%00", "Enter a number."),
    ],
)
def test_a_hostile_question_is_answered_with_a_clear_error_at_its_field(
    story: Story, query: str, sentence: str
) -> None:
    response = browser_of(story.buyer).get(f"{URL}?{query}")
    assert response.status_code == 200
    assert sentence in response.content.decode()


def test_other_customers_find_nothing(story: Story) -> None:
    assert browser_of(story.doctor).get(URL).status_code == 404
    assert browser_of(story.buyer).get("/agreements/compute-terms/objectives/availability/what-if/").status_code == 404


def test_months_without_results_say_so(story: Story) -> None:
    page = browser_of(story.buyer).get(f"{URL}?first=2031-01&last=2031-02").content.decode()
    assert "No judged period in this time" in page


def test_nothing_is_stored_and_the_queries_are_few(story: Story) -> None:
    client = browser_of(story.buyer)
    with CaptureQueriesContext(connection) as captured:
        client.get(f"{URL}?target=99.99")
    assert len(captured) <= 14
    assert not any(query["sql"].startswith(("INSERT", "UPDATE", "DELETE")) for query in captured.captured_queries)


def test_a_draft_does_not_change_what_is_agreed(story: Story) -> None:
    document = {**story.retail_sla.versions.get().document}
    document["spec"] = {**document["spec"], "objectives": [terms(target=">= 90%")]}
    version_draft(
        agreement=story.retail_sla, document=document, effective_from=datetime(2026, 9, 1).date(), actor=None, now=NOW
    )
    assert run(story).missed("now") == 1


@pytest.mark.parametrize(
    ("agreed", "came", "changes", "judged", "missed"),
    [  # up to 100 orders a month are agreed; February was two hours down: 99.70 %
        ({}, 101, {"target": ">= 99%"}, 4, (0, 0)),  # too many: February is not judged under any target
        ({}, 100, {"target": ">= 99%"}, 5, (1, 0)),
        ({}, 100, {}, 5, (1, 1)),
        ({"beyond": ">= 99.5%"}, 101, {"target": ">= 99.99%"}, 5, (0, 0)),  # the other target holds on
        ({"beyond": ">= 99.5%"}, 100, {"target": ">= 99.99%"}, 5, (1, 1)),
        ({"per": "day"}, 101, {"target": ">= 99.99%"}, 5, (1, 1)),  # of another day than that of the outage
    ],
)
def test_the_volume_of_another_objective_decides_under_changed_terms_too(
    db: None, agreed: dict[str, str], came: int, changes: dict[str, object], judged: int, missed: tuple[int, int]
) -> None:
    shop = Shop(limit="<= 100", **agreed)
    shop.tell(shop.volume, bucket("2026-02-20 09:00", 60, came))
    window = Window(instant_of(datetime(2025, 12, 31, 23, tzinfo=UTC)), instant_of(SHOP_NOW))
    found = whatif_run(objective=shop.objective, changes=changes, window=window, actor=None, now=SHOP_NOW)
    assert len(found.lines) == judged
    assert (found.missed("now"), found.missed("then")) == missed
