"""Who sees what: what is not theirs does not exist for them."""

from types import SimpleNamespace

import pytest
from django.test import Client
from django.urls import reverse

from agreements.models import Agreement, Service, Version
from agreements.selectors import (
    agreement_get,
    agreements_visible,
    dependencies_visible,
    indicators_visible,
    objectives_visible,
    service_get,
    services_visible,
    version_get,
    versions_visible,
)
from agreements.services import dependency_add, service_create, version_draft, version_propose, version_withdraw
from slmo.accounts.models import User
from tests.agreements.table import NOW, contract, signed


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def test_a_draft_is_seen_by_its_own_side_alone_until_it_is_proposed(table: SimpleNamespace) -> None:
    assert agreements_visible(table.manager).count() == 1
    assert not agreements_visible(table.carl).exists()
    version_propose(version=table.draft, actor=None, now=NOW)
    assert version_get(table.carl, "payments-retail", 1) == table.draft


def test_a_draft_beside_a_signed_version_stays_hidden_and_a_withdrawn_proposal_stays_readable(
    table: SimpleNamespace,
) -> None:
    signed(table.draft)
    draft = version_draft(agreement=table.agreement, actor=None, now=NOW)
    with pytest.raises(Version.DoesNotExist):
        version_get(table.carl, "payments-retail", 2)
    version_propose(version=draft, actor=None, now=NOW)
    version_withdraw(version=draft, actor=None, now=NOW)
    assert versions_visible(table.carl, table.agreement).count() == 2


def test_another_customer_finds_nothing(table: SimpleNamespace) -> None:
    signed(table.draft)
    with pytest.raises(Agreement.DoesNotExist):
        agreement_get(table.bella, "payments-retail")
    with pytest.raises(Service.DoesNotExist):
        service_get(table.bella, "payments")
    assert not objectives_visible(table.bella).exists()
    assert not indicators_visible(table.bella).exists()
    assert service_get(table.carl, "payments") == table.payments


def test_a_customer_sees_neither_suppliers_nor_what_a_service_needs(table: SimpleNamespace) -> None:
    signed(table.draft)
    signed(contract(table).versions.get())
    dependency_add(service=table.payments, needs=table.compute, actor=None, now=NOW)
    assert list(services_visible(table.carl)) == [table.payments]
    assert not dependencies_visible(table.carl).exists()
    assert set(services_visible(table.watcher)) == {table.payments, table.compute}
    assert dependencies_visible(table.watcher).count() == 1
    assert agreements_visible(table.watcher).count() == 2


PATHS = [
    ("service", ["payments"]),
    ("agreement", ["payments-retail"]),
    ("version", ["payments-retail", 1]),
    ("version_download", ["payments-retail", 1]),
    ("version_new", ["payments-retail"]),
    ("version_edit", ["payments-retail", 1]),
    ("version_sign", ["payments-retail", 1, "customer"]),
    ("version_sign_recorded", ["payments-retail", 1, "customer"]),
    ("service_edit", ["payments"]),
    ("dependency_new", ["payments"]),
    ("objective_measure", ["payments-retail", "availability"]),
]


def test_another_customers_pages_answer_404(table: SimpleNamespace) -> None:
    signed(table.draft)
    client = client_of(table.bella)
    answers = {name: client.get(reverse(name, args=arguments)).status_code for name, arguments in PATHS}
    assert answers == dict.fromkeys(answers, 404)


def test_another_customers_acts_answer_404(table: SimpleNamespace) -> None:
    for name in ("version_propose", "version_withdraw"):
        path = reverse(name, args=["payments-retail", 1])
        assert client_of(table.bella).post(path).status_code == 404
        assert client_of(table.manager).get(path).status_code == 405


BEYOND = [
    ("version_sign", ["payments-retail", 2, "provider"], "watcher"),
    ("version_sign", ["payments-retail", 2, "customer"], "manager"),
    ("version_edit", ["payments-retail", 2], "analyst"),
    ("agreement_new", [], "carl"),
    ("service_new", [], "watcher"),
    ("service_edit", ["payments"], "carl"),
    ("objective_measure", ["payments-retail", "availability"], "carl"),
]


def test_an_act_beyond_ones_role_answers_403(table: SimpleNamespace) -> None:
    signed(table.draft)
    version_propose(version=version_draft(agreement=table.agreement, actor=None, now=NOW), actor=None, now=NOW)
    for name, arguments, who in BEYOND:
        answer = client_of(getattr(table, who)).get(reverse(name, args=arguments))
        assert answer.status_code == 403, (name, who)


def test_nobody_sees_anything_without_logging_in(table: SimpleNamespace) -> None:
    for name, arguments in [("catalogue", []), ("agreements", []), *PATHS]:
        answer = Client().get(reverse(name, args=arguments))
        assert answer.status_code == 302
        assert "/login/" in answer["Location"]


def test_a_service_of_an_organisation_of_ones_own_needs_no_agreement(table: SimpleNamespace) -> None:
    mine = service_create(slug="till", name="Till", organisation=table.retail, actor=None, now=NOW)
    assert mine in services_visible(table.carl)
    assert mine not in services_visible(table.bella)
