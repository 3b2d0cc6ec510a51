"""Facts in and results out over HTTP."""

import json

import pytest
from django.urls import include, path
from rest_framework.routers import DefaultRouter
from rest_framework.test import APIClient

from monitoring.api import router_entries
from monitoring.models import Fact, FactBatch, Sample
from monitoring.services.assessment import objective_assess
from monitoring.services.facts import facts_record
from slmo.accounts.models import Organisation
from tests.monitoring.make import (
    DOWN,
    NOW,
    agreement_make,
    at,
    indicator_make,
    organisations_make,
    row,
    service_make,
    user_make,
)

pytestmark = [pytest.mark.django_db, pytest.mark.urls(__name__)]

router = DefaultRouter()
for prefix, viewset, basename in router_entries:
    router.register(prefix, viewset, basename)
urlpatterns = [path("api/v1/", include(router.urls)), path("", include("slmo.urls"))]

OUTAGE = {"start": "2026-03-02T10:00:00Z", "end": "2026-03-02T11:05:00+01:00", "state": "down", "key": "INC-1"}


@pytest.fixture
def indicator(db):
    return indicator_make(gaps_up=True, recorded_from=at("2026-03-01 00:00"))


@pytest.fixture
def olga(indicator):
    return user_make(organisations_make()[0], "olga", 2)


def client_of(user):
    client = APIClient()
    client.force_authenticate(user)
    return client


def post(user, **body):
    return client_of(user).post("/api/v1/facts/", {"indicator": "payments/up", **body}, format="json")


def test_a_delivery_is_accepted_and_the_same_one_again_records_nothing_new(olga):
    first = post(olga, facts=[OUTAGE, {"at": "2026-03-03T00:00:00Z", "state": "up", "scope": "eu"}])
    assert first.status_code == 202
    assert {**first.json(), "batch": 0} == {"batch": 0, "recorded": 2, "new": 2, "replaced": 0, "errors": []}
    again = post(olga, facts=[OUTAGE])
    assert (again.status_code, again.json()["new"]) == (202, 0)
    fact = Fact.objects.get(key="INC-1")
    assert (fact.start, fact.end, fact.origin) == (at("2026-03-02 10:00"), at("2026-03-02 10:05"), "api")
    assert fact.batch.recorded_by == olga


@pytest.mark.wide
@pytest.mark.parametrize(
    ("bad", "field"),
    [
        (17, ""),
        ({}, "start"),
        ({**OUTAGE, "at": "2026-03-02T10:00:00Z"}, "start"),
        ({**OUTAGE, "start": "2026-03-02 10:00"}, "start"),
        ({**OUTAGE, "start": 1_772_445_600}, "start"),
        ({**OUTAGE, "end": "2026-03-02T09:00:00Z"}, "end"),
        ({**OUTAGE, "start": "9999-03-02T09:00:00Z"}, "start"),
        ({**OUTAGE, "state": "broken"}, "state"),
        ({**OUTAGE, "state": ["down"]}, "state"),
        ({**OUTAGE, "scope": 5}, "scope"),
        ({**OUTAGE, "key": None}, "key"),
        ({**OUTAGE, "reference": "a\x00"}, "reference"),
        ({**OUTAGE, "override": True}, "override"),
    ],
)
def test_an_unusable_fact_is_named_and_the_others_are_recorded(olga, bad, field):
    response = post(olga, facts=[bad, OUTAGE])
    assert response.status_code == 202
    assert [(error["index"], error["field"]) for error in response.json()["errors"]] == [(0, field)]
    assert Fact.objects.get().key == "INC-1"


@pytest.mark.parametrize("facts", [None, "x", {}, [OUTAGE] * 5001])
def test_what_is_not_a_list_of_at_most_5000_facts_is_refused(olga, facts):
    assert post(olga, facts=facts).status_code == 400
    assert not Fact.objects.exists()


def test_a_delivery_without_any_usable_fact_is_a_bad_request(olga):
    assert post(olga, facts=[{}]).status_code == 400


def test_who_may_not_see_an_indicator_gets_404_and_who_may_not_record_gets_403(indicator, olga):
    agreement_make(indicator)
    rita = user_make(organisations_make()[1], "rita")
    stranger = user_make(Organisation.objects.create(slug="x", name="X", kind="customer"), "xaver")
    assert post(rita, facts=[OUTAGE]).status_code == 403
    assert post(stranger, facts=[OUTAGE]).status_code == 404
    assert post(olga, facts=[OUTAGE], indicator=["payments"]).status_code == 404
    assert APIClient().post("/api/v1/facts/", {}, format="json").status_code in (401, 403)
    assert not Fact.objects.exists()


@pytest.fixture
def assessed(indicator, olga):
    objective = agreement_make(indicator).objectives.get()
    facts_record(indicator=indicator, rows=[row("2026-04-10 10:00", "2026-04-10 12:00", DOWN)], origin="file", now=NOW)
    objective_assess(objective_id=objective.pk, now=NOW)
    return objective


def get(user, address):
    response = client_of(user).get(f"/api/v1/{address}")
    assert response.status_code == 200, response.content
    return response.json()


