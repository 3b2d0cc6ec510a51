"""The impact preview of a planned disruption: hours, budget, odds, and who sees it."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.utils import timezone

from monitoring.instants import instant_of
from reports.evidence.impact import Impact, impacts
from reports.services.cost import cost_record
from slmo.core.units import Window
from tests.reports.story import DOWN, NOW, Story, agreed, assess, at, browser_of, fact, measured, record, terms

OFFICE = {"office": {"weekly": {"mon-fri": ["09:00-17:00"]}}}
TUESDAY = Window(instant_of(at("2026-06-16 10:00")), instant_of(at("2026-06-16 12:00")))
SUNDAY = Window(instant_of(at("2026-06-21 10:00")), instant_of(at("2026-06-21 12:00")))


@pytest.fixture
def office(story: Story) -> Story:
    """Return the story with an agreement in office hours, lenient enough for two hours, and eight months of record."""
    indicator = measured("desk", story.provider)
    indicator.recorded_from = datetime(2025, 9, 1, tzinfo=UTC)
    indicator.save()
    record(indicator, *(fact(f"{month}-04 09:00", f"{month}-04 11:30", DOWN, "INC") for month in MONTHS))
    made = agreed(
        "desk-retail", indicator, story.retail, objectives=[terms(target=">= 97%", hours="office")],
        spec={"calendars": OFFICE, "effective": {"from": "2025-09-01"}},
    )  # fmt: skip
    assess(made)
    story.retail_sla = made
    return story


MONTHS = ("2025-09", "2025-11", "2026-02", "2026-03", "2026-05")


def look(story: Story, *windows: Window) -> Impact:
    (found,) = impacts(story.retail_sla, windows, NOW)
    return found


def test_outside_service_hours_there_is_no_effect(office: Story) -> None:
    found = look(office, SUNDAY)
    assert (found.overlap, found.odds) == (0, None)


def test_inside_service_hours_it_takes_from_the_budget_and_from_the_odds(office: Story) -> None:
    found = look(office, TUESDAY)
    allowed = 22 * 8 * 3600 * 3 // 100  # 22 working days of June, three percent
    assert (found.overlap, found.left, found.after) == (7200, allowed, allowed - 7200)
    assert found.odds is not None
    assert found.odds.without >= found.odds.agreed - 0.05
    assert found.odds.without > found.odds.counted


def test_several_spans_add_up_and_a_lost_target_is_certain(office: Story) -> None:
    days = [Window(TUESDAY.start + n * 86_400, TUESDAY.end + n * 86_400) for n in range(3)]
    found = look(office, *days, SUNDAY)
    assert found.overlap == 3 * 7200
    assert found.after is not None
    assert found.after < 0
    assert found.odds is not None
    assert found.odds.counted == 0


def test_each_period_that_is_touched_is_told_with_its_own_share(office: Story) -> None:
    june, july = impacts(
        office.retail_sla, [Window(instant_of(at("2026-06-30 15:00")), instant_of(at("2026-07-01 10:00")))], NOW
    )
    assert (june.period.end, july.period.end) == (
        instant_of(at("2026-07-01 00:00")),
        instant_of(at("2026-08-01 00:00")),
    )
    assert (june.overlap, july.overlap) == (2 * 3600, 3600)  # until five, and from nine on
    assert june.left is not None
    assert july.left is None  # has not begun
    for one in (june, july):
        assert one.odds is not None
        assert one.odds.without > one.odds.counted


def test_a_period_is_told_once_and_of_very_many_only_the_first(office: Story) -> None:
    twice = impacts(office.retail_sla, [TUESDAY, SUNDAY], NOW)
    assert [one.overlap for one in twice] == [7200]
    daily = agreed(
        "desk-daily", office.retail_sla.objectives.get().indicator, office.retail,
        objectives=[terms(target=">= 97%", hours="office", period="day")], spec={"calendars": OFFICE},
    )  # fmt: skip
    many = impacts(daily, [Window(TUESDAY.start, TUESDAY.start + 30 * 86_400)], NOW)
    assert len(many) == 13
    assert [one.more for one in many] == [0] * 12 + [18]  # thirty days from noon on touch thirty-one


@pytest.mark.usefixtures("office")
def test_the_fragment_says_it_in_a_sentence_to_both_sides(office: Story) -> None:
    coming = (timezone.now() + timedelta(days=2)).replace(microsecond=0)
    query = {"from": coming.isoformat(), "to": (coming + timedelta(hours=2)).isoformat()}
    for person in (office.manager, office.buyer):
        response = browser_of(person).get("/agreements/desk-retail/impact/", query, headers={"HX-Request": "true"})
        assert response.status_code == 200
        assert "<html" not in response.content.decode()
        assert "How this is computed" in response.content.decode() or "no effect" in response.content.decode()
    assert browser_of(office.doctor).get("/agreements/desk-retail/impact/", query).status_code == 404


@pytest.mark.usefixtures("office")
@pytest.mark.parametrize(
    ("begin", "end", "said"),
    [
        ("soon", "2026-06-16T12:00", "must be a time such as"),
        ("2026-06-16T12:00", "", "must be a time such as"),
        ("2026-06-16T12:00", "2026-06-16T12:00", "must end after it begins"),
        ("2026-06-16T12:00", "2027-06-16T12:00", "at most 92 days"),
        ("0001-01-01T00:00", "0001-01-02T00:00", ""),
    ],
)
def test_hostile_spans_are_answered_clearly(office: Story, begin: str, end: str, said: str) -> None:
    response = browser_of(office.manager).get("/agreements/desk-retail/impact/", {"from": begin, "to": end})
    assert response.status_code in (200, 422)
    assert said in response.content.decode()


def test_a_level_costs_what_was_recorded_last_before_today(story: Story) -> None:
    client = browser_of(story.manager)
    page = client.get("/services/payments/cost/")
    assert "No cost is known yet" in page.content.decode()
    typed = {"kind": "availability", "level": "99,9", "amount": "1200.50", "currency": "eur", "per": "month",
             "since": "2026-01-01", "note": "Offer"}  # fmt: skip
    assert client.post("/services/payments/cost/", typed).status_code == 302
    (row,) = story.indicator.service.level_costs.all()
    assert (row.level, str(row.amount), row.currency) == (">= 99.9%", "1200.50", "EUR")
    assert client.post("/services/payments/cost/", typed | {"level": "very good"}).status_code == 422
    assert client.post("/services/payments/cost/", typed | {"amount": "-1"}).status_code == 422
    assert client.post(f"/services/payments/cost/{row.pk}/remove/").status_code == 302
    assert not story.indicator.service.level_costs.exists()


def test_costs_are_the_providers_alone(story: Story) -> None:
    cost_record(
        service=story.indicator.service, level=">= 99.9%", amount=1, currency="EUR", since=date(2026, 1, 1),
        actor=story.manager, now=NOW,
    )  # fmt: skip
    assert browser_of(story.buyer).get("/services/payments/cost/").status_code == 403
    assert browser_of(story.analyst).get("/services/payments/cost/").status_code == 200
    assert browser_of(story.analyst).post("/services/payments/cost/", {}).status_code == 403
