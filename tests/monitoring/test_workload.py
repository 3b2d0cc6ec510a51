"""A workload limit in the portal: the volume of one objective suspends or re-prices the target of another."""

import json
import shlex
from datetime import timedelta

import pytest
from django.test import Client

from agreements.services import agreement_create
from monitoring.figures.cut import cut_of
from monitoring.figures.export import command_line
from monitoring.figures.verify import figure_verify, figures_of
from monitoring.models import Breach, LedgerDay, PeriodResult
from monitoring.services.assessment import objective_assess, objectives_due
from monitoring.services.facts import facts_record
from monitoring.services.ledger import ledger_differences
from slmo.assess import main
from slmo.core.report_json import entry_json
from tests.monitoring.kind_stories import bucket
from tests.monitoring.make import (
    DOWN,
    NOW,
    UP,
    document_make,
    indicator_make,
    organisations_make,
    row,
    service_make,
    sign,
    terms_make,
    user_make,
)

pytestmark = pytest.mark.django_db

ORDERS = {"name": "orders", "indicator": "ratio", "target": ">= 1%", "period": "month"}
FEBRUARY = {"start__month": 1, "start__day": 31}
DOWN_ON_THE_10TH = row("2026-02-10 10:00", "2026-02-10 12:00", DOWN)


class Shop:
    """An agreement on a shop that is up as long as few enough orders come in."""

    def __init__(self, **terms):
        """Sign it and record January to May as up, with two hours down on 10 February."""
        service = service_make("shop")
        self.state = indicator_make(service, "state")
        self.volume = indicator_make(service, "orders", kind="ratio")
        provider, customer = organisations_make()
        objectives = [terms_make(workload={"objective": "orders", **terms}), ORDERS]
        self.agreement = agreement_create(
            slug="shop", title="shop", service=service, provider=provider, customer=customer,
            timezone="Europe/Berlin", document=document_make("shop", objectives), actor=None,
            now=NOW - timedelta(days=365),
        )  # fmt: skip
        sign(self.agreement.versions.get())
        self.objective = self.agreement.objectives.get(name="availability")
        for name, indicator in (("availability", self.state), ("orders", self.volume)):
            self.agreement.objectives.filter(name=name).update(indicator=indicator)
        self.objective.refresh_from_db()
        self.tell(self.state, row("2026-01-01 00:00", "2026-06-01 00:00", UP), DOWN_ON_THE_10TH)

    def tell(self, indicator, *rows, now=NOW):
        """Record facts."""
        facts_record(indicator=indicator, rows=rows, origin="file", now=now)

    def assess(self, now=NOW):
        """Assess whatever is due of the objective and return the result of February."""
        objective_assess(objective_id=self.objective.pk, now=now, only_due=True)
        return PeriodResult.objects.get(objective=self.objective, current=True, start="2026-01-31T23:00:00Z")


def test_a_month_with_more_orders_than_agreed_is_not_judged_and_its_breach_is_withdrawn():
    shop = Shop(limit="<= 100")
    assert (shop.assess().verdict, Breach.objects.get().state) == ("breached", "open")
    assert objectives_due(NOW) == [shop.agreement.objectives.get(name="orders").pk]
    shop.tell(shop.volume, bucket("2026-02-20 09:00", 60, 60), bucket("2026-02-21 09:00", 40, 41))
    assert shop.objective.pk in objectives_due(NOW), "the volume of another objective bears on this one"
    found = shop.assess(NOW + timedelta(minutes=1))
    assert (found.verdict, found.achieved, found.total) == ("no_data", "", 0)
    assert found.seconds["excluded"] == 28 * 86_400
    assert Breach.objects.get().state == "withdrawn"
    assert ledger_differences(objective=shop.objective, now=NOW) == []


def test_beyond_the_limit_the_other_target_judges():
    shop = Shop(limit="<= 100", beyond=">= 99.5%")
    shop.tell(shop.volume, bucket("2026-02-20 09:00", 60, 101))
    found = shop.assess()
    assert (found.verdict, found.target) == ("met", ">= 99.5%")


def test_a_day_with_more_orders_than_agreed_does_not_count_in_the_ledger():
    shop = Shop(limit="<= 100", per="day")
    shop.tell(shop.volume, bucket("2026-02-10 09:00", 60, 101), bucket("2026-02-10 23:30", 60, 100))
    found = shop.assess()
    assert (found.verdict, found.seconds["excluded"]) == ("met", 86_400)
    before = LedgerDay.objects.get(objective=shop.objective, day="2026-02-10")
    assert (before.excluded, before.down, before.unadjusted["down"]) == (86_400, 0, 7200)
    shop.tell(shop.volume, bucket("2026-02-12 09:00", 60, 99), now=NOW + timedelta(minutes=1))
    assert shop.assess(NOW + timedelta(minutes=2)).verdict == "met"
    assert LedgerDay.objects.get(objective=shop.objective, day="2026-02-12").excluded == 0
    assert ledger_differences(objective=shop.objective, now=NOW) == []


@pytest.fixture
def client():
    """Return the browser of somebody who may see and export everything of the provider."""
    browser = Client()
    browser.force_login(user_make(organisations_make()[0], "mona", 5))
    return browser


@pytest.mark.wide
@pytest.mark.parametrize(
    ("terms", "sentence"),
    [
        ({"limit": "<= 100"}, "The volume of orders was 101, beyond the limit of 100: the target is suspended."),
        ({"limit": "<= 101"}, "The volume of orders was 101, within the agreed limit of 101."),
        (
            {"limit": "<= 100", "beyond": ">= 99.5%"},
            "The volume of orders was 101, beyond the limit of 100: the target is 99.5",
        ),
        (
            {"limit": "<= 100", "per": "hour"},
            "The volume of orders was beyond the limit of 100 in 1 hour, which does not count.",
        ),
    ],
)
def test_the_page_says_what_came_and_its_files_give_the_same_bytes(
    terms, sentence, client, tmp_path, monkeypatch, capsys
):
    shop = Shop(**terms)
    shop.tell(shop.volume, bucket("2026-02-10 10:00", 60, 101))
    found = shop.assess()
    page = client.get(f"/figures/{found.pk}/").content.decode()
    assert sentence in page
    assert f"/figures/{found.pk}/volume/orders.csv" in page
    monkeypatch.chdir(tmp_path)
    for name in ("agreement.yaml", "facts.csv", "volume/orders.csv"):
        answer = client.get(f"/figures/{found.pk}/{name}")
        (tmp_path / answer["Content-Disposition"].split('"')[1]).write_bytes(answer.content)
    cut = cut_of(found)
    assert main(shlex.split(command_line(cut))[3:]) == 0
    printed = capsys.readouterr().out
    assert entry_json(figures_of(cut).to_json(cut.terms.timezone)) in printed
    assert json.loads(printed)["facts_sha256"] == cut.facts.digest()
    verified = figure_verify(found, NOW + timedelta(hours=1))
    assert [field.name for field in verified.fields if not field.equal] == []


def test_there_is_no_file_of_a_volume_that_nothing_limits(client):
    shop = Shop(limit="<= 100")
    found = shop.assess()
    assert client.get(f"/figures/{found.pk}/volume/orders.csv").status_code == 404
