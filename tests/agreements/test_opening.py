"""How agreements and services are begun, and how many queries their lists take."""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from agreements.models import Agreement
from agreements.services import document_write, service_create
from tests.agreements.table import NOW, TERMS, contract, many, text_of
from tests.agreements.test_scope import client_of


def new_fields(table: SimpleNamespace, **changed: str) -> dict[str, Any]:
    fields = {
        "title": "Payments for Bank",
        "slug": "",
        "type": "SLA",
        "service": str(table.payments.pk),
        "customer": str(table.bank.pk),
        "timezone": "Pacific/Auckland",
        "note": "",
        "effective_from": "2026-03-01",
        "objective": "availability",
        "target": "99.5",
        "period": "month",
        "text": "",
    }
    return fields | changed


def test_a_new_agreement_begins_with_a_few_fields(table: SimpleNamespace) -> None:
    answer = client_of(table.manager).post(reverse("agreement_new"), new_fields(table))
    assert answer.status_code == 302
    made = Agreement.objects.get(slug="payments-for-bank")
    assert made.versions.get().document["spec"]["objectives"][0]["target"] == ">= 99.5%"


def test_a_new_agreement_begins_with_a_file(table: SimpleNamespace) -> None:
    upload = SimpleUploadedFile("a.yaml", document_write(TERMS).encode())
    fields = {**new_fields(table, target="", effective_from=""), "file": upload}
    assert client_of(table.manager).post(reverse("agreement_new"), fields).status_code == 302
    made = Agreement.objects.get(slug="payments-for-bank").versions.get()
    assert made.document["spec"]["calendars"] == TERMS["spec"]["calendars"]


@pytest.mark.parametrize("content", [b"\xff\xfe\x00binary", b"x" * 200_000, b"a: &a [*a]", b"spec: {objective: []}"])
def test_a_hostile_file_opens_nothing(table: SimpleNamespace, content: bytes) -> None:
    fields = {**new_fields(table), "file": SimpleUploadedFile("a.yaml", content)}
    answer = client_of(table.manager).post(reverse("agreement_new"), fields)
    assert answer.status_code == 422
    assert "Payments for Bank" in text_of(answer)
    assert Agreement.objects.count() == 1


def test_a_service_is_added_edited_and_connected(table: SimpleNamespace) -> None:
    client = client_of(table.analyst)
    fields = {
        "name": "Till",
        "slug": "till",
        "organisation": table.provider.pk,
        "summary": "",
        "criticality": "3",
        "owner": "",
    }
    assert client.post(reverse("service_new"), fields).status_code == 302
    assert client.post(reverse("service_new"), fields).status_code == 422  # the short name is taken
    client.post(reverse("dependency_new", args=["till"]), {"needs": table.payments.pk, "mode": "serial"})
    page = text_of(client.get(reverse("service", args=["payments"])))
    assert 'href="/catalogue/till/"' in page
    edge = table.payments.dependants.get()
    client.post(reverse("dependency_drop", args=["till", edge.pk]))
    assert not table.payments.dependants.exists()


@pytest.mark.wide
@pytest.mark.parametrize(
    "path", ["/catalogue/", "/agreements/", "/catalogue/payments/", "/agreements/payments-retail/"]
)
def test_pages_take_as_many_queries_for_thirty_rows_as_for_three(
    table: SimpleNamespace, django_assert_max_num_queries: Callable[..., Any], path: str
) -> None:
    client = client_of(table.manager)
    many(table, 3)
    with django_assert_max_num_queries(25) as few:
        assert client.get(path).status_code == 200
    many_more = len(few.captured_queries)
    for number in range(3, 20):
        service_create(slug=f"t{number}", name=f"T {number}", organisation=table.provider, actor=None, now=NOW)
        contract(table, slug=f"uc{number}")
    with django_assert_max_num_queries(many_more):
        assert client.get(path).status_code == 200
