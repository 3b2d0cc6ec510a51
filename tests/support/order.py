"""The order of the tests where several processes share them: each process begins with what lasts long.

A process takes the tests from its own share of the list, and from the end of another's once it has none left. What
lasts long therefore stands at the beginning of a share: in the first all that needs a browser, so that there is one
browser, in the second what waits for programs of its own while it computes nothing itself.
"""

import os

import pytest

WAITING = (
    "tests/embedded/test_supervisor.py",
    "tests/monitoring/test_servers_fail.py",
    "tests/monitoring/test_kill.py",
    "tests/test_loop.py",
    "tests/embedded/",
    "tests/core/test_partition_properties.py",
    "tests/core/test_ledger_properties.py",
)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put what lasts long at the beginnings of the shares; the order within a file stays."""
    processes = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
    if processes == 1:
        return
    browser = [item for item in items if "browser" in getattr(item, "fixturenames", ())]
    waiting = sorted((item for item in items if _waits(item) < len(WAITING)), key=_waits)
    taken = set(browser) | set(waiting)
    others = [item for item in items if item not in taken]
    rest = max(0, len(items) // processes - len(browser))
    items[:] = [*browser, *others[:rest], *waiting, *others[rest:]]


def _waits(item: pytest.Item) -> int:
    """Return the place of a test among those that wait, or their number where it is none of them."""
    places = (place for place, path in enumerate(WAITING) if item.nodeid.startswith(path))
    return next(places, len(WAITING))
