""" "As known on": what was learned, approved or signed later does not exist yet at an earlier moment."""

from copy import deepcopy
from datetime import UTC, datetime, timedelta

import pytest
from django.db import transaction
from django.test import Client
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from agreements.models import Objective
from monitoring.known import KnownRefused, known_moment, results_known
from monitoring.models import PeriodResult
from monitoring.services.restatement import restatement_issue
from tests.monitoring.desk import LATER, Desk, close, desk_make
from tests.monitoring.make import amend
from tests.reports.story import DOWN, EARLY, NOW, UP, Story, assess, browser_of, fact, record

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
FIGURES = (
    "start", "end", "verdict", "target", "achieved", "value", "good", "total", "lower", "upper", "unadjusted",
    "seconds", "budget_allowed", "budget_consumed", "credit_percent", "credit_amount",
)  # fmt: skip


@pytest.fixture
def desk(story: Story) -> Desk:
    return desk_make(story)


def stored(objective: Objective) -> list[PeriodResult]:
    """Return the current results, oldest first."""
    return list(PeriodResult.objects.filter(objective=objective, current=True).order_by("start"))


def figures(results: list[PeriodResult]) -> list[tuple]:
    """Return the figures of results."""
    return [tuple(getattr(row, name) for name in FIGURES) for row in results]


def known(objective: Objective, at: datetime) -> list[PeriodResult]:
    """Return the figures as known at a moment."""
    return results_known(objective, stored(objective), at)


def february(objective: Objective, at: datetime) -> PeriodResult:
    """Return February as known at a moment."""
    return known(objective, at)[1]


def test_a_correction_is_not_known_before_it_is_approved(desk: Desk) -> None:
    desk.proposed(now=LATER)
    desk.corrected(now=LATER + HOUR)
    seen = [february(desk.objective, LATER + HOUR + timedelta(seconds=s)).verdict for s in (-1, 0, 1)]
    assert seen == ["breached", "met", "met"]


def test_an_exclusion_is_not_known_before_it_is_approved(desk: Desk) -> None:
    desk.excluded(now=LATER + HOUR)
    seen = [february(desk.objective, LATER + HOUR + timedelta(seconds=s)).verdict for s in (-1, 0)]
    assert seen == ["breached", "met"]


def test_before_the_first_record_there_is_no_data(desk: Desk) -> None:
    row = february(desk.objective, datetime(2026, 2, 2, tzinfo=UTC))
    assert row.seconds["future"] > 0  # silence meant up since January, and February had just begun
    earlier = known(desk.objective, EARLY - DAY)
    assert earlier == []
    desk.story.indicator.recorded_from = None
    desk.story.indicator.gaps_up = False
    desk.story.indicator.save()
    objective = Objective.objects.get(pk=desk.objective.pk)
    assert {row.verdict for row in known(objective, NOW - DAY)} == {"no_data"}


def test_periods_that_had_not_begun_are_not_known(desk: Desk) -> None:
    assert [row.start.month for row in known(desk.objective, datetime(2026, 3, 10, tzinfo=UTC))] == [1, 2, 3]


def test_the_running_period_is_seen_up_to_the_moment(desk: Desk) -> None:
    march = known(desk.objective, datetime(2026, 3, 10, 12, tzinfo=UTC))[-1]
    assert march.seconds["future"] == 21 * 86400 + 43200
    assert march.verdict == "on_track"


def test_what_was_final_then_is_what_was_published_whatever_was_known_besides(desk: Desk) -> None:
    final = close(desk.february())
    record(desk.story.indicator, fact("2026-02-20 00:00", "2026-02-20 02:00", DOWN, "late"), now=LATER)
    assess(desk.story.retail_sla, now=LATER)
    question = final.restatements.get()
    restatement_issue(restatement=question, word="Late.", actor=desk.head, now=LATER + HOUR)
    assert february(desk.objective, LATER + timedelta(minutes=30)).pk == final.pk
    assert february(desk.objective, LATER + HOUR).pk == question.__class__.objects.get().after_id


def test_a_version_is_not_known_before_it_is_signed(desk: Desk) -> None:
    amend(desk.story.retail_sla, "2026-02-01", now=LATER, target=">= 99%")
    objective = Objective.objects.get(pk=desk.objective.pk)
    objective.agreement.refresh_from_db()
    assess(desk.story.retail_sla, now=LATER + HOUR)
    assert [february(objective, LATER + timedelta(seconds=s)).target for s in (-1, 0)] == [">= 99.9%", ">= 99%"]


def test_nothing_of_it_is_stored(desk: Desk) -> None:
    before = list(PeriodResult.objects.order_by("pk").values())
    known(desk.objective, NOW - DAY)
    assert list(PeriodResult.objects.order_by("pk").values()) == before


