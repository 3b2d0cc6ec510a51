"""Two measurements side by side: what is compared, shown, told, and to whom."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from agreements.models import Objective
from agreements.services import indicator_create, objective_measure
from monitoring.models import Breach, Difference, LedgerDay, ObjectiveStatus, PeriodResult
from monitoring.services.assessment import RETRY_AFTER
from monitoring.services.difference import differences_due, differences_follow, differences_sweep
from slmo.accounts.models import Organisation
from slmo.audit.models import Entry
from slmo.notify.models import Message
from tests.monitoring.assessing import assess, deliver
from tests.monitoring.kind_stories import bucket
from tests.monitoring.make import DOWN, NOW, agreement_make, at, indicator_make, organisations_make, row, user_make
from tests.monitoring.twofold import MINE, WHOLE, twofold_make

pytestmark = pytest.mark.django_db

SOON = NOW + timedelta(seconds=1)
MAY = at("2026-05-20 12:00")  # April has ended lately
PATH = "/agreements/payments-retail/objectives/availability/measurements/"


def compared(objective, now=SOON):
    assess(objective, now)
    differences_follow(objective_id=objective.pk, now=now)
    return {f"{one.start:%m}": one for one in Difference.objects.filter(objective=objective)}


def browser(organisation, name, level=None):
    client = Client()
    client.force_login(user_make(organisation, name, level))
    return client


def test_each_period_is_compared_by_figures_and_by_seconds():
    objective = twofold_make(rules="provider")
    found = compared(objective)
    assert sorted(found) == ["03", "04", "05", "06"]
    april = found["04"]
    assert (april.provider["achieved"], april.customer["achieved"]) == ("0.999537037", "0.998611111")
    assert (april.difference, april.rules, april.above) == ("0.000925925", "provider", None)
    assert (april.provider_down, april.customer_down, april.disagreed, april.agreed) == (0, 2400, 2400, 2_589_600)
    assert (found["05"].difference, found["05"].disagreed) == ("0.000000000", 0)


def test_what_each_says_alone_does_not_hang_on_who_rules():
    april = compared(twofold_make(rules="customer", silent="other"))["04"]
    assert (april.provider["achieved"], april.customer["achieved"]) == ("0.999537037", "0.998611111")
    assert (april.rules, april.disagreed, april.agreed) == ("customer", 2400, 2_589_600)


def test_silence_of_one_is_told_apart_from_a_disagreement():
    objective = twofold_make(facts=False, rules="provider")
    deliver(objective.indicator, WHOLE, MINE)
    deliver(objective.customer_indicator, row("2026-04-10 10:00", "2026-04-10 11:00", DOWN, key="p"))
    april = compared(objective)["04"]
    assert (april.customer_down, april.provider_silent) == (2400, 0)
    assert april.customer_silent == 2_592_000 - 3600
    assert april.agreed == 1200


def test_a_measurement_without_any_fact_has_no_figure_and_nothing_differs():
    objective = twofold_make(facts=False, rules="provider", notice_above="0%")
    deliver(objective.indicator, WHOLE, MINE)
    april = compared(objective)["04"]
    assert (april.customer["verdict"], april.difference, april.above, april.told_at) == ("no_data", "", None, None)
    assert not Message.objects.filter(kind="measurements_differ").exists()


def test_both_parties_are_told_once_for_a_period_that_differs_by_more_than_agreed():
    objective = twofold_make(rules="provider", notice_above="0.05%")
    mona, carl = user_make(organisations_make()[0], "mona", 5), user_make(organisations_make()[1], "carl")
    bea = user_make(Organisation.objects.create(slug="bank", name="Bank", kind="customer"), "bea")
    assert compared(objective, MAY)["04"].told_at == MAY
    (message,) = Message.objects.filter(kind="measurements_differ")
    assert message.recipient_ids == sorted([mona.pk, carl.pk])
    assert bea.pk not in message.recipient_ids
    assert message.url == f"{PATH}?period=2026-04-01"
    later = MAY + timedelta(minutes=1)
    deliver(objective.customer_indicator, row("2026-04-11 10:00", "2026-04-11 11:00", DOWN, key="q"), now=later)
    april = compared(objective, later)["04"]
    assert (april.disagreed, april.told_at) == (2400 + 3600, MAY)
    assert Message.objects.filter(kind="measurements_differ").count() == 1
    assert Entry.objects.filter(action="difference_told").count() == 1


def test_of_a_period_long_past_nobody_is_told():
    objective = twofold_make(rules="provider", notice_above="0.05%")
    april = compared(objective)["04"]
    assert (april.above, april.told_at) == (True, None)
    assert not Message.objects.filter(kind="measurements_differ").exists()


def test_a_difference_within_what_was_agreed_is_told_to_nobody():
    objective = twofold_make(rules="provider", notice_above="0.1%")
    assert compared(objective, MAY)["04"].above is False
    assert not Message.objects.filter(kind="measurements_differ").exists()


def test_a_young_period_is_held_against_its_whole_time():
    objective = twofold_make(rules="provider", notice_above="0.3%")
    day = at("2026-06-02 12:00")
    row_ = row("2026-06-01 10:00", "2026-06-01 11:00", DOWN, key="early")
    deliver(objective.customer_indicator, row_, now=day)
    june = compared(objective, day)["06"]
    assert june.difference > "0.02"  # an hour of a day and a half; of all June it is 0.14 %
    assert june.above is False


def test_facts_of_either_side_are_compared_without_touching_what_is_judged():
    objective = twofold_make(rules="provider")
    compared(objective)
    before = [list(model.objects.values()) for model in (Breach, LedgerDay, PeriodResult)]
    assert differences_due(SOON) == []
    deliver(objective.customer_indicator, row("2026-04-12 10:00", "2026-04-12 22:00", DOWN, key="x"), now=SOON)
    assess(objective, SOON)
    assert differences_due(SOON) == [objective.pk]
    assert differences_sweep(clock=lambda: SOON, budget=timedelta(seconds=20)) == 1
    assert Difference.objects.get(start=at("2026-04-01 00:00")).customer_down == 2400 + 43_200
    assert [list(model.objects.values()) for model in (Breach, LedgerDay, PeriodResult)] == before


def test_one_that_can_not_be_compared_is_tried_again_later_and_is_told_once_it_is_mended(caplog):
    objective = twofold_make(rules="provider")
    assess(objective, SOON)
    row_of = ObjectiveStatus.objects.filter(objective=objective)
    with connection.cursor() as cursor:  # the database takes no comparison of this objective
        cursor.execute(
            "ALTER TABLE monitoring_difference ADD CONSTRAINT barred CHECK (objective_id <> %s)", [objective.pk]
        )
    later = SOON + RETRY_AFTER
    for moment, tries in ((SOON, 1), (SOON + timedelta(seconds=30), 1), (later, 2)):
        assert differences_sweep(clock=lambda moment=moment: moment, budget=timedelta(seconds=20)) == 0
        assert sum("could not be compared" in one.message for one in caplog.records) == tries
    assert row_of.get().compare_retry_at == later + RETRY_AFTER
    assert (differences_due(later), Difference.objects.exists()) == ([], False)
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE monitoring_difference DROP CONSTRAINT barred")
    assert differences_sweep(clock=lambda: later + RETRY_AFTER, budget=timedelta(seconds=20)) == 1
    assert (row_of.get().compare_retry_at, row_of.get().compare_from) == (None, None)
    assert Difference.objects.filter(objective=objective).count() == 4


def test_an_objective_with_one_measurement_is_never_compared():
    objective = agreement_make(indicator_make()).objectives.get()
    deliver(objective.indicator, WHOLE)
    assess(objective)
    assert differences_due(SOON) == []
    assert ObjectiveStatus.objects.get(objective=objective).compare_from is None


def test_a_rolling_period_is_one_row_that_moves():
    objective = twofold_make(rules="provider", period="rolling 70d", notice_above="0.01%")
    compared(objective)
    later = SOON + timedelta(hours=1)
    (one,) = compared(objective, later).values()
    assert (one.end, one.told_at) == (later, SOON)
    assert Message.objects.filter(kind="measurements_differ").count() == 1


def test_the_page_shows_both_figures_and_where_they_disagree():
    objective = twofold_make(rules="customer", silent="other", notice_above="0.05%")
    compared(objective)
    Difference.objects.filter(above=True).update(told_at=SOON)
    client = browser(organisations_make()[1], "carl")
    shown = client.get(f"{PATH}?period=2026-04-01").content.decode()
    for text in (
        "99.95",
        "99.86",
        "0.0925 percentage points",
        "The customer&#x27;s measurement rules",
        "Both sides were told",
    ):
        assert text in shown, text
    assert "Choose what measures it" not in shown
    objective_page = client.get(reverse("objective", args=["payments-retail", "availability"]) + "?period=2026-04-01")
    assert f"{PATH}?period=2026-04-01" in objective_page.content.decode()


def test_other_customers_and_strangers_see_nothing_of_it():
    objective = twofold_make(rules="customer")
    compared(objective)
    other = Organisation.objects.create(slug="bank", name="Bank", kind="customer")
    bea = browser(other, "bea")
    assert bea.get(PATH).status_code == 404
    assert bea.get("/api/v1/differences/").json()["results"] == []
    assert bea.get("/operations/indicators/payments/up-retail/").status_code == 404
    carl = browser(organisations_make()[1], "carl")
    listed = carl.get("/api/v1/differences/?agreement=payments-retail&from=2026-04-02&to=2026-04-20").json()["results"]
    assert [(one["start"], one["rules"], one["disagreed"]) for one in listed] == [
        ("2026-04-01T00:00:00Z", "customer", 2400)
    ]


def test_without_a_second_measurement_the_page_says_what_it_is_for():
    agreement_make(indicator_make())
    shown = browser(organisations_make()[0], "mona", 5).get(PATH).content.decode()
    assert "One measurement only" in shown
    assert reverse("indicator_new", args=["payments"]) in shown


def test_the_form_offers_the_customers_measurement_only_for_the_customer():
    objective = twofold_make()
    client = browser(organisations_make()[0], "mona", 5)
    address = reverse("objective_measure", args=["payments-retail", "availability"])
    answer = client.post(address, {"indicator": objective.customer_indicator_id, "customer_indicator": ""})
    assert answer.status_code == 422
    answer = client.post(address, {"indicator": objective.indicator_id, "customer_indicator": ""})
    assert answer.status_code == 302
    assert Objective.objects.get().customer_indicator is None


def test_an_objective_that_is_measured_once_again_shows_no_second_figure():
    objective = twofold_make(rules="provider")
    compared(objective)
    objective_measure(objective=objective, indicator=objective.indicator, actor=None, now=SOON)
    assert "One measurement only" in browser(organisations_make()[0], "mona", 5).get(PATH).content.decode()


def test_shares_of_events_are_compared_by_their_figures_alone():
    first = indicator_make(kind="ratio")
    theirs = indicator_create(
        service=first.service, slug="theirs", name="theirs", kind="ratio", measured_by=organisations_make()[1],
        actor=None, now=NOW,
    )  # fmt: skip
    said = {"rules": "customer", "notice_above": "1%"}
    agreement = agreement_make(first, indicator="ratio", target=">= 99%", measurement=said)
    objective = agreement.objectives.get()
    objective_measure(objective=objective, indicator=first, customer_indicator=theirs, actor=None, now=NOW)
    for indicator, good in ((first, 1000), (theirs, 950)):
        for day in ("2026-04-10 10:00", "2026-05-10 10:00"):
            deliver(indicator, bucket(f"{day[:10]}T{day[11:]}:00Z", good, 1000))
    found = compared(Objective.objects.get(), MAY)
    assert (found["04"].difference, found["04"].above, found["04"].disagreed) == ("0.050000000", True, None)
    assert (found["05"].difference, found["05"].above) == ("0.050000000", None)  # more events may come until June
    compared(Objective.objects.get())
    assert PeriodResult.objects.get(start=at("2026-04-01 00:00")).achieved == "0.950000000"
    shown = browser(organisations_make()[1], "carl").get(f"{PATH}?period=2026-04-01")
    assert "5 percentage points" in shown.content.decode()
    assert "one says up" not in shown.content.decode()
