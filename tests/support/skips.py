"""Under CI=true a skipped test fails the run, unless it is marked `may_skip`: green then means that all was tested."""

import os

import pytest

__all__ = ["pytest_runtest_logreport", "pytest_sessionfinish", "pytest_terminal_summary"]

_skipped: list[str] = []


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Remember a test that was skipped and may not be."""
    if report.skipped and not hasattr(report, "wasxfail") and "may_skip" not in report.keywords:
        _skipped.append(report.nodeid)


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Turn a green run with forbidden skips into a failed one."""
    if _skipped and _forbidden() and session.exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Name the forbidden skips."""
    if _skipped and _forbidden():
        terminalreporter.write_line(f"FAILED: skipped although CI=true: {', '.join(_skipped)}", red=True)


def _forbidden() -> bool:
    return os.environ.get("CI", "") == "true"
