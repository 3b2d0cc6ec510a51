"""How much is run: by default what a change is tried on, where asked for also what is wide.

Wide is what walks through every row of a table, every page, kind or role, and what starts and kills whole programs.
`make test-wide` runs it, and so does a path or an expression of marks that is given by hand.
"""

import pytest


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what is marked `wide` where all tests were asked for, and no marks."""
    everything = config.args_source is not pytest.Config.ArgsSource.ARGS
    if config.option.markexpr or config.option.keyword or not everything:
        return
    left_out = [item for item in items if item.get_closest_marker("wide")]
    items[:] = [item for item in items if not item.get_closest_marker("wide")]
    if left_out:
        config.hook.pytest_deselected(items=left_out)
