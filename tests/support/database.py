"""The portal for tests: what is made quick, and what tests must be able to do that the portal refuses."""

import tempfile

import pytest
from django.conf import settings
from django.db import connection
from pytest_django.plugin import DjangoDbBlocker

settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # made to be quick, unlike the portal's

# Each test client would look through all static files and ask for none; the site for browsers serves them by itself.
_none = tempfile.TemporaryDirectory(prefix="slmo-static-")  # goes when the tests end
settings.STATIC_ROOT, settings.WHITENOISE_USE_FINDERS = _none.name, False


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> None:
    """Let the test runner empty the audit log after a test with real transactions; the portal itself never may."""
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        cursor.execute("ALTER TABLE audit_entry DISABLE TRIGGER audit_entry_keep_whole")
