"""The worlds that many tests live in: each is written once for a module, and is as new for every test."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from copy import deepcopy
from types import SimpleNamespace
from typing import TypeVar

import pytest
from django.core.cache import cache
from django.db import transaction
from pytest_django.plugin import DjangoDbBlocker

from tests.agreements.table import amended_make, table_make
from tests.governance.world import World, world_make
from tests.reports.story import Story, story_make

Made = TypeVar("Made")


@contextmanager
def kept(make: Callable[[], Made], blocker: DjangoDbBlocker) -> Iterator[Made]:
    """Give what `make` writes, inside a transaction that is rolled back in the end.

    The transaction of each test is a savepoint within it. What is given must be copied before a test changes it.
    """
    with blocker.unblock():
        atomic = transaction.atomic()
        atomic.__enter__()
        made = make()
    try:
        yield made
    finally:
        with blocker.unblock():
            transaction.set_rollback(True)
            atomic.__exit__(None, None, None)


@pytest.fixture(scope="module")
def world_kept(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[World]:
    """Write the world once for the module."""
    with kept(world_make, django_db_blocker) as made:
        yield made


@pytest.fixture
def world(world_kept: World, db: None) -> World:
    """Return a provider with two customers, a supplier, people of all levels, and agreements in force."""
    cache.clear()  # numbers of rows come again
    return deepcopy(world_kept)


@pytest.fixture(scope="module")
def story_kept(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Story]:
    """Write the story once for the module."""
    with kept(story_make, django_db_blocker) as made:
        yield made


@pytest.fixture
def story(story_kept: Story, db: None) -> Story:
    """Return half a year of outages that matter, assessed."""
    cache.clear()  # numbers of rows come again
    return deepcopy(story_kept)


@pytest.fixture(scope="module")
def table_kept(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[SimpleNamespace]:
    """Write the table once for the module."""
    with kept(table_make, django_db_blocker) as made:
        yield made


@pytest.fixture
def table(table_kept: SimpleNamespace, db: None) -> SimpleNamespace:
    """Return a provider, two customers and a supplier with people of several levels, and one agreement with a draft."""
    cache.clear()  # numbers of rows come again
    return deepcopy(table_kept)


@pytest.fixture(scope="module")
def amended_kept(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[SimpleNamespace]:
    """Write the table with an amendment once for the module."""
    with kept(amended_make, django_db_blocker) as made:
        yield made


@pytest.fixture
def amended(amended_kept: SimpleNamespace, db: None) -> SimpleNamespace:
    """Return the table with an agreement in force, a draft to amend it, a supplier's contract and a dependency."""
    cache.clear()  # numbers of rows come again
    return deepcopy(amended_kept)