ACTS = st.lists(
    st.tuples(
        st.sampled_from(["facts", "again", "correct", "exclude", "close", "wait"]),
        st.integers(0, 20), st.integers(1, 300), st.sampled_from([DOWN, UP]), st.integers(1, 5000),
    ),
    min_size=2, max_size=4,
)  # fmt: skip


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(acts=ACTS)
def test_a_figure_as_known_on_a_day_is_the_figure_that_stood_there_that_day(story: Story, acts: list) -> None:
    with transaction.atomic():
        desk = desk_make(deepcopy(story))
        now, seen = NOW + HOUR, []
        for number, (act, day, minutes, state, wait) in enumerate(acts):
            now += timedelta(minutes=wait)
            do(desk, act, f"2026-02-{day + 1:02}", minutes, state, number, now)
            assess(desk.story.retail_sla, now=now)
            seen.append((now, figures(stored(desk.objective))))
        for moment, then in seen:
            assert figures(known(desk.objective, moment)) == then
        transaction.set_rollback(True)


def do(desk: Desk, act: str, day: str, minutes: int, state: int, number: int, now: datetime) -> None:
    """Do one thing that people or sources do."""
    end = f"{day} {minutes // 60:02}:{minutes % 60:02}"
    until = f"{day}T{end[11:]}:00Z"
    if act in ("facts", "again"):
        row = fact(f"{day} 00:00", end, state, "INC" if act == "again" else f"INC-{number}")
        record(desk.story.indicator, row._replace(key=f"{day} INC" if act == "again" else row.key), now=now)
    elif act == "correct":
        word = "up" if state == UP else "down"
        desk.corrected(now=now, row={"start": f"{day}T00:00:00Z", "end": until, "state": word})
    elif act == "exclude":
        desk.excluded(f"{day}T00:00:00Z", until, now=now)
    elif act == "close" and desk.february().state != "closed":
        close(desk.february(), now)


@pytest.mark.parametrize("text", ["", "yesterday", "2026-13-01", "2026-02-30T10:00", "2026-03-01T25:00", "\0", "1e9"])
def test_what_is_no_moment_is_refused_with_a_sentence(text: str) -> None:
    with pytest.raises(KnownRefused, match="2026-03-01T12:00"):
        known_moment(text, NOW)


def test_a_moment_to_come_is_refused() -> None:
    with pytest.raises(KnownRefused, match="has passed"):
        known_moment("2026-06-16", NOW)


def test_a_moment_is_read_in_the_reader_s_zone_unless_it_has_an_offset() -> None:
    with timezone.override("Europe/Berlin"):
        assert known_moment("2026-03-01T12:00", NOW) == datetime(2026, 3, 1, 11, tzinfo=UTC)
        assert known_moment("2026-03-01T12:00+03:00", NOW) == datetime(2026, 3, 1, 9, tzinfo=UTC)
        assert known_moment("2026-03-01", NOW) == datetime(2026, 3, 1, 22, 59, 59, tzinfo=UTC)


def results(client: Client, **asked: str) -> list[dict]:
    """Return the results that the API gives."""
    response = client.get("/api/v1/results/", asked)
    assert response.status_code == 200, response.content
    return response.json()["results"]


def test_the_api_answers_as_known_on_a_moment(desk: Desk) -> None:
    desk.corrected(now=LATER)
    client = browser_of(desk.story.buyer)
    asked = {"agreement": "payments-retail", "from": "2026-02-01", "to": "2026-02-28"}
    [now] = results(client, **asked)
    [then] = results(client, **asked, known_on="2026-06-15T12:30:00Z")
    assert (now["verdict"], then["verdict"], then["achieved"]) == ("met", "breached", "0.998759920")
    assert then["id"] == now["id"]
    assert results(client, **asked, known_on="2026-01-15") == []
    detail = client.get(f"/api/v1/results/{now['id']}/", {"known_on": "2026-06-15T12:30:00Z"})
    assert detail.json()["verdict"] == "breached"


@pytest.mark.parametrize("text", ["garbage", "2026-02-31", "2199-01-01"])
def test_the_api_refuses_what_is_no_moment(desk: Desk, text: str) -> None:
    response = browser_of(desk.story.buyer).get("/api/v1/results/", {"known_on": text})
    assert response.status_code == 400
    assert "known_on" in response.json()


def test_the_api_shows_nobody_more_by_asking_about_the_past(desk: Desk) -> None:
    agreements = {row["agreement"] for row in results(browser_of(desk.story.doctor), known_on="2026-06-15T12:30:00Z")}
    assert agreements == {"payments-clinic"}
