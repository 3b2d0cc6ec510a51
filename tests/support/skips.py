"""Which tests must have run: under CI=true a skipped test fails the run, unless it is marked `may_skip`."""

import os

import pytest

_DATABASE_FIXTURES = {"db", "transactional_db", "live_server", "django_db_setup"}
_skipped: list[str] = []


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what uses the database as `database`, and what uses a page as `browser`, so that either can be chosen."""
    for item in items:
        fixtures = set(getattr(item, "fixturenames", ()))
        if item.get_closest_marker("django_db") or fixtures & _DATABASE_FIXTURES:
            item.add_marker("database")
        if "browser" in fixtures:
            item.add_marker("browser")


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Remember a test that was skipped and may not be."""
    if report.skipped and not hasattr(report, "wasxfail") and "may_skip" not in report.keywords:
        _skipped.append(report.nodeid)


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Turn a green run with forbidden skips into a failed one."""
    if _skipped and _forbidden() and session.exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Name the forbidden skips, or say once, loudly, what was left out."""
    if _skipped and _forbidden():
        terminalreporter.write_line(f"FAILED: skipped although CI=true: {', '.join(_skipped)}", red=True)
    elif any("NO HOSTS" in str(report.longrepr) for report in terminalreporter.getreports("skipped")):
        terminalreporter.write_line("NO HOSTS: two hosts were not tested; run as root, with iproute2.", red=True)
    if any("NO BROWSER" in str(report.longrepr) for report in terminalreporter.getreports("skipped")):
        terminalreporter.write_line("NO BROWSER: the tests of the pages were skipped; install chromium.", red=True)


def _forbidden() -> bool:
    return os.environ.get("CI", "") == "true"
