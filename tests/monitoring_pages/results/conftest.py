"""The world that these tests live in: written once for each module, and as new for each test."""

from collections.abc import Iterator
from copy import deepcopy

import pytest
from django.db import transaction
from pytest_django.plugin import DjangoDbBlocker

from tests.reports.story import Story, story_make


@pytest.fixture(scope="module")
def written(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Story]:
    """Write the story inside a transaction that is rolled back after the module."""
    with django_db_blocker.unblock():
        atomic = transaction.atomic()
        atomic.__enter__()
        story = story_make()
    yield story
    with django_db_blocker.unblock():
        transaction.set_rollback(True)
        atomic.__exit__(None, None, None)


@pytest.fixture
def story(written: Story, db: None) -> Story:
    """Return the story; what a test does to it is rolled back to a savepoint."""
    return deepcopy(written)
