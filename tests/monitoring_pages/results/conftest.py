"""The world that these tests live in."""

import pytest

from tests.reports.story import Story, story_make


@pytest.fixture
def story(db: None) -> Story:
    """Return the story."""
    return story_make()
