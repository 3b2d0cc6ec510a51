"""Catalogue and agreements over HTTP."""

from types import SimpleNamespace
from typing import Any

import pytest
from django.urls import include, path
from rest_framework.routers import DefaultRouter

from agreements.api import router_entries
from agreements.services import version_draft
from slmo.core.terms import document_digest
from tests.agreements.table import NOW, contract, many, signed
from tests.agreements.test_scope import client_of

router = DefaultRouter()
for prefix, viewset, basename in router_entries:
    router.register(prefix, viewset, basename=basename)
urlpatterns = [path("api/v1/", include(router.urls)), path("", include("slmo.urls"))]
pytestmark = pytest.mark.urls(__name__)


def get(who: Any, address: str, status: int = 200) -> Any:
    answer = client_of(who).get(f"/api/v1/{address}")
    assert answer.status_code == status, answer.content
    return answer.json()


def test_services_agreements_and_objectives_are_scoped(table: SimpleNamespace) -> None:
    signed(table.draft)
    signed(contract(table).versions.get())
    assert [one["slug"] for one in get(table.watcher, "services/")["results"]] == ["compute", "payments"]
    assert [one["slug"] for one in get(table.carl, "services/")["results"]] == ["payments"]
    assert get(table.bella, "agreements/")["results"] == []
    assert get(table.bella, "objectives/")["results"] == []
    get(table.bella, "agreements/payments-retail/", 404)
    get(table.bella, "agreements/payments-retail/versions/", 404)
    get(table.bella, "services/payments/", 404)


def test_a_version_comes_with_the_document_that_its_digest_is_of(table: SimpleNamespace) -> None:
    signed(table.draft)
    version_draft(agreement=table.agreement, actor=None, now=NOW)
    versions = get(table.carl, "agreements/payments-retail/versions/")
    assert [one["number"] for one in versions] == [1]
    assert document_digest(versions[0]["document"]) == versions[0]["digest"]
    assert {one["side"] for one in versions[0]["signatures"]} == {"provider", "customer"}
    assert get(table.carl, "agreements/payments-retail/versions/1/") == versions[0]
    get(table.carl, "agreements/payments-retail/versions/2/", 404)
    assert len(get(table.manager, "agreements/payments-retail/versions/")) == 2


def test_objectives_carry_the_terms_in_force(table: SimpleNamespace) -> None:
    signed(table.draft)
    (objective,) = get(table.carl, "objectives/?agreement=payments-retail")["results"]
    assert objective["terms"]["target"] == ">= 99.9%"
    assert objective["indicator"] == "payments/availability"
    assert get(table.carl, "objectives/?service=other")["results"] == []


def test_lists_narrow_by_query_and_ignore_nonsense(table: SimpleNamespace) -> None:
    signed(table.draft)
    signed(contract(table).versions.get())
    assert [one["slug"] for one in get(table.manager, "agreements/?type=UC")["results"]] == ["compute-uc"]
    assert [one["standing"] for one in get(table.manager, "agreements/?standing=in_force")["results"]] == [
        "in_force"
    ] * 2
    assert get(table.manager, "services/?criticality=x&organisation=nobody%00")["results"] == []


@pytest.mark.wide
@pytest.mark.parametrize("address", ["services/", "agreements/", "objectives/"])
def test_lists_take_a_constant_number_of_queries(
    table: SimpleNamespace, django_assert_max_num_queries: Any, address: str
) -> None:
    many(table, 8)
    client = client_of(table.manager)
    with django_assert_max_num_queries(9):
        assert client.get(f"/api/v1/{address}").json()["count"] >= 8


def test_without_a_log_in_there_is_nothing(client: Any, table: SimpleNamespace) -> None:
    assert client.get("/api/v1/services/").status_code in {401, 403}