def test_results_are_listed_by_objective_time_and_verdict(assessed, olga):
    everything = get(olga, "results/?agreement=payments-retail&objective=availability")
    assert [one["start"][:7] for one in everything["results"]] == ["2026-06", "2026-05", "2026-04", "2026-03"]
    [april] = get(olga, "results/?verdict=breached")["results"]
    assert (april["achieved"], april["good"], april["target"]) == ("0.997222222", "2584800.000000", ">= 99.9%")
    assert get(olga, "results/?from=2026-05-01&to=2026-06-01")["count"] == 1
    assert get(olga, f"results/{april['id']}/")["start"] == april["start"]
    assert client_of(olga).get("/api/v1/results/?from=yesterday").status_code == 400


def test_facts_statuses_and_breaches_are_listed(assessed, olga):
    [fact] = get(olga, "facts/?indicator=payments/up&from=2026-04-10&to=2026-04-11")["results"]
    assert (fact["state"], fact["indicator"]) == ("down", "payments/up")
    assert get(olga, "facts/?to=2026-04-10T09:00:00Z")["count"] == 0
    assert get(olga, "facts/?known_at=2026-06-01")["count"] == 0
    [status] = get(olga, "statuses/?verdict=on_track")["results"]
    assert (status["objective"], status["now_state"]) == ("availability", "up")
    [breach] = get(olga, "breaches/?state=open&from=2026-04-01&to=2026-05-01")["results"]
    assert (breach["agreement"], breach["historic"]) == ("payments-retail", True)
    assert get(olga, f"breaches/{breach['id']}/")["state"] == "open"


def test_another_customers_results_do_not_exist(assessed):
    stranger = user_make(Organisation.objects.create(slug="x", name="X", kind="customer"), "xaver")
    for address in ("results/", "facts/", "statuses/", "breaches/"):
        assert get(stranger, address)["count"] == 0
    result = assessed.results.first()
    assert client_of(stranger).get(f"/api/v1/results/{result.pk}/").status_code == 404


@pytest.mark.parametrize("address", ["results/", "facts/", "statuses/", "breaches/"])
def test_a_list_takes_few_queries_whatever_its_length(assessed, olga, django_assert_max_num_queries, address):
    with django_assert_max_num_queries(4):
        get(olga, address)


def push(user, body, **headers):
    """Post a body as it is."""
    sent = {f"HTTP_{name.upper()}": value for name, value in headers.items()}
    body = body if isinstance(body, bytes | str) else json.dumps(body)
    return client_of(user).generic("POST", "/api/v1/facts/", body, content_type="application/json", **sent)


def test_a_delivery_under_a_key_is_answered_as_before_and_not_taken_again(olga):
    body = {"indicator": "payments/up", "facts": [OUTAGE, {}]}
    first, again = push(olga, body, idempotency_key="k-1"), push(olga, body, idempotency_key="k-1")
    assert (first.status_code, again.status_code) == (202, 202)
    assert again.json() == first.json()
    assert ("Idempotency-Replayed" in first, again["Idempotency-Replayed"]) == (False, "true")
    assert FactBatch.objects.count() == 1
    assert push(olga, {**body, "facts": []}, idempotency_key="k-1").status_code == 422
    other = user_make(organisations_make()[0], "otto", 2)
    assert push(other, body, idempotency_key="k-1").json()["batch"] != first.json()["batch"]


@pytest.mark.parametrize("body", ["{", {"indicator": "payments/up", "facts": [{}]}, {"indicator": "nobody/up"}])
def test_a_delivery_that_failed_leaves_its_key_free(olga, body):
    assert push(olga, body, idempotency_key="k-2").status_code in (400, 404)
    assert push(olga, {"indicator": "payments/up", "facts": [OUTAGE]}, idempotency_key="k-2").status_code == 202


@pytest.mark.parametrize("key", ["", " ", "x" * 201, "a\tb"])
def test_what_is_no_key_is_refused(olga, key):
    assert push(olga, {"indicator": "payments/up", "facts": [OUTAGE]}, idempotency_key=key).status_code == 400


@pytest.mark.parametrize("body", [b"\xff", "[" * 100_000, '{"facts": NaN}', "9" * 5000])
def test_a_body_that_is_no_json_is_told_so(olga, body):
    answer = push(olga, body)
    assert (answer.status_code, "not JSON" in str(answer.json())) == (400, True)


def test_a_body_that_is_too_large_is_refused(olga, settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1000
    for headers in ({}, {"idempotency_key": "k-3"}):
        assert push(olga, {"indicator": "payments/up", "facts": [OUTAGE] * 20}, **headers).status_code == 413


def test_numbers_are_kept_as_they_were_written(olga):
    indicator_make(service_make("search"), "speed", kind="value")
    numbers = {"2026-03-02T10:00:00Z": "0.123456789012345", "2026-03-02T10:00:01Z": "0.1234567890123456789"}
    facts = ", ".join(f'{{"at": "{at_}", "value": {number}}}' for at_, number in numbers.items())
    answer = push(olga, f'{{"indicator": "search/speed", "facts": [{facts}]}}')
    assert [one["index"] for one in answer.json()["errors"]] == [1]  # more digits than are kept: refused, not rounded
    assert str(Sample.objects.get().value) == "0.123456789012345"
