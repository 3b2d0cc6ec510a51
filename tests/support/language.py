"""Every test begins in the language and zone of the settings, whatever a request of the test before has chosen."""

import pytest
from django.utils import timezone, translation


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Forget what the last request in this process was answered in."""
    translation.deactivate()
    timezone.deactivate()
