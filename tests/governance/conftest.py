"""The world that these tests live in."""

import pytest

from tests.governance.world import World, world_make


@pytest.fixture
def world(db: None) -> World:
    """Return a provider with two customers, a supplier, people of all levels, and agreements in force."""
    return world_make()
