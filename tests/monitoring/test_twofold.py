"""Where both parties measure an objective, the measurement that the agreement names is judged, and no other."""

import shlex
from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.test import Client

from agreements.models import Indicator, Objective
from agreements.selectors import indicators_visible
from agreements.services import indicator_create, objective_measure, version_draft
from monitoring.batch import results_differing
from monitoring.figures.cut import cut_of, outages_of
from monitoring.figures.export import command_line
from monitoring.figures.verify import figure_verify, figures_of
from monitoring.instants import instant_of
from monitoring.models import LedgerDay, ObjectiveStatus, PeriodResult
from monitoring.services.assessment import objectives_due
from monitoring.services.correction import correction_approve, correction_propose
from monitoring.services.ledger import ledger_differences
from slmo.accounts.errors import Denied
from slmo.accounts.models import Organisation
from slmo.assess import main
from slmo.core.report_json import entry_json
from slmo.core.units import Window
from slmo.notify.models import Message
from tests.monitoring.assessing import assess, deliver, verdicts
from tests.monitoring.make import (
    DOWN,
    NOW,
    UP,
    agreement_make,
    amend,
    at,
    indicator_make,
    objective_make,
    organisations_make,
    row,
    sign,
    terms_make,
    user_make,
)
from tests.monitoring.twofold import MINE, WHOLE, twofold_make

pytestmark = pytest.mark.django_db

TERMS = [{}, {"rules": "provider"}, {"rules": "customer"}, {"rules": "customer", "silent": "other"}]
SOON = NOW + timedelta(seconds=1)


def april(objective):
    return PeriodResult.objects.get(objective=objective, start=at("2026-04-01 00:00"))


@pytest.mark.parametrize(("terms", "down"), list(zip(TERMS, [1200, 1200, 3600, 3600], strict=True)))
def test_the_measurement_that_rules_is_judged_whoever_computes_it(terms, down):
    objective = twofold_make(**terms)
    assess(objective, SOON)
    found = april(objective)
    assert found.seconds["down"] == down
    assert verdicts(objective)["2026-04"] == ("breached" if down > 2592 else "met")
    assert ledger_differences(objective=objective, now=SOON) == []
    window = Window(instant_of(found.start), instant_of(found.end))
    assert list(results_differing(Objective.objects.all(), window, instant_of(SOON))) == []


