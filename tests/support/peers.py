"""Tests that compare with other systems run only where they are asked for by their mark: `-m peers`."""

import pytest


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what is marked `peers`, unless the marks that were asked for name it."""
    if "peers" in config.option.markexpr:
        return
    left_out = [item for item in items if item.get_closest_marker("peers")]
    items[:] = [item for item in items if not item.get_closest_marker("peers")]
    if left_out:
        config.hook.pytest_deselected(items=left_out)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Offer to write down anew what the fast tests take for the answers of real servers."""
    parser.addoption("--record", action="store_true", help="write the peers’ answers to tests/connectors/recorded")
