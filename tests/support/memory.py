"""What all tests have in common stays: Python looks through it for garbage once, not again and again."""

import gc

import pytest


def pytest_collection_finish(session: pytest.Session) -> None:
    """Set everything that was imported and collected aside, and look for garbage less often."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)