@pytest.mark.parametrize("terms", TERMS[1::2])
def test_the_exported_files_give_the_same_figure_byte_for_byte(terms, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    objective = twofold_make(**terms)
    assess(objective, SOON)
    client = Client()
    client.force_login(user_make(organisations_make()[0], "mona", 5))
    for name in ("agreement.yaml", "facts.csv"):
        answer = client.get(f"/figures/{april(objective).pk}/{name}")
        (tmp_path / answer["Content-Disposition"].split('"')[1]).write_bytes(answer.content)
    cut = cut_of(april(objective))
    assert main(shlex.split(command_line(cut))[3:]) == 0
    assert entry_json(figures_of(cut).to_json(cut.terms.timezone)) in capsys.readouterr().out
    verified = figure_verify(april(objective), SOON + timedelta(hours=1))
    assert [field.name for field in verified.fields if not field.equal] == []
    rules = terms.get("rules") == "customer"
    assert [one.seconds for one in outages_of(cut)] == [3600 if rules else 1200]
    assert ("T10:20:00" in (tmp_path / answer["Content-Disposition"].split('"')[1]).read_text()) is not rules


def test_while_the_ruling_source_is_silent_the_other_stands_in_where_that_is_agreed():
    objective = twofold_make(facts=False, rules="customer", silent="other")
    deliver(objective.indicator, WHOLE, MINE)
    deliver(objective.customer_indicator, row("2026-03-01 00:00", "2026-04-10 10:10", UP))
    assess(objective, SOON)
    assert (april(objective).seconds["down"], april(objective).seconds["unknown"]) == (600, 0)
    amend(objective.agreement, "2026-01-02", measurement={"rules": "customer"}, now=SOON)
    assess(objective, SOON + timedelta(seconds=1))
    assert april(objective).seconds["down"] == 0
    assert april(objective).seconds["unknown"] == (at("2026-05-01 00:00") - at("2026-04-10 10:10")).total_seconds()


def test_an_amendment_that_lets_the_other_rule_leaves_earlier_time_as_it_is():
    objective = twofold_make(rules="provider")
    assess(objective, SOON)
    amend(objective.agreement, "2026-04-11", measurement={"rules": "customer"}, now=SOON)
    deliver(objective.customer_indicator, row("2026-04-20 10:00", "2026-04-20 10:05", DOWN, key="p"), now=SOON)
    assess(objective, SOON + timedelta(seconds=1))
    assert april(objective).seconds["down"] == 1200 + 300
    assert ledger_differences(objective=Objective.objects.get(), now=SOON) == []


def test_facts_of_the_measurement_that_does_not_rule_change_no_figure():
    objective = twofold_make(rules="provider")
    assess(objective, SOON)
    results, ledger = (list(model.objects.values().order_by("pk")) for model in (PeriodResult, LedgerDay))
    later = SOON + timedelta(minutes=1)
    deliver(objective.customer_indicator, row("2026-04-12 10:00", "2026-04-12 20:00", DOWN, key="x"), now=later)
    assert objectives_due(later) == [objective.pk]
    assess(objective, later)
    ended = [one for one in PeriodResult.objects.values().order_by("pk") if one["end"] <= NOW]
    assert ended == [one for one in results if one["end"] <= NOW]
    assert [one for one in LedgerDay.objects.values().order_by("pk") if one["day"] < NOW.date()] == [
        one for one in ledger if one["day"] < NOW.date()
    ]


def test_an_objective_with_one_measurement_keeps_the_basis_that_it_had():
    objective = objective_make()
    assess(objective)
    status = ObjectiveStatus.objects.get(objective=objective)
    assert objectives_due(NOW) == []
    with_both = twofold_make_beside(objective)
    assert objectives_due(NOW) == [with_both.pk]
    assess(with_both)
    assert objectives_due(NOW) == []
    assert ObjectiveStatus.objects.get(objective=objective).basis != status.basis


def twofold_make_beside(objective):
    """Give an objective a second measurement."""
    second = indicator_create(
        service=objective.indicator.service, slug="second", name="second",
        measured_by=objective.agreement.customer, actor=None, now=NOW,
    )  # fmt: skip
    return objective_measure(
        objective=objective, indicator=objective.indicator, customer_indicator=second, actor=None, now=NOW
    )


def test_only_the_measurement_of_the_right_party_can_be_chosen():
    first = indicator_make()
    _provider, customer = organisations_make()
    other = Organisation.objects.create(slug="bank", name="Bank", kind="customer")
    theirs, foreign, events = (
        indicator_create(
            service=first.service, slug=slug, name=slug, kind=kind, measured_by=party, actor=None, now=NOW
        )
        for slug, kind, party in (
            ("a", "availability", customer), ("b", "availability", other), ("c", "ratio", customer),
        )
    )  # fmt: skip
    objective = agreement_make(first).objectives.get()
    for chosen, field in (
        ((theirs, None), "indicator"), ((first, foreign), "customer_indicator"), ((first, first), "customer_indicator"),
        ((None, theirs), "customer_indicator"), ((first, events), "customer_indicator"),
    ):  # fmt: skip
        with pytest.raises(ValidationError) as refused:
            objective_measure(
                objective=objective, indicator=chosen[0], customer_indicator=chosen[1], actor=None, now=NOW
            )
        assert list(refused.value.message_dict) == [field]
    made = objective_measure(objective=objective, indicator=first, customer_indicator=theirs, actor=None, now=NOW)
    assert made.is_measured_twice


def test_a_customers_measurement_is_seen_by_its_parties_alone():
    objective = twofold_make(rules="customer")
    other = Organisation.objects.create(slug="bank", name="Bank", kind="customer")
    agreement_make(objective.indicator, slug="payments-bank").__class__.objects.filter(slug="payments-bank").update(
        customer=other
    )
    seen = {
        name: set(indicators_visible(user_make(party, name)).values_list("slug", flat=True))
        for name, party in (("carl", organisations_make()[1]), ("bea", other))
    }
    assert seen == {"carl": {"up", "up-retail"}, "bea": {"up"}}
    assert Indicator.objects.count() == 2


def test_a_customers_measurement_is_written_by_that_customer_and_by_nobody_else():
    objective = twofold_make(rules="customer")
    provider, customer = organisations_make()
    mona, carl = user_make(provider, "mona", 6), user_make(customer, "carl")
    body = {"indicator": "payments/up-retail", "facts": [{"start": "2026-05-01T00:00:00Z", "state": "down"}]}
    for user, status in ((mona, 403), (carl, 202)):
        client = Client()
        client.force_login(user)
        assert client.post("/api/v1/facts/", body, content_type="application/json").status_code == status
        page = client.get("/operations/indicators/payments/up-retail/").content.decode()
        assert ("Enter a fact" in page) is (user == carl)
        assert ("Import facts" in page) is (user == carl)
        entered = client.get("/operations/indicators/payments/up-retail/record/").status_code
        assert entered == (200 if user == carl else 403)
    body["indicator"] = "payments/up"
    assert client.post("/api/v1/facts/", body, content_type="application/json").status_code == 403
    assert objective.customer_indicator.facts.filter(batch__recorded_by=carl).count() == 1


def test_a_correction_of_a_customers_measurement_needs_that_customers_approval():
    objective = twofold_make(rules="customer")
    provider, customer = organisations_make()
    olga, hans, carl = user_make(provider, "olga", 3), user_make(provider, "hans", 6), user_make(customer, "carl")
    item = {"start": "2026-04-10T10:20:00Z", "end": "2026-04-10T11:00:00Z", "state": "up"}
    correction = correction_propose(
        indicator=objective.customer_indicator, rows=[item], reason="The probe's own line was down.",
        evidence="Ticket 4711.", actor=olga, now=SOON,
    )  # fmt: skip
    assert Message.objects.get(kind="approval_asked").recipient_ids == [carl.pk]
    with pytest.raises(Denied):
        correction_approve(correction=correction, actor=hans, now=SOON)
    client = Client()
    client.force_login(carl)
    assert client.get("/").content.decode().count("The probe&#x27;s own line was down.") == 1
    assert "Approve the correction" in client.get(f"/operations/corrections/{correction.pk}/").content.decode()
    correction_approve(correction=correction, actor=carl, now=SOON)
    assess(objective, SOON + timedelta(seconds=1))
    assert april(objective).seconds["down"] == 1200


def test_a_customers_measurement_is_chosen_by_people_and_never_by_itself():
    objective = twofold_make(facts=False)
    objective.indicator.delete()
    agreement = agreement_make(Indicator.objects.get(), slug="payments-second")
    version = agreement.versions.get()
    document = {**version.document, "spec": {**version.document["spec"], "effective": {"from": "2026-07-01"}}}
    document["spec"]["objectives"] = [*document["spec"]["objectives"], terms_make(name="at-night")]
    sign(
        version_draft(
            agreement=agreement, document=document, effective_from=date(2026, 7, 1), actor=None, now=NOW
        )
    )  # fmt: skip
    assert agreement.objectives.get(name="at-night").indicator is None
