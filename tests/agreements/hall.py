"""A table with people of all ranks on both sides and elsewhere, each logged in: for tests that walk who may do what."""

from collections.abc import Iterator
from dataclasses import dataclass
from types import SimpleNamespace

import pytest
from django.test import Client
from pytest_django.plugin import DjangoDbBlocker

from slmo.accounts.models import Organisation, User
from tests.agreements.table import PASSWORD, organisation, person, table_make
from tests.support.worlds import kept


@dataclass(frozen=True)
class Role:
    """One person: where they sit at the table (nowhere: an empty text), and who they are."""

    name: str
    side: str
    user: User


def roles_make(provider: Organisation, customer: Organisation) -> list[Role]:
    """Return people of all ranks on both sides, and people who sit elsewhere."""
    other, supplier = organisation("other", "customer"), organisation("cloud", "supplier")
    seated = [
        Role(f"{side} level {level}", side, person(f"{side}-{level}", where, "level", level))
        for side, where in (("provider", provider), ("customer", customer))
        for level in (2, 4, 5)
    ]
    rest = [
        Role("customer representative", "customer", person("representative", customer, "customer")),
        Role("another customer", "", person("another", other, "customer")),
        Role("supplier", "", person("carrier", supplier, "customer")),
        Role("nobody", "", User.objects.create_user("nobody@example.org", PASSWORD, name="Nobody")),
    ]
    return [*seated, *rest]


def hall_make() -> SimpleNamespace:
    """Make the table with people of all ranks, each logged in once."""
    table = table_make()
    roles = roles_make(table.provider, table.retail)
    clients = {}
    for role in roles:
        clients[role.name] = Client(raise_request_exception=False)
        clients[role.name].force_login(role.user)
    return SimpleNamespace(table=table, roles=roles, clients=clients)


@pytest.fixture(scope="module")
def hall_kept(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[SimpleNamespace]:
    """Write the table with its people once."""
    with kept(hall_make, django_db_blocker) as made:
        yield made


@pytest.fixture
def hall(hall_kept: SimpleNamespace, db: None) -> SimpleNamespace:
    """Return the table with people of all ranks."""
    return hall_kept
